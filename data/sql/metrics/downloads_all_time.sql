-- title: Downloads of a repository since its creation
-- unit: downloads
-- grain: date, hub_id
-- source: Hugging Face Hub API
-- notes: The Hub's cumulative counter as it was reported, falls included. Collected rows only.
SELECT
    date,                    -- UTC date of the listing
    hub_id,                  -- the Hub's _id, stable over renames
    model_id,                -- newest name
    hf_org,                  -- organisation in the newest name
    family,                  -- family by owner; NULL when none
    generation,              -- generation of the family; NULL when none matches
    downloads_all_time       -- cumulative downloads; NULL when the Hub gave none
FROM model_days
