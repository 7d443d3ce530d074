-- title: Group of each cohort by family, roots, relation and region
-- unit: cohorts
-- grain: cohort
-- source: Hugging Face Hub archive
-- notes: Sums over cohorts are made once for each of these groups, which are some hundreds; every
--   scope, relation and region is a sum over groups. A label that is missing is the text `none`.
WITH labels AS (
    SELECT
        cohort,
        coalesce(family, 'none') AS family,
        coalesce(root_family, 'none') AS root_family,
        coalesce(inferred_family, 'none') AS inferred_family,
        coalesce(relation, 'none') AS relation,
        region,
        root_region
    FROM hub__cohorts
),
groups AS (
    SELECT
        family,
        root_family,
        inferred_family,
        relation,
        region,
        root_region,
        row_number() OVER (
            ORDER BY family, root_family, inferred_family, relation, region, root_region
        ) AS lineage_group
    FROM (
        SELECT DISTINCT family, root_family, inferred_family, relation, region, root_region
        FROM labels
    ) AS distinct_labels
)
SELECT
    labels.cohort AS cohort,                               -- number of the cohort
    CAST(groups.lineage_group AS INTEGER) AS lineage_group,  -- number of the group
    labels.family AS family,                               -- family by owner, or none
    labels.root_family AS root_family,                     -- root family by declared parents, mixed or none
    labels.inferred_family AS inferred_family,             -- root family with inferred parents, mixed or none
    labels.relation AS relation,                           -- relation to the parents, or none
    labels.region AS region,                               -- region of the owner
    labels.root_region AS root_region                      -- region of the root family's developer, else of the owner
FROM labels
INNER JOIN groups
    ON groups.family = labels.family
    AND groups.root_family = labels.root_family
    AND groups.inferred_family = labels.inferred_family
    AND groups.relation = labels.relation
    AND groups.region = labels.region
    AND groups.root_region = labels.root_region
