-- title: Who stands where on each layer and measure of use, period by period
-- unit: as the column unit says
-- grain: basis, layer, measure, subject_kind, date, subject
-- source: seeds/published_series.csv; Hugging Face Hub archive and API; OpenRouter; Ollama library; LMArena
-- notes: One table of all series that can be led, so that ranks and crossovers are found in one way.
--   Published and collected stay apart in the column basis. Flows are whole calendar months, or, where
--   only readings were published, what lies between two of them; of readings the last one of a month
--   stands for it. Regions are sums over the accounts of the published series, or over all owners of
--   the Hub. Cumulative values begin with a subject's first known month, and are not known from a missing
--   month on. A region's sum leaves out accounts that have no value in the month; how many there are is
--   counted. Published tokens are of authors, with all their models, open or not; like the collected
--   ones they are those of the 50 models with the most of each day: the least that they can be. Accounts that repackage
--   others' models, authors that stand for several developers, and owners without a known region are not
--   ranked.
WITH published AS (
    SELECT * FROM published_readings WHERE period = 'month'
),
account_flows AS (
    SELECT
        accounts.date AS month,
        accounts.subject AS account,
        coalesce(families.account_label, accounts.subject) AS subject,
        families.family AS family,
        families.family IS NOT NULL AS is_ranked,
        coalesce(regions.region, 'unknown') AS region,
        accounts.value AS value,
        totals.value AS whole,
        coalesce(shares.value, accounts.value / nullif(totals.value, 0)) AS share,
        accounts.estimate_reason <> 'none' AS is_estimate,
        accounts.as_of AS as_of,
        accounts.source_title AS source_title,
        accounts.publisher AS publisher,
        accounts.source_url AS source_url
    FROM published AS accounts
    INNER JOIN published AS totals
        ON totals.series = 'downloads_text_vlm_total'
        AND totals.date = accounts.date
    LEFT JOIN published AS shares
        ON shares.series = 'share_text_vlm_by_author'
        AND shares.subject = accounts.subject
        AND shares.date = accounts.date
    LEFT JOIN seed__model_families AS families ON families.account = accounts.subject
    LEFT JOIN seed__organization_regions AS regions ON regions.hf_org = accounts.subject
    WHERE accounts.series = 'downloads_text_vlm_by_author'
),
account_firsts AS (
    SELECT account, region, min(month) AS first_on
    FROM account_flows
    WHERE value IS NOT NULL
    GROUP BY account, region
),
region_gaps AS (
    -- Accounts that a region's sum leaves out, because they have no value in the month.
    SELECT
        months.month AS month,
        firsts.region AS region,
        count(*) AS accounts,
        -- One whose series has not begun may not have had a model yet; a later gap is a loss.
        max(CASE WHEN firsts.first_on < months.month THEN 1 ELSE 0 END) = 1 AS has_begun
    FROM (SELECT DISTINCT month FROM account_flows) AS months
    CROSS JOIN account_firsts AS firsts
    LEFT JOIN account_flows AS known
        ON known.account = firsts.account AND known.month = months.month
        AND known.value IS NOT NULL
    WHERE known.account IS NULL
    GROUP BY months.month, firsts.region
),
archive_months AS (
    SELECT
        months.month AS month,
        months.has_value AS has_value,
        max(days.date) AS last_on
    FROM (
        SELECT month, max(downloads) IS NOT NULL AS has_value
        FROM scope_months
        WHERE scope = 'own'
        GROUP BY month
    ) AS months
    LEFT JOIN hub__days AS days
        ON days.date < CAST(months.month + INTERVAL 1 MONTH AS DATE)
    GROUP BY months.month, months.has_value
),
archive_sources AS (
    -- The archive is that of the last day seen up to the end of the month.
    SELECT
        archive_months.month AS month,
        archive_months.has_value AS has_value,
        days.source AS source
    FROM archive_months
    LEFT JOIN hub__days AS days ON days.date = archive_months.last_on
),
scope_layers AS (
    SELECT 'own' AS scope, 'own_downloads' AS layer
    UNION ALL
    SELECT 'derivatives' AS scope, 'derivative_downloads' AS layer
    UNION ALL
    SELECT 'lineage' AS scope, 'lineage_downloads' AS layer
),
scope_totals AS (
    SELECT month, scope, sum(downloads) AS whole
    FROM scope_months
    WHERE NOT with_inferred
    GROUP BY month, scope
),
newest_days AS (
    SELECT
        (SELECT max(date) FROM hub__days) AS archive_on,
        (SELECT max(date) FROM model_days) AS listed_on
),
family_flows AS (
    SELECT
        scope_months.month AS month,
        scope_layers.layer AS layer,
        scope_months.family AS family,
        scope_months.downloads AS value,
        scope_totals.whole AS whole,
        scope_months.estimate_reason <> 'none' AS is_estimate,
        newest_days.archive_on AS as_of,
        archive_sources.source AS source,
        'Hugging Face Hub archive' AS source_title,
        'https://huggingface.co/models' AS source_url
    FROM scope_months
    INNER JOIN scope_layers ON scope_layers.scope = scope_months.scope
    INNER JOIN scope_totals
        ON scope_totals.month = scope_months.month AND scope_totals.scope = scope_months.scope
    CROSS JOIN newest_days
    LEFT JOIN archive_sources ON archive_sources.month = scope_months.month
    WHERE NOT scope_months.with_inferred
        AND scope_months.family NOT IN ('none', 'mixed')
        AND (
            scope_months.scope <> 'own'
            OR archive_sources.has_value
            OR scope_months.month NOT IN (SELECT month FROM family_months)
        )
    UNION ALL
    -- Months that no archive covers, from the listings of the families' own organisations.
    SELECT
        family_months.month AS month,
        'own_downloads' AS layer,
        family_months.family AS family,
        family_months.monthly_downloads AS value,
        NULL AS whole,
        family_months.estimate_reason <> 'none' AS is_estimate,
        newest_days.listed_on AS as_of,
        'huggingface' AS source,
        'Hugging Face Hub API' AS source_title,
        'https://huggingface.co/models' AS source_url
    FROM family_months
    CROSS JOIN newest_days
    LEFT JOIN archive_sources ON archive_sources.month = family_months.month
    WHERE NOT coalesce(archive_sources.has_value, FALSE)
),
region_estimates AS (
    SELECT
        lineage_months.month AS month,
        lineage_scopes.scope AS scope,
        lineage_scopes.region AS region,
        sum(
            lineage_months.models_interpolated + lineage_months.models_stalled
            + lineage_months.models_held
        ) > 0 AS is_estimate
    FROM lineage_months
    INNER JOIN lineage_scopes ON lineage_scopes.lineage_group = lineage_months.lineage_group
    WHERE lineage_scopes.scope IN ('own', 'lineage') AND NOT lineage_scopes.with_inferred
    GROUP BY lineage_months.month, lineage_scopes.scope, lineage_scopes.region
),
flows AS (
    SELECT
        'published' AS basis, 'own_downloads' AS layer, 'account' AS subject_kind, month, subject,
        account, family, is_ranked, value, whole, share, 'hub_text_vlm' AS share_of, is_estimate,
        CAST(NULL AS BIGINT) AS accounts_without_value, as_of, CAST(NULL AS VARCHAR) AS source,
        source_title, publisher, source_url
    FROM account_flows
    UNION ALL
    SELECT
        'published' AS basis, 'own_downloads' AS layer, 'region' AS subject_kind, sums.month AS month,
        sums.region AS subject, NULL AS account, NULL AS family,
        sums.region <> 'unknown' AS is_ranked, sums.value AS value, sums.whole AS whole,
        CASE WHEN sums.whole > 0 THEN sums.value / sums.whole END AS share,
        'hub_text_vlm' AS share_of,
        sums.is_estimate OR coalesce(region_gaps.has_begun, FALSE) AS is_estimate,
        coalesce(region_gaps.accounts, 0) AS accounts_without_value, sums.as_of AS as_of,
        NULL AS source, sums.source_title AS source_title, sums.publisher AS publisher,
        sums.source_url AS source_url
    FROM (
        SELECT
            month, region, sum(value ORDER BY value) AS value, max(whole) AS whole,
            max(CASE WHEN is_estimate THEN 1 ELSE 0 END) = 1 AS is_estimate, max(as_of) AS as_of,
            max(source_title) AS source_title, max(publisher) AS publisher,
            max(source_url) AS source_url
        FROM account_flows
        GROUP BY month, region
    ) AS sums
    LEFT JOIN region_gaps
        ON region_gaps.month = sums.month AND region_gaps.region = sums.region
    UNION ALL
    SELECT
        'collected' AS basis, layer, 'family' AS subject_kind, month, family AS subject,
        NULL AS account, family, TRUE AS is_ranked, CAST(value AS DOUBLE) AS value,
        CAST(whole AS DOUBLE) AS whole,
        CASE WHEN whole > 0 THEN value / CAST(whole AS DOUBLE) END AS share,
        CASE WHEN whole > 0 THEN 'hub' END AS share_of, is_estimate,
        NULL AS accounts_without_value, as_of, source, source_title,
        source_title AS publisher, source_url
    FROM family_flows
    UNION ALL
    SELECT
        'collected' AS basis, scope_layers.layer AS layer, 'region' AS subject_kind,
        region_months.month AS month, region_months.region AS subject, NULL AS account,
        NULL AS family, region_months.region <> 'unknown' AS is_ranked,
        CAST(region_months.downloads AS DOUBLE) AS value,
        CAST(scope_totals.whole AS DOUBLE) AS whole,
        CASE
            WHEN scope_totals.whole > 0
                THEN region_months.downloads / CAST(scope_totals.whole AS DOUBLE)
        END AS share,
        'hub' AS share_of, coalesce(region_estimates.is_estimate, FALSE) AS is_estimate,
        NULL AS accounts_without_value,
        newest_days.archive_on AS as_of, archive_sources.source AS source,
        'Hugging Face Hub archive' AS source_title, 'Hugging Face Hub archive' AS publisher,
        'https://huggingface.co/models' AS source_url
    FROM region_months
    INNER JOIN scope_layers ON scope_layers.scope = region_months.scope
    INNER JOIN scope_totals
        ON scope_totals.month = region_months.month AND scope_totals.scope = region_months.scope
    CROSS JOIN newest_days
    LEFT JOIN archive_sources ON archive_sources.month = region_months.month
    LEFT JOIN region_estimates
        ON region_estimates.month = region_months.month
        AND region_estimates.scope = region_months.scope
        AND region_estimates.region = region_months.region
),
numbered_flows AS (
    SELECT flows.*, 12 * extract(YEAR FROM month) + extract(MONTH FROM month) AS number
    FROM flows
),
wholes AS (
    -- The whole since the first month of the series; NULL once a month has none or is missing.
    SELECT
        basis,
        layer,
        month,
        CASE
            WHEN count(whole) OVER so_far = number - min(number) OVER so_far + 1
                THEN sum(whole) OVER so_far
        END AS whole
    FROM (
        SELECT basis, layer, month, number, max(whole) AS whole
        FROM numbered_flows
        GROUP BY basis, layer, month, number
    ) AS months
    WINDOW so_far AS (
        PARTITION BY basis, layer ORDER BY month
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
cumulative AS (
    SELECT
        flows.basis AS basis, flows.layer AS layer, flows.subject_kind AS subject_kind,
        flows.month AS month, flows.subject AS subject, flows.account AS account,
        flows.family AS family, flows.is_ranked AS is_ranked,
        -- As many months are known as there are since the first known one, else one is missing.
        CASE
            WHEN count(flows.value) OVER so_far = flows.number
                - min(CASE WHEN flows.value IS NOT NULL THEN flows.number END) OVER so_far + 1
                THEN sum(flows.value) OVER so_far
        END AS value,
        wholes.whole AS whole,
        flows.share_of AS share_of,
        max(CASE WHEN flows.is_estimate THEN 1 ELSE 0 END) OVER so_far = 1 AS is_estimate,
        max(flows.accounts_without_value) OVER so_far AS accounts_without_value,
        flows.as_of AS as_of, flows.source AS source, flows.source_title AS source_title,
        flows.publisher AS publisher, flows.source_url AS source_url
    FROM numbered_flows AS flows
    INNER JOIN wholes
        ON wholes.basis = flows.basis AND wholes.layer = flows.layer AND wholes.month = flows.month
    WINDOW so_far AS (
        PARTITION BY flows.basis, flows.layer, flows.subject_kind, flows.subject ORDER BY flows.month
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
hub_span AS (
    -- Of an archive of every repository only: one of those with some use misses most derivatives.
    SELECT
        span.first_on AS first_on,
        span.last_on AS last_on,
        days.source AS source
    FROM (
        SELECT min(date) AS first_on, max(date) AS last_on
        FROM hub__days
        WHERE is_complete
    ) AS span
    LEFT JOIN hub__days AS days ON days.date = span.last_on
),
derivatives AS (
    SELECT
        'models_total' AS measure, 'reading' AS period, last_day(derivative_months.month) AS date,
        derivative_months.family AS family, sum(derivative_months.models_listed) AS value
    FROM derivative_months
    CROSS JOIN hub_span
    WHERE NOT derivative_months.with_inferred
        AND last_day(derivative_months.month) >= hub_span.first_on
        AND last_day(derivative_months.month) < hub_span.last_on
    GROUP BY derivative_months.month, derivative_months.family
    UNION ALL
    SELECT
        'models_total' AS measure, 'reading' AS period, scope_newest.date AS date,
        scope_newest.family AS family, sum(scope_newest.models) AS value
    FROM scope_newest
    INNER JOIN hub_span ON hub_span.last_on = scope_newest.date
    WHERE scope_newest.scope = 'derivatives' AND NOT scope_newest.with_inferred
    GROUP BY scope_newest.date, scope_newest.family
    UNION ALL
    -- The month that is not over by the newest day is left out.
    SELECT
        'models_new' AS measure, 'month' AS period, derivative_births.month AS date,
        derivative_births.family AS family, sum(derivative_births.models) AS value
    FROM derivative_births
    CROSS JOIN hub_span
    WHERE NOT derivative_births.with_inferred
        AND last_day(derivative_births.month) <= hub_span.last_on
    GROUP BY derivative_births.month, derivative_births.family
),
family_authors AS (
    SELECT
        authors.author AS author,
        families.family AS family,
        families.account_label AS label,
        families.name_pattern = '.' AS is_whole,
        count(*) OVER (PARTITION BY families.family) AS authors,
        count(*) OVER (PARTITION BY authors.author) AS families
    FROM seed__model_families AS families
    CROSS JOIN unnest(families.openrouter_authors) AS authors (author)
),
author_families AS (
    -- A family is its author where each has only the other; else it is a part of what he makes.
    SELECT
        author,
        max(label) AS label,
        max(CASE WHEN is_whole AND authors = 1 AND families = 1 THEN family END) AS family,
        string_agg(family, ', ' ORDER BY family) AS families
    FROM family_authors
    GROUP BY author
),
named_authors AS (
    SELECT
        coalesce(known.author, families.author) AS author,
        families.family AS family,
        families.families AS families,
        families.label AS label,
        -- Who publishes under false names is not one developer.
        coalesce(known.weights, 'mixed') <> 'unreleased' AS is_ranked,
        coalesce(split_part(known.developer, ' (', 1), families.author) AS developer
    FROM seed__openrouter_authors AS known
    FULL JOIN author_families AS families ON families.author = known.author
),
authors AS (
    SELECT
        author,
        family,
        CASE WHEN family IS NULL THEN families END AS holds,
        is_ranked,
        CASE
            WHEN family IS NOT NULL THEN family
            WHEN NOT is_ranked THEN author
            ELSE split_part(coalesce(label, developer), ' (', 1)
                || CASE
                    -- Of a developer with several authors each is only a part.
                    WHEN count(*) OVER (PARTITION BY developer) > 1 THEN ' (' || author || ')'
                    ELSE ' (all models)'
                END
        END AS subject
    FROM named_authors
),
arena AS (
    SELECT
        TRY_CAST(release AS DATE) AS date, family, max(score) AS value, max(as_of) AS as_of
    FROM benchmark_scores
    WHERE benchmark = 'lmarena_text' AND family <> 'none' AND weights <> 'closed'
        AND score IS NOT NULL AND TRY_CAST(release AS DATE) IS NOT NULL
    GROUP BY release, family
),
readings AS (
    SELECT
        'published' AS basis, 'new_local_pulls' AS layer, 'pulls_new' AS measure,
        'reading' AS period, date, family, new_pulls AS value, new_half_step AS below,
        new_half_step AS above, 'pulls' AS unit, 'about' AS bound, as_of,
        CAST(NULL AS VARCHAR) AS source, source_title, publisher, source_url
    FROM pull_readings
    WHERE previous_on IS NOT NULL
    UNION ALL
    SELECT
        'published' AS basis, 'all_local_pulls' AS layer, 'pulls_total' AS measure,
        'reading' AS period, date, family, pulls AS value, half_step AS below, half_step AS above,
        'pulls' AS unit, 'about' AS bound, as_of, NULL AS source, source_title, publisher, source_url
    FROM pull_readings
    UNION ALL
    SELECT
        'collected' AS basis, 'new_local_pulls' AS layer, 'pulls_new' AS measure,
        'month' AS period, months.month AS date, libraries.family AS family,
        CAST(sum(libraries.pulls) AS DOUBLE) AS value,
        CAST(sum(libraries.pulls_half_step) AS DOUBLE) AS below,
        CAST(sum(libraries.pulls_half_step) AS DOUBLE) AS above, 'pulls' AS unit, 'about' AS bound,
        max(months.last_reading_on) AS as_of, 'ollama' AS source,
        'Ollama library' AS source_title, 'Ollama library' AS publisher, 'https://ollama.com/library' AS source_url
    FROM ollama_library_months AS libraries
    INNER JOIN ollama_months AS months ON months.month = libraries.month
    WHERE months.is_complete
    GROUP BY months.month, libraries.family
    UNION ALL
    SELECT
        'collected' AS basis, 'all_local_pulls' AS layer, 'pulls_total' AS measure,
        'reading' AS period, days.date AS date, days.family AS family,
        CAST(sum(days.pulls) AS DOUBLE) AS value,
        CAST(sum(days.pulls_half_step) AS DOUBLE) AS below,
        CAST(sum(days.pulls_half_step) AS DOUBLE) AS above, 'pulls' AS unit, 'about' AS bound,
        days.date AS as_of, 'ollama' AS source, 'Ollama library' AS source_title, 'Ollama library' AS publisher,
        'https://ollama.com/library' AS source_url
    FROM ollama_days AS days
    INNER JOIN ollama_months AS months ON months.last_reading_on = days.date
    GROUP BY days.date, days.family
    UNION ALL
    SELECT
        'collected' AS basis, 'served_tokens' AS layer, 'token_share' AS measure,
        'month' AS period, date, class AS family,
        CASE WHEN period_tokens > 0 THEN tokens / CAST(period_tokens AS DOUBLE) END AS value,
        0 AS below,
        CASE WHEN period_tokens > 0 THEN other_tokens / CAST(period_tokens AS DOUBLE) END AS above,
        'fraction' AS unit, 'at_least' AS bound, TRY_CAST(substr(as_of, 1, 10) AS DATE) AS as_of,
        'openrouter' AS source, 'OpenRouter' AS source_title, 'OpenRouter' AS publisher,
        'https://openrouter.ai/rankings' AS source_url
    FROM token_classes
    WHERE cut = 'family' AND period = 'month' AND days = days_in_period AND class <> 'other'
    UNION ALL
    SELECT
        'collected' AS basis, 'derivatives' AS layer, derivatives.measure AS measure,
        derivatives.period AS period, derivatives.date AS date, derivatives.family AS family,
        CAST(derivatives.value AS DOUBLE) AS value, 0 AS below, 0 AS above, 'models' AS unit, 'exactly' AS bound,
        hub_span.last_on AS as_of, hub_span.source AS source,
        'Hugging Face Hub archive' AS source_title, 'Hugging Face Hub archive' AS publisher,
        'https://huggingface.co/models' AS source_url
    FROM derivatives
    CROSS JOIN hub_span
    UNION ALL
    SELECT
        'collected' AS basis, 'runtimes' AS layer, 'lmstudio_downloads_30d' AS measure,
        'reading' AS period, date, family, CAST(downloads_30d AS DOUBLE) AS value,
        0 AS below, 0 AS above, 'downloads in 30 days' AS unit, 'exactly' AS bound, date AS as_of, 'lmstudio' AS source,
        'Hugging Face Hub, lmstudio-community' AS source_title, 'Hugging Face Hub, lmstudio-community' AS publisher,
        'https://huggingface.co/lmstudio-community' AS source_url
    FROM lmstudio_days
    WHERE date IN (SELECT max(date) FROM lmstudio_days GROUP BY date_trunc('month', date))
    UNION ALL
    SELECT
        'collected' AS basis, 'quality' AS layer, 'rating' AS measure, 'release' AS period, date,
        family, CAST(value AS DOUBLE) AS value, 0 AS below, 0 AS above, 'rating' AS unit,
        'exactly' AS bound, as_of,
        'lmarena' AS source, 'LMArena' AS source_title, 'LMArena' AS publisher,
        'https://huggingface.co/datasets/lmarena-ai/leaderboard-dataset' AS source_url
    FROM arena
),
points AS (
    SELECT
        basis, layer, 'monthly_downloads' AS measure, subject_kind, 'month' AS period,
        month AS date, subject, account, family, is_ranked, value, 0 AS below, 0 AS above,
        'downloads a month' AS unit,
        'exactly' AS bound, whole, share, share_of, is_estimate, accounts_without_value, NULL AS holds,
        as_of, source, source_title, publisher, source_url
    FROM flows
    UNION ALL
    SELECT
        basis, layer, 'cumulative_downloads' AS measure, subject_kind, 'month' AS period,
        month AS date, subject, account, family, is_ranked, value, 0 AS below, 0 AS above,
        'downloads' AS unit,
        'exactly' AS bound, whole, CASE WHEN whole > 0 THEN value / whole END AS share,
        CASE WHEN whole > 0 THEN share_of END AS share_of, is_estimate, accounts_without_value,
        NULL AS holds, as_of, source, source_title, publisher, source_url
    FROM cumulative
    UNION ALL
    SELECT
        basis, layer, measure, 'family' AS subject_kind, period, date, family AS subject,
        NULL AS account, family, TRUE AS is_ranked, value, below, above, unit, bound, NULL AS whole,
        CASE WHEN unit = 'fraction' THEN value END AS share,
        CASE WHEN unit = 'fraction' THEN 'openrouter' END AS share_of, FALSE AS is_estimate,
        NULL AS accounts_without_value, NULL AS holds, as_of, source, source_title, publisher,
        source_url
    FROM readings
    WHERE family NOT IN ('none', 'mixed')
    UNION ALL
    SELECT
        'published' AS basis, 'served_tokens' AS layer, 'token_share' AS measure,
        'author' AS subject_kind, 'month' AS period, published.date AS date,
        coalesce(authors.subject, published.subject) AS subject, published.subject AS account,
        authors.family AS family, coalesce(authors.is_ranked, TRUE) AS is_ranked,
        published.value AS value, 0 AS below,
        -- The rest of the whole, if it is not told.
        coalesce(unseen.value, 1 - published.value) AS above, 'fraction' AS unit,
        'at_least' AS bound, NULL AS whole,
        published.value AS share, 'openrouter' AS share_of, FALSE AS is_estimate,
        NULL AS accounts_without_value, authors.holds AS holds, published.as_of AS as_of,
        NULL AS source, published.source_title AS source_title,
        published.publisher AS publisher, published.source_url AS source_url
    FROM published
    LEFT JOIN authors ON authors.author = published.subject
    LEFT JOIN published AS unseen
        ON unseen.series = published.series AND unseen.date = published.date
        AND unseen.subject = 'other'
    WHERE published.series = 'openrouter_token_share'
        AND published.subject <> 'other'
)
SELECT
    basis,              -- published or collected
    layer,              -- layer of use, e.g. own_downloads
    measure,            -- what is counted, e.g. monthly_downloads
    subject_kind,       -- account, author, family or region
    period,             -- month, reading or release
    date,               -- first day of the month, day of the reading or release
    subject,            -- name of the account or author on charts, family, or region
    account,            -- Hub account, or author on OpenRouter; NULL for families and regions
    family,             -- family; NULL for regions, and for accounts and authors that are no family
    value,              -- value in its unit; NULL where it is not known
    value - coalesce(below, 0) AS least,  -- the least that it can be: less by what the site may have rounded
    value + coalesce(above, 0) AS most,   -- the most that it can be: more by that, or by all tokens of the models that nobody names
    unit,               -- downloads a month, downloads, downloads in 30 days, models, fraction, pulls, rating
    bound,              -- exactly, about or at_least
    whole,              -- all that the share is of, in the value's unit; NULL where it is not known
    share,              -- fraction 0..1 of the layer's whole; NULL where none is known
    CASE WHEN share IS NOT NULL THEN share_of END AS share_of,  -- hub_text_vlm, hub or openrouter; NULL without a share
    CASE
        WHEN is_ranked AND value IS NOT NULL THEN rank() OVER (
            PARTITION BY basis, layer, measure, subject_kind, date, is_ranked
            ORDER BY value DESC NULLS LAST
        )
    END AS position,    -- 1 = most, equal values share the smaller number; NULL without a value, and for who is not ranked
    sum(CASE WHEN is_ranked AND value IS NOT NULL THEN 1 ELSE 0 END) OVER (
        PARTITION BY basis, layer, measure, subject_kind, date
    ) AS subjects,      -- how many are ranked
    is_ranked,          -- false: accounts that repackage others' models, authors under false names, owners of unknown region
    holds,              -- families that are a part of the author's models, with commas; NULL elsewhere
    accounts_without_value,  -- accounts that a region's sum leaves out, of a sum since the beginning the most in any month; NULL where none are added up
    is_estimate,        -- rests on an estimate; cumulative values once any month so far does
    as_of,              -- day on which the source was read
    source,             -- collector that read it; NULL for published series
    source_title,       -- title of the source
    publisher,          -- who published it; of collected series the source
    source_url          -- where a reader can open it
FROM points
