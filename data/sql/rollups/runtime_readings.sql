-- title: Readings of the cumulative counters of the runtimes, one row a day
-- unit: pulls, downloads
-- grain: channel, name, date
-- source: Docker Hub, GitHub
-- notes: The last reading of a UTC day stands for the day. Of a repository on GitHub with very many
--   releases the source lists only the newest: such a reading is not whole.
WITH readings AS (
    SELECT
        'dockerhub' AS channel,
        repository AS name,
        run,
        observed_at,
        pulls AS total,
        TRUE AS is_whole
    FROM dockerhub__repositories
    UNION ALL
    SELECT
        'github' AS channel,
        releases.repository AS name,
        releases.run AS run,
        max(releases.observed_at) AS observed_at,
        sum(releases.downloads) AS total,
        coalesce(repositories.has_all_releases, FALSE) AS is_whole
    FROM github__releases AS releases
    LEFT JOIN github__repositories AS repositories
        ON repositories.repository = releases.repository AND repositories.run = releases.run
    GROUP BY releases.repository, releases.run, repositories.has_all_releases
),
ranked AS (
    SELECT
        channel,
        name,
        run,
        total,
        is_whole,
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
    CAST(ranked.total AS BIGINT) AS total,  -- pulls, or downloads of the files of the releases that are listed, since the beginning
    ranked.is_whole AS is_whole             -- false: older releases are not listed, so the total is too low
FROM ranked
INNER JOIN seed__runtimes
    ON seed__runtimes.channel = ranked.channel AND seed__runtimes.name = ranked.name
WHERE ranked.newest = 1
