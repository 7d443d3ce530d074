-- title: Downloads of each launch at the ages that are compared
-- unit: downloads
-- grain: basis, model_id, age_days
-- source: Hugging Face Hub API; Hugging Face Hub archive; seeds/published_series.csv
-- notes: Each week of the first year and days 30, 60, 90, 180 and 365. On a straight line between
--   the readings around that age, in whole downloads; NULL where these lie more than 45 days apart;
--   an estimate where they lie more than two days apart. A counter that was first read after the
--   release was zero on the day of the release, and until that of the creation if that was later. The last age
--   is the one that the last reading has reached.
WITH digits AS (
    SELECT digit
    FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS numbers (digit)
),
grid AS (
    SELECT 7 * (10 * tens.digit + ones.digit) AS age_days
    FROM digits AS tens
    CROSS JOIN digits AS ones
    WHERE 10 * tens.digit + ones.digit <= 52
    UNION ALL
    SELECT age_days FROM (VALUES (30), (60), (90), (180), (365)) AS days (age_days)
),
starts AS (
    SELECT
        firsts.basis AS basis,
        firsts.model_id AS model_id,
        firsts.first_age AS first_age,
        first_readings.source AS source,
        launch_models.released_on AS released_on,
        CASE
            WHEN launch_models.created_on > launch_models.released_on
                THEN launch_models.created_on - launch_models.released_on
            ELSE 0
        END AS zero_age
    FROM (
        SELECT basis, model_id, min(age_days) AS first_age
        FROM launch_readings
        GROUP BY basis, model_id
    ) AS firsts
    INNER JOIN launch_readings AS first_readings
        ON first_readings.basis = firsts.basis
        AND first_readings.model_id = firsts.model_id
        AND first_readings.age_days = firsts.first_age
    INNER JOIN launch_models
        ON launch_models.basis = firsts.basis AND launch_models.model_id = firsts.model_id
),
points AS (
    SELECT basis, model_id, age_days, date, downloads, is_estimate, source
    FROM launch_readings
    UNION ALL
    SELECT
        basis, model_id, 0 AS age_days, released_on AS date, 0 AS downloads, FALSE AS is_estimate,
        source
    FROM starts
    WHERE first_age > 0
    UNION ALL
    SELECT
        basis, model_id, zero_age AS age_days, released_on + CAST(zero_age AS INTEGER) AS date, 0 AS downloads,
        FALSE AS is_estimate, source
    FROM starts
    WHERE zero_age > 0 AND first_age > zero_age
    UNION ALL
    -- Before the repository was there, nobody had downloaded it.
    SELECT
        starts.basis, starts.model_id, grid.age_days,
        starts.released_on + CAST(grid.age_days AS INTEGER) AS date, 0 AS downloads,
        FALSE AS is_estimate, starts.source
    FROM starts
    INNER JOIN grid ON grid.age_days > 0 AND grid.age_days < starts.zero_age
    WHERE starts.first_age >= starts.zero_age
),
stretches AS (
    SELECT
        basis, model_id, age_days, date, downloads, is_estimate, source,
        lead(age_days) OVER later AS next_age,
        lead(date) OVER later AS next_date,
        lead(downloads) OVER later AS next_downloads,
        lead(is_estimate) OVER later AS next_is_estimate,
        lead(source) OVER later AS next_source
    FROM points AS readings
    WINDOW later AS (PARTITION BY basis, model_id ORDER BY age_days ASC)
),
placed AS (
    SELECT
        stretches.*,
        grid.age_days AS age,
        CASE
            WHEN grid.age_days = stretches.age_days THEN 0
            ELSE stretches.next_age - stretches.age_days
        END AS gap_days
    FROM stretches
    INNER JOIN grid
        ON grid.age_days >= stretches.age_days
        AND (
            grid.age_days < stretches.next_age
            OR (stretches.next_age IS NULL AND grid.age_days = stretches.age_days)
        )
)
SELECT
    basis,                                           -- collected or published
    model_id,                                        -- newest name
    age AS age_days,                                 -- days since the release
    CASE
        WHEN gap_days = 0 THEN downloads
        WHEN gap_days <= 45 THEN downloads + CAST(floor(
            CAST(next_downloads - downloads AS DOUBLE) * (age - age_days) / gap_days
        ) AS BIGINT)
    END AS downloads,                                -- since creation; NULL where not observed
    gap_days,                                        -- days between the readings around it; 0: read on that day
    CASE
        WHEN gap_days = 0 THEN is_estimate
        ELSE gap_days > 2 OR is_estimate OR next_is_estimate
    END AS is_estimate,                              -- more than two days apart, or a reading is itself one
    CASE WHEN gap_days = 0 THEN date ELSE next_date END AS known_on,    -- day of the reading since which it is known
    CASE WHEN gap_days = 0 THEN source ELSE next_source END AS source    -- huggingface, the archive, or the publisher's: of that reading
FROM placed
