-- title: Downloads on ModelScope by owner and family, one row a day
-- unit: downloads
-- grain: date, owner, family
-- source: ModelScope
-- notes: The last listing of an owner on a UTC day stands for the day. Family: as the seeds say of the
--   owner, else by its organisation on the Hub and the name, of copies of many developers by the name.
WITH newest AS (
    SELECT owner, CAST(observed_at AS DATE) AS date, max(run) AS run
    FROM modelscope__models
    GROUP BY owner, CAST(observed_at AS DATE)
),
owned AS (
    SELECT
        models.model_id AS model_id,
        max(coalesce(owners.family, organisations.family, name_families.family, 'none')) AS family
    FROM (SELECT DISTINCT model_id, owner FROM modelscope__models) AS models
    INNER JOIN seed__modelscope_owners AS owners ON owners.owner = models.owner
    LEFT JOIN family_organisations AS organisations
        ON organisations.hf_org = owners.hf_org
        AND regexp_like(
            split_part(models.model_id, '/', 2), '(?i)' || organisations.name_pattern
        )
    LEFT JOIN name_families
        ON name_families.name = split_part(models.model_id, '/', 2) AND owners.hf_org IS NULL
    GROUP BY models.model_id
)
SELECT
    newest.date AS date,                                       -- UTC date of the listing
    newest.owner AS owner,                                     -- owner on ModelScope
    owned.family AS family,                                    -- family; none
    owners.is_mirror AS is_mirror,                             -- true: copies that others than the developer uploaded
    CAST(sum(models.downloads) AS BIGINT) AS downloads,        -- as the source counts them, which looks cumulative; NULL when all are
    CAST(sum(models.likes) AS BIGINT) AS likes,                -- likes; NULL when all are
    count(*) AS models,                                        -- models listed
    count(*) - count(models.downloads) AS models_without_value  -- of them without a count
FROM modelscope__models AS models
INNER JOIN newest
    ON newest.owner = models.owner
    AND newest.run = models.run
    AND newest.date = CAST(models.observed_at AS DATE)
INNER JOIN owned ON owned.model_id = models.model_id
INNER JOIN seed__modelscope_owners AS owners ON owners.owner = models.owner
GROUP BY newest.date, newest.owner, owned.family, owners.is_mirror
