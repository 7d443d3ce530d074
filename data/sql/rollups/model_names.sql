-- title: Newest name of each repository
-- unit: repositories
-- grain: hub_id
-- source: Hugging Face Hub API
-- notes: A repository is known by the Hub's _id. Its newest name decides whose it is, for the whole
--   of its history: a renamed repository must not leave one family and enter another.
WITH ranked AS (
    SELECT
        hub_id,
        model_id,
        created_at,
        pipeline_tag,
        library_name,
        licence,
        total_params,
        observed_at,
        row_number() OVER (PARTITION BY hub_id ORDER BY observed_at DESC, model_id ASC) AS newest
    FROM huggingface__models
),
seen AS (
    SELECT
        hub_id,
        min(observed_at) AS first_seen_at,
        max(observed_at) AS last_seen_at
    FROM huggingface__models
    GROUP BY hub_id
)
SELECT
    ranked.hub_id AS hub_id,                                -- the Hub's _id
    ranked.model_id AS model_id,                            -- newest name
    split_part(ranked.model_id, '/', 1) AS owner,           -- organisation in the newest name
    split_part(ranked.model_id, '/', 2) AS repository,      -- name after the slash
    ranked.created_at AS created_at,                        -- creation of the repository
    ranked.pipeline_tag AS pipeline_tag,                    -- task
    ranked.library_name AS library_name,                    -- library
    ranked.licence AS licence,                              -- licence tag
    ranked.total_params AS total_params,                    -- parameters
    seen.first_seen_at AS first_seen_at,                    -- first listing that held it
    seen.last_seen_at AS last_seen_at                       -- last listing that held it
FROM ranked
INNER JOIN seen ON seen.hub_id = ranked.hub_id
WHERE ranked.newest = 1
