-- title: Readings of the runtimes' counters at the ends of each month
-- unit: months
-- grain: channel, name, month
-- source: Docker Hub, GitHub
-- notes: From the last reading of the month before to the last one of the month. A month is complete
--   when both lie within the last three days of their months.
WITH ranked AS (
    SELECT
        runtime,
        channel,
        name,
        date,
        run,
        CAST(date_trunc('month', date) AS DATE) AS month,
        row_number() OVER (
            PARTITION BY channel, name, date_trunc('month', date) ORDER BY date DESC
        ) AS place
    FROM runtime_readings
),
last_readings AS (
    SELECT runtime, channel, name, month, date, run
    FROM ranked
    WHERE place = 1
)
SELECT
    months.runtime AS runtime,                     -- runtime
    months.channel AS channel,                     -- dockerhub or github
    months.name AS name,                           -- image or repository
    months.month AS month,                         -- first day of the month
    before.date AS first_reading_on,               -- last reading of the month before; NULL when there is none
    before.run AS first_run,                       -- its run
    months.date AS last_reading_on,                -- last reading of the month
    months.run AS last_run,                        -- its run
    coalesce(
        before.date >= CAST(months.month - INTERVAL 3 DAY AS DATE)
        AND months.date >= CAST(months.month + INTERVAL 1 MONTH - INTERVAL 3 DAY AS DATE),
        FALSE
    ) AS is_complete                               -- both readings are there, at most three days before the boundary
FROM last_readings AS months
LEFT JOIN last_readings AS before
    ON before.channel = months.channel
    AND before.name = months.name
    AND before.month = CAST(months.month - INTERVAL 1 MONTH AS DATE)
