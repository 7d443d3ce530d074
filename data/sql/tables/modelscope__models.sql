-- title: Models of tracked owners on ModelScope
CREATE TABLE modelscope__models (
    model_id VARCHAR NOT NULL,               -- owner/name on ModelScope
    run VARCHAR NOT NULL,                    -- run of the collector that read it
    observed_at TIMESTAMPTZ NOT NULL,        -- UTC instant of the listing
    owner VARCHAR NOT NULL,                  -- owner that was asked for
    downloads BIGINT,                        -- as the source gives them, which looks cumulative; NULL when absent
    likes BIGINT,                            -- likes; NULL when absent
    licence VARCHAR,                         -- licence as written there
    created_at TIMESTAMPTZ,                  -- UTC instant of the creation
    last_modified_at TIMESTAMPTZ,            -- UTC instant of the last change
    PRIMARY KEY (model_id, run),
    CHECK (downloads >= 0 AND likes >= 0)
);
