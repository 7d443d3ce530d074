-- title: Derivatives of each family that are listed, one row a month
-- unit: models
-- grain: month, family, with_inferred, relation
-- source: Hugging Face Hub archive
SELECT
    lineage_months.month AS month,                                 -- first day of the month
    lineage_scopes.family AS family,                               -- root family; mixed and none are left out
    lineage_scopes.with_inferred AS with_inferred,                 -- whether inferred parents count, too
    lineage_scopes.relation AS relation,                           -- finetune, adapter, quantized, merge, unknown
    CAST(sum(lineage_months.models_listed) AS BIGINT) AS models_listed  -- derivatives listed on the last day seen
FROM lineage_months
INNER JOIN lineage_scopes ON lineage_scopes.lineage_group = lineage_months.lineage_group
WHERE lineage_scopes.scope = 'derivatives' AND lineage_scopes.family <> 'none'
GROUP BY
    lineage_months.month, lineage_scopes.family, lineage_scopes.with_inferred,
    lineage_scopes.relation
HAVING sum(lineage_months.models_listed) > 0
