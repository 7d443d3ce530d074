-- title: Stars of a runtime's repositories
-- unit: stars
-- grain: date, name
-- source: GitHub
-- notes: People who marked the repository, not users. The last reading of a UTC day stands for the day.
SELECT
    CAST(repositories.observed_at AS DATE) AS date,    -- UTC date of the reading
    repositories.repository AS name,                   -- repository that was asked for
    seed__runtimes.runtime,                            -- runtime
    repositories.full_name,                            -- its name now, another one after a rename
    repositories.stars AS runtime_stars,               -- stars
    repositories.forks                                 -- forks; NULL when not given
FROM github__repositories AS repositories
INNER JOIN seed__runtimes
    ON seed__runtimes.channel = 'github' AND seed__runtimes.name = repositories.repository
QUALIFY row_number() OVER (
    PARTITION BY repositories.repository, CAST(repositories.observed_at AS DATE)
    ORDER BY repositories.run DESC
) = 1
