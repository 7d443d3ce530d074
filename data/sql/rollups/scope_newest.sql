-- title: Counters of each family in each scope of the whole Hub on the newest day
-- unit: downloads
-- grain: date, family, scope, with_inferred, relation
-- source: Hugging Face Hub archive
-- notes: With the rows `none` and `mixed`, so that each scope sums to the whole Hub.
SELECT
    newest.date AS date,                                           -- newest day that was seen
    lineage_scopes.family AS family,                               -- family in that scope; mixed; none
    lineage_scopes.scope AS scope,                                 -- own, derivatives, lineage
    lineage_scopes.with_inferred AS with_inferred,                 -- whether inferred parents count, too
    lineage_scopes.relation AS relation,                           -- relation to the parents; none
    CAST(sum(newest.downloads_30d) AS BIGINT) AS downloads_30d,    -- trailing 30 days; NULL when all are
    CAST(sum(newest.downloads_all_time) AS BIGINT) AS downloads_all_time,  -- cumulative; NULL when all are
    CAST(sum(newest.models) AS BIGINT) AS models,                  -- repositories listed
    CAST(sum(newest.models_without_value) AS BIGINT) AS models_without_value,  -- of them without a 30-day counter
    CAST(sum(newest.models_over_5) AS BIGINT) AS models_over_5     -- of them with more than 5 downloads
FROM hub__cohort_newest AS newest
INNER JOIN cohort_groups ON cohort_groups.cohort = newest.cohort
INNER JOIN lineage_scopes ON lineage_scopes.lineage_group = cohort_groups.lineage_group
GROUP BY
    newest.date, lineage_scopes.family, lineage_scopes.scope, lineage_scopes.with_inferred,
    lineage_scopes.relation
HAVING sum(newest.models) > 0
