-- title: Downloads of each family, one row a month
-- unit: downloads
-- grain: month, family, scope
-- source: Hugging Face Hub API
-- notes: Sum over the repositories that have a value for the month.
WITH listed AS (
    SELECT DISTINCT CAST(date_trunc('month', date) AS DATE) AS month, family, hub_id
    FROM model_days
    WHERE family IS NOT NULL
),
unknown AS (
    SELECT listed.month AS month, listed.family AS family, count(*) AS models
    FROM listed
    LEFT JOIN model_months
        ON model_months.hub_id = listed.hub_id AND model_months.month = listed.month
    WHERE model_months.hub_id IS NULL
    GROUP BY listed.month, listed.family
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
    coalesce(unknown.models, 0) AS models_without_value            -- repositories listed in the month without one
FROM sums
LEFT JOIN unknown ON unknown.month = sums.month AND unknown.family = sums.family
