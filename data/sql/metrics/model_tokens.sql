-- title: Tokens and prices of models on OpenRouter
-- unit: tokens in the newest seven days that were read
-- grain: model_permaslug
-- source: OpenRouter
-- notes: Of the days on which the model was among the 50 with the most tokens: of the others nothing is
--   known, so it is the least that it can be. Prices are those of the newest list of models, variant by
--   variant; a model that has left the list has none.
WITH newest AS (
    SELECT DISTINCT date, day_tokens, as_of FROM token_days ORDER BY date DESC LIMIT 7
),
totals AS (
    SELECT
        min(date) AS starts_on,
        max(date) AS ends_on,
        sum(day_tokens) AS all_tokens,
        max(as_of) AS as_of
    FROM newest
),
citations AS (
    SELECT
        max(citation) FILTER (WHERE list_contains(tables, 'openrouter__rankings')) AS of_tokens,
        max(citation) FILTER (WHERE list_contains(tables, 'openrouter_models__models')) AS of_prices
    FROM build_sources
)
SELECT
    token_days.model_permaslug,                                    -- slug of the rankings, with :variant
    token_days.author,                                             -- author on OpenRouter
    token_days.family,                                             -- family by author, then name; none
    token_days.variant,                                            -- standard, free ...
    token_days.weights,                                            -- open, closed, unreleased, unknown
    slugs.hugging_face_id,                                         -- repository on the Hub; NULL when none is named
    CAST(sum(token_days.total_tokens) AS BIGINT) AS model_tokens,  -- tokens of the days on which it is seen
    sum(token_days.total_tokens) / nullif(CAST(max(totals.all_tokens) AS DOUBLE), 0) AS share,  -- fraction 0..1 of all tokens of the seven days
    count(*) AS days,                                              -- of the seven days those on which it is seen
    max(totals.starts_on) AS starts_on,                            -- first of the seven days
    max(totals.ends_on) AS ends_on,                                -- last of them
    slugs.prompt_usd_per_mtok,                                     -- US dollars for a million prompt tokens; NULL: not known
    slugs.completion_usd_per_mtok,                                 -- US dollars for a million completion tokens; NULL: not known
    slugs.priced_on,                                               -- UTC date of the list that gives the prices; NULL without one
    max(totals.as_of) AS as_of,                                    -- the source's own as_of of the tokens
    nullif(concat_ws(
        ' ',
        replace(max(citations.of_tokens), '{as_of}', max(totals.as_of)),
        replace(max(citations.of_prices), '{as_of}', CAST(max(slugs.priced_on) AS VARCHAR))
    ), '') AS citation                                                  -- lines that the licences ask for: of the tokens, and of the prices where there are some
FROM token_days
INNER JOIN newest ON newest.date = token_days.date
CROSS JOIN totals
CROSS JOIN citations
INNER JOIN openrouter_slugs AS slugs ON slugs.model_permaslug = token_days.model_permaslug
GROUP BY ALL
