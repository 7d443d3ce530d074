-- title: Posts that no seed cites yet
-- unit: posts
-- grain: guid
-- source: Interconnects
-- notes: Reports are entered by people: these are the posts of the feed whose address stands in no row of
--   the seeds. The feed shows the last posts only; one that left it stays here.
WITH addresses AS (
    -- One address however it is written: without scheme, www, query, fragment and last slash.
    SELECT
        guid,
        title,
        url,
        lower(rtrim(regexp_replace(url, '^https?://(www[.])?|[?#].*$', '', 'g'), '/')) AS address,
        published_at,
        observed_at,
        run
    FROM interconnects__posts
),
cited AS (
    SELECT DISTINCT
        lower(rtrim(regexp_replace(source_url, '^https?://(www[.])?|[?#].*$', '', 'g'), '/'))
            AS address
    FROM (
        SELECT source_url FROM seed__reported_figures
        UNION ALL SELECT source_url FROM seed__reported_crossovers
        UNION ALL SELECT source_url FROM seed__artifacts_log
        UNION ALL SELECT source_url FROM seed__events
        UNION ALL SELECT source_url FROM seed__incidents
        UNION ALL SELECT url AS source_url FROM seed__sources
    ) AS seeds
    WHERE source_url IS NOT NULL
)
SELECT
    guid,                                             -- identity that the feed gives
    arg_max(title, run) AS title,                     -- title
    arg_max(url, run) AS url,                         -- where a reader can open it
    arg_max(published_at, run) AS published_at,       -- UTC instant of publication; NULL when not given
    min(observed_at) AS first_seen_at                 -- UTC instant at which it was first seen
FROM addresses
WHERE address NOT IN (SELECT address FROM cited)
GROUP BY guid
