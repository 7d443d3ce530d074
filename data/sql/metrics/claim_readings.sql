-- title: Readings that can test a claim
-- unit: as the column unit says
-- grain: test, key, starts_on, ends_on, unit, source_title
-- source: as the column source_url says
-- notes: What the tests of seeds/claim_tests.csv compare claims with, each in its own scope. A flow covers
--   its period, and several are pooled; a total has grown until ends_on; a level is read on a day or holds
--   for a month. Accounts are not families. Sums of months begin in July 2024: they are less than a total
--   since the beginning. Authors on OpenRouter of whom nobody knows the region, and models outside the 50
--   most used, may belong to any region. Published, collected and reported values stay apart (basis).
WITH months AS MATERIALIZED (
    SELECT
        account_downloads.* REPLACE (publisher AS source_title),
        last_day(month) AS ends_on,
        regions.region,
        CASE WHEN estimate_reason <> 'window_30d' THEN account_downloads ELSE 0 END AS certain_downloads
    FROM account_downloads
    LEFT JOIN seed__organization_regions AS regions ON regions.hf_org = account_downloads.account
),
published AS MATERIALIZED (
    SELECT
        * REPLACE (publisher AS source_title),
        CASE WHEN period = 'month' THEN last_day(date) ELSE date END AS ends_on
    FROM published_readings
),
hub AS (
    SELECT date AS month, value AS downloads FROM published WHERE series = 'hub_downloads'
),
account_flows AS (
    SELECT
        tests.test,
        months.account AS key,
        'flow' AS kind,
        months.month AS starts_on,
        months.ends_on,
        months.account_downloads AS amount,
        -- What is estimated from 30-day windows bounds nothing.
        CASE WHEN months.estimate_reason <> 'window_30d' THEN months.account_downloads END AS certain_amount,
        CASE WHEN months.estimate_reason <> 'window_30d' THEN months.account_downloads END AS possible_amount,
        CASE tests.test
            WHEN 'account_share' THEN months.total
            WHEN 'account_hub_share' THEN hub.downloads
        END AS total,
        CASE tests.test WHEN 'account_downloads' THEN 'downloads' ELSE 'fraction' END AS unit,
        months.estimate_reason <> 'none' AS is_estimate,
        CASE WHEN tests.test = 'account_share' THEN months.pooled_share END AS pooled_share,
        months.source_title,
        months.source_url
    FROM months
    LEFT JOIN hub ON hub.month = months.month
    CROSS JOIN (VALUES ('account_share'), ('account_hub_share'), ('account_downloads')) AS tests (test)
    WHERE tests.test <> 'account_hub_share' OR hub.downloads IS NOT NULL
),
running AS MATERIALIZED (
    SELECT
        account,
        region,
        is_developer,
        ends_on,
        sum(account_downloads) OVER so_far AS amount,
        sum(certain_downloads) OVER so_far AS certain_amount,
        bool_or(estimate_reason <> 'none') OVER so_far AS is_estimate,
        source_title,
        source_url
    FROM months
    WINDOW so_far AS (PARTITION BY account ORDER BY month)
),
running_totals AS (
    SELECT
        'account_downloads_sum' AS test, account AS key, 'total' AS kind, ends_on AS starts_on, ends_on,
        amount, certain_amount, amount AS possible_amount, 'downloads' AS unit,
        is_estimate, source_title, source_url
    FROM running
    UNION ALL BY NAME
    SELECT
        'account_rank' AS test, account AS key, 'level' AS kind, ends_on AS starts_on, ends_on,
        position AS amount, position AS certain_amount, position AS possible_amount, 'rank' AS unit,
        is_estimate, source_title, source_url
    FROM (
        SELECT *, rank() OVER (PARTITION BY ends_on ORDER BY amount DESC) AS position
        FROM running
        WHERE is_developer
    )
    UNION ALL BY NAME
    SELECT
        'region_downloads_sum' AS test, region AS key, 'total' AS kind, ends_on AS starts_on, ends_on,
        sum(amount ORDER BY amount) AS amount,
        sum(certain_amount ORDER BY certain_amount) AS certain_amount,
        sum(amount ORDER BY amount) AS possible_amount, 'downloads' AS unit,
        bool_or(is_estimate) AS is_estimate,
        any_value(source_title) AS source_title, any_value(source_url) AS source_url
    FROM running
    WHERE is_developer AND region IS NOT NULL
    GROUP BY region, ends_on
    UNION ALL BY NAME
    SELECT
        'text_vlm_downloads_sum' AS test, 'hub' AS key, 'total' AS kind, ends_on AS starts_on, ends_on,
        sum(value) OVER so_far AS amount,
        sum(CASE WHEN estimate_reason <> 'window_30d' THEN value ELSE 0 END) OVER so_far AS certain_amount,
        sum(value) OVER so_far AS possible_amount, 'downloads' AS unit,
        bool_or(estimate_reason <> 'none') OVER so_far AS is_estimate, source_title, source_url
    FROM published
    WHERE series = 'downloads_text_vlm_total'
    WINDOW so_far AS (ORDER BY date)
),
region_flows AS (
    SELECT
        'region_hub_share' AS test, months.region AS key, 'flow' AS kind,
        months.month AS starts_on, months.ends_on,
        sum(months.account_downloads) AS amount,
        CASE WHEN NOT bool_or(months.estimate_reason = 'window_30d') THEN sum(months.account_downloads) END
            AS certain_amount,
        CASE WHEN NOT bool_or(months.estimate_reason = 'window_30d') THEN sum(months.account_downloads) END
            AS possible_amount,
        any_value(hub.downloads) AS total, 'fraction' AS unit,
        bool_or(months.estimate_reason <> 'none') AS is_estimate,
        any_value(months.source_title) AS source_title, any_value(months.source_url) AS source_url
    FROM months
    INNER JOIN hub ON hub.month = months.month
    WHERE months.is_developer AND months.region IS NOT NULL
    GROUP BY months.region, months.month, months.ends_on
),
levels AS (
    SELECT
        tests.test, published.subject AS key, tests.kind,
        published.date AS starts_on, published.ends_on,
        published.value AS amount, published.value AS certain_amount, published.value AS possible_amount,
        CASE WHEN tests.kind = 'flow' THEN 1 END AS total,
        published.unit, published.estimate_reason <> 'none' AS is_estimate,
        published.source_title, published.source_url
    FROM published
    INNER JOIN (
        VALUES
            ('concentration', 'top_share', 'flow'),
            ('share_textgen_by_size_band', 'size_band_share', 'flow'),
            ('downloads_30d', 'published_downloads_30d', 'level')
    ) AS tests (series, test, kind) ON tests.series = published.series
    UNION ALL BY NAME
    SELECT
        'hub_active_models' AS test, 'hub' AS key, 'level' AS kind, date AS starts_on, ends_on,
        value AS amount, value AS certain_amount, value AS possible_amount, unit,
        estimate_reason <> 'none' AS is_estimate, source_title, source_url
    FROM published
    WHERE series = 'hub_active_models'
),
listed_totals AS (
    SELECT
        'listed_downloads_all_time' AS test, patterns.selects AS key, 'total' AS kind,
        published.date AS starts_on, published.date AS ends_on,
        sum(published.value ORDER BY published.value) AS amount,
        sum(published.value ORDER BY published.value) AS certain_amount,
        sum(published.value ORDER BY published.value) AS possible_amount, 'downloads' AS unit, FALSE AS is_estimate,
        any_value(published.source_title) AS source_title, any_value(published.source_url) AS source_url
    FROM published
    INNER JOIN (
        SELECT DISTINCT selects FROM seed__claim_tests WHERE test = 'listed_downloads_all_time'
    ) AS patterns ON regexp_matches(published.subject, patterns.selects, 'i')
    WHERE published.series = 'downloads_all_time'
    GROUP BY patterns.selects, published.date
),
token_parts AS MATERIALIZED (
    SELECT
        published.date, published.ends_on, published.period, published.value,
        coalesce(authors.region, 'unknown') AS region,
        coalesce(authors.weights, 'unknown') AS weights,
        authors.developer,
        published.source_title, published.source_url,
        tokens.value AS tokens,
        sum(published.value ORDER BY published.value) FILTER (WHERE coalesce(authors.region, 'unknown') = 'unknown') OVER (
            PARTITION BY published.date, published.period
        ) AS nobodys
    FROM published
    LEFT JOIN seed__openrouter_authors AS authors ON authors.author = published.subject
    LEFT JOIN published AS tokens
        ON tokens.series = 'openrouter_tokens'
        AND tokens.date = published.date AND tokens.period = published.period
    WHERE published.series = 'openrouter_token_share'
),
token_shares AS (
    -- Fractions are summed in one order: otherwise the last digit differs from build to build.
    SELECT
        test, key, 'flow' AS kind, date AS starts_on, ends_on,
        sum(value ORDER BY value) * weight AS amount,
        CASE
            WHEN test = 'token_share_open' THEN sum(value ORDER BY value) FILTER (WHERE weights = 'open') * weight
            ELSE sum(value ORDER BY value) * weight
        END AS certain_amount,
        (
            coalesce(sum(value ORDER BY value) FILTER (WHERE region <> 'unknown'), 0)
            + coalesce(any_value(nobodys), 0)
        ) * weight AS possible_amount,
        weight AS total, 'fraction' AS unit, FALSE AS is_estimate,
        any_value(source_title) AS source_title, any_value(source_url) AS source_url
    FROM (
        SELECT 'token_share' AS test, nullif(region, 'unknown') AS key, *, coalesce(tokens, 1) AS weight
        FROM token_parts
        UNION ALL
        SELECT 'token_share_open', nullif(region, 'unknown'), *, coalesce(tokens, 1) FROM token_parts
        UNION ALL
        SELECT 'author_token_share', developer, *, coalesce(tokens, 1) FROM token_parts
    )
    WHERE key IS NOT NULL
    GROUP BY test, key, date, ends_on, weight
),
reported AS (
    SELECT
        CASE metric WHEN 'cumulative_downloads' THEN 'reported_downloads' ELSE 'reported_derivatives' END
            AS test,
        family AS key, 'total' AS kind, starts_on, ends_on,
        value AS amount, value AS certain_amount,
        CASE WHEN bound <> 'at_least' THEN value END AS possible_amount,
        unit, exactness <> 'exact' AS is_estimate, source_title, source_url
    FROM seed__reported_figures
    WHERE metric IN ('cumulative_downloads', 'derivative_models_total')
        AND subject_kind = 'family' AND subject = family
    QUALIFY row_number() OVER (
        PARTITION BY metric, family, starts_on, ends_on, unit, source_title ORDER BY figure_id
    ) = 1
),
hub_archive AS (
    SELECT
        'hub_repositories' AS test, 'hub' AS key, 'total' AS kind, date AS starts_on, date AS ends_on,
        CAST(hub_days AS DOUBLE) AS amount, CAST(NULL AS DOUBLE) AS total, 'models' AS unit,
        FALSE AS is_estimate
    FROM hub_days
    WHERE is_complete
    UNION ALL
    SELECT
        'derivatives_total', family, 'total', date, date, derivatives_total, NULL, 'models', FALSE
    FROM derivatives_total
    WHERE relation = 'all' AND NOT with_inferred AND derivatives_total IS NOT NULL
    UNION ALL
    SELECT
        'monthly_downloads', family, 'flow', month, last_day(month), monthly_downloads, NULL,
        'downloads', estimate_reason <> 'none'
    FROM monthly_downloads
    WHERE scope = 'own' AND NOT with_inferred AND monthly_downloads IS NOT NULL
    UNION ALL
    SELECT
        'region_downloads_share', region, 'flow', month, last_day(month), downloads_by_region,
        sum(downloads_by_region) OVER (PARTITION BY month), 'fraction', FALSE
    FROM downloads_by_region
    WHERE scope = 'own'
    UNION ALL
    SELECT
        'derivatives_new_share', key, 'flow', month, last_day(month), sum(derivatives_new_over_5),
        any_value(total), 'fraction', FALSE
    FROM (
        SELECT
            unnest([births.family, families.region]) AS key, births.month, births.derivatives_new_over_5,
            sum(births.derivatives_new_over_5) OVER (PARTITION BY births.month) AS total,
            bool_or(births.models_young > 0) OVER (PARTITION BY births.month) AS is_young
        FROM derivatives_new AS births
        INNER JOIN seed__model_families AS families ON families.family = births.family
        WHERE births.relation = 'all' AND NOT births.with_inferred
    )
    WHERE NOT is_young AND derivatives_new_over_5 IS NOT NULL
    GROUP BY key, month
),
hub_sources AS (
    SELECT
        string_agg(DISTINCT build_sources.title, ' and ' ORDER BY build_sources.title) AS source_title,
        min(build_sources.url) AS source_url
    FROM build_sources
    WHERE name IN (SELECT source FROM hub_days)
),
listings AS (
    SELECT
        'downloads_30d' AS test, model_id AS key, 'level' AS kind, date AS starts_on, date AS ends_on,
        downloads_30d AS amount
    FROM downloads_30d
    WHERE downloads_30d IS NOT NULL
        AND model_id IN (SELECT subject FROM seed__reported_figures WHERE metric = 'downloads_30d')
    QUALIFY row_number() OVER (PARTITION BY model_id, date ORDER BY downloads_30d DESC) = 1
    UNION ALL
    SELECT
        'downloads_all_time', family, 'total', date, date, downloads_all_time
    FROM family_downloads
    WHERE scope = 'own' AND downloads_all_time IS NOT NULL
),
collected_tokens AS (
    SELECT
        CASE period WHEN 'week' THEN 'weekly_tokens' ELSE 'token_share_by_cut' END AS test,
        class AS key, 'flow' AS kind, date AS starts_on,
        CASE period WHEN 'week' THEN CAST(date + INTERVAL 6 DAY AS DATE) ELSE last_day(date) END AS ends_on,
        CAST(tokens AS DOUBLE) AS amount,
        CAST(tokens AS DOUBLE) AS certain_amount,
        token_share_high * tokens / nullif(token_share_by_cut, 0) AS possible_amount,
        CASE period WHEN 'month' THEN tokens / nullif(token_share_by_cut, 0) END AS total,
        CASE period WHEN 'week' THEN 'tokens' ELSE 'fraction' END AS unit,
        FALSE AS is_estimate
    FROM token_share_by_cut
    WHERE cut = 'region' AND period IN ('week', 'month') AND is_complete
),
ranked AS (
    SELECT
        'livebench_rank' AS test, family AS key, 'level' AS kind,
        TRY_CAST(release AS DATE) AS starts_on, TRY_CAST(release AS DATE) AS ends_on,
        min(position) AS amount
    FROM (
        SELECT *, rank() OVER (PARTITION BY release ORDER BY quality_scores DESC) AS position
        FROM (SELECT * EXCLUDE (position) FROM quality_scores)
        WHERE benchmark = 'livebench' AND weights <> 'closed' AND quality_scores IS NOT NULL
    )
    WHERE family <> 'none' AND TRY_CAST(release AS DATE) IS NOT NULL
    GROUP BY family, release
),
readings AS (
    SELECT *, 'published' AS basis FROM account_flows
    UNION ALL BY NAME
    SELECT *, 'published' AS basis FROM running_totals
    UNION ALL BY NAME
    SELECT *, 'published' AS basis FROM region_flows
    UNION ALL BY NAME
    SELECT *, 'published' AS basis FROM levels
    UNION ALL BY NAME
    SELECT *, 'published' AS basis FROM listed_totals
    UNION ALL BY NAME
    SELECT *, 'published' AS basis FROM token_shares
    UNION ALL BY NAME
    SELECT *, 'reported' AS basis FROM reported
    UNION ALL BY NAME
    SELECT
        hub_archive.*, amount AS certain_amount, amount AS possible_amount, 'collected' AS basis,
        hub_sources.source_title, hub_sources.source_url
    FROM hub_archive
    CROSS JOIN hub_sources
    UNION ALL BY NAME
    SELECT
        *, amount AS certain_amount, amount AS possible_amount, 'downloads' AS unit,
        FALSE AS is_estimate, 'collected' AS basis, 'Hugging Face Hub API' AS source_title,
        'https://huggingface.co/models' AS source_url
    FROM listings
    UNION ALL BY NAME
    SELECT
        *, 'collected' AS basis, 'OpenRouter' AS source_title,
        'https://openrouter.ai/rankings' AS source_url
    FROM collected_tokens
    UNION ALL BY NAME
    SELECT
        *, amount AS certain_amount, amount AS possible_amount, 'rank' AS unit,
        FALSE AS is_estimate, 'collected' AS basis, 'LiveBench' AS source_title,
        'https://livebench.ai' AS source_url
    FROM ranked
    UNION ALL BY NAME
    SELECT
        'ram_v1_day7' AS test, model_id AS key, 'level' AS kind,
        released_on + 7 AS starts_on, released_on + 7 AS ends_on, ram_v1 AS amount,
        ram_v1 AS certain_amount, ram_v1 AS possible_amount, 'x baseline' AS unit, is_estimate,
        basis, source_title, source_url
    FROM ram_v1
    WHERE age_days = 7
)
SELECT
    test,                                               -- test of seeds/claim_tests.csv
    key,                                                -- account, family, region, developer, model, group, or hub
    kind,                                               -- flow, total or level
    starts_on,                                          -- first day that it covers
    ends_on,                                            -- last day that it covers
    CAST(amount AS DOUBLE) AS value,                    -- what was counted, or the share
    CAST(certain_amount AS DOUBLE) AS certain_amount,   -- of it what is no estimate; NULL when nothing is certain
    CAST(possible_amount AS DOUBLE) AS possible_amount, -- with what may belong to it; NULL when there is no limit
    CAST(total AS DOUBLE) AS total,                     -- what amount is a part of; NULL when it is no part
    unit,                                               -- unit of the value: fraction, downloads, models, tokens, rank, x baseline
    is_estimate,                                        -- rests on an estimate
    CAST(pooled_share AS DOUBLE) AS pooled_share,       -- share over both months of a split pair
    basis,                                              -- published, collected or reported
    source_title,                                       -- publisher, or title of the statement's source
    source_url                                          -- where a reader can open it
FROM readings
WHERE amount IS NOT NULL AND (total IS NULL OR total > 0)
