-- title: Downloads of each region of the whole Hub, one row a month
-- unit: downloads
-- grain: month, scope, region
-- source: Hugging Face Hub archive
-- notes: Own: where the owner has its base. Lineage: where the developer of the root family has it, by
--   declared parents; where there is no such family, the owner.
SELECT
    lineage_months.month AS month,                                 -- first day of the month
    lineage_scopes.scope AS scope,                                 -- own or lineage
    lineage_scopes.region AS region,                               -- us, china, eu, other, unknown
    CAST(sum(lineage_months.downloads) AS BIGINT) AS downloads,    -- adjusted; NULL when all are
    CAST(sum(lineage_months.models) AS BIGINT) AS models,          -- repositories with a value
    CAST(sum(lineage_months.models_without_value) AS BIGINT) AS models_without_value  -- repositories listed without one
FROM lineage_months
INNER JOIN lineage_scopes ON lineage_scopes.lineage_group = lineage_months.lineage_group
WHERE lineage_scopes.scope IN ('own', 'lineage') AND NOT lineage_scopes.with_inferred
GROUP BY lineage_months.month, lineage_scopes.scope, lineage_scopes.region
HAVING sum(lineage_months.models) + sum(lineage_months.models_without_value) > 0
