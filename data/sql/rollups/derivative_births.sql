-- title: Derivatives of each family by the month of their creation
-- unit: models
-- grain: month, family, with_inferred, relation
-- source: Hugging Face Hub archive
SELECT
    births.month AS month,                                         -- first day of the month of creation
    lineage_scopes.family AS family,                               -- root family; mixed and none are left out
    lineage_scopes.with_inferred AS with_inferred,                 -- whether inferred parents count, too
    lineage_scopes.relation AS relation,                           -- finetune, adapter, quantized, merge, unknown
    CAST(sum(births.models) AS BIGINT) AS models,                  -- derivatives ever seen
    CAST(sum(births.models_judged) AS BIGINT) AS models_judged,    -- of them seen at an age of 30 to 37 days
    CAST(sum(births.models_over_5) AS BIGINT) AS models_over_5,    -- of those, with more than 5 downloads
    CAST(sum(births.models_young) AS BIGINT) AS models_young       -- not yet 30 days old on the newest day
FROM (
    SELECT
        facts.month AS month,
        cohort_groups.lineage_group AS lineage_group,
        sum(facts.models) AS models,
        sum(facts.models_judged) AS models_judged,
        sum(facts.models_over_5) AS models_over_5,
        sum(facts.models_young) AS models_young
    FROM hub__cohort_births AS facts
    INNER JOIN cohort_groups ON cohort_groups.cohort = facts.cohort
    GROUP BY facts.month, cohort_groups.lineage_group
) AS births
INNER JOIN lineage_scopes ON lineage_scopes.lineage_group = births.lineage_group
WHERE lineage_scopes.scope = 'derivatives' AND lineage_scopes.family <> 'none'
GROUP BY
    births.month, lineage_scopes.family, lineage_scopes.with_inferred, lineage_scopes.relation
HAVING sum(births.models) > 0
