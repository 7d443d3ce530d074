-- title: Repositories of lmstudio-community on the Hub, which LM Studio offers for download
CREATE TABLE lmstudio__models (
    hub_id VARCHAR NOT NULL,                 -- the Hub's 24-hex _id; stays when a repository is renamed
    model_id VARCHAR NOT NULL,               -- exact, case-sensitive name: organisation/name
    hf_org VARCHAR NOT NULL,                 -- organisation that was asked for
    run VARCHAR NOT NULL,                    -- run of the collector that read it
    observed_at TIMESTAMPTZ NOT NULL,        -- UTC instant of the listing
    downloads_30d BIGINT,                    -- the Hub's `downloads`: trailing 30 days; NULL when absent
    downloads_all_time BIGINT,               -- the Hub's `downloadsAllTime`: cumulative; NULL when absent
    likes BIGINT,                            -- likes
    trending_score DOUBLE,                   -- the Hub's trendingScore
    created_at TIMESTAMPTZ,                  -- creation of the repository, often before the release
    last_modified_at TIMESTAMPTZ,            -- last change of the repository
    pipeline_tag VARCHAR,                    -- task, e.g. text-generation
    library_name VARCHAR,                    -- library, e.g. transformers
    licence VARCHAR,                         -- from the tag license:*
    total_params BIGINT,                     -- parameters by safetensors or GGUF metadata
    gated VARCHAR,                           -- false, auto or manual
    is_private BOOLEAN,                      -- seen with a token only
    is_disabled BOOLEAN,                     -- disabled by the Hub
    base_models VARCHAR[],                   -- relation:parent, sorted; relation is finetune, adapter, quantized, merge or unknown
    PRIMARY KEY (hub_id, run),
    CHECK (regexp_full_match(hub_id, '[0-9a-f]{24}')),
    CHECK (downloads_30d >= 0 AND downloads_all_time >= 0 AND likes >= 0 AND total_params >= 0)
);
