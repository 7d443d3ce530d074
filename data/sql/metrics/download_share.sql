-- title: Share of a family in 30-day downloads
-- unit: fraction of the trailing 30-day downloads of what share_of says
-- grain: date, scope, share_of, family
-- source: Hugging Face Hub API
-- sums: 1
-- notes: Of the families in seeds/model_families.csv only (`share_of` = tracked; own, as listed), so it
--   is larger than a share of the whole Hub. On a day on which any family could not be read there is
--   no such share, since the others would look larger. On the newest day of the archive also of the
--   whole Hub (hub), one denominator for all scopes, the rest in none and mixed, parents as declared.
--   Collected rows only.
WITH totals AS (
    SELECT
        date,
        scope,
        sum(downloads_30d) AS total,
        count(*) - count(downloads_30d) AS families_without_value
    FROM family_days
    WHERE models > 0 OR organisations_read < organisations_planned
    GROUP BY date, scope
),
newest AS (
    SELECT date, scope, family, sum(downloads_30d) AS downloads_30d
    FROM scope_newest
    WHERE NOT with_inferred
    GROUP BY date, scope, family
)
SELECT
    family_days.date AS date,              -- UTC date of the listings, or newest day of the archive
    family_days.scope AS scope,            -- own, derivatives or lineage
    family_days.family AS family,          -- family in that scope; none: no family; mixed: parents lead to two
    'tracked' AS share_of,                 -- tracked: all families of the seeds; hub: all repositories of the Hub
    CASE
        WHEN totals.families_without_value = 0 AND totals.total > 0
            THEN family_days.downloads_30d / CAST(totals.total AS DOUBLE)
    END AS download_share,                 -- fraction 0..1; NULL for a family that lists no repository
    totals.families_without_value AS families_without_value    -- families that have no value on that day
FROM family_days
INNER JOIN totals ON totals.date = family_days.date AND totals.scope = family_days.scope
UNION ALL
SELECT
    date,
    scope,
    family,
    'hub' AS share_of,
    downloads_30d / CAST(
        nullif(sum(downloads_30d) OVER (PARTITION BY date, scope), 0) AS DOUBLE
    ) AS download_share,
    count(*) OVER (PARTITION BY date, scope)
        - count(downloads_30d) OVER (PARTITION BY date, scope) AS families_without_value
FROM newest
