-- title: Downloads of each group of cohorts, one row a month
-- unit: downloads
-- grain: month, lineage_group
-- source: Hugging Face Hub archive
-- notes: The one sum over the cohorts of all months; every other one is made from it.
SELECT
    facts.month AS month,                                                   -- first day of the month
    cohort_groups.lineage_group AS lineage_group,                           -- number of the group
    CAST(sum(facts.downloads) AS BIGINT) AS downloads,                      -- adjusted; NULL when all are
    CAST(sum(facts.raw_downloads) AS BIGINT) AS raw_downloads,              -- as reported; NULL when all are
    CAST(sum(facts.models) AS BIGINT) AS models,                            -- repositories with a value
    CAST(sum(facts.models_without_value) AS BIGINT) AS models_without_value,  -- repositories listed without one
    CAST(sum(facts.models_interpolated) AS BIGINT) AS models_interpolated,  -- with a boundary on a day that was not seen
    CAST(sum(facts.models_stalled) AS BIGINT) AS models_stalled,            -- with a boundary in a stall
    CAST(sum(facts.models_held) AS BIGINT) AS models_held,                  -- with a boundary in a fall
    CAST(sum(facts.models_listed) AS BIGINT) AS models_listed               -- repositories listed on the last day seen
FROM hub__cohort_months AS facts
INNER JOIN cohort_groups ON cohort_groups.cohort = facts.cohort
GROUP BY facts.month, cohort_groups.lineage_group
