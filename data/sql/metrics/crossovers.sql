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
        'Hugging Face Hub API' AS source_title,
        'https://huggingface.co/models' AS source_url
    FROM family_months
    WHERE scope = 'own'
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
paired AS (
    SELECT
        a.basis,
        a.measure,
        a.subject AS leader,
        b.subject AS passed,
        a.month,
        a.value > b.value AS is_ahead,
        a.is_estimate OR b.is_estimate AS is_estimate,
        a.source_title,
        a.source_url
    FROM measured AS a
    INNER JOIN measured AS b
        ON b.basis = a.basis AND b.measure = a.measure AND b.month = a.month
        AND b.subject <> a.subject
),
standing AS (
    SELECT
        basis,
        measure,
        leader,
        passed,
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
            PARTITION BY paired.basis, paired.measure, paired.leader, paired.passed
        ) AS crossed_on
    FROM paired
    INNER JOIN standing USING (basis, measure, leader, passed)
    WHERE standing.is_ahead_now AND standing.last_behind IS NOT NULL
),
crossed AS (
    SELECT
        basis,
        measure,
        leader,
        passed,
        crossed_on,
        bool_or(is_estimate) FILTER (WHERE month IN (last_behind, crossed_on)) AS is_estimate,
        count(*) FILTER (WHERE is_ahead AND month < last_behind) AS earlier_months_ahead,
        last_month,
        arg_max(source_title, month) AS source_title,
        arg_max(source_url, month) AS source_url
    FROM followed
    GROUP BY ALL
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
