-- title: Family of each name that leaderboards and copies give a model
-- unit: names
-- grain: name
-- source: seeds/model_families.csv
-- notes: By the quality_pattern alone, where nothing else tells the family: names on leaderboards, in
--   Epoch's list, of repositories of lmstudio-community, and of copies on ModelScope. Of several families
--   the one whose pattern is the longest is taken.
WITH names AS (
    SELECT model AS name FROM livebench__scores
    UNION
    SELECT model AS name FROM lmarena__ratings
    UNION
    SELECT name FROM artificial_analysis__models
    UNION
    SELECT model AS name FROM epoch__models
    UNION
    SELECT split_part(model_id, '/', 2) AS name FROM lmstudio__models
    UNION
    SELECT split_part(models.model_id, '/', 2) AS name
    FROM modelscope__models AS models
    INNER JOIN seed__modelscope_owners AS owners
        ON owners.owner = models.owner AND owners.hf_org IS NULL
),
labelled AS (
    SELECT
        names.name AS name,
        families.family AS family,
        row_number() OVER (
            PARTITION BY names.name
            ORDER BY length(families.quality_pattern) DESC, families.family ASC
        ) AS place
    FROM names
    INNER JOIN seed__model_families AS families
        ON regexp_like(names.name, '(?i)' || families.quality_pattern)
)
SELECT
    name,       -- as the source writes it
    family      -- family by that name; names without one are left out
FROM labelled
WHERE place = 1
