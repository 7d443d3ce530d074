-- title: Regions of developers on each layer of use
-- unit: as the column unit says
-- grain: basis, layer, measure, period, date, region
-- source: Model Pulse report data; Hugging Face Hub archive; OpenRouter; Ollama library
-- notes: Where the developers of what is used have their base; where users are, no source says. Published
--   and collected stay apart (basis). Own downloads as published: the accounts that are followed, by
--   seeds/organization_regions.csv; all other publishers, repackagers among them, are `unknown`, so that
--   shares are of the whole market. As collected: downloads_by_region. Tokens: by the author; models
--   outside the top 50 are `unknown`; days and months are never one series. All else: sums of the tracked
--   families by their developer's region, shares are of these sums. In each period shares add up to 1.
--   A sum of accounts leaves out those that have no value in the month: accounts_without_value says how
--   many, and what they had is in `unknown`. It is an estimate where such an account had begun before.
--   Pulls are sums of rounded counters: what rounding can have moved them by, at most, is added up.
WITH of_accounts AS (
    SELECT * FROM standing_points WHERE subject_kind = 'region'
),
month_rests AS (
    -- All publishers that the published series does not follow, and those of no known region.
    SELECT
        basis, layer, measure, period, date, 'unknown' AS region,
        max(whole) - coalesce(sum(value ORDER BY value) FILTER (WHERE subject <> 'unknown'), 0) AS value,
        max(whole) AS whole, any_value(unit) AS unit,
        -- The rows of a month may all be without a share of their own.
        coalesce(any_value(share_of), 'hub_text_vlm') AS share_of,
        bool_or(is_estimate) AS is_estimate, max(as_of) AS as_of, any_value(source) AS source,
        any_value(source_title) AS source_title, any_value(publisher) AS publisher,
        any_value(source_url) AS source_url, CAST(NULL AS BIGINT) AS accounts_without_value
    FROM of_accounts
    WHERE basis = 'published'
    GROUP BY ALL
),
rests AS (
    -- Since the beginning: the sum of the months, since a region may lack a month's row.
    SELECT month_rests.* REPLACE (coalesce(sums.value, month_rests.value) AS value)
    FROM month_rests
    LEFT JOIN (
        SELECT
            basis, layer, 'cumulative_downloads' AS measure, date,
            sum(value) OVER (PARTITION BY basis, layer ORDER BY date) AS value
        FROM month_rests
        WHERE measure = 'monthly_downloads'
    ) AS sums USING (basis, layer, measure, date)
),
downloads AS (
    SELECT
        basis, layer, measure, period, date, subject AS region, value, whole, unit, share_of,
        is_estimate, as_of, source, source_title, publisher, source_url, accounts_without_value
    FROM of_accounts
    WHERE basis <> 'published' OR subject <> 'unknown'
    UNION ALL BY NAME
    SELECT * FROM rests
),
of_families AS (
    SELECT
        points.basis, points.layer, points.measure, points.period, points.date, families.region,
        sum(points.value ORDER BY points.value) AS value,
        sum(points.value - points.least) AS off, any_value(points.unit) AS unit, 'tracked' AS share_of,
        bool_or(points.is_estimate) AS is_estimate, max(points.as_of) AS as_of,
        any_value(points.source) AS source, any_value(points.source_title) AS source_title,
        any_value(points.publisher) AS publisher, any_value(points.source_url) AS source_url
    FROM standing_points AS points
    INNER JOIN seed__model_families AS families USING (family)
    WHERE points.subject_kind = 'family'
        AND points.layer IN ('derivatives', 'new_local_pulls', 'all_local_pulls', 'runtimes')
    GROUP BY ALL
),
published_tokens AS (
    SELECT
        'published' AS basis, published.period, published.date,
        coalesce(authors.region, 'unknown') AS region, sum(published.value ORDER BY published.value) AS value,
        max(published.as_of) AS as_of, CAST(NULL AS VARCHAR) AS source,
        any_value(published.source_title) AS source_title,
        any_value(published.publisher) AS publisher, any_value(published.source_url) AS source_url
    FROM published_readings AS published
    LEFT JOIN seed__openrouter_authors AS authors ON authors.author = published.subject
    WHERE published.series = 'openrouter_token_share' AND published.period IN ('month', 'day')
    GROUP BY ALL
),
collected_tokens AS (
    SELECT
        'collected' AS basis, period, date,
        CASE class WHEN 'other' THEN 'unknown' WHEN 'other_region' THEN 'other' ELSE class END
            AS region,
        sum(tokens) / CAST(nullif(any_value(period_tokens), 0) AS DOUBLE) AS value,
        max(TRY_CAST(left(as_of, 10) AS DATE)) AS as_of, 'openrouter' AS source,
        'OpenRouter' AS source_title, 'OpenRouter' AS publisher,
        'https://openrouter.ai/rankings' AS source_url
    FROM token_classes
    WHERE cut = 'region' AND period = 'month' AND days = days_in_period
    GROUP BY ALL
),
tokens AS (
    SELECT
        'served_tokens' AS layer, 'token_share' AS measure, 1.0 AS whole, 'fraction' AS unit,
        'openrouter' AS share_of, FALSE AS is_estimate, *
    FROM (
        SELECT * FROM published_tokens UNION ALL BY NAME SELECT * FROM collected_tokens
    )
),
points AS (
    SELECT * FROM downloads
    UNION ALL BY NAME
    SELECT *, sum(value ORDER BY value) OVER (PARTITION BY basis, layer, measure, period, date) AS whole
    FROM of_families
    UNION ALL BY NAME
    SELECT * FROM tokens
),
cited AS (
    SELECT
        points.*,
        archives.title AS archive_title,
        archives.url AS archive_url,
        rtrim(
            coalesce(collectors.citation, texts.citation, 'Source: ' || points.source_title), '.'
        ) AS line
    FROM points
    LEFT JOIN build_sources AS archives
        ON archives.name = points.source AND points.source_title = 'Hugging Face Hub archive'
    LEFT JOIN build_sources AS collectors ON collectors.name = points.source
    LEFT JOIN (
        SELECT title, max(citation) AS citation FROM seed__sources GROUP BY title
    ) AS texts ON texts.title = points.source_title
)
SELECT
    points.basis,                      -- published or collected
    points.layer,                      -- own_downloads, lineage_downloads, derivatives, served_tokens, new_local_pulls, all_local_pulls, runtimes
    points.measure,                    -- as in standings: monthly_downloads, cumulative_downloads, models_total, models_new, token_share, pulls_new, pulls_total, lmstudio_downloads_30d
    points.period,                     -- month, day or reading
    points.date,                       -- first day of the month, or the day
    points.region,                     -- us, china, eu, other or unknown
    points.value AS regions_by_layer,  -- value in its unit; NULL where it is not known
    points.value - coalesce(points.off, 0) AS regions_low,   -- the least that it can be, by what the site may have rounded of each library
    points.value + coalesce(points.off, 0) AS regions_high,  -- the most that it can be
    points.unit,                       -- downloads a month, downloads, downloads in 30 days, models, fraction, pulls
    CASE WHEN points.whole > 0 THEN points.value / points.whole END AS share,  -- fraction 0..1 of the layer's whole; NULL where none is known
    CASE WHEN points.whole > 0 AND points.value IS NOT NULL THEN points.share_of END AS share_of,  -- hub_text_vlm, hub, openrouter or tracked; NULL without a share
    points.is_estimate,                -- rests on an estimate; a cumulative value once any month so far does
    points.as_of,                      -- day on which the source was read
    coalesce(points.archive_title, points.source_title) AS source_title,  -- title of the source
    coalesce(points.archive_title, points.publisher) AS publisher,  -- who published it; of collected series the source
    coalesce(points.archive_url, points.source_url) AS source_url,  -- where a reader can open it
    CASE
        WHEN points.line LIKE '%{as_of}%' THEN replace(points.line, '{as_of}', CAST(points.as_of AS VARCHAR))
        ELSE concat(points.line, ', as of ', points.as_of)
    END || '.' AS citation,            -- the line that the publisher asks for, with as_of
    points.accounts_without_value      -- accounts of the region that the sum leaves out, of a sum since the beginning the most in any month; NULL where no accounts are added up
FROM cited AS points
