-- title: Most downloaded models of the whole Hub on the newest day, as they are and grouped
-- unit: downloads in the trailing 30 days
-- grain: is_grouped, position
-- source: Hugging Face Hub archive
-- notes: Grouped: precision variants (FP8, Int4, AWQ, GPTQ, GGUF ...) are summed under the model of
--   which they are variants, whoever published them. The 1,000 first of each, without those that
--   have no downloads.
WITH plain AS (
    SELECT hub_id, model_id, downloads_30d
    FROM hub__models
    WHERE downloads_30d > 0
    ORDER BY downloads_30d DESC, model_id ASC, hub_id ASC
    LIMIT 1000
),
sums AS (
    SELECT variant_of, sum(downloads_30d) AS downloads_30d
    FROM hub__models
    WHERE downloads_30d > 0
    GROUP BY variant_of
    ORDER BY sum(downloads_30d) DESC, variant_of ASC
    LIMIT 1000
),
first_variants AS (
    SELECT
        hub__models.hub_id AS hub_id,
        hub__models.variant_of AS variant_of,
        count(*) OVER (PARTITION BY hub__models.variant_of) AS variants,
        row_number() OVER (
            PARTITION BY hub__models.variant_of
            ORDER BY
                CASE WHEN hub__models.model_id = hub__models.variant_of THEN 0 ELSE 1 END ASC,
                coalesce(hub__models.downloads_30d, -1) DESC,
                hub__models.model_id ASC,
                hub__models.hub_id ASC
        ) AS place
    FROM hub__models
    INNER JOIN sums ON sums.variant_of = hub__models.variant_of
),
positions AS (
    SELECT
        FALSE AS is_grouped,
        row_number() OVER (ORDER BY downloads_30d DESC, model_id ASC, hub_id ASC) AS position,
        model_id,
        hub_id,
        downloads_30d,
        1 AS variants
    FROM plain
    UNION ALL
    SELECT
        TRUE AS is_grouped,
        row_number() OVER (ORDER BY sums.downloads_30d DESC, sums.variant_of ASC) AS position,
        sums.variant_of AS model_id,
        first_variants.hub_id AS hub_id,
        sums.downloads_30d AS downloads_30d,
        first_variants.variants AS variants
    FROM sums
    INNER JOIN first_variants
        ON first_variants.variant_of = sums.variant_of AND first_variants.place = 1
)
SELECT
    positions.is_grouped AS is_grouped,                            -- true: precision variants are summed
    CAST(positions.position AS BIGINT) AS position,                -- 1 = most downloads
    positions.model_id AS model_id,                                -- newest name; of a group the model of which they are variants
    CAST(positions.downloads_30d AS BIGINT) AS downloads_30d,      -- trailing 30 days
    CAST(positions.variants AS BIGINT) AS variants,                -- repositories in it, 1 when not grouped
    models.family AS family,                                       -- family by owner; NULL when none
    models.root_family AS root_family,                             -- root family by declared parents; mixed; NULL when none
    models.relation AS relation,                                   -- relation to the parents; NULL without any
    models.precision AS precision,                                 -- full, FP8, Int4, AWQ, GPTQ, GGUF ...
    models.is_test AS is_test,                                     -- exists for software tests
    models.size_class AS size_class,                               -- total parameters in billions
    models.licence AS licence,                                     -- licence tag
    models.task AS task                                            -- pipeline_tag
FROM positions
INNER JOIN hub__models AS models ON models.hub_id = positions.hub_id
