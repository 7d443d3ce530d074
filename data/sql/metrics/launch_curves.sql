-- title: Launch curves
-- unit: downloads since the repository's creation
-- grain: basis, model_id, age_days
-- source: seeds/published_series.csv; Hugging Face Hub API; Hugging Face Hub archive
-- notes: The all-time counter of each launch at the same ages. Day 0 is the corrected release date
--   (seeds/release_dates.csv), otherwise the creation of the repository. A launch is an own
--   repository of a family, or a model whose counter others published, that had at least 1,000
--   downloads and was first read within a year of its release. Between two readings a straight
--   line: an estimate where they lie more than two days apart, NULL where more than 45. Until a
--   repository was created its counter is zero. The class
--   median is that of all launches of the same basis and size class that have a value at that age,
--   the model itself among them; a model of unknown size has none. Published and collected counters
--   stay apart.
WITH classes AS (
    SELECT
        ages.basis,
        models.size_class,
        ages.age_days,
        median(ages.downloads) AS class_median,
        count(*) AS class_models
    FROM launch_ages AS ages
    INNER JOIN launch_models AS models USING (basis, model_id)
    WHERE ages.downloads IS NOT NULL AND models.size_class <> 'unknown'
    GROUP BY ALL
)
SELECT
    ages.basis,                                 -- collected (listings and archive), or published by others
    ages.model_id,                              -- newest name
    ages.age_days,                              -- days since the release
    ages.downloads AS launch_curves,            -- downloads since creation; NULL where not observed
    classes.class_median,                       -- median of its size class at that age; NULL when its size is unknown
    coalesce(classes.class_models, 0) AS class_models,    -- launches that the median is of
    models.family,                              -- family by owner; NULL when none
    models.size_class,                          -- total parameters in billions; or unknown
    models.size_from_name,                      -- the size is what the name says
    models.released_on,                         -- day 0
    models.is_corrected,                        -- true: from seeds/release_dates.csv
    ages.gap_days,                              -- days between the readings around it; 0: read on that day
    ages.is_estimate,                           -- readings more than two days apart, or themselves estimates
    ages.known_on,                              -- day of the reading since which the value is known
    ages.source,                                -- huggingface, the archive, or the publisher's: of that reading
    CASE
        WHEN ages.basis = 'published' THEN seed__sources.title
        WHEN ages.source = 'huggingface' THEN 'Hugging Face Hub API'
        ELSE coalesce(build_sources.title, 'Hugging Face Hub archive')
    END AS source_title,                        -- title of that source
    coalesce(
        CASE WHEN ages.basis = 'published' THEN seed__sources.url END,
        CASE WHEN ages.basis = 'collected' AND ages.source <> 'huggingface' THEN build_sources.url END,
        'https://huggingface.co/' || ages.model_id
    ) AS source_url                             -- where a reader can open it
FROM launch_ages AS ages
INNER JOIN launch_models AS models USING (basis, model_id)
LEFT JOIN classes
    ON classes.basis = ages.basis
    AND classes.size_class = models.size_class
    AND classes.age_days = ages.age_days
LEFT JOIN seed__sources ON seed__sources.source = ages.source
LEFT JOIN build_sources ON build_sources.name = ages.source
