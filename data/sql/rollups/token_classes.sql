-- title: Tokens that OpenRouter served of each class, one row a day, week or month
-- unit: tokens
-- grain: period, date, cut, class
-- source: OpenRouter
-- notes: Sums over the days that were read. A region called other is `other_region` here, since `other`
--   is the class of the models outside the 50 with the most tokens. Of these nobody knows the weights.
WITH cuts AS (
    SELECT date, 'family' AS cut, family AS class, weights, total_tokens FROM token_days
    UNION ALL
    SELECT date, 'author' AS cut, author AS class, weights, total_tokens FROM token_days
    UNION ALL
    SELECT date, 'weights' AS cut, weights AS class, weights, total_tokens FROM token_days
    UNION ALL
    SELECT date, 'variant' AS cut, variant AS class, weights, total_tokens FROM token_days
    UNION ALL
    SELECT
        date,
        'region' AS cut,
        CASE
            WHEN region IS NULL THEN 'other'
            WHEN region = 'other' THEN 'other_region'
            ELSE region
        END AS class,
        weights,
        total_tokens
    FROM token_days
),
class_days AS (
    SELECT
        date,
        cut,
        class,
        sum(total_tokens) AS tokens,
        sum(CASE WHEN weights = 'open' THEN total_tokens ELSE 0 END) AS open_tokens,
        sum(CASE WHEN weights = 'unknown' THEN total_tokens ELSE 0 END) AS unsure_tokens
    FROM cuts
    GROUP BY date, cut, class
),
days AS (
    SELECT
        date,
        max(day_tokens) AS day_tokens,
        max(other_tokens) AS other_tokens,
        max(as_of) AS as_of
    FROM token_days
    GROUP BY date
),
period_days AS (
    SELECT 'day' AS period, date AS starts_on, date FROM days
    UNION ALL
    SELECT 'week' AS period, CAST(date_trunc('week', date) AS DATE) AS starts_on, date FROM days
    UNION ALL
    SELECT 'month' AS period, CAST(date_trunc('month', date) AS DATE) AS starts_on, date FROM days
),
totals AS (
    SELECT
        period_days.period AS period,
        period_days.starts_on AS starts_on,
        sum(days.day_tokens) AS period_tokens,
        sum(days.other_tokens) AS other_tokens,
        count(*) AS days,
        max(days.as_of) AS as_of
    FROM period_days
    INNER JOIN days ON days.date = period_days.date
    GROUP BY period_days.period, period_days.starts_on
),
sums AS (
    SELECT
        period_days.period AS period,
        period_days.starts_on AS starts_on,
        class_days.cut AS cut,
        class_days.class AS class,
        sum(class_days.tokens) AS tokens,
        sum(class_days.open_tokens) AS open_tokens,
        sum(class_days.unsure_tokens) AS unsure_tokens
    FROM period_days
    INNER JOIN class_days ON class_days.date = period_days.date
    GROUP BY period_days.period, period_days.starts_on, class_days.cut, class_days.class
)
SELECT
    sums.period AS period,                                         -- day, week (from Monday), month
    sums.starts_on AS date,                                        -- first day of the period
    sums.cut AS cut,                                               -- family, author, region, weights, variant
    sums.class AS class,                                           -- what the cut splits by; other: models outside the 50
    CAST(sums.tokens AS BIGINT) AS tokens,                         -- tokens of the class
    CASE WHEN sums.class <> 'other' THEN CAST(sums.open_tokens AS BIGINT) END AS open_tokens,  -- of them tokens of models with open weights; NULL of other
    CASE WHEN sums.class <> 'other' THEN CAST(sums.unsure_tokens AS BIGINT) END AS unsure_tokens,  -- of them tokens of models whose weights are not known to be open or closed; NULL of other
    CAST(totals.period_tokens AS BIGINT) AS period_tokens,         -- tokens of all classes, other included
    CAST(totals.other_tokens AS BIGINT) AS other_tokens,           -- tokens of the class other
    totals.days AS days,                                           -- days that were read
    CASE sums.period
        WHEN 'day' THEN 1
        WHEN 'week' THEN 7
        ELSE extract(day FROM sums.starts_on + INTERVAL 1 MONTH - INTERVAL 1 DAY)
    END AS days_in_period,                                         -- days that the period has
    totals.as_of AS as_of                                          -- newest as_of of its days
FROM sums
INNER JOIN totals ON totals.period = sums.period AND totals.starts_on = sums.starts_on
