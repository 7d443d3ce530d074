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
        subject,
        date AS month,
        value,
        estimate_reason <> 'none' AS is_estimate,
        source_title,
        source_url
    FROM published_series
    WHERE series = 'downloads_text_vlm_by_author'
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
crossed AS (
    SELECT
        paired.basis,
        paired.measure,
        paired.leader,
        paired.passed,
        min(paired.month) FILTER (WHERE paired.month > standing.last_behind) AS crossed_on,
        bool_or(paired.is_estimate) FILTER (
            WHERE paired.month >= standing.last_behind
                AND paired.month <= standing.last_behind + INTERVAL 1 MONTH
        ) AS is_estimate,
        count(*) FILTER (
            WHERE paired.is_ahead AND paired.month < standing.last_behind
        ) AS earlier_months_ahead,
        any_value(standing.last_month) AS last_month,
        any_value(paired.source_title) AS source_title,
        any_value(paired.source_url) AS source_url
    FROM paired
    INNER JOIN standing USING (basis, measure, leader, passed)
    WHERE standing.is_ahead_now AND standing.last_behind IS NOT NULL
    GROUP BY ALL
)
SELECT
    basis,                                          -- published, collected or reported
    measure,                                        -- monthly_downloads (flow), cumulative_downloads ...
    leader,                                         -- who went ahead
    passed,                                         -- who was passed
    crossed_on,                                     -- first day of the first month ahead for good
    'month' AS date_precision,                      -- how precise crossed_on is
    is_estimate,                                    -- true when that month or the one before rests on an estimate
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
