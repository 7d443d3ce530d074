-- title: Relative Adoption Metric v1: over the median of the ten most downloaded
-- unit: times the baseline
-- grain: basis, model_id, age_days
-- source: seeds/published_series.csv; Hugging Face Hub API; Hugging Face Hub archive
-- notes: The first form of ATOM's metric (atomproject.ai/relative-adoption-metric, January 2026):
--   downloads at day 7, 14, 30, 60, 90, 180 and 365 since release over the median of the ten most
--   downloaded models of the size class. The ten are, at that age, those with the most downloads
--   since creation among the launches of the same basis and size class whose value at that age is
--   known here, the model itself among them; ties fall by name and change no median. With fewer
--   than ten, without a known size or without a reading there is no ratio, see `reason`. The
--   baseline is that of this database and moves with it. ATOM takes all models that it tracks and
--   size classes of its own, so its published values differ; they stand in reported_figures.
WITH aged AS (
    SELECT * FROM launch_curves WHERE age_days IN (7, 14, 30, 60, 90, 180, 365)
),
ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY basis, size_class, age_days ORDER BY launch_curves DESC, model_id
        ) AS place
    FROM aged
    WHERE launch_curves IS NOT NULL AND size_class <> 'unknown'
),
baselines AS (
    SELECT
        basis,
        size_class,
        age_days,
        count(*) AS baseline_models,
        CASE WHEN count(*) >= 10 THEN median(launch_curves) FILTER (WHERE place <= 10) END
            AS baseline
    FROM ranked
    GROUP BY ALL
)
SELECT
    aged.basis,                              -- collected (listings and archive), or published by others
    aged.model_id,                           -- newest name
    aged.age_days,                           -- 7, 14, 30, 60, 90, 180 or 365 days since the release
    aged.launch_curves / nullif(baselines.baseline, 0) AS ram_v1,    -- downloads over the baseline; NULL: see reason
    CASE
        WHEN aged.launch_curves IS NULL THEN 'not_observed'
        WHEN aged.size_class = 'unknown' THEN 'unknown_size'
        WHEN baselines.baseline IS NULL THEN 'too_few_models'
        WHEN baselines.baseline = 0 THEN 'zero_baseline'
    END AS reason,                           -- why there is no ratio: not_observed, unknown_size, too_few_models, zero_baseline
    aged.launch_curves AS downloads,         -- downloads since creation at that age; NULL where not observed
    baselines.baseline,                      -- median of the ten most downloaded; NULL when there are fewer than ten
    coalesce(baselines.baseline_models, 0) AS baseline_models,    -- launches of the class with a value at that age
    'v1, not frozen, this database' AS baseline_name,    -- which baseline
    aged.family,                             -- family by owner; NULL when none
    aged.size_class,                         -- total parameters in billions; or unknown
    aged.size_from_name,                     -- the size is what the name says
    aged.released_on,                        -- day 0
    aged.is_estimate,                        -- readings more than two days apart, or themselves estimates
    aged.known_on,                           -- day of the reading since which the value is known
    aged.source_title,                       -- title of the source
    aged.source_url                          -- where a reader can open it
FROM aged
LEFT JOIN baselines USING (basis, size_class, age_days)
