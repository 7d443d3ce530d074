-- title: Downloads of each group of cohorts, one row a week
-- unit: downloads
-- grain: week, lineage_group
-- source: Hugging Face Hub archive
-- notes: The one sum over the cohorts of all weeks; every other one is made from it.
SELECT
    facts.week AS week,                                                     -- Monday of the week
    cohort_groups.lineage_group AS lineage_group,                           -- number of the group
    CAST(sum(facts.downloads) AS BIGINT) AS downloads,                      -- adjusted
    CAST(sum(facts.raw_downloads) AS BIGINT) AS raw_downloads,              -- as reported
    CAST(sum(facts.models) AS BIGINT) AS models,                            -- repositories with downloads, or with a doubtful counter
    CAST(sum(facts.models_interpolated) AS BIGINT) AS models_interpolated,  -- with a boundary on a day that was not seen
    CAST(sum(facts.models_stalled) AS BIGINT) AS models_stalled,            -- with a boundary in a stall
    CAST(sum(facts.models_held) AS BIGINT) AS models_held                   -- with a boundary in a fall
FROM hub__cohort_weeks AS facts
INNER JOIN cohort_groups ON cohort_groups.cohort = facts.cohort
GROUP BY facts.week, cohort_groups.lineage_group
