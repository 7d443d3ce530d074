-- title: Downloads of the packages of each runtime, one row a day
-- unit: downloads
-- grain: channel, name, source, date
-- source: pypistats, ClickHouse, npm
-- notes: The newest reading of a day stands. pypistats leaves mirrors out, ClickHouse counts them: the
--   two are never added.
WITH readings AS (
    SELECT 'pypi' AS channel, 'pypistats' AS source, package AS name, date, run, downloads
    FROM pypistats__downloads
    UNION ALL
    SELECT 'pypi' AS channel, 'clickhouse' AS source, package AS name, date, run, downloads
    FROM clickhouse__downloads
    UNION ALL
    SELECT 'npm' AS channel, 'npm' AS source, package AS name, date, run, downloads
    FROM npm__downloads
),
ranked AS (
    SELECT
        channel,
        source,
        name,
        date,
        downloads,
        row_number() OVER (PARTITION BY channel, source, name, date ORDER BY run DESC) AS newest
    FROM readings
)
SELECT
    seed__runtimes.runtime AS runtime,      -- runtime
    ranked.channel AS channel,              -- pypi or npm
    ranked.name AS name,                    -- package
    ranked.source AS source,                -- pypistats, clickhouse, npm
    ranked.date AS date,                    -- UTC day
    ranked.downloads AS downloads           -- downloads on that day
FROM ranked
INNER JOIN seed__runtimes
    ON seed__runtimes.channel = ranked.channel AND seed__runtimes.name = ranked.name
WHERE ranked.newest = 1
