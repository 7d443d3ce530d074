-- title: Repositories of the families that came while the archive of the whole Hub was kept
CREATE TABLE hub__launch_models (
    hub_id VARCHAR NOT NULL,                  -- the Hub's _id
    model_id VARCHAR NOT NULL,                -- newest name
    family VARCHAR NOT NULL,                  -- family by owner
    created_on DATE NOT NULL,                 -- creation of the repository, UTC
    total_params BIGINT,                      -- parameters, by safetensors or GGUF metadata
    PRIMARY KEY (hub_id)
);
