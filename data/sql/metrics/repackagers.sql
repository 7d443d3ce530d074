-- title: Publishers of derivatives
-- unit: downloads
-- grain: month, hf_org, relation
-- source: Hugging Face Hub archive
-- notes: Accounts that quantize, finetune or merge what others released: the 50 largest of each month,
--   one row for each kind of derivative. Parents as declared. Collected rows only.
WITH totals AS (
    SELECT
        month,
        hf_org,
        relation,
        sum(downloads) AS downloads,
        sum(models) AS models,
        count(DISTINCT root_family) FILTER (WHERE root_family <> 'mixed') AS families
    FROM hub__publisher_months
    GROUP BY month, hf_org, relation
    QUALIFY row_number() OVER (
        PARTITION BY month ORDER BY sum(downloads) DESC, hf_org, relation
    ) <= 50
),
of_family AS (
    SELECT months.month, months.hf_org, months.relation, months.root_family,
        sum(months.downloads) AS downloads
    FROM hub__publisher_months AS months
    INNER JOIN totals
        ON totals.month = months.month AND totals.hf_org = months.hf_org
        AND totals.relation = months.relation
    WHERE months.root_family <> 'mixed'
    GROUP BY ALL
),
top_families AS (
    SELECT month, hf_org, relation, root_family
    FROM of_family
    QUALIFY row_number() OVER (
        PARTITION BY month, hf_org, relation ORDER BY downloads DESC, root_family
    ) = 1
)
SELECT
    totals.month AS month,                                      -- first day of the month
    totals.hf_org AS hf_org,                                    -- account that publishes
    totals.relation AS relation,                                -- quantized, finetune, adapter, merge or unknown
    CAST(totals.downloads AS BIGINT) AS repackagers,            -- downloads of its derivatives in the month
    CAST(totals.models AS BIGINT) AS models,                    -- repositories with a value
    totals.downloads / nullif(
        CAST(relation_months.downloads AS DOUBLE), 0
    ) AS share,                                                 -- fraction 0..1 of all downloads of derivatives of that relation
    totals.families AS families,                                -- root families of its derivatives
    top_families.root_family AS top_family,                     -- the one with the most downloads; NULL when none is known
    row_number() OVER (
        PARTITION BY totals.month ORDER BY totals.downloads DESC, totals.hf_org, totals.relation
    ) AS position                                               -- 1 = most downloads in the month
FROM totals
LEFT JOIN top_families
    ON top_families.month = totals.month AND top_families.hf_org = totals.hf_org
    AND top_families.relation = totals.relation
LEFT JOIN relation_months
    ON relation_months.month = totals.month AND relation_months.relation = totals.relation
