-- title: Concentration of downloads
-- unit: Herfindahl-Hirschman index, 0..1
-- grain: month, subset
-- source: Hugging Face Hub archive
-- notes: How much of a month's downloads goes to few repositories, of the whole Hub and of each
--   family's lineage by declared parents. Repositories without a value are left out, those with zero
--   downloads count: models and gini rise where a complete archive follows a partial one, which lacks
--   most of the repositories that nobody downloads; that step says nothing about use. Collected rows only.
SELECT
    month,                                                              -- first day of the month
    subset,                                                             -- hub, or a root family
    hhi AS concentration,                                               -- sum of the squared shares of all repositories
    top_10 / nullif(CAST(downloads AS DOUBLE), 0) AS top_10_share,      -- fraction 0..1 of the ten most downloaded repositories
    top_100 / nullif(CAST(downloads AS DOUBLE), 0) AS top_100_share,    -- of the hundred
    top_1000 / nullif(CAST(downloads AS DOUBLE), 0) AS top_1000_share,  -- of the thousand
    gini,                                                               -- Gini coefficient over repositories, 0..1
    models,                                                             -- repositories with a value, zero included
    downloads                                                           -- downloads in the month
FROM hub__concentration
