-- title: Downloads of a region by calendar month
-- unit: downloads
-- grain: month, scope, region
-- source: Hugging Face Hub archive
-- notes: Of the whole Hub. Own: the primary base of the owner. Lineage: that of the developer of the
--   root family, by declared parents, and of the owner where there is none. An owner that is in no
--   seed is unknown. Nothing is known of where downloads come from. Collected rows only.
SELECT
    month,                                  -- first day of the month
    scope,                                  -- own or lineage
    region,                                 -- us, china, eu, other or unknown
    downloads AS downloads_by_region,       -- downloads in the month; NULL when no repository has a value
    downloads / CAST(
        nullif(sum(downloads) OVER (PARTITION BY month, scope), 0) AS DOUBLE
    ) AS region_share,                      -- fraction 0..1 of all downloads of the Hub, sums to 1
    models,                                 -- repositories with a value
    models_without_value                    -- repositories seen in the month whose downloads are unknown
FROM region_months
