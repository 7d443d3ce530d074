-- title: Share of OpenRouter's tokens by family, author, region, weights and variant
-- unit: fraction of all tokens that OpenRouter served in the period
-- grain: period, date, cut, class
-- source: OpenRouter
-- sums: 1
-- notes: Of the tokens of the days that were read; is_complete says whether that is every day of the
--   period. The class `other` holds the models outside the 50 of each day: they may belong to any other
--   class, so a share lies between what is seen and seen + other. The same of the class's open-weight
--   models alone: where the weights of a model are not known, they may be open. Tokens are counted by each
--   provider's own tokenizer.
SELECT
    period,                                     -- day, week (from Monday), month
    date,                                       -- first day of the period
    cut,                                        -- family, author, region, weights, variant
    class,                                      -- what the cut splits by; none: no family; other: models outside the 50; other_region: region other
    tokens,                                     -- tokens of the models that are seen
    tokens / nullif(CAST(period_tokens AS DOUBLE), 0) AS token_share_by_cut,     -- fraction 0..1 of all tokens of the period, other included
    tokens / nullif(CAST(period_tokens AS DOUBLE), 0) AS token_share_low,        -- the least that it can be: what is seen
    (tokens + CASE WHEN class = 'other' THEN 0 ELSE other_tokens END)
        / nullif(CAST(period_tokens AS DOUBLE), 0) AS token_share_high,          -- the most that it can be: seen + other
    open_tokens,                                -- of tokens those of models with open weights; NULL of the class other
    open_tokens / nullif(CAST(tokens AS DOUBLE), 0) AS open_part,                -- fraction 0..1 of the tokens of the class that are of models with open weights; NULL of the class other
    open_tokens / nullif(CAST(period_tokens AS DOUBLE), 0) AS token_share_open,  -- fraction 0..1 of all tokens of the period, of models of the class with open weights: the least that it can be; NULL of the class other
    (open_tokens + unsure_tokens + other_tokens)
        / nullif(CAST(period_tokens AS DOUBLE), 0) AS token_share_open_high,     -- the most that it can be: open + weights not known + other; NULL of the class other
    unsure_tokens / nullif(CAST(tokens AS DOUBLE), 0) AS unsure_part,            -- fraction 0..1 of the tokens of the class whose models' weights are not known; NULL of the class other
    other_tokens / nullif(CAST(period_tokens AS DOUBLE), 0) AS other_share,      -- share of the models outside the 50
    days,                                       -- days that were read
    CAST(days_in_period AS BIGINT) AS days_in_period,   -- days that the period has
    days = days_in_period AS is_complete,       -- whether every day was read
    as_of,                                      -- newest of the source's own as_of of its days
    replace(
        (SELECT citation FROM build_sources WHERE list_contains(tables, 'openrouter__rankings')),
        '{as_of}',
        as_of
    ) AS citation   -- line that the licence asks for, with as_of
FROM token_classes
