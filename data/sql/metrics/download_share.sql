-- title: Share of a family in tracked downloads
-- unit: fraction of the trailing 30-day downloads of all tracked families
-- grain: date, scope, family
-- source: Hugging Face Hub API
-- sums: 1
-- notes: Of the families in seeds/model_families.csv only (`share_of` = tracked), so it is larger
--   than a share of the whole Hub. On a day on which any family could not be read there is no share,
--   since the others would look larger. Collected rows only.
WITH totals AS (
    SELECT
        date,
        scope,
        sum(downloads_30d) AS total,
        count(*) - count(downloads_30d) AS families_without_value
    FROM family_days
    WHERE models > 0 OR organisations_read < organisations_planned
    GROUP BY date, scope
)
SELECT
    family_days.date AS date,              -- UTC date of the listings
    family_days.scope AS scope,            -- own: repositories of the developer's organisations
    family_days.family AS family,          -- family by owner
    'tracked' AS share_of,                 -- tracked: all families of the seeds
    CASE
        WHEN totals.families_without_value = 0 AND totals.total > 0
            THEN family_days.downloads_30d / CAST(totals.total AS DOUBLE)
    END AS download_share,                 -- fraction 0..1; NULL for a family that lists no repository
    totals.families_without_value AS families_without_value    -- families that have no value on that day
FROM family_days
INNER JOIN totals ON totals.date = family_days.date AND totals.scope = family_days.scope
