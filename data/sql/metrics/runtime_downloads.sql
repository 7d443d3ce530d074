-- title: Downloads of a runtime by calendar month
-- unit: as the column unit says
-- grain: month, channel, name
-- source: pypistats, ClickHouse, npm, Docker Hub, GitHub
-- notes: Channels count different things and are never added up. PyPI: pypistats (without mirrors) where
--   it has every day of the month, else ClickHouse (with mirrors): the column source says which. Docker
--   Hub and GitHub: differences of counters between the last readings of two months, NULL when one lies
--   more than three days before its month's end. A month of which days are missing is the sum of the
--   others, and is_complete says so. Build servers and version checks count, too.
SELECT
    month,                             -- first day of the month
    channel,                           -- pypi, npm, dockerhub, github (files of releases)
    name,                              -- package, image or repository
    runtime,                           -- runtime
    source,                            -- pypistats, clickhouse, npm, dockerhub, github
    value AS runtime_downloads,        -- downloads or pulls in the month; NULL when not known
    unit,                              -- downloads, pulls
    first_on,                          -- first day read, or reading at the beginning
    last_on,                           -- last day read, or reading at the end
    days,                              -- days read, or days between the two readings; NULL without a first one
    days_in_month,                     -- days that the month has
    is_complete                        -- every day was read, or both readings are at the boundaries
FROM runtime_months
