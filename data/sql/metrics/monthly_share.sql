-- title: Share of a family in the downloads of a month
-- unit: fraction of the downloads of the month
-- grain: month, scope, share_of, family
-- source: Hugging Face Hub archive
-- sums: 1
-- notes: Of the whole Hub (`share_of` = hub), with the rest in the rows none and mixed; own and lineage
--   then have one denominator. Or of the tracked families alone (tracked), within the scope. Parents
--   as declared. A family without any value in the month has no share. Collected rows only.
WITH months AS (
    SELECT month, scope, family, downloads FROM scope_months WHERE NOT with_inferred
),
shares AS (
    SELECT
        month, scope, 'hub' AS share_of, family, downloads,
        sum(downloads) OVER (PARTITION BY month, scope) AS total
    FROM months
    UNION ALL
    SELECT
        month, scope, 'tracked' AS share_of, family, downloads,
        sum(downloads) OVER (PARTITION BY month, scope) AS total
    FROM months
    WHERE family NOT IN ('none', 'mixed')
)
SELECT
    month,                              -- first day of the month
    scope,                              -- own, derivatives or lineage
    share_of,                           -- hub: all repositories of the Hub; tracked: all families of the seeds
    family,                             -- family in that scope; none: no family; mixed: parents lead to two
    CASE WHEN total > 0 THEN downloads / CAST(total AS DOUBLE) END AS monthly_share,  -- fraction 0..1
    downloads AS monthly_downloads      -- downloads in the month
FROM shares
