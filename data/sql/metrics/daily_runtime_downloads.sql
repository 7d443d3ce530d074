-- title: Downloads of a runtime's packages a day
-- unit: downloads
-- grain: date, channel, name, source
-- source: pypistats, ClickHouse, npm
-- notes: pypistats leaves mirrors out, ClickHouse counts them: two series of the same package, never to
--   be added or joined. Downloads by build servers count, too.
SELECT
    date,                                   -- UTC day
    channel,                                -- pypi or npm
    name,                                   -- package
    source,                                 -- pypistats, clickhouse, npm
    runtime,                                -- runtime
    downloads AS daily_runtime_downloads    -- downloads on that day
FROM runtime_days
