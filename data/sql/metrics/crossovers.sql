-- title: Crossovers
-- unit: months
-- grain: basis, layer, measure, subject_kind, leader, passed, crossed_on, source_title
-- source: Model Pulse report data; Hugging Face Hub API; as standings says; seeds/reported_crossovers.csv
-- notes: The first period after which the leader stays ahead to the end of the series, on every layer and
--   measure of the metric standings: of flows (in a month) as well as of what has added up since the
--   series' first month. Earlier periods ahead are touches. Ties are not ahead, and nor is who is so only
--   by what rounding or the models that nobody names may turn: of shares of tokens and of pulls the least
--   of the one must exceed the most of the other. A crossover out of such a period is an estimate. Accounts in the published
--   series of downloads, authors in that of tokens, families elsewhere, and regions; `reported` rows are dates that others gave. A
--   pair of which one led from the first period on has no crossover. Periods that one of the two lacks
--   are left out. Of downloads that add up what comes after a missing month is not known.
WITH numbered AS (
    -- Pairs are many: numbers are joined and grouped faster than names.
    SELECT
        *,
        dense_rank() OVER (ORDER BY basis, layer, measure, subject_kind) AS series,
        dense_rank() OVER (
            ORDER BY basis, layer, measure, subject_kind, coalesce(account, subject)
        ) AS number
    FROM standing_points
    WHERE value IS NOT NULL AND (subject_kind <> 'region' OR is_ranked)
),
paired AS (
    SELECT
        a.number AS leader_number,
        b.number AS passed_number,
        a.date,
        a.least > b.most AS is_ahead,
        a.is_estimate OR b.is_estimate AS is_estimate,
        a.least <= b.most AND b.least <= a.most AND (a.least < a.most OR b.least < b.most) AS is_open,
        greatest(a.accounts_without_value, b.accounts_without_value) > 0 AS leaves_out
    FROM numbered AS a
    INNER JOIN numbered AS b
        ON b.series = a.series AND b.date = a.date AND b.number <> a.number
),
standing AS (
    SELECT
        leader_number,
        passed_number,
        max(date) AS last_date,
        max(date) FILTER (WHERE NOT is_ahead) AS last_behind
    FROM paired
    GROUP BY ALL
    HAVING max(date) FILTER (WHERE NOT is_ahead) < max(date)
),
counted AS (
    SELECT
        paired.leader_number,
        paired.passed_number,
        any_value(standing.last_date) AS last_date,
        min(date) FILTER (WHERE date > last_behind) AS crossed_on,
        bool_or(is_estimate) FILTER (WHERE date = last_behind) AS was_estimate,
        bool_or(is_open) FILTER (WHERE date = last_behind) AS was_open,
        arg_min(is_estimate, date) FILTER (WHERE date > last_behind) AS is_estimate,
        arg_min(leaves_out, date) FILTER (WHERE date > last_behind) AS leaves_out,
        count(*) FILTER (WHERE is_ahead AND date < last_behind) AS earlier_months_ahead,
        count(*) FILTER (WHERE is_ahead AND date < last_behind AND paired.is_estimate)
            AS estimated_touches,
        list(date ORDER BY date) FILTER (WHERE is_ahead AND date < last_behind) AS touches
    FROM paired
    INNER JOIN standing USING (leader_number, passed_number)
    GROUP BY ALL
),
crossed AS (
    SELECT
        leaders.basis,
        leaders.layer,
        leaders.measure,
        leaders.subject_kind,
        leaders.period,
        coalesce(leaders.account, leaders.subject) AS leader,
        coalesce(passed.account, passed.subject) AS passed,
        leaders.family AS leader_family,
        passed.family AS passed_family,
        counted.crossed_on,
        counted.was_estimate OR counted.is_estimate OR counted.was_open AS is_estimate,
        counted.was_open,
        counted.earlier_months_ahead,
        counted.estimated_touches,
        array_to_string(
            list_transform(
                counted.touches,
                lambda day: CASE
                    WHEN leaders.period = 'month' THEN strftime(day, '%Y-%m') ELSE CAST(day AS VARCHAR)
                END
            ),
            ', '
        ) AS touches,
        counted.last_date,
        coalesce(archives.title, leaders.source_title) AS source_title,
        coalesce(archives.url, leaders.source_url) AS source_url,
        counted.leaves_out,
        leaders.as_of AS read_on,
        rtrim(
            coalesce(collectors.citation, texts.citation, 'Source: ' || leaders.source_title), '.'
        ) AS line
    FROM counted
    INNER JOIN numbered AS leaders
        ON leaders.number = counted.leader_number AND leaders.date = counted.last_date
    INNER JOIN numbered AS passed
        ON passed.number = counted.passed_number AND passed.date = counted.last_date
    LEFT JOIN build_sources AS archives
        ON archives.name = leaders.source AND leaders.source_title = 'Hugging Face Hub archive'
    LEFT JOIN build_sources AS collectors ON collectors.name = leaders.source
    LEFT JOIN (
        SELECT title, max(citation) AS citation FROM seed__sources GROUP BY title
    ) AS texts ON texts.title = leaders.source_title
)
SELECT
    crossed.basis,                                  -- published, collected or reported
    layer,                                          -- layer of use, as in standings
    measure,                                        -- as in standings: monthly_downloads (flow), cumulative_downloads ...; of reported ones as stated
    subject_kind,                                   -- account, author, family or region
    leader,                                         -- who went ahead: account, author, family, region, or as reported
    passed,                                         -- who was passed
    leader_family,                                  -- family of the leader; NULL when it has none
    passed_family,                                  -- family of who was passed; NULL when it has none
    crossed_on,                                     -- first day of the first period ahead for good
    CASE WHEN period = 'month' THEN 'month' ELSE 'reading' END AS date_precision,  -- how precise crossed_on is; reading: it lies between that day's reading and the one before
    is_estimate,                                    -- true when that period or the last one behind rests on an estimate, or the two were not told apart in the last one
    earlier_months_ahead,                           -- periods ahead before that did not last
    touches,                                        -- which ones: months as 2024-10, days else, with commas; NULL when there are none
    estimated_touches,                              -- how many of them rest on estimates
    last_date AS as_of,                             -- last period that both have, or NULL for reported dates
    source_title,                                   -- title of the source
    source_url,                                     -- where a reader can open it
    CASE
        WHEN was_open THEN 'from the first period on in which it is certain; before, the two were not told apart'
        WHEN leaves_out THEN 'the sums leave out accounts without a figure'
    END AS note,                                    -- what to know about it
    CASE
        WHEN line LIKE '%{as_of}%' THEN replace(line, '{as_of}', CAST(read_on AS VARCHAR))
        ELSE concat(line, ', as of ', read_on)
    END || '.' AS citation                          -- the line that the publisher asks for, with the day on which it was read
