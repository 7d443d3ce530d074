-- title: Downloads of all derivatives of the Hub by relation, one row a month
-- unit: downloads
-- grain: month, relation
-- source: Hugging Face Hub archive
-- notes: Every repository with a declared parent and root, mixed ones too, that its root family does not own.
SELECT
    lineage_months.month AS month,                                 -- first day of the month
    groups.relation AS relation,                                   -- finetune, adapter, quantized, merge, unknown
    CAST(sum(lineage_months.downloads) AS BIGINT) AS downloads,    -- adjusted; NULL when all are
    CAST(sum(lineage_months.models) AS BIGINT) AS models           -- repositories with a value
FROM lineage_months
INNER JOIN (
    SELECT DISTINCT lineage_group, relation
    FROM cohort_groups
    WHERE relation <> 'none' AND root_family <> 'none' AND family <> root_family
) AS groups ON groups.lineage_group = lineage_months.lineage_group
GROUP BY lineage_months.month, groups.relation
