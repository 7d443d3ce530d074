-- title: What Interconnects' tracked-models lists say, a row a fact
CREATE TABLE tracked_models__rows (
    file VARCHAR NOT NULL,                   -- list: models, extra_models, model_parameters, organization_regions, release_date_corrections
    subject VARCHAR NOT NULL,                -- model id or organisation
    run VARCHAR NOT NULL,                    -- run of the collector that read it
    observed_at TIMESTAMPTZ NOT NULL,        -- UTC instant of the answer
    hf_org VARCHAR,                          -- organisation on the Hub
    region VARCHAR,                          -- organization_regions: us, china, eu, other or unknown
    total_params_b DOUBLE,                   -- model_parameters: parameters, billion
    active_params_b DOUBLE,                  -- model_parameters: active parameters, billion
    is_moe BOOLEAN,                          -- model_parameters: mixture of experts; NULL when not stated
    hf_created_on DATE,                      -- release_date_corrections: creation of the repository
    released_on DATE,                        -- release_date_corrections: release
    note VARCHAR,                            -- note of the list
    PRIMARY KEY (file, subject, run),
    CHECK (file IN ('models', 'extra_models', 'model_parameters', 'organization_regions', 'release_date_corrections')),
    CHECK (total_params_b >= 0 AND active_params_b >= 0)
);
