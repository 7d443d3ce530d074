-- title: Months of the Ollama library, with the readings at their ends
-- unit: months
-- grain: month
-- source: Ollama library
-- notes: From the last reading of the month before to the last one of the month. A month is complete
--   when both lie within the last three days of their months, and the newest reading of all is on the
--   month's last day or later: while a month goes on, its last reading is not yet known.
WITH last_readings AS (
    SELECT
        CAST(date_trunc('month', date) AS DATE) AS month,
        max(date) AS last_on
    FROM ollama_days
    GROUP BY CAST(date_trunc('month', date) AS DATE)
),
newest AS (
    SELECT max(last_on) AS newest_on FROM last_readings
)
SELECT
    months.month AS month,                          -- first day of the month
    before.last_on AS first_reading_on,             -- last reading of the month before; NULL when there is none
    months.last_on AS last_reading_on,              -- last reading of the month
    coalesce(
        before.last_on >= CAST(months.month - INTERVAL 3 DAY AS DATE)
        AND months.last_on >= CAST(months.month + INTERVAL 1 MONTH - INTERVAL 3 DAY AS DATE)
        AND newest.newest_on >= CAST(months.month + INTERVAL 1 MONTH - INTERVAL 1 DAY AS DATE),
        FALSE
    ) AS is_complete                                -- both readings are there, at most three days before the boundary, and the month is over
FROM last_readings AS months
CROSS JOIN newest
LEFT JOIN last_readings AS before
    ON before.month = CAST(months.month - INTERVAL 1 MONTH AS DATE)
