-- title: Downloads of a family in the trailing 30 days
-- unit: downloads in the trailing 30 days
-- grain: date, family, scope
-- source: Hugging Face Hub API
-- notes: Own: sum over the repositories of the family's organisations, NULL on a day on which one of
--   them could not be read. Derivatives and lineage: of the newest day of the archive of the whole Hub,
--   parents as declared. Windows overlap: never sum over dates. Collected rows only.
SELECT
    date,                                     -- UTC date of the listings
    family,                                   -- family by owner; of derivatives and lineage the root family
    scope,                                    -- own: the developer's organisations; lineage: all that descends from the family; derivatives: lineage without own
    downloads_30d AS family_downloads,        -- downloads in the trailing 30 days
    downloads_all_time,                       -- cumulative downloads of the same repositories
    models,                                   -- repositories
    models_without_value,                     -- repositories without a 30-day count, left out of the sum
    organisations_read,                       -- organisations that answered; NULL for an archive
    organisations_planned,                    -- organisations that were asked; NULL for an archive
    'huggingface' AS source                   -- huggingface: listings; else the archive, e.g. hub_archive
FROM family_days
UNION ALL
SELECT
    date,
    family,
    scope,
    CAST(sum(downloads_30d) AS BIGINT) AS family_downloads,
    CAST(sum(downloads_all_time) AS BIGINT) AS downloads_all_time,
    CAST(sum(models) AS BIGINT) AS models,
    CAST(sum(models_without_value) AS BIGINT) AS models_without_value,
    CAST(NULL AS BIGINT) AS organisations_read,
    CAST(NULL AS BIGINT) AS organisations_planned,
    (SELECT arg_max(source, date) FROM hub__days) AS source
FROM scope_newest
WHERE scope <> 'own' AND NOT with_inferred AND family NOT IN ('none', 'mixed')
GROUP BY date, family, scope