FROM crossed
UNION ALL
SELECT
    'reported' AS basis,
    CASE reported.measure
        WHEN 'cumulative_downloads' THEN 'own_downloads'
        WHEN 'monthly_downloads' THEN 'own_downloads'
        WHEN 'derivative_share' THEN 'derivatives'
        WHEN 'openrouter_tokens' THEN 'served_tokens'
        ELSE 'other'
    END AS layer,
    reported.measure,
    CASE WHEN ahead.family IS NULL AND behind.family IS NULL THEN 'region' ELSE 'family' END
        AS subject_kind,
    reported.leader,
    reported.passed,
    ahead.family AS leader_family,
    behind.family AS passed_family,
    reported.starts_on AS crossed_on,
    reported.date_precision,
    reported.exactness <> 'exact' AS is_estimate,
    CAST(NULL AS BIGINT) AS earlier_months_ahead,
    CAST(NULL AS VARCHAR) AS touches,
    CAST(NULL AS BIGINT) AS estimated_touches,
    CAST(NULL AS DATE) AS as_of,
    reported.source_title,
    reported.source_url,
    reported.note,
    concat('Source: ', rtrim(reported.source_title, '.'), '.') AS citation
FROM seed__reported_crossovers AS reported
LEFT JOIN seed__model_families AS ahead ON ahead.family = reported.leader
LEFT JOIN seed__model_families AS behind ON behind.family = reported.passed
