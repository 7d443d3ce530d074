-- title: Downloads of a family by calendar month
-- unit: downloads
-- grain: month, family, scope, with_inferred
-- source: Hugging Face Hub API
-- notes: Difference of the all-time counters at the month's boundaries. A month that the archive of the
--   whole Hub covers comes from it, for all families and scopes; any other from the listings of the
--   families' own organisations. A boundary that fell into a gap or a stall is interpolated and
--   flagged; a counter that fell is held and flagged. The running month is left out. Collected rows only.
WITH archive_months AS (
    -- The archive is that of the last day seen up to the end of the month.
    SELECT months.month, months.has_value, hub__days.source
    FROM (
        SELECT month, last_day(month) AS ends_on, max(downloads) IS NOT NULL AS has_value
        FROM scope_months
        WHERE scope = 'own'
        GROUP BY month
    ) AS months
    ASOF LEFT JOIN hub__days ON hub__days.date <= months.ends_on
)
SELECT
    month,                    -- first day of the month
    family,                   -- family by owner; of derivatives and lineage the root family
    scope,                    -- own: the developer's organisations; lineage: all that descends from the family; derivatives: lineage without own
    with_inferred,            -- true: parents inferred from names count, too; false for own
    monthly_downloads,        -- downloads in the month, cleaned; NULL when no repository has a value
    raw_downloads,            -- the same from the counters as reported; NULL for source huggingface
    estimate_reason,          -- counter_fell, stalled_counter, interpolated_boundary or none: the first that holds for any repository
    models,                   -- repositories with a value
    models_without_value,     -- repositories seen in the month whose downloads are unknown
    source                    -- archive that its end was read from, e.g. hub_archive; or huggingface
FROM (
    SELECT
        scope_months.month,
        scope_months.family,
        scope_months.scope,
        scope_months.with_inferred,
        scope_months.downloads AS monthly_downloads,
        scope_months.raw_downloads,
        scope_months.estimate_reason,
        scope_months.models,
        scope_months.models_without_value,
        archive_months.source
    FROM scope_months
    LEFT JOIN archive_months ON archive_months.month = scope_months.month
    WHERE scope_months.family NOT IN ('none', 'mixed')
        AND (
            scope_months.scope <> 'own'
            OR archive_months.has_value
            OR scope_months.month NOT IN (SELECT month FROM family_months)
        )
    UNION ALL
    SELECT
        family_months.month,
        family_months.family,
        family_months.scope,
        FALSE AS with_inferred,
        family_months.monthly_downloads,
        CAST(NULL AS BIGINT) AS raw_downloads,
        family_months.estimate_reason,
        family_months.models,
        family_months.models_without_value,
        'huggingface' AS source
    FROM family_months
    LEFT JOIN archive_months ON archive_months.month = family_months.month
    WHERE archive_months.has_value IS DISTINCT FROM TRUE
) AS months
