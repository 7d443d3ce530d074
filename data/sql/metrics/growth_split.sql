-- title: Growth of a family, split into market and share
-- unit: downloads
-- grain: month, family, scope
-- source: Hugging Face Hub archive
-- notes: Change against the month before. Market: what a family that keeps its share of the whole Hub
--   gains when the Hub grows. Share: what its change of share is worth at the Hub's size now. The two
--   add up to the change exactly, in whole downloads. Parents as declared. Needs the month before.
--   Collected rows only.
WITH markets AS (
    SELECT month, CAST(sum(downloads) AS BIGINT) AS market
    FROM scope_months
    WHERE scope = 'own'
    GROUP BY month
),
pairs AS (
    SELECT
        after.month,
        after.family,
        after.scope,
        after.downloads - before.downloads AS growth,
        CAST(round(
            before.downloads * (market_after.market - market_before.market)
            / nullif(CAST(market_before.market AS DOUBLE), 0)
        ) AS BIGINT) AS market_effect,
        market_after.market / nullif(CAST(market_before.market AS DOUBLE), 0) - 1 AS market_growth,
        after.downloads / nullif(CAST(market_after.market AS DOUBLE), 0)
            - before.downloads / nullif(CAST(market_before.market AS DOUBLE), 0) AS share_points,
        [before.estimate_reason, after.estimate_reason] AS reasons
    FROM scope_months AS after
    INNER JOIN scope_months AS before
        ON before.month = CAST(after.month - INTERVAL 1 MONTH AS DATE)
        AND before.family = after.family
        AND before.scope = after.scope
        AND before.with_inferred = after.with_inferred
    INNER JOIN markets AS market_after ON market_after.month = after.month
    INNER JOIN markets AS market_before ON market_before.month = before.month
    WHERE NOT after.with_inferred AND after.family NOT IN ('none', 'mixed')
        AND after.downloads IS NOT NULL AND before.downloads IS NOT NULL
)
SELECT
    month,                                          -- first day of the month
    family,                                         -- family in that scope
    scope,                                          -- own, derivatives or lineage
    growth AS growth_split,                         -- downloads of the month minus those of the month before
    market_effect,                                  -- share of the month before x change of the whole Hub
    growth - market_effect AS share_effect,         -- change of the share x downloads of the whole Hub now
    market_growth,                                  -- growth of the whole Hub as a fraction
    share_points,                                   -- change of the share of the whole Hub, as a fraction
    CASE
        WHEN list_contains(reasons, 'counter_fell') THEN 'counter_fell'
        WHEN list_contains(reasons, 'stalled_counter') THEN 'stalled_counter'
        WHEN list_contains(reasons, 'interpolated_boundary') THEN 'interpolated_boundary'
        ELSE 'none'
    END AS estimate_reason                          -- of either month: counter_fell, stalled_counter, interpolated_boundary or none
FROM pairs
