-- title: Momentum month on month, beside the market's
-- unit: fraction by which the downloads changed from the month before
-- grain: basis, scope, month, subject
-- source: Model Pulse report data; Hugging Face Hub archive and API
-- notes: How downloads, their share of a market and that market moved from the month before, and from
--   three months before. The market is what the share is of: all text and vision-language downloads for
--   published accounts, the whole Hub for collected families, none where no archive covers the month.
--   `reading` says whether it was the market: gained (downloads and share up), diluted (share down
--   although downloads did not fall), declined (both down), held_up (share up although downloads did not
--   rise), flat (the share moved by less than 0.05 points, and by less than 5 % of what it was). A change
--   of downloads of less than half a percent is none. Only whole calendar months; nothing is compared over a month that is missing or had
--   no downloads. Incidents are those of the Hub's counters and archives, in the month or the one before.
WITH months AS (
    SELECT
        basis,
        replace(replace(layer, '_downloads', ''), 'derivative', 'derivatives') AS scope,
        date AS month,
        subject,
        account,
        family,
        value,
        share,
        share_of,
        whole AS market,
        is_estimate,
        as_of,
        source,
        source_title,
        source_url
    FROM standing_points
    WHERE measure = 'monthly_downloads' AND subject_kind IN ('account', 'family')
),
compared AS (
    SELECT
        now.*,
        now.value / nullif(before.value, 0) - 1 AS change,
        now.value / nullif(earlier.value, 0) - 1 AS change_3m,
        now.share - before.share AS share_points,
        before.share AS share_before,
        now.share - earlier.share AS share_points_3m,
        now.market / nullif(before.market, 0) - 1 AS market_change,
        now.market / nullif(earlier.market, 0) - 1 AS market_change_3m,
        now.is_estimate OR coalesce(before.is_estimate, FALSE) AS rests_on_estimate,
        now.is_estimate OR coalesce(earlier.is_estimate, FALSE) AS rests_on_estimate_3m
    FROM months AS now
    LEFT JOIN months AS before
        ON before.basis = now.basis AND before.scope = now.scope AND before.subject = now.subject
        AND before.month = now.month - INTERVAL 1 MONTH
    LEFT JOIN months AS earlier
        ON earlier.basis = now.basis AND earlier.scope = now.scope AND earlier.subject = now.subject
        AND earlier.month = now.month - INTERVAL 3 MONTH
),
incident_months AS (
    -- The month that an incident touches, and the one after, which is compared with it.
    SELECT DISTINCT known.month AS month
    FROM (SELECT DISTINCT month FROM months) AS known
    INNER JOIN incidents
        ON last_day(known.month) >= incidents.starts_on
        AND known.month - INTERVAL 1 MONTH <= incidents.ends_on
    WHERE incidents.level IN ('source', 'hub')
        AND incidents.kind NOT IN ('rename', 'ci_test_models', 'counter_start')
        -- One list: an OR of two of them makes DuckDB 2.0 fail on some views.
        AND incidents.source IN (
            SELECT source FROM hub__days UNION ALL VALUES ('huggingface'), ('hub_archive')
        )
)
SELECT
    basis,                             -- published (accounts) or collected (families)
    scope,                             -- own, derivatives or lineage; of published accounts own
    month,                             -- first day of the month
    subject,                           -- name of the account on charts, or family
    account,                           -- Hub account; NULL for families
    family,                            -- family; NULL for accounts of none
    value,                             -- downloads in the month; NULL when not known
    share,                             -- fraction 0..1 of the market; NULL where no market is known
    share_of,                          -- hub_text_vlm or hub; NULL without a share
    change AS momentum,                -- change of downloads from the month before as a fraction; NULL when that is missing or zero
    change_3m,                         -- the same from three months before
    share_points,                      -- change of the share from the month before, as a fraction: 0.01 is one point
    share_points_3m,                   -- the same from three months before
    market,                            -- downloads of the whole market in the month; NULL where none is known
    market_change,                     -- change of the market from the month before
    market_change_3m,                  -- the same from three months before
    CASE
        WHEN change IS NULL OR share_points IS NULL THEN NULL
        -- Of a small share few points are much: it is flat only when it is beside itself, too.
        WHEN abs(share_points) < 0.0005
            AND (share_points = 0 OR abs(share_points) < 0.05 * share_before)
            THEN 'flat'
        WHEN share_points > 0 AND change >= 0.005 THEN 'gained'
        WHEN share_points > 0 THEN 'held_up'
        WHEN change > -0.005 THEN 'diluted'
        ELSE 'declined'
    END AS reading,                    -- gained, diluted, declined, held_up or flat; NULL without a comparison
    rests_on_estimate AS is_estimate,  -- the month or the one before rests on an estimate
    rests_on_estimate_3m AS is_estimate_3m,  -- the month or the one three months before does: for change_3m, share_points_3m and market_change_3m
    month IN (SELECT month FROM incident_months) AS has_incident,  -- an incident touches the month or the one before
    as_of,                             -- day on which the source was read
    coalesce(archives.title, source_title) AS source_title,  -- title of the source
    coalesce(archives.url, source_url) AS source_url  -- where a reader can open it
FROM compared
LEFT JOIN build_sources AS archives
    ON archives.name = compared.source AND source_title = 'Hugging Face Hub archive'
