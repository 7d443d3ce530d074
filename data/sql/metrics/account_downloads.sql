-- title: Text and vision-language downloads by Hub account
-- unit: downloads
-- grain: month, account
-- source: Model Pulse report data
-- notes: Published values. Own repositories of an account that are tagged text-generation or
--   image-text-to-text: an account, not a family. Where the publisher split a gap in its data
--   between two months, the pair is also given pooled: of a run of months flagged
--   interpolated_boundary, the first is pooled with the second, the third with the fourth.
WITH accounts AS (
    SELECT
        date AS month,
        subject AS account,
        value AS account_downloads,
        estimate_reason,
        as_of,
        publisher,
        source_title,
        source_url
    FROM published_readings
    WHERE series = 'downloads_text_vlm_by_author'
),
totals AS (
    SELECT date AS month, value AS total FROM published_readings
    WHERE series = 'downloads_text_vlm_total'
),
shares AS (
    SELECT date AS month, subject AS account, value AS share FROM published_readings
    WHERE series = 'share_text_vlm_by_author' AND subject_kind = 'hf_org'
),
split_months AS (
    SELECT month, month - INTERVAL 1 MONTH * row_number() OVER (ORDER BY month) AS run
    FROM (SELECT DISTINCT month FROM accounts WHERE estimate_reason = 'interpolated_boundary')
),
pairs AS (
    SELECT
        month,
        run,
        (row_number() OVER (PARTITION BY run ORDER BY month) + 1) // 2 AS pair
    FROM split_months
),
pooled AS (
    SELECT
        pairs.run,
        pairs.pair,
        accounts.account,
        min(pairs.month) AS pooled_from,
        max(pairs.month) AS pooled_to,
        sum(accounts.account_downloads) / sum(totals.total) AS pooled_share
    FROM pairs
    INNER JOIN accounts ON accounts.month = pairs.month
    INNER JOIN totals ON totals.month = pairs.month
    GROUP BY ALL
    HAVING count(*) = 2
),
developers AS (
    SELECT account, any_value(account_label) AS account_label, TRUE AS is_developer
    FROM seed__model_families
    GROUP BY account
)
SELECT
    accounts.month AS month,                          -- first day of the month
    accounts.account AS account,                      -- Hub account
    coalesce(developers.account_label, accounts.account) AS account_label,  -- name on charts
    coalesce(developers.is_developer, FALSE) AS is_developer,   -- false for accounts that repackage others' models
    accounts.account_downloads AS account_downloads,  -- downloads in the month
    totals.total AS total,                            -- downloads of all publishers in the month
    shares.share AS share,                            -- share as published, fraction 0..1
    'hub_text_vlm' AS share_of,                       -- of all text and vision-language downloads on the Hub
    accounts.estimate_reason AS estimate_reason,      -- none, window_30d or interpolated_boundary
    pooled.pooled_share AS pooled_share,              -- share over both months of a split pair
    CAST(pooled.pooled_from AS DATE) AS pooled_from,  -- first month of the pair
    CAST(pooled.pooled_to AS DATE) AS pooled_to,      -- second month of the pair
    accounts.as_of AS as_of,                          -- date on which the source was read
    accounts.publisher AS publisher,                  -- who published it
    accounts.source_title AS source_title,            -- title of the source
    accounts.source_url AS source_url                 -- where a reader can open it
FROM accounts
INNER JOIN totals ON totals.month = accounts.month
LEFT JOIN shares ON shares.month = accounts.month AND shares.account = accounts.account
LEFT JOIN developers ON developers.account = accounts.account
LEFT JOIN pairs ON pairs.month = accounts.month
LEFT JOIN pooled
    ON pooled.run = pairs.run AND pooled.pair = pairs.pair AND pooled.account = accounts.account
