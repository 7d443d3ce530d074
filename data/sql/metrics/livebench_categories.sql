-- title: LiveBench scores by category
-- unit: points, 0 to 100
-- grain: release, model, category
-- source: LiveBench
-- notes: Mean of the category's tasks. Releases have other tasks: their scores are never joined.
SELECT
    categories.release,                            -- release of the benchmark
    categories.model,                              -- name on the leaderboard
    categories.category,                           -- category of tasks
    coalesce(name_families.family, 'none') AS family,   -- family by the name; none
    categories.score AS livebench_categories,      -- mean of the tasks; NULL when one has no score
    categories.tasks,                              -- tasks of the category
    categories.tasks_without_value                 -- of them without a score
FROM livebench_category_scores AS categories
LEFT JOIN name_families ON name_families.name = categories.model
