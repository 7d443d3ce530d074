-- title: Downloads of a runtime by calendar month
-- unit: as the column unit says
-- grain: month, channel, name, source
-- source: pypistats, ClickHouse, npm, Docker Hub, GitHub
-- notes: Channels count different things and are never added up. PyPI has two series, pypistats (without
--   mirrors) and ClickHouse (with mirrors), never to be added or joined; each other channel has one source.
--   Docker Hub and GitHub: differences of counters between the last readings of two months, NULL when one
--   lies more than three days before its month's end or the month is not over. A month of which days are
--   missing is the sum of the others, and is_complete says so; likewise one of GitHub where the source
--   lists only the newest releases: the value is the least that it can be. Build servers and version
--   checks count, too.
SELECT
    month,                             -- first day of the month
    channel,                           -- pypi, npm, dockerhub, github (files of releases)
    name,                              -- package, image or repository
    runtime,                           -- runtime
    source,                            -- pypistats, clickhouse (both of PyPI), npm, dockerhub, github
    value AS runtime_downloads,        -- downloads or pulls in the month; NULL when not known
    unit,                              -- downloads, pulls
    first_on,                          -- first day read, or reading at the beginning
    last_on,                           -- last day read, or reading at the end
    days,                              -- days read, or days between the two readings; NULL without a first one
    days_in_month,                     -- days that the month has
    is_complete                        -- every day was read, or both readings are at the boundaries and list all releases
FROM runtime_months
