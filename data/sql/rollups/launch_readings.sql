-- title: Readings of the all-time counter of models that were young when they were first read
-- unit: downloads
-- grain: basis, model_id, date
-- source: Hugging Face Hub API; Hugging Face Hub archive; seeds/published_series.csv
-- notes: Listings count from a model's first one to its last; before and after them the week ends
--   of the archive, which are the same counter, adjusted. A counter that falls is held at its
--   highest value. Left out: models without a release date, those that were first read more than
--   365 days after their release, and those that never had 1,000 downloads.
WITH listed AS (
    SELECT
        launch_models.model_id AS model_id,
        model_days.date AS date,
        model_days.downloads_all_time AS value
    FROM model_days
    INNER JOIN launch_models
        ON launch_models.hub_id = model_days.hub_id AND launch_models.basis = 'collected'
    WHERE model_days.downloads_all_time IS NOT NULL
),
spans AS (
    SELECT model_id, min(date) AS first_on, max(date) AS last_on FROM listed GROUP BY model_id
),
week_days AS (
    -- The day of the archive that a week end was read on, or the first one after it.
    SELECT
        weeks.week_end AS week_end,
        coalesce(
            max(CASE WHEN days.date <= weeks.week_end THEN days.date END), min(days.date)
        ) AS read_on
    FROM (SELECT DISTINCT week_end FROM hub__launch_weeks) AS weeks
    CROSS JOIN hub__days AS days
    GROUP BY weeks.week_end
),
week_sources AS (
    SELECT week_days.week_end AS week_end, days.source AS source
    FROM week_days
    INNER JOIN hub__days AS days ON days.date = week_days.read_on
),
readings AS (
    SELECT 'collected' AS basis, model_id, date, value, FALSE AS is_estimate, 'huggingface' AS source
    FROM listed
    UNION ALL
    SELECT
        'collected' AS basis,
        launch_models.model_id AS model_id,
        weeks.week_end AS date,
        weeks.downloads_all_time AS value,
        weeks.is_estimate AS is_estimate,
        coalesce(week_sources.source, 'hub_archive') AS source
    FROM hub__launch_weeks AS weeks
    LEFT JOIN week_sources ON week_sources.week_end = weeks.week_end
    INNER JOIN launch_models
        ON launch_models.hub_id = weeks.hub_id AND launch_models.basis = 'collected'
    LEFT JOIN spans ON spans.model_id = launch_models.model_id
    WHERE spans.model_id IS NULL OR weeks.week_end < spans.first_on OR weeks.week_end > spans.last_on
    UNION ALL
    SELECT
        'published' AS basis,
        subject AS model_id,
        date,
        CAST(value AS BIGINT) AS value,
        FALSE AS is_estimate,
        source
    FROM published_readings
    WHERE series = 'downloads_all_time' AND subject_kind = 'model' AND period = 'snapshot'
),
young AS (
    SELECT readings.basis AS basis, readings.model_id AS model_id, launch_models.released_on AS released_on
    FROM readings
    INNER JOIN launch_models
        ON launch_models.basis = readings.basis AND launch_models.model_id = readings.model_id
    GROUP BY readings.basis, readings.model_id, launch_models.released_on
    HAVING min(readings.date) - launch_models.released_on <= 365 AND max(readings.value) >= 1000
)
SELECT
    readings.basis AS basis,                              -- collected or published
    readings.model_id AS model_id,                        -- newest name
    readings.date AS date,                                -- UTC date of the reading
    readings.date - young.released_on AS age_days,        -- days since the release
    max(readings.value) OVER (
        PARTITION BY readings.basis, readings.model_id ORDER BY readings.date ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS downloads,                                       -- counter, never falling
    readings.is_estimate OR readings.value < max(readings.value) OVER (
        PARTITION BY readings.basis, readings.model_id ORDER BY readings.date ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS is_estimate,                                     -- held, or an edge of the archive that was not read
    readings.source AS source                             -- huggingface, the archive that brought the day, or the publisher's
FROM readings
INNER JOIN young ON young.basis = readings.basis AND young.model_id = readings.model_id
