-- title: Downloads of lmstudio-community by base family
-- unit: downloads in the trailing 30 days
-- grain: date, family
-- source: Hugging Face Hub, lmstudio-community
-- notes: A proxy for LM Studio, which publishes no counts: the repositories that its app offers, which
--   others download, too. By the family of what a repository was made from. Windows overlap: never sum
--   over dates.
SELECT
    date,                                      -- UTC date of the listing
    family,                                    -- base family; mixed: parents lead to two; none
    downloads_30d AS lmstudio_downloads,       -- downloads in the trailing 30 days; NULL when none is known
    downloads_all_time,                        -- cumulative downloads; NULL when none is known
    models,                                    -- repositories
    models_without_value                       -- of them without a 30-day count, left out of the sum
FROM lmstudio_days
