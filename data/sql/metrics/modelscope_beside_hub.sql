-- title: ModelScope beside the Hub
-- unit: ModelScope downloads of the developer for each all-time download on the Hub
-- grain: family
-- source: ModelScope; Hugging Face Hub API
-- notes: Newest values side by side, each with its date. Own repositories on both; copies by others on
--   ModelScope apart, with a date of their own. Of several owners the oldest of their newest days counts
--   for all; NULL when one of them was not read on that day, or never. The two count differently, and how
--   ModelScope does is not known: a ratio of two counters, not of users.
WITH asked AS (
    -- What an owner holds by the seeds, once a run has set out to read it.
    SELECT coalesce(owners.family, organisations.family) AS family, owners.owner, owners.is_mirror
    FROM seed__modelscope_owners AS owners
    INNER JOIN observations
        ON observations.source = 'modelscope' AND observations.entity = owners.owner
    LEFT JOIN family_organisations AS organisations
        ON organisations.hf_org = owners.hf_org AND owners.family IS NULL
),
holders AS (
    SELECT family, owner, is_mirror FROM modelscope_days WHERE family <> 'none'
    UNION
    SELECT family, owner, is_mirror FROM asked
    WHERE family IN (SELECT family FROM modelscope_days)
),
reads AS (
    SELECT DISTINCT owner, date FROM modelscope_days
),
newest AS (
    SELECT owner, max(date) AS date FROM reads GROUP BY owner
),
dates AS (
    SELECT
        holders.family,
        holders.is_mirror,
        CASE WHEN count(*) = count(newest.date) THEN min(newest.date) END AS date
    FROM holders
    LEFT JOIN newest ON newest.owner = holders.owner
    GROUP BY holders.family, holders.is_mirror
),
counted AS (
    SELECT
        dates.family,
        dates.is_mirror,
        dates.date,
        count(*) = count(reads.owner) AS is_read,
        sum(days.downloads) AS downloads,
        sum(days.likes) AS likes,
        sum(days.models) AS models
    FROM dates
    INNER JOIN holders ON holders.family = dates.family AND holders.is_mirror = dates.is_mirror
    LEFT JOIN reads ON reads.owner = holders.owner AND reads.date = dates.date
    LEFT JOIN modelscope_days AS days
        ON days.owner = holders.owner AND days.date = dates.date AND days.family = dates.family
    GROUP BY dates.family, dates.is_mirror, dates.date
),
modelscope AS (
    SELECT
        family,
        any_value(date) FILTER (WHERE NOT is_mirror) AS date,
        any_value(date) FILTER (WHERE is_mirror) AS mirror_date,
        sum(downloads) FILTER (WHERE NOT is_mirror AND is_read) AS downloads,
        sum(downloads) FILTER (WHERE is_mirror AND is_read) AS mirror_downloads,
        sum(likes) FILTER (WHERE NOT is_mirror AND is_read) AS likes,
        sum(models) FILTER (WHERE NOT is_mirror AND is_read) AS models
    FROM counted
    GROUP BY family
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
    CAST(modelscope.downloads AS BIGINT) AS modelscope_downloads,  -- own models on ModelScope; NULL when none is known, or an owner was not read
    CAST(modelscope.mirror_downloads AS BIGINT) AS mirror_downloads,  -- copies by others on ModelScope; NULL when none is known, or an owner was not read
    CAST(modelscope.likes AS BIGINT) AS likes,                     -- likes of own models on ModelScope
    CAST(modelscope.models AS BIGINT) AS models,                   -- own models on ModelScope
    hub.downloads_all_time,                                        -- own downloads on the Hub since the beginning
    hub.downloads_30d,                                             -- own downloads on the Hub in the trailing 30 days
    modelscope.date AS modelscope_date,                            -- UTC date of the listings of own models on ModelScope; NULL when there are none
    modelscope.mirror_date,                                        -- UTC date of the listings of copies; NULL when there are none
    hub.date AS hub_date                                           -- UTC date of the listing on the Hub
FROM modelscope
LEFT JOIN hub ON hub.family = modelscope.family
