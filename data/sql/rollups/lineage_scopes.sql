-- title: Family of each group of cohorts in each scope
-- unit: groups
-- grain: lineage_group, scope, with_inferred
-- source: Hugging Face Hub archive
-- notes: This is the definition of the scopes. Own: the family by owner. Lineage: the root family, by
--   declared parents or with inferred ones. Derivatives: lineage without what the family itself owns.
--   In each scope a repository is counted once: `none` and `mixed` take what has no family there.
WITH groups AS (
    SELECT DISTINCT
        lineage_group, family, root_family, inferred_family, relation, region, root_region
    FROM cohort_groups
),
roots AS (
    SELECT
        lineage_group, family, FALSE AS with_inferred, root_family AS root, relation, region,
        root_region
    FROM groups
    UNION ALL
    SELECT
        lineage_group, family, TRUE AS with_inferred, inferred_family AS root, relation, region,
        root_region
    FROM groups
)
SELECT
    lineage_group,        -- number of the group
    scope,                -- own, derivatives, lineage
    with_inferred,        -- whether parents inferred from names count, too; false for own
    family,               -- family in that scope; mixed; none
    relation,             -- relation to the parents; of derivatives unknown where none is stated
    region                -- region that the scope speaks of: of the owner, for lineage of the root
FROM (
    SELECT lineage_group, 'own' AS scope, FALSE AS with_inferred, family, relation, region
    FROM groups
    UNION ALL
    SELECT lineage_group, 'lineage' AS scope, with_inferred, root AS family, relation,
        root_region AS region
    FROM roots
    UNION ALL
    SELECT
        lineage_group,
        'derivatives' AS scope,
        with_inferred,
        CASE WHEN root = 'mixed' OR root = family THEN 'none' ELSE root END AS family,
        CASE WHEN relation = 'none' THEN 'unknown' ELSE relation END AS relation,
        region
    FROM roots
) AS scopes
