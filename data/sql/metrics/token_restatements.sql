-- title: Days of OpenRouter that were restated
-- unit: tokens
-- grain: date, model_permaslug
-- source: OpenRouter
-- notes: Values of which the newest reading differs from the first. Charts draw the newest. NULL where a
--   reading has no row of the model: it was not among the 50 with the most tokens, which is not zero.
SELECT
    date,                                                      -- UTC day on which the tokens were served
    model_permaslug,                                           -- slug of the rankings; other: models outside the 50
    first_tokens,                                              -- tokens by the first reading
    newest_tokens,                                             -- tokens by the newest reading
    newest_tokens - first_tokens AS token_restatements,        -- newest minus first; NULL when one of them lacks the model
    first_read_at,                                             -- UTC instant of the first reading
    newest_read_at,                                            -- UTC instant of the newest reading
    as_of,                                                     -- the source's own as_of of the newest reading
    replace(
        (SELECT citation FROM build_sources WHERE list_contains(tables, 'openrouter__rankings')),
        '{as_of}',
        as_of
    ) AS citation   -- line that the licence asks for, with as_of
FROM token_revisions
WHERE first_tokens IS DISTINCT FROM newest_tokens
