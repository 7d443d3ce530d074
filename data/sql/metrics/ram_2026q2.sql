-- title: Relative Adoption Metric 2026-Q2: over the tenth most downloaded, frozen
-- unit: times the baseline
-- grain: basis, model_id, age_days
-- source: seeds/published_series.csv; Hugging Face Hub API; Hugging Face Hub archive
-- notes: The second form of ATOM's metric (atomproject.ai/relative-adoption-metric): downloads at day
--   7, 14, 30, 60, 90, 180 and 365 since release over those of the tenth most downloaded model of
--   the size class. The tenth is, at that age, among the launches of the same basis and size class
--   that had reached it, and 1,000 downloads, by 2026-06-30 and whose value was known by a reading of
--   that day or before, the model itself among them. Monotonic: the baseline at an age is never below that at an
--   earlier one. Frozen: readings after 2026-06-30 never enter, so later data changes no baseline;
--   only readings of the time before that are added afterwards, corrected release dates and sizes
--   do. It is frozen in this database, not ATOM's own table, which is not published. With fewer
--   than ten there is no ratio, see `reason`.
WITH aged AS (
    SELECT * FROM launch_curves WHERE age_days IN (7, 14, 30, 60, 90, 180, 365)
),
launched AS (
    -- What became a launch later must not enter later.
    SELECT DISTINCT basis, model_id
    FROM launch_readings
    WHERE date <= DATE '2026-06-30' AND downloads >= 1000
),
ranked AS (
    SELECT
        aged.*,
        row_number() OVER (
            PARTITION BY basis, size_class, age_days ORDER BY launch_curves DESC, model_id
        ) AS place
    FROM aged
    INNER JOIN launched USING (basis, model_id)
    WHERE launch_curves IS NOT NULL
        AND size_class <> 'unknown'
        AND known_on <= DATE '2026-06-30'
),
tenths AS (
    SELECT
        basis,
        size_class,
        age_days,
        count(*) AS baseline_models,
        max(launch_curves) FILTER (WHERE place = 10) AS tenth
    FROM ranked
    GROUP BY ALL
),
baselines AS (
    SELECT
        *,
        CASE
            WHEN tenth IS NOT NULL THEN max(tenth) OVER (
                PARTITION BY basis, size_class ORDER BY age_days
            )
        END AS baseline
    FROM tenths
)
SELECT
    aged.basis,                              -- collected (listings and archive), or published by others
    aged.model_id,                           -- newest name
    aged.age_days,                           -- 7, 14, 30, 60, 90, 180 or 365 days since the release
    aged.launch_curves / nullif(baselines.baseline, 0) AS ram_2026q2,    -- downloads over the baseline; NULL: see reason
    CASE
        WHEN aged.launch_curves IS NULL THEN 'not_observed'
        WHEN aged.size_class = 'unknown' THEN 'unknown_size'
        WHEN baselines.baseline IS NULL THEN 'too_few_models'
        WHEN baselines.baseline = 0 THEN 'zero_baseline'
    END AS reason,                           -- why there is no ratio: not_observed, unknown_size, too_few_models, zero_baseline
    aged.launch_curves AS downloads,         -- downloads since creation at that age; NULL where not observed
    baselines.baseline,                      -- the tenth most downloaded, never falling with age; NULL when there are fewer than ten
    coalesce(baselines.baseline_models, 0) AS baseline_models,    -- launches of the class that the baseline was frozen with
    'frozen at 2026-06-30, this database' AS baseline_name,    -- which baseline
    aged.family,                             -- family by owner; NULL when none
    aged.size_class,                         -- total parameters in billions; or unknown
    aged.size_from_name,                     -- the size is what the name says
    aged.released_on,                        -- day 0
    aged.is_estimate,                        -- readings more than two days apart, or themselves estimates
    aged.known_on,                           -- day of the reading since which the value is known
    aged.source_title                        -- title of the source
FROM aged
LEFT JOIN baselines USING (basis, size_class, age_days)
