-- title: Pulls of a family on Ollama, as others published them
-- unit: pulls since the beginning
-- grain: date, family
-- source: as the column source_title says; seeds/published_series.csv
-- notes: Published, not collected. Sum over the libraries of the family at the last reading of each month,
--   of each library the newest edition of its value. Cumulative and rounded by the site.
SELECT
    date,                      -- day of the reading
    family,                    -- family by the library's name
    pulls AS published_pulls,  -- pulls since the beginning
    libraries,                 -- libraries of the reading
    as_of,                     -- date on which the source was read
    source_title,              -- title of the source
    source_url                 -- where a reader can open it
FROM pull_readings
