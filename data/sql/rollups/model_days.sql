-- title: Counters of each repository, one row a day
-- unit: downloads
-- grain: hub_id, date
-- source: Hugging Face Hub API
-- notes: The last listing of a UTC day stands for the day, so collecting twice changes no sum.
WITH ranked AS (
    SELECT
        hub_id,
        CAST(observed_at AS DATE) AS date,
        observed_at,
        hf_org,
        downloads_30d,
        downloads_all_time,
        likes,
        row_number() OVER (
            PARTITION BY hub_id, CAST(observed_at AS DATE)
            ORDER BY observed_at DESC, run DESC
        ) AS newest
    FROM huggingface__models
)
SELECT
    ranked.hub_id AS hub_id,                              -- the Hub's _id
    ranked.date AS date,                                  -- UTC date of the listing
    ranked.observed_at AS observed_at,                    -- UTC instant of the listing
    model_labels.model_id AS model_id,                    -- newest name
    model_labels.hf_org AS hf_org,                        -- organisation in the newest name
    model_labels.family AS family,                        -- family by owner; NULL when none
    model_labels.generation AS generation,                -- generation; NULL when none matches
    ranked.downloads_30d AS downloads_30d,                -- trailing 30 days; NULL when absent
    ranked.downloads_all_time AS downloads_all_time,      -- cumulative; NULL when absent
    ranked.likes AS likes                                 -- likes
FROM ranked
INNER JOIN model_labels ON model_labels.hub_id = ranked.hub_id
-- A repository that an older listing of the day held and the newest accepted one does not is gone.
INNER JOIN organisation_days
    ON organisation_days.hf_org = ranked.hf_org
    AND organisation_days.date = ranked.date
    AND organisation_days.read_at <= ranked.observed_at
WHERE ranked.newest = 1
