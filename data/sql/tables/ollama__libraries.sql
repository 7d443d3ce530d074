-- title: Models of the Ollama library, with their pulls since the beginning
CREATE TABLE ollama__libraries (
    library VARCHAR NOT NULL,                -- name in the library, e.g. qwen3
    run VARCHAR NOT NULL,                    -- run of the collector that read it
    observed_at TIMESTAMPTZ NOT NULL,        -- UTC instant of the page
    pulls BIGINT,                            -- cumulative, as rounded by the site; NULL when the page gives none
    pulls_half_step BIGINT,                  -- half of the last digit shown: 55.7M means pulls +- 50,000
    pulls_text VARCHAR,                      -- as the page has it, e.g. 55.7M
    sizes VARCHAR[],                         -- sizes offered, e.g. 8b
    capabilities VARCHAR[],                  -- capabilities named, e.g. tools
    tags BIGINT,                             -- number of tags
    updated_at TIMESTAMPTZ,                  -- UTC instant of the last change; NULL when the page gives none
    position BIGINT NOT NULL,                -- place on the page, 1 first
    PRIMARY KEY (library, run),
    CHECK (pulls >= 0 AND pulls_half_step >= 0 AND tags >= 0 AND position >= 1),
    CHECK ((pulls IS NULL) = (pulls_half_step IS NULL) AND (pulls IS NULL) = (pulls_text IS NULL))
);
