-- title: Downloads of each package, image and repository of the runtimes, one row a month
-- unit: downloads, pulls
-- grain: channel, name, source, month
-- source: pypistats, ClickHouse, npm, Docker Hub, GitHub
-- notes: PyPI and npm: sums of the days that were read, of each source apart. Docker Hub and GitHub:
--   differences of counters, of GitHub release by release; NULL in a month without readings at both
--   ends. A counter that fell, or that of a release that was published before the first reading and was
--   not in it, is left out. Where a reading lacks older releases, the month is not complete and its value
--   the least that it can be.
WITH daily AS (
    SELECT
        runtime,
        channel,
        name,
        source,
        CAST(date_trunc('month', date) AS DATE) AS month,
        sum(downloads) AS value,
        count(*) AS days,
        min(date) AS first_on,
        max(date) AS last_on
    FROM runtime_days
    GROUP BY runtime, channel, name, source, CAST(date_trunc('month', date) AS DATE)
),
of_months AS (
    SELECT
        runtime,
        channel,
        name,
        source,
        month,
        value,
        days,
        first_on,
        last_on,
        extract(day FROM month + INTERVAL 1 MONTH - INTERVAL 1 DAY) AS days_in_month
    FROM daily
),
pulls AS (
    SELECT
        ends.runtime AS runtime,
        ends.channel AS channel,
        ends.name AS name,
        ends.month AS month,
        CASE WHEN last.pulls >= first.pulls THEN last.pulls - first.pulls END AS value
    FROM runtime_boundaries AS ends
    INNER JOIN dockerhub__repositories AS last
        ON last.repository = ends.name AND last.run = ends.last_run
    INNER JOIN dockerhub__repositories AS first
        ON first.repository = ends.name AND first.run = ends.first_run
    WHERE ends.channel = 'dockerhub' AND ends.has_both_ends
),
releases AS (
    SELECT
        ends.runtime AS runtime,
        ends.channel AS channel,
        ends.name AS name,
        ends.month AS month,
        CASE
            WHEN first.downloads IS NOT NULL AND last.downloads >= first.downloads
                THEN last.downloads - first.downloads
            WHEN first.downloads IS NULL
                AND CAST(last.published_at AS DATE) >= ends.first_reading_on
                THEN last.downloads
        END AS value
    FROM runtime_boundaries AS ends
    INNER JOIN github__releases AS last
        ON last.repository = ends.name AND last.run = ends.last_run
    LEFT JOIN github__releases AS first
        ON first.repository = ends.name AND first.run = ends.first_run AND first.tag = last.tag
    WHERE ends.channel = 'github' AND ends.has_both_ends
),
differences AS (
    SELECT channel, name, month, value FROM pulls
    UNION ALL
    SELECT channel, name, month, sum(value) AS value
    FROM releases
    GROUP BY channel, name, month
)
SELECT
    runtime,                                            -- runtime
    channel,                                            -- pypi, npm, dockerhub, github
    name,                                               -- package, image or repository
    month,                                              -- first day of the month
    source,                                             -- pypistats, clickhouse, npm, dockerhub, github
    unit,                                               -- downloads, or pulls
    CAST(value AS BIGINT) AS value,                     -- in the month, of the days and releases that were read; NULL when not known
    first_on,                                           -- first day read, or reading at the beginning
    last_on,                                            -- last day read, or reading at the end
    CAST(days AS BIGINT) AS days,                       -- days read, or days between the two readings
    CAST(days_in_month AS BIGINT) AS days_in_month,     -- days that the month has
    is_complete                                         -- every day was read, or both readings are at the boundaries and whole
FROM (
    SELECT
        runtime,
        channel,
        name,
        month,
        source,
        'downloads' AS unit,
        value,
        first_on,
        last_on,
        days,
        days_in_month,
        days = days_in_month AS is_complete
    FROM of_months
    UNION ALL
    SELECT
        ends.runtime AS runtime,
        ends.channel AS channel,
        ends.name AS name,
        ends.month AS month,
        ends.channel AS source,
        CASE WHEN ends.channel = 'dockerhub' THEN 'pulls' ELSE 'downloads' END AS unit,
        differences.value AS value,
        ends.first_reading_on AS first_on,
        ends.last_reading_on AS last_on,
        (extract(epoch FROM ends.last_reading_on) - extract(epoch FROM ends.first_reading_on))
            / 86400 AS days,
        extract(day FROM ends.month + INTERVAL 1 MONTH - INTERVAL 1 DAY) AS days_in_month,
        ends.is_complete AS is_complete
    FROM runtime_boundaries AS ends
    LEFT JOIN differences
        ON differences.channel = ends.channel
        AND differences.name = ends.name
        AND differences.month = ends.month
) AS months
