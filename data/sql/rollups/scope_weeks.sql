-- title: Downloads of each family in each scope of the whole Hub, one row a week
-- unit: downloads
-- grain: week, family, scope, with_inferred
-- source: Hugging Face Hub archive
-- notes: With the rows `none` and `mixed`, so that each scope sums to the whole Hub.
SELECT
    lineage_weeks.week AS week,                                            -- Monday of the week
    lineage_scopes.family AS family,                                        -- family in that scope; mixed; none
    lineage_scopes.scope AS scope,                                          -- own, derivatives, lineage
    lineage_scopes.with_inferred AS with_inferred,                          -- whether inferred parents count, too
    CAST(sum(lineage_weeks.downloads) AS BIGINT) AS downloads,              -- adjusted
    CAST(sum(lineage_weeks.raw_downloads) AS BIGINT) AS raw_downloads,      -- as reported
    CASE
        WHEN sum(lineage_weeks.models_held) > 0 THEN 'counter_fell'
        WHEN sum(lineage_weeks.models_stalled) > 0 THEN 'stalled_counter'
        WHEN sum(lineage_weeks.models_interpolated) > 0 THEN 'interpolated_boundary'
        ELSE 'none'
    END AS estimate_reason,                                                 -- first of counter_fell, stalled_counter, interpolated_boundary, none
    CAST(sum(lineage_weeks.models) AS BIGINT) AS models                     -- repositories with downloads, or with a doubtful counter
FROM lineage_weeks
INNER JOIN lineage_scopes ON lineage_scopes.lineage_group = lineage_weeks.lineage_group
GROUP BY
    lineage_weeks.week, lineage_scopes.family, lineage_scopes.scope,
    lineage_scopes.with_inferred
