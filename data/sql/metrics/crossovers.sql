-- title: Crossovers
-- unit: months
-- grain: basis, measure, leader, passed, crossed_on, source_title
-- source: Model Pulse report data; Hugging Face Hub API; seeds/reported_crossovers.csv
-- notes: The first month after which the leader stays ahead to the end of the series, of flow
--   (downloads in a month) or of cumulative downloads since the series' first month. Earlier months
--   ahead are touches. Ties are not ahead. Accounts in the published series, families in the
--   collected one; `reported` rows are dates that others gave. A pair of which one led from the
--   first month on has no crossover.
WITH flows AS (
    SELECT
        'published' AS basis,
        account AS subject,
        month,
        account_downloads AS value,
        estimate_reason <> 'none' AS is_estimate,
        source_title,
        source_url
    FROM account_downloads
    UNION ALL
    SELECT
        'collected' AS basis,
        family AS subject,
        month,
        CAST(monthly_downloads AS DOUBLE) AS value,
        estimate_reason <> 'none' AS is_estimate,
        CASE source
            WHEN 'huggingface' THEN 'Hugging Face Hub API'
            ELSE 'Hugging Face Hub archive'
        END AS source_title,
        CASE source
            WHEN 'huggingface' THEN 'https://huggingface.co/models'
            ELSE coalesce(build_sources.url, 'https://huggingface.co/models')
        END AS source_url
    FROM monthly_downloads
    LEFT JOIN build_sources ON build_sources.name = monthly_downloads.source
    WHERE scope = 'own' AND monthly_downloads IS NOT NULL
),
measured AS (
    SELECT *, 'monthly_downloads' AS measure FROM flows
    UNION ALL
    SELECT * REPLACE (
        sum(value) OVER (
            PARTITION BY basis, subject ORDER BY month
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS value,
        bool_or(is_estimate) OVER (
            PARTITION BY basis, subject ORDER BY month
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS is_estimate
    ), 'cumulative_downloads' AS measure
    FROM flows
),
numbered AS (
    -- Pairs are many: numbers are joined and grouped faster than names.
    SELECT
        *,
        dense_rank() OVER (ORDER BY basis, measure) AS series,
        dense_rank() OVER (ORDER BY basis, measure, subject) AS number
    FROM measured
),
paired AS (
    SELECT
        a.number AS leader_number,
        b.number AS passed_number,
        a.month,
        a.value > b.value AS is_ahead,
        a.is_estimate OR b.is_estimate AS is_estimate
    FROM numbered AS a
    INNER JOIN numbered AS b
        ON b.series = a.series AND b.month = a.month AND b.number <> a.number
),
standing AS (
    SELECT
        leader_number,
        passed_number,
        max(month) AS last_month,
        max(month) FILTER (WHERE NOT is_ahead) AS last_behind,
        arg_max(is_ahead, month) AS is_ahead_now
    FROM paired
    GROUP BY ALL
),
followed AS (
    SELECT
        paired.*,
        standing.last_month,
        standing.last_behind,
        min(paired.month) FILTER (WHERE paired.month > standing.last_behind) OVER (
            PARTITION BY paired.leader_number, paired.passed_number
        ) AS crossed_on
    FROM paired
    INNER JOIN standing USING (leader_number, passed_number)
    WHERE standing.is_ahead_now AND standing.last_behind IS NOT NULL
),
counted AS (
    SELECT
        leader_number,
        passed_number,
        crossed_on,
        bool_or(is_estimate) FILTER (WHERE month IN (last_behind, crossed_on)) AS is_estimate,
        count(*) FILTER (WHERE is_ahead AND month < last_behind) AS earlier_months_ahead,
        last_month
    FROM followed
    GROUP BY ALL
),
crossed AS (
    SELECT
        leaders.basis,
        leaders.measure,
        leaders.subject AS leader,
        passed.subject AS passed,
        counted.crossed_on,
        counted.is_estimate,
        counted.earlier_months_ahead,
        counted.last_month,
        leaders.source_title,
        leaders.source_url
    FROM counted
    INNER JOIN numbered AS leaders
        ON leaders.number = counted.leader_number AND leaders.month = counted.last_month
    INNER JOIN numbered AS passed
        ON passed.number = counted.passed_number AND passed.month = counted.last_month
)
SELECT
    basis,                                          -- published, collected or reported
    measure,                                        -- monthly_downloads (flow), cumulative_downloads ...
    leader,                                         -- who went ahead
    passed,                                         -- who was passed
    crossed_on,                                     -- first day of the first month ahead for good
    'month' AS date_precision,                      -- how precise crossed_on is
    is_estimate,                                    -- true when that month or the last one behind rests on an estimate
    earlier_months_ahead,                           -- months ahead before that did not last
    last_month AS as_of,                            -- last month of the series, or NULL for reported dates
    source_title,                                   -- title of the source
    source_url,                                     -- where a reader can open it
    CAST(NULL AS VARCHAR) AS note                   -- what to know about it
FROM crossed
UNION ALL
SELECT
    'reported' AS basis,
    measure,
    leader,
    passed,
    starts_on AS crossed_on,
    date_precision,
    exactness <> 'exact' AS is_estimate,
    CAST(NULL AS BIGINT) AS earlier_months_ahead,
    CAST(NULL AS DATE) AS as_of,
    source_title,
    source_url,
    note
FROM seed__reported_crossovers
