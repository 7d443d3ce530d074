-- title: Parents that a publisher states in words, but not in base_model
CREATE TABLE seed__stated_parents (
    model_id VARCHAR NOT NULL,    -- exact id on the Hub
    parent_id VARCHAR NOT NULL,   -- exact id of the parent
    relation VARCHAR NOT NULL,    -- what the model is to its parent
    source_url VARCHAR NOT NULL,  -- where the publisher states it
    PRIMARY KEY (model_id, parent_id),
    CHECK (relation IN ('finetune', 'adapter', 'quantized', 'merge'))
);
