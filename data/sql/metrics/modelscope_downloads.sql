-- title: Downloads on ModelScope by owner and family
-- unit: downloads, as ModelScope counts them
-- grain: date, owner, family
-- source: ModelScope
-- notes: The counter looks cumulative; the source does not say how it counts or when it begins anew.
SELECT
    date,                                      -- UTC date of the listing
    owner,                                     -- owner on ModelScope
    family,                                    -- family; none
    is_mirror,                                 -- true: copies that others than the developer uploaded
    downloads AS modelscope_downloads,         -- downloads; NULL when no model has a count
    likes,                                     -- likes; NULL when no model has a count
    models,                                    -- models listed
    models_without_value                       -- of them without a count, left out of the sum
FROM modelscope_days
