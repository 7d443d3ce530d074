-- title: Coverage of the cuts of a family's downloads
-- unit: fraction of the downloads of the family in that scope
-- grain: month, family, scope, cut
-- source: Hugging Face Hub archive; seeds/licences.csv
-- notes: The share of downloads whose class is known: a mix by size says nothing of repositories without
--   a parameter count. Read it with every mix. Collected rows only.
SELECT
    month,                                                            -- first day of the month
    family,                                                           -- family in that scope; hub: the whole Hub, scope own
    scope,                                                            -- own, derivatives or lineage
    cut,                                                              -- cut, as in download_mix
    CASE
        WHEN sum(downloads) > 0
            THEN coalesce(sum(downloads) FILTER (WHERE class <> 'unknown'), 0)
                / CAST(sum(downloads) AS DOUBLE)
    END AS mix_coverage,                                              -- fraction 0..1; NULL without downloads
    CAST(sum(downloads) AS BIGINT) AS downloads                       -- downloads in the month, unknown included
FROM mix_months
GROUP BY month, family, scope, cut
