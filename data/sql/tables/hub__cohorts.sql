-- title: Repositories of the Hub with the same labels
CREATE TABLE hub__cohorts (
    cohort INTEGER NOT NULL,                  -- number of the group
    family VARCHAR,                           -- family by owner; NULL when none
    generation VARCHAR,                       -- generation within the family by owner
    root_family VARCHAR,                      -- root family by declared parents; mixed; NULL when none
    inferred_family VARCHAR,                  -- root family when parents inferred from names count, too
    root_generation VARCHAR,                  -- generation of the root, by inferred parents where declared ones give none
    relation VARCHAR,                         -- relation to the parents: finetune, adapter, quantized, merge, unknown; NULL without any
    region VARCHAR NOT NULL,                  -- region of the owner; unknown when it is in no seed
    root_region VARCHAR NOT NULL,             -- region of the root family's developer, else of the owner
    size_class VARCHAR NOT NULL,              -- total parameters in billions: [0,1) ... [250,inf), unknown
    task VARCHAR NOT NULL,                    -- pipeline_tag; unknown when absent
    licence VARCHAR NOT NULL,                 -- licence tag; unknown when absent
    library VARCHAR NOT NULL,                 -- library_name; unknown when absent
    precision VARCHAR NOT NULL,               -- full, FP8, FP4, Int8, Int4, AWQ, GPTQ, GGUF, MLX, ...: by the name
    is_test BOOLEAN NOT NULL,                 -- a repository that exists for software tests
    PRIMARY KEY (cohort)
);
