-- title: Leading families by month
-- unit: downloads
-- grain: month, scope, share_of, position
-- source: Hugging Face Hub archive
-- notes: Who is first, who is second, and by how much: the five families with the most downloads in the
--   month. Parents as declared. Ties by name. Collected rows only.
WITH ranked AS (
    SELECT
        month,
        scope,
        share_of,
        family,
        monthly_downloads,
        monthly_share,
        row_number() OVER ranks AS position,
        lead(monthly_downloads) OVER ranks AS next_downloads
    FROM monthly_share
    WHERE family NOT IN ('none', 'mixed') AND monthly_downloads IS NOT NULL
    WINDOW ranks AS (PARTITION BY month, scope, share_of ORDER BY monthly_downloads DESC, family)
)
SELECT
    month,                                              -- first day of the month
    scope,                                              -- own, derivatives or lineage
    share_of,                                           -- of what the share is: hub or tracked
    position,                                           -- 1 = most downloads, up to 5
    family,                                             -- family in that scope
    monthly_downloads AS leaders,                       -- downloads in the month
    monthly_share AS share,                             -- fraction 0..1 of what share_of says
    monthly_downloads / nullif(CAST(next_downloads AS DOUBLE), 0) AS lead  -- how many times the downloads of the next family; NULL when there is none
FROM ranked
WHERE position <= 5
