-- title: Downloads of lmstudio-community by base family, one row a day
-- unit: downloads in the trailing 30 days
-- grain: date, family
-- source: Hugging Face Hub, lmstudio-community
-- notes: The family of what a repository was made from: the root family where the archive of the whole
--   Hub knows it, else the family of the declared parents by owner, else the one that its name says.
WITH newest AS (
    SELECT CAST(observed_at AS DATE) AS date, max(run) AS run
    FROM lmstudio__models
    GROUP BY CAST(observed_at AS DATE)
),
listed AS (
    SELECT
        newest.date AS date,
        models.hub_id AS hub_id,
        models.model_id AS model_id,
        models.base_models AS base_models,
        models.downloads_30d AS downloads_30d,
        models.downloads_all_time AS downloads_all_time,
        row_number() OVER (PARTITION BY models.hub_id ORDER BY newest.date DESC) AS place
    FROM lmstudio__models AS models
    INNER JOIN newest
        ON newest.run = models.run AND newest.date = CAST(models.observed_at AS DATE)
),
parents AS (
    SELECT
        listed.hub_id AS hub_id,
        substr(told.parent, position(':' IN told.parent) + 1) AS parent
    FROM listed
    CROSS JOIN unnest(listed.base_models) AS told (parent)
    WHERE listed.place = 1
),
parent_families AS (
    SELECT
        parents.hub_id AS hub_id,
        min(organisations.family) AS family,
        count(DISTINCT organisations.family) AS families
    FROM parents
    INNER JOIN family_organisations AS organisations
        ON organisations.hf_org = split_part(parents.parent, '/', 1)
        AND regexp_like(
            split_part(parents.parent, '/', 2), '(?i)' || organisations.name_pattern
        )
    GROUP BY parents.hub_id
),
roots AS (
    SELECT hub_id, max(root_family) AS family
    FROM hub__models
    WHERE root_family IS NOT NULL
    GROUP BY hub_id
),
labels AS (
    SELECT
        listed.hub_id AS hub_id,
        coalesce(
            roots.family,
            CASE WHEN parent_families.families > 1 THEN 'mixed' ELSE parent_families.family END,
            name_families.family,
            'none'
        ) AS family
    FROM listed
    LEFT JOIN roots ON roots.hub_id = listed.hub_id
    LEFT JOIN parent_families ON parent_families.hub_id = listed.hub_id
    LEFT JOIN name_families ON name_families.name = split_part(listed.model_id, '/', 2)
    WHERE listed.place = 1
)
SELECT
    listed.date AS date,                                                   -- UTC date of the listing
    labels.family AS family,                                               -- base family; mixed; none
    CAST(sum(listed.downloads_30d) AS BIGINT) AS downloads_30d,            -- trailing 30 days; NULL when all are
    CAST(sum(listed.downloads_all_time) AS BIGINT) AS downloads_all_time,  -- cumulative; NULL when all are
    count(*) AS models,                                                    -- repositories
    count(*) - count(listed.downloads_30d) AS models_without_value         -- of them without a 30-day count
FROM listed
INNER JOIN labels ON labels.hub_id = listed.hub_id
GROUP BY listed.date, labels.family
