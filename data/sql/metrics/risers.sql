-- title: Models whose downloads rise fastest
-- unit: times the downloads of the window before
-- grain: window_days, hub_id
-- source: Hugging Face Hub API
-- notes: Downloads of the newest 7 or 28 days over those of as many days before, of repositories of the
--   tracked organisations. Only of models with at least 1,000 downloads in the window before, and with
--   at least three active days: days whose downloads exceed the daily mean of the window before. So one
--   day's spike is no riser. A day's downloads are the difference of two all-time counters read a day
--   apart; where up to seven days lie between two readings they are spread evenly, flagged, and no such
--   day is active. A window with a longer gap gives nothing. Collected rows only.
WITH newest AS (
    SELECT max(date) AS date FROM model_days
),
counters AS (
    -- The last point of a day stands for it; counters never fall in it.
    SELECT hub_id, CAST(point_at AS DATE) AS date, max(value) AS value
    FROM model_counter_points
    WHERE CAST(point_at AS DATE) BETWEEN (SELECT date FROM newest) - 64 AND (SELECT date FROM newest)
    GROUP BY ALL
),
steps AS (
    SELECT
        hub_id,
        date,
        date - lag(date) OVER readings AS days,
        value - lag(value) OVER readings AS downloads
    FROM counters
    WINDOW readings AS (PARTITION BY hub_id ORDER BY date)
),
daily AS (
    SELECT
        hub_id,
        date - CAST(unnest(range(0, days)) AS INTEGER) AS date,
        downloads / days AS downloads,
        days > 1 AS is_spread
    FROM steps
    WHERE days BETWEEN 1 AND 7
),
windows AS (
    SELECT
        daily.*,
        window_days,
        (SELECT date FROM newest) - window_days < daily.date AS is_new
    FROM daily
    CROSS JOIN (VALUES (7), (28)) AS lengths (window_days)
    WHERE daily.date > (SELECT date FROM newest) - 2 * window_days
),
sums AS (
    SELECT
        hub_id,
        window_days,
        sum(downloads) FILTER (WHERE is_new) AS downloads,
        sum(downloads) FILTER (WHERE NOT is_new) AS downloads_before,
        bool_or(is_spread) AS is_estimate
    FROM windows
    GROUP BY ALL
    HAVING count(*) = 2 * window_days
),
active AS (
    SELECT windows.hub_id, windows.window_days, count(*) AS active_days
    FROM windows
    INNER JOIN sums USING (hub_id, window_days)
    WHERE windows.is_new AND NOT windows.is_spread
        AND windows.downloads > sums.downloads_before / windows.window_days
    GROUP BY ALL
)
SELECT
    CAST(sums.window_days AS BIGINT) AS window_days,          -- length of the window: 7 or 28 days
    labels.model_id,                                          -- newest name
    labels.family,                                            -- family by owner; NULL when none
    sums.downloads / sums.downloads_before AS risers,         -- times the downloads of the window before
    CAST(round(sums.downloads) AS BIGINT) AS downloads,       -- downloads in the window
    CAST(round(sums.downloads_before) AS BIGINT) AS downloads_before,  -- downloads in the window before, at least 1,000
    active.active_days,                                       -- days whose downloads exceed the daily mean of the window before, at least 3
    row_number() OVER (
        PARTITION BY sums.window_days
        ORDER BY sums.downloads / sums.downloads_before DESC, labels.model_id
    ) AS position,                                            -- 1 = rises fastest
    sums.is_estimate,                                         -- days between readings are spread evenly in one of the windows
    newest.date,                                              -- last day of the window, UTC
    labels.hub_id                                             -- the Hub's _id
FROM sums
INNER JOIN active USING (hub_id, window_days)
INNER JOIN model_labels AS labels USING (hub_id)
CROSS JOIN newest
WHERE sums.downloads_before >= 1000 AND active.active_days >= 3
    AND sums.downloads > sums.downloads_before
