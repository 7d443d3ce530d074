-- title: Downloads of each family by size, generation, task, licence and other cuts, one row a month
-- unit: downloads
-- grain: month, family, scope, cut, class
-- source: Hugging Face Hub archive; seeds/licences.csv
-- notes: Declared parents only. Of each family and cut the 12 classes with the most downloads over all
--   months are kept, and unknown; the others are in other. Sizes are all kept. A licence that
--   seeds/licences.csv does not list has an unknown class.
WITH pairs AS (
    SELECT
        family,
        root_family,
        row_number() OVER (ORDER BY family, root_family) AS pair
    FROM (SELECT DISTINCT family, root_family FROM cohort_groups) AS distinct_pairs
),
labels AS (
    SELECT
        hub__cohorts.cohort AS cohort,
        pairs.pair AS pair,
        hub__cohorts.size_class AS size_class,
        coalesce(hub__cohorts.generation, 'unknown') AS own_generation,
        coalesce(hub__cohorts.root_generation, 'unknown') AS root_generation,
        hub__cohorts.task AS task,
        hub__cohorts.licence AS licence,
        coalesce(seed__licences.licence_class, 'unknown') AS licence_class,
        hub__cohorts.library AS library,
        hub__cohorts.precision AS precision_class,
        cohort_groups.relation AS relation,
        hub__cohorts.region AS region
    FROM hub__cohorts
    INNER JOIN cohort_groups ON cohort_groups.cohort = hub__cohorts.cohort
    INNER JOIN pairs
        ON pairs.family = cohort_groups.family AND pairs.root_family = cohort_groups.root_family
    LEFT JOIN seed__licences ON seed__licences.licence = lower(hub__cohorts.licence)
),
-- One pass over the cohorts of all months; no label is NULL, so the one that is not says the cut.
sums AS (
    SELECT
        facts.month AS month,
        labels.pair AS pair,
        labels.size_class AS size_class,
        labels.own_generation AS own_generation,
        labels.root_generation AS root_generation,
        labels.task AS task,
        labels.licence AS licence,
        labels.licence_class AS licence_class,
        labels.library AS library,
        labels.precision_class AS precision_class,
        labels.relation AS relation,
        labels.region AS region,
        sum(facts.downloads) AS downloads,
        sum(facts.models) AS models,
        sum(facts.models_without_value) AS models_without_value
    FROM hub__cohort_months AS facts
    INNER JOIN labels ON labels.cohort = facts.cohort
    GROUP BY GROUPING SETS (
        (facts.month, labels.pair, labels.size_class),
        (facts.month, labels.pair, labels.own_generation),
        (facts.month, labels.pair, labels.root_generation),
        (facts.month, labels.pair, labels.task),
        (facts.month, labels.pair, labels.licence),
        (facts.month, labels.pair, labels.licence_class),
        (facts.month, labels.pair, labels.library),
        (facts.month, labels.pair, labels.precision_class),
        (facts.month, labels.pair, labels.relation),
        (facts.month, labels.pair, labels.region)
    )
),
cuts AS (
    SELECT
        sums.month AS month,
        pairs.family AS family,
        pairs.root_family AS root_family,
        CASE
            WHEN sums.size_class IS NOT NULL THEN 'size'
            WHEN sums.own_generation IS NOT NULL THEN 'own_generation'
            WHEN sums.root_generation IS NOT NULL THEN 'root_generation'
            WHEN sums.task IS NOT NULL THEN 'task'
            WHEN sums.licence IS NOT NULL THEN 'licence'
            WHEN sums.licence_class IS NOT NULL THEN 'licence_class'
            WHEN sums.library IS NOT NULL THEN 'library'
            WHEN sums.precision_class IS NOT NULL THEN 'precision'
            WHEN sums.relation IS NOT NULL THEN 'relation'
            ELSE 'region'
        END AS cut,
        coalesce(
            sums.size_class, sums.own_generation, sums.root_generation, sums.task, sums.licence,
            sums.licence_class, sums.library, sums.precision_class, sums.relation, sums.region
        ) AS class,
        sums.downloads AS downloads,
        sums.models AS models,
        sums.models_without_value AS models_without_value
    FROM sums
    INNER JOIN pairs ON pairs.pair = sums.pair
    WHERE sums.models + sums.models_without_value > 0
),
scopes AS (
    SELECT
        month, 'hub' AS family, 'own' AS scope, cut, class, downloads, models, models_without_value
    FROM cuts
    WHERE cut <> 'root_generation'
    UNION ALL
    SELECT month, family, 'own' AS scope, cut, class, downloads, models, models_without_value
    FROM cuts
    WHERE cut <> 'root_generation' AND family <> 'none'
    UNION ALL
    SELECT
        month, root_family AS family, 'lineage' AS scope, cut, class, downloads, models,
        models_without_value
    FROM cuts
    WHERE cut <> 'own_generation' AND root_family NOT IN ('none', 'mixed')
    UNION ALL
    SELECT
        month, root_family AS family, 'derivatives' AS scope, cut, class, downloads, models,
        models_without_value
    FROM cuts
    WHERE cut <> 'own_generation' AND root_family NOT IN ('none', 'mixed')
        AND root_family <> family
),
named AS (
    SELECT
        month,
        family,
        scope,
        CASE WHEN cut IN ('own_generation', 'root_generation') THEN 'generation' ELSE cut END AS cut,
        class,
        sum(downloads) AS downloads,
        sum(models) AS models,
        sum(models_without_value) AS models_without_value
    FROM scopes
    GROUP BY
        month,
        family,
        scope,
        CASE WHEN cut IN ('own_generation', 'root_generation') THEN 'generation' ELSE cut END,
        class
),
ranked AS (
    SELECT
        family,
        cut,
        class,
        row_number() OVER (
            PARTITION BY family, cut
            ORDER BY
                CASE WHEN class = 'unknown' THEN 0 ELSE 1 END ASC,
                coalesce(sum(downloads), 0) DESC,
                class ASC
        ) - max(CASE WHEN class = 'unknown' THEN 1 ELSE 0 END) OVER (
            PARTITION BY family, cut
        ) AS position
    FROM named
    WHERE scope <> 'derivatives'
    GROUP BY family, cut, class
)
SELECT
    named.month AS month,                                              -- first day of the month
    named.family AS family,                                            -- family in that scope; hub: the whole Hub
    named.scope AS scope,                                              -- own, derivatives, lineage
    named.cut AS cut,                                                  -- size, generation, task, licence, licence_class, library, precision, relation, region
    CASE
        WHEN named.cut = 'size' OR ranked.position <= 12 THEN named.class
        ELSE 'other'
    END AS class,                                                      -- class within the cut; other: the rest; unknown
    CAST(sum(named.downloads) AS BIGINT) AS downloads,                 -- adjusted; NULL when all are
    CAST(sum(named.models) AS BIGINT) AS models,                       -- repositories with a value
    CAST(sum(named.models_without_value) AS BIGINT) AS models_without_value  -- repositories listed without one
FROM named
INNER JOIN ranked
    ON ranked.family = named.family AND ranked.cut = named.cut AND ranked.class = named.class
GROUP BY
    named.month,
    named.family,
    named.scope,
    named.cut,
    CASE
        WHEN named.cut = 'size' OR ranked.position <= 12 THEN named.class
        ELSE 'other'
    END
