-- title: Models that OpenRouter offers, with the Hub's name of those with open weights
CREATE TABLE openrouter_models__models (
    model_id VARCHAR NOT NULL,               -- OpenRouter's id, undated: author/model
    run VARCHAR NOT NULL,                    -- run of the collector that read it
    observed_at TIMESTAMPTZ NOT NULL,        -- UTC instant of the answer
    canonical_slug VARCHAR NOT NULL,         -- slug that never changes: the model_permaslug of the rankings, without a variant
    hugging_face_id VARCHAR,                 -- repository on the Hub; NULL when the source names none
    name VARCHAR NOT NULL,                   -- name for people
    created_at TIMESTAMPTZ,                  -- UTC instant at which it was added
    context_length BIGINT,                   -- tokens
    prompt_usd_per_mtok DOUBLE,              -- US dollars for a million prompt tokens; NULL: variable or not given
    completion_usd_per_mtok DOUBLE,          -- US dollars for a million completion tokens; NULL: variable or not given
    PRIMARY KEY (model_id, run),
    CHECK (context_length >= 0 AND prompt_usd_per_mtok >= 0 AND completion_usd_per_mtok >= 0)
);
