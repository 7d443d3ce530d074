-- title: Readings of the runtimes' counters at the ends of each month
-- unit: months
-- grain: channel, name, month
-- source: Docker Hub, GitHub
-- notes: From the last reading of the month before to the last one of the month. A month has both ends
--   when these lie within the last three days of their months, and the newest reading of the channel is
--   on the month's last day or later: while a month goes on, its last reading is not yet known. It is
--   complete when both readings hold the whole counter, too.
WITH ranked AS (
    SELECT
        runtime,
        channel,
        name,
        date,
        run,
        is_whole,
        CAST(date_trunc('month', date) AS DATE) AS month,
        max(date) OVER (PARTITION BY channel) AS newest_on,
        row_number() OVER (
            PARTITION BY channel, name, date_trunc('month', date) ORDER BY date DESC
        ) AS place
    FROM runtime_readings
),
last_readings AS (
    SELECT runtime, channel, name, month, date, run, is_whole, newest_on
    FROM ranked
    WHERE place = 1
),
ends AS (
    SELECT
        months.runtime AS runtime,
        months.channel AS channel,
        months.name AS name,
        months.month AS month,
        before.date AS first_reading_on,
        before.run AS first_run,
        months.date AS last_reading_on,
        months.run AS last_run,
        coalesce(
            before.date >= CAST(months.month - INTERVAL 3 DAY AS DATE)
            AND months.date >= CAST(months.month + INTERVAL 1 MONTH - INTERVAL 3 DAY AS DATE)
            AND months.newest_on >= CAST(months.month + INTERVAL 1 MONTH - INTERVAL 1 DAY AS DATE),
            FALSE
        ) AS has_both_ends,
        coalesce(before.is_whole AND months.is_whole, FALSE) AS is_whole
    FROM last_readings AS months
    LEFT JOIN last_readings AS before
        ON before.channel = months.channel
        AND before.name = months.name
        AND before.month = CAST(months.month - INTERVAL 1 MONTH AS DATE)
)
SELECT
    runtime,                                        -- runtime
    channel,                                        -- dockerhub or github
    name,                                           -- image or repository
    month,                                          -- first day of the month
    first_reading_on,                               -- last reading of the month before; NULL when there is none
    first_run,                                      -- its run
    last_reading_on,                                -- last reading of the month
    last_run,                                       -- its run
    has_both_ends,                                  -- both readings are there, at most three days before the boundary, and the month is over
    has_both_ends AND is_whole AS is_complete       -- and neither lacks releases
FROM ends
