-- title: LiveBench scores of each model by category
-- unit: points, 0 to 100
-- grain: release, model, category
-- source: LiveBench
-- notes: Mean of the category's tasks; NULL when one of them has no score, since means over different
--   tasks cannot be compared. By the newest reading of each release.
WITH newest AS (
    SELECT release, max(run) AS run
    FROM livebench__scores
    GROUP BY release
)
SELECT
    scores.release AS release,                              -- release of the benchmark
    scores.model AS model,                                  -- name on the leaderboard
    scores.category AS category,                            -- category of tasks
    CASE WHEN count(*) = count(scores.score) THEN sum(scores.score ORDER BY scores.score) / count(scores.score) END AS score,  -- mean of the tasks; NULL when one lacks a score
    count(*) AS tasks,                                      -- tasks of the category
    count(*) - count(scores.score) AS tasks_without_value,  -- of them without a score
    max(CAST(scores.observed_at AS DATE)) AS as_of          -- UTC date of the reading
FROM livebench__scores AS scores
INNER JOIN newest ON newest.release = scores.release AND newest.run = scores.run
GROUP BY scores.release, scores.model, scores.category
