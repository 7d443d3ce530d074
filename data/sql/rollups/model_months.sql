-- title: Downloads of each repository, one row a month
-- unit: downloads
-- grain: hub_id, month
-- source: Hugging Face Hub API
-- notes: Difference of the all-time counter at the two boundaries of the month (00:00 UTC on its
--   first day and on the next month's), each on the straight line between the listings before and
--   after it. Exact on a listing, and where the two lie at most 36 hours apart. A month whose end
--   was not yet listed, or whose beginning lies before the first listing, has no row.
WITH RECURSIVE spans AS (
    SELECT
        hub_id,
        point_at AS from_at,
        value AS from_value,
        lead(point_at) OVER (PARTITION BY hub_id ORDER BY point_at ASC) AS to_at,
        lead(value) OVER (PARTITION BY hub_id ORDER BY point_at ASC) AS to_value,
        is_held AS is_from_held,
        is_held OR lead(is_held) OVER (PARTITION BY hub_id ORDER BY point_at ASC) AS is_held
    FROM model_counter_points
),
-- Every month between the first point and the last: a month without a listing has boundaries, too.
ends AS (
    SELECT
        date_trunc('month', min(point_at)) AS first_month_at,
        date_trunc('month', max(point_at)) AS last_month_at
    FROM model_counter_points
),
months AS (
    SELECT first_month_at AS month_at, last_month_at FROM ends
    UNION ALL
    SELECT month_at + INTERVAL 1 MONTH AS month_at, last_month_at
    FROM months
    WHERE month_at < last_month_at
),
boundaries AS (
    SELECT
        spans.hub_id AS hub_id,
        months.month_at AS month_at,
        CASE
            WHEN months.month_at = spans.from_at THEN CAST(spans.from_value AS DOUBLE)
            ELSE spans.from_value + (spans.to_value - spans.from_value)
                * (extract(epoch FROM months.month_at) - extract(epoch FROM spans.from_at))
                / (extract(epoch FROM spans.to_at) - extract(epoch FROM spans.from_at))
        END AS value,
        CASE
            WHEN months.month_at = spans.from_at
                THEN CASE WHEN spans.is_from_held THEN 'counter_fell' ELSE 'none' END
            WHEN spans.is_held THEN 'counter_fell'
            WHEN extract(epoch FROM spans.to_at) - extract(epoch FROM spans.from_at) > 36 * 3600
                AND spans.to_value > spans.from_value THEN 'interpolated_boundary'
            ELSE 'none'
        END AS estimate_reason
    FROM spans
    INNER JOIN months
        ON months.month_at >= spans.from_at
        AND (months.month_at < spans.to_at
            OR (spans.to_at IS NULL AND months.month_at = spans.from_at))
),
pairs AS (
    SELECT
        hub_id,
        month_at,
        value,
        estimate_reason,
        lead(month_at) OVER (PARTITION BY hub_id ORDER BY month_at ASC) AS next_at,
        lead(value) OVER (PARTITION BY hub_id ORDER BY month_at ASC) AS next_value,
        lead(estimate_reason) OVER (PARTITION BY hub_id ORDER BY month_at ASC) AS next_reason
    FROM boundaries
)
SELECT
    pairs.hub_id AS hub_id,                                        -- the Hub's _id
    CAST(pairs.month_at AS DATE) AS month,                         -- first day of the month
    model_labels.model_id AS model_id,                             -- newest name
    model_labels.hf_org AS hf_org,                                 -- organisation in the newest name
    model_labels.family AS family,                                 -- family by owner; NULL when none
    pairs.next_value - pairs.value AS monthly_downloads,           -- downloads in the month
    CASE
        WHEN pairs.estimate_reason = 'counter_fell' OR pairs.next_reason = 'counter_fell'
            THEN 'counter_fell'
        WHEN pairs.estimate_reason = 'none' THEN pairs.next_reason
        ELSE pairs.estimate_reason
    END AS estimate_reason                                         -- none, interpolated_boundary, counter_fell
FROM pairs
INNER JOIN model_labels ON model_labels.hub_id = pairs.hub_id
WHERE pairs.next_at = pairs.month_at + INTERVAL 1 MONTH
