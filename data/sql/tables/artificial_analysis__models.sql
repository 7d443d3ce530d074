-- title: Artificial Analysis indices and prices of models
CREATE TABLE artificial_analysis__models (
    aa_id VARCHAR NOT NULL,                  -- the source's UUID
    run VARCHAR NOT NULL,                    -- run of the collector that read it
    observed_at TIMESTAMPTZ NOT NULL,        -- UTC instant of the answer
    slug VARCHAR NOT NULL,                   -- name in addresses
    name VARCHAR NOT NULL,                   -- name for people
    creator VARCHAR,                         -- developer as named there
    released_on DATE,                        -- release
    index_version VARCHAR NOT NULL,          -- version of the index; values of two versions cannot be compared
    intelligence_index DOUBLE,               -- Artificial Analysis Intelligence Index
    coding_index DOUBLE,                     -- coding index
    agentic_index DOUBLE,                    -- agentic index
    prompt_usd_per_mtok DOUBLE,              -- US dollars for a million input tokens
    completion_usd_per_mtok DOUBLE,          -- US dollars for a million output tokens
    PRIMARY KEY (aa_id, run),
    CHECK (prompt_usd_per_mtok >= 0 AND completion_usd_per_mtok >= 0)
);
