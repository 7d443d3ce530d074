-- title: Share of a family's downloads that goes to derivatives
-- unit: fraction of the downloads of the family's lineage
-- grain: month, family, with_inferred
-- source: Hugging Face Hub archive
-- notes: Downloads of what others made of the family, over those of all that descends from it, the
--   family's own repositories included. Collected rows only.
SELECT
    lineage.month AS month,                             -- first day of the month
    lineage.family AS family,                           -- root family
    lineage.with_inferred AS with_inferred,             -- true: parents inferred from names count, too
    CASE
        WHEN lineage.downloads > 0
            THEN CASE WHEN derivatives.family IS NULL THEN 0 ELSE derivatives.downloads END
                / CAST(lineage.downloads AS DOUBLE)
    END AS derivative_download_share,                   -- fraction 0..1; NULL when either is unknown
    CASE
        WHEN derivatives.family IS NULL THEN 0 ELSE derivatives.downloads
    END AS derivative_downloads,                        -- downloads of derivatives; 0 when there are none, NULL when unknown
    lineage.downloads AS lineage_downloads,             -- downloads of the whole lineage
    lineage.estimate_reason AS estimate_reason          -- counter_fell, stalled_counter, interpolated_boundary or none
FROM scope_months AS lineage
LEFT JOIN scope_months AS derivatives
    ON derivatives.month = lineage.month
    AND derivatives.family = lineage.family
    AND derivatives.with_inferred = lineage.with_inferred
    AND derivatives.scope = 'derivatives'
WHERE lineage.scope = 'lineage' AND lineage.family NOT IN ('none', 'mixed')
