-- title: Tokens and prices of models on OpenRouter
-- unit: tokens in the newest seven days that were read
-- grain: model_permaslug
-- source: OpenRouter
-- notes: Of the days on which the model was among the 50 with the most tokens: of the others nothing is
--   known, so it is the least that it can be. Prices are those of the newest list, variant by variant.
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
    max(totals.as_of) AS as_of                                     -- the source's own as_of, for its citation
FROM token_days
INNER JOIN newest ON newest.date = token_days.date
CROSS JOIN totals
INNER JOIN openrouter_slugs AS slugs ON slugs.model_permaslug = token_days.model_permaslug
GROUP BY ALL
