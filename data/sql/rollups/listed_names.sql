-- title: Names of the listed repositories, in order
-- unit: repositories
-- grain: position
-- source: Hugging Face Hub archive
-- notes: Sorted by name, so that one is found without reading all; in lower case for the search.
SELECT
    model_id,                           -- newest name
    lower(model_id) AS lowered,         -- the same in lower case
    position                            -- rank by 30-day downloads
FROM hub__models
ORDER BY model_id ASC
