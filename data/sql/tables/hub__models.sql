-- title: Repositories of the Hub on the newest day
CREATE TABLE hub__models (
    hub_id VARCHAR NOT NULL,                  -- the Hub's _id
    model_id VARCHAR NOT NULL,                -- newest name
    position BIGINT NOT NULL,                 -- rank by 30-day downloads on the whole Hub, 1 = most
    family VARCHAR,                           -- family by owner; NULL when none
    generation VARCHAR,                       -- generation; NULL when none
    root_family VARCHAR,                      -- root family by declared parents; mixed; NULL when none
    inferred_family VARCHAR,                  -- root family when parents inferred from names count, too
    root_id VARCHAR,                          -- newest name of the only root; NULL when there are several
    relation VARCHAR,                         -- relation to the parents
    parents VARCHAR[],                        -- declared parents, relation:name
    region VARCHAR NOT NULL,                  -- region of the owner
    total_params BIGINT,                      -- parameters, by safetensors or GGUF metadata
    size_class VARCHAR NOT NULL,              -- total parameters in billions
    task VARCHAR NOT NULL,                    -- pipeline_tag
    licence VARCHAR NOT NULL,                 -- licence tag
    library VARCHAR NOT NULL,                 -- library_name
    precision VARCHAR NOT NULL,               -- full, FP8, Int4, AWQ, GPTQ, GGUF ...
    variant_of VARCHAR NOT NULL,              -- model of which this is a precision variant; its own name when it is none
    is_test BOOLEAN NOT NULL,                 -- exists for software tests
    created_on DATE,                          -- creation of the repository, UTC
    first_seen_on DATE NOT NULL,              -- first day on which it was seen
    downloads_30d BIGINT,                     -- trailing 30 days
    downloads_all_time BIGINT,                -- cumulative
    likes BIGINT,                             -- likes
    PRIMARY KEY (position)
);
