-- title: Tokens that OpenRouter served of each family, author, variant and weights, one row a day
-- unit: tokens
-- grain: date, family, author, variant, weights
-- source: OpenRouter
SELECT
    date,                                                  -- UTC day
    family,                                                -- family by author, then name; none; other
    author,                                                -- author; other
    variant,                                               -- standard, free ...; other
    weights,                                               -- open, closed, unreleased, unknown; other
    region,                                                -- region of the developer; NULL of other
    CAST(sum(total_tokens) AS BIGINT) AS tokens,           -- tokens of the models that are seen
    count(*) AS models,                                    -- rows: models, or the row other
    max(day_tokens) AS day_tokens,                         -- tokens of all models, other included
    max(other_tokens) AS other_tokens,                     -- tokens of the row other; 0 when the day has none
    max(as_of) AS as_of                                    -- the source's own as_of of that reading
FROM token_days
GROUP BY date, family, author, variant, weights, region
