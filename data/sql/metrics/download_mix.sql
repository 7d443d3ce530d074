-- title: Downloads of a family by size, generation, task, licence and other cuts
-- unit: downloads
-- grain: month, family, scope, cut, class
-- source: Hugging Face Hub archive; seeds/licences.csv
-- notes: One cut at a time; each sums to the downloads of the family in that scope. Parents as
--   declared. Generation: of the repository in own, of its root in lineage and derivatives. Region: of
--   the owner. Of each family and cut the 12 classes with the most downloads over all months are
--   named, the rest is other, together with what is itself called other. Collected rows only.
SELECT
    month,                                  -- first day of the month
    family,                                 -- family in that scope; hub: the whole Hub, scope own
    scope,                                  -- own, derivatives or lineage
    cut,                                    -- size, generation, task, licence, licence_class, library, precision, relation or region
    class,                                  -- class within the cut, e.g. [5,10) billion parameters; unknown: not stated
    downloads AS download_mix,              -- downloads in the month; NULL when no repository has a value
    downloads / CAST(
        nullif(sum(downloads) OVER (PARTITION BY month, family, scope, cut), 0) AS DOUBLE
    ) AS mix_share,                         -- fraction 0..1 of the downloads of the family in that scope, sums to 1
    models,                                 -- repositories with a value
    models_without_value,                   -- repositories seen in the month whose downloads are unknown
    CASE
        WHEN cut = 'size' THEN coalesce(
            list_position(
                ['[0,1)', '[1,5)', '[5,10)', '[10,50)', '[50,100)', '[100,250)', '[250,inf)'], class
            ),
            8
        )
    END AS size_position                    -- order of the size classes, unknown last; NULL in other cuts
FROM mix_months
