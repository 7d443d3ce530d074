-- title: Tokens that OpenRouter served a day, the 50 models with the most and the rest
CREATE TABLE openrouter__rankings (
    date DATE NOT NULL,                      -- UTC day on which the tokens were served
    model_permaslug VARCHAR NOT NULL,        -- author/model as the source writes it, with :free; other: all models outside the top 50
    run VARCHAR NOT NULL,                    -- run of the collector that read it
    observed_at TIMESTAMPTZ NOT NULL,        -- UTC instant of the answer
    as_of VARCHAR NOT NULL,                  -- the source's own as_of, which its citation has to name
    total_tokens BIGINT NOT NULL,            -- tokens, by the tokenizer of each provider
    PRIMARY KEY (date, model_permaslug, run),
    CHECK (total_tokens >= 0),
    CHECK (model_permaslug = 'other' OR contains(model_permaslug, '/'))
);
