-- title: ModelScope beside the Hub
-- unit: ModelScope downloads of the developer for each all-time download on the Hub
-- grain: family
-- source: ModelScope; Hugging Face Hub API
-- notes: Newest values side by side, each with its date. Own repositories on both; copies by others on
--   ModelScope apart. The two count differently, and how ModelScope does is not known: a ratio of two
--   counters, not of users.
WITH newest AS (
    SELECT owner, max(date) AS date FROM modelscope_days GROUP BY owner
),
modelscope AS (
    SELECT
        days.family,
        sum(days.downloads) FILTER (WHERE NOT days.is_mirror) AS downloads,
        sum(days.downloads) FILTER (WHERE days.is_mirror) AS mirror_downloads,
        sum(days.likes) FILTER (WHERE NOT days.is_mirror) AS likes,
        sum(days.models) FILTER (WHERE NOT days.is_mirror) AS models,
        max(days.date) AS date
    FROM modelscope_days AS days
    INNER JOIN newest ON newest.owner = days.owner AND newest.date = days.date
    WHERE days.family <> 'none'
    GROUP BY days.family
),
hub AS (
    SELECT family, date, downloads_30d, downloads_all_time
    FROM family_days
    WHERE downloads_30d IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY family ORDER BY date DESC) = 1
)
SELECT
    modelscope.family,                                             -- family
    modelscope.downloads / nullif(CAST(hub.downloads_all_time AS DOUBLE), 0) AS modelscope_beside_hub,  -- ModelScope downloads for each on the Hub; NULL when one is not known
    CAST(modelscope.downloads AS BIGINT) AS modelscope_downloads,  -- own models on ModelScope; NULL when none is known
    CAST(modelscope.mirror_downloads AS BIGINT) AS mirror_downloads,  -- copies by others on ModelScope; NULL when none is known
    CAST(modelscope.likes AS BIGINT) AS likes,                     -- likes of own models on ModelScope
    CAST(modelscope.models AS BIGINT) AS models,                   -- own models on ModelScope
    hub.downloads_all_time,                                        -- own downloads on the Hub since the beginning
    hub.downloads_30d,                                             -- own downloads on the Hub in the trailing 30 days
    modelscope.date AS modelscope_date,                            -- UTC date of the listing on ModelScope
    hub.date AS hub_date                                           -- UTC date of the listing on the Hub
FROM modelscope
LEFT JOIN hub ON hub.family = modelscope.family
