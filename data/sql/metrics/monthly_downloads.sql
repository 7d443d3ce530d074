-- title: Downloads of a family by calendar month
-- unit: downloads
-- grain: month, family, scope
-- source: Hugging Face Hub API
-- notes: Difference of the all-time counters at the month's boundaries. A boundary that fell into a
--   gap of more than 36 hours is interpolated and flagged; a counter that fell is held and flagged.
--   The running month is left out. Collected rows only.
SELECT
    month,                    -- first day of the month
    family,                   -- family by owner
    scope,                    -- own: repositories of the developer's organisations
    monthly_downloads,        -- downloads in the month
    estimate_reason,          -- none, interpolated_boundary or counter_fell
    models,                   -- repositories with a value
    models_without_value      -- repositories seen in the month whose downloads are unknown
FROM family_months
