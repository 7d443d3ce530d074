-- title: Tokens that OpenRouter served of each model, one row a day
-- unit: tokens
-- grain: date, model_permaslug
-- source: OpenRouter
-- notes: The newest run that read a day gives the whole of it. The row `other` holds all models outside
--   the 50 with the most tokens; a model without a row was among them or not served, which is not zero.
WITH newest AS (
    SELECT date, max(run) AS run
    FROM openrouter__rankings
    GROUP BY date
),
days AS (
    SELECT
        rankings.date AS date,
        rankings.model_permaslug AS model_permaslug,
        rankings.total_tokens AS total_tokens,
        rankings.as_of AS as_of,
        sum(rankings.total_tokens) OVER (PARTITION BY rankings.date) AS day_tokens,
        sum(CASE WHEN rankings.model_permaslug = 'other' THEN rankings.total_tokens ELSE 0 END)
            OVER (PARTITION BY rankings.date) AS other_tokens
    FROM openrouter__rankings AS rankings
    INNER JOIN newest ON newest.date = rankings.date AND newest.run = rankings.run
)
SELECT
    days.date AS date,                                                 -- UTC day
    days.model_permaslug AS model_permaslug,                           -- slug of the rankings; other
    CASE WHEN days.model_permaslug = 'other' THEN 'other' ELSE slugs.family END AS family,  -- family by author, then name; none; other
    CASE WHEN days.model_permaslug = 'other' THEN 'other' ELSE slugs.author END AS author,  -- author; other
    CASE WHEN days.model_permaslug = 'other' THEN 'other' ELSE slugs.variant END AS variant,  -- standard, free ...; other
    CASE WHEN days.model_permaslug = 'other' THEN 'other' ELSE slugs.weights END AS weights,  -- open, closed, unreleased, unknown; other
    slugs.region AS region,                                            -- region of the developer; NULL of other
    days.total_tokens AS total_tokens,                                 -- tokens of the model
    CAST(days.day_tokens AS BIGINT) AS day_tokens,                     -- tokens of all models, other included
    CAST(days.other_tokens AS BIGINT) AS other_tokens,                 -- tokens of the row other; 0 when the day has none
    days.as_of AS as_of                                                -- the source's own as_of of that reading
FROM days
LEFT JOIN openrouter_slugs AS slugs ON slugs.model_permaslug = days.model_permaslug
