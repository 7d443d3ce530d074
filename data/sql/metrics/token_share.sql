-- title: Share of OpenRouter's tokens a day
-- unit: fraction of all tokens that OpenRouter served on the day
-- grain: date, family, author, variant, weights
-- source: OpenRouter
-- sums: 1 within date
-- notes: The source names the 50 models with the most tokens of each day and sums up all others, which
--   are the row `other`. What is not among the 50 is unknown, not zero: a share lies between what is
--   seen and seen + other. Tokens are counted by each provider's own tokenizer. A day is as its newest
--   reading has it.
SELECT
    date,                                        -- UTC day
    family,                                      -- family by author, then name; none: no family; other: models outside the 50
    author,                                      -- author on OpenRouter; other
    variant,                                     -- standard, free ...; other
    weights,                                     -- open, closed, unreleased (name hides the developer), unknown; other
    region,                                      -- region of the developer; NULL of the row other
    tokens,                                      -- tokens of the models that are seen
    tokens / nullif(CAST(day_tokens AS DOUBLE), 0) AS token_share,       -- fraction 0..1 of all tokens of the day, other included
    tokens / nullif(CAST(day_tokens AS DOUBLE), 0) AS token_share_low,   -- the least that it can be: what is seen
    (tokens + CASE WHEN family = 'other' THEN 0 ELSE other_tokens END)
        / nullif(CAST(day_tokens AS DOUBLE), 0) AS token_share_high,     -- the most that it can be: seen + other
    CASE WHEN family <> 'other' THEN models END AS models,   -- models that are seen; NULL of the row other
    as_of,                                       -- the source's own as_of
    replace(
        (SELECT citation FROM build_sources WHERE list_contains(tables, 'openrouter__rankings')),
        '{as_of}',
        as_of
    ) AS citation   -- line that the licence asks for, with as_of
FROM token_slices
