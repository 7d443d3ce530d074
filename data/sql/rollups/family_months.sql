-- title: Downloads of each family, one row a month
-- unit: downloads
-- grain: month, family, scope
-- source: Hugging Face Hub API
-- notes: Sum over the repositories that have a value for the month.
WITH active AS (
    SELECT
        date_trunc('month', date) AS month_at,
        family,
        count(DISTINCT hub_id) AS models
    FROM model_days
    WHERE family IS NOT NULL
    GROUP BY date_trunc('month', date), family
),
sums AS (
    SELECT
        month,
        family,
        count(*) AS models_with_value,
        sum(monthly_downloads) AS monthly_downloads,
        max(CASE WHEN estimate_reason = 'counter_fell' THEN 1 ELSE 0 END) AS counters_fell,
        max(CASE WHEN estimate_reason = 'interpolated_boundary' THEN 1 ELSE 0 END) AS interpolated
    FROM model_months
    WHERE family IS NOT NULL
    GROUP BY month, family
)
SELECT
    sums.month AS month,                                           -- first day of the month
    sums.family AS family,                                         -- family by owner
    'own' AS scope,                                                -- own: the developer's organisations
    CAST(round(sums.monthly_downloads) AS BIGINT) AS monthly_downloads,  -- downloads in the month
    CASE
        WHEN sums.counters_fell = 1 THEN 'counter_fell'
        WHEN sums.interpolated = 1 THEN 'interpolated_boundary'
        ELSE 'none'
    END AS estimate_reason,                                        -- none, interpolated_boundary, counter_fell
    sums.models_with_value AS models,                              -- repositories with a value
    greatest(coalesce(active.models, 0) - sums.models_with_value, 0) AS models_without_value  -- repositories seen without one
FROM sums
LEFT JOIN active
    ON CAST(active.month_at AS DATE) = sums.month AND active.family = sums.family
