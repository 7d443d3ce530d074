-- title: Downloads of a family in the trailing 30 days
-- unit: downloads in the trailing 30 days
-- grain: date, family, scope
-- source: Hugging Face Hub API
-- notes: Sum over the repositories of the family's organisations. NULL on a day on which one of
--   them could not be read. Windows overlap: never sum over dates. Collected rows only.
SELECT
    date,                                     -- UTC date of the listings
    family,                                   -- family by owner
    scope,                                    -- own: repositories of the developer's organisations
    downloads_30d AS family_downloads,        -- downloads in the trailing 30 days
    downloads_all_time,                       -- cumulative downloads of the same repositories
    models,                                   -- repositories
    models_without_value,                     -- repositories without a 30-day count, left out of the sum
    organisations_read,                       -- organisations that answered
    organisations_planned                     -- organisations that were asked
FROM family_days
