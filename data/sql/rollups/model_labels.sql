-- title: Family and generation of each repository
-- unit: repositories
-- grain: hub_id
-- source: seeds/model_families.csv, seeds/model_generations.csv
-- notes: Owner first, then name pattern. A repository of a tracked organisation that matches no
--   family has NULL. Of several generations the one whose pattern is the longest is taken.
WITH labelled AS (
    SELECT
        model_names.hub_id AS hub_id,
        family_organisations.family AS family
    FROM model_names
    INNER JOIN family_organisations
        ON family_organisations.hf_org = model_names.owner
        AND regexp_like(model_names.repository, '(?i)' || family_organisations.name_pattern)
),
generations AS (
    SELECT
        labelled.hub_id AS hub_id,
        seed__model_generations.generation AS generation,
        row_number() OVER (
            PARTITION BY labelled.hub_id
            ORDER BY length(seed__model_generations.name_pattern) DESC,
                seed__model_generations.generation ASC
        ) AS position
    FROM labelled
    INNER JOIN model_names ON model_names.hub_id = labelled.hub_id
    INNER JOIN seed__model_generations
        ON seed__model_generations.family = labelled.family
        AND regexp_like(model_names.repository, '(?i)' || seed__model_generations.name_pattern)
)
SELECT
    model_names.hub_id AS hub_id,                -- the Hub's _id
    model_names.model_id AS model_id,            -- newest name
    model_names.owner AS hf_org,                 -- organisation in the newest name
    labelled.family AS family,                   -- family by owner; NULL when none
    generations.generation AS generation         -- generation; NULL when none matches
FROM model_names
LEFT JOIN labelled ON labelled.hub_id = model_names.hub_id
LEFT JOIN generations
    ON generations.hub_id = model_names.hub_id AND generations.position = 1
