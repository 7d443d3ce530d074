-- title: Repositories of one day of the Hub archive
-- unit: repositories
-- grain: hub_id
-- source: cfahlgren1/hub-stats
-- notes: `archive` is the day's models.parquet. Cards (cardData) are never read: anyone can write
--   anything into them.
SELECT
    _id AS hub_id,                                                   -- the Hub's _id
    CAST(downloads AS BIGINT) AS downloads_30d,                      -- trailing 30 days
    CAST(downloadsAllTime AS BIGINT) AS downloads_all_time,          -- cumulative; NULL before 2025-02-27
    CAST(likes AS BIGINT) AS likes,                                  -- likes
    id AS model_id,                                                  -- name on that day
    CAST(createdAt AS TIMESTAMP) AS created_at,                      -- creation of the repository, UTC
    pipeline_tag,                                                    -- task
    library_name,                                                    -- library
    list_min(list_transform(
        list_filter(tags, lambda tag: starts_with(tag, 'license:')),
        lambda tag: substr(tag, 9)
    )) AS licence,                                                   -- first licence tag by name
    CAST(coalesce(safetensors.total, gguf.total) AS BIGINT) AS total_params,  -- parameters
    list_sort(CASE
        WHEN len(baseModels.models) > 0 THEN list_transform(
            baseModels.models,
            lambda model: coalesce(baseModels.relation, 'unknown') || ':' || model.id
        )
        ELSE list_transform(
            list_filter(
                -- Twice, since the expression is dear and most tags are others.
                list_filter(tags, lambda tag: starts_with(tag, 'base_model:')),
                lambda tag: regexp_matches(tag, '^base_model:(finetune|quantized|adapter|merge):[^:]+$')
            ),
            lambda tag: substr(tag, 12)
        )
    END) AS base_models                                              -- relation:parent, sorted
FROM archive
