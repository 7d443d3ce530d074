-- title: Downloads of a repository in the trailing 30 days
-- unit: downloads in the trailing 30 days
-- grain: date, hub_id
-- source: Hugging Face Hub API
-- notes: The Hub's `downloads` counter. It counts HTTP requests for a query file, CI runs among
--   them: not users, not deployments. Windows overlap: never sum over dates. Collected rows only.
SELECT
    date,               -- UTC date of the listing
    hub_id,             -- the Hub's _id, stable over renames
    model_id,           -- newest name
    hf_org,             -- organisation in the newest name
    family,             -- family by owner; NULL when none
    generation,         -- generation of the family; NULL when none matches
    downloads_30d       -- downloads in the trailing 30 days; NULL when the Hub gave none
FROM model_days
