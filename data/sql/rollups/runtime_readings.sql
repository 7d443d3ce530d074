-- title: Readings of the cumulative counters of the runtimes, one row a day
-- unit: pulls, downloads
-- grain: channel, name, date
-- source: Docker Hub, GitHub
-- notes: The last reading of a UTC day stands for the day.
WITH readings AS (
    SELECT 'dockerhub' AS channel, repository AS name, run, observed_at, pulls AS total
    FROM dockerhub__repositories
    UNION ALL
    SELECT 'github' AS channel, repository AS name, run, max(observed_at) AS observed_at,
        sum(downloads) AS total
    FROM github__releases
    GROUP BY repository, run
),
ranked AS (
    SELECT
        channel,
        name,
        run,
        total,
        CAST(observed_at AS DATE) AS date,
        row_number() OVER (
            PARTITION BY channel, name, CAST(observed_at AS DATE) ORDER BY run DESC
        ) AS newest
    FROM readings
)
SELECT
    seed__runtimes.runtime AS runtime,      -- runtime
    ranked.channel AS channel,              -- dockerhub or github
    ranked.name AS name,                    -- image or repository
    ranked.date AS date,                    -- UTC date of the reading
    ranked.run AS run,                      -- run of the collector that read it
    CAST(ranked.total AS BIGINT) AS total   -- pulls, or downloads of the files of all releases, since the beginning
FROM ranked
INNER JOIN seed__runtimes
    ON seed__runtimes.channel = ranked.channel AND seed__runtimes.name = ranked.name
WHERE ranked.newest = 1
