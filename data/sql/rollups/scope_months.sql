-- title: Downloads of each family in each scope of the whole Hub, one row a month
-- unit: downloads
-- grain: month, family, scope, with_inferred
-- source: Hugging Face Hub archive
-- notes: With the rows `none` and `mixed`, so that each scope sums to the whole Hub.
SELECT
    lineage_months.month AS month,                                          -- first day of the month
    lineage_scopes.family AS family,                                        -- family in that scope; mixed; none
    lineage_scopes.scope AS scope,                                          -- own, derivatives, lineage
    lineage_scopes.with_inferred AS with_inferred,                          -- whether inferred parents count, too
    CAST(sum(lineage_months.downloads) AS BIGINT) AS downloads,              -- adjusted; NULL when all are
    CAST(sum(lineage_months.raw_downloads) AS BIGINT) AS raw_downloads,      -- as reported; NULL when all are
    CASE
        WHEN sum(lineage_months.models_held) > 0 THEN 'counter_fell'
        WHEN sum(lineage_months.models_stalled) > 0 THEN 'stalled_counter'
        WHEN sum(lineage_months.models_interpolated) > 0 THEN 'interpolated_boundary'
        ELSE 'none'
    END AS estimate_reason,                                                 -- first of counter_fell, stalled_counter, interpolated_boundary, none
    CAST(sum(lineage_months.models) AS BIGINT) AS models,                    -- repositories with a value
    CAST(sum(lineage_months.models_without_value) AS BIGINT) AS models_without_value  -- repositories listed without one
FROM lineage_months
INNER JOIN lineage_scopes ON lineage_scopes.lineage_group = lineage_months.lineage_group
GROUP BY
    lineage_months.month, lineage_scopes.family, lineage_scopes.scope,
    lineage_scopes.with_inferred
HAVING sum(lineage_months.models) + sum(lineage_months.models_without_value) > 0
