-- title: AI models as Epoch AI lists them
CREATE TABLE epoch__models (
    model VARCHAR NOT NULL,                  -- name, the only identity that the source gives
    run VARCHAR NOT NULL,                    -- run of the collector that read it
    observed_at TIMESTAMPTZ NOT NULL,        -- UTC instant of the answer
    organization VARCHAR,                    -- developers
    country VARCHAR,                         -- country of the developers
    published_text VARCHAR,                  -- publication date as written, which may be a month or a year
    published_on DATE,                       -- publication date; NULL when it is not a whole date
    parameters DOUBLE,                       -- parameters
    training_compute_flop DOUBLE,            -- training compute, FLOP
    confidence VARCHAR,                      -- how sure the source is of the compute
    accessibility VARCHAR,                   -- how the model can be had
    is_open_weights BOOLEAN,                 -- whether the weights are open; NULL when not stated
    base_model VARCHAR,                      -- model that it was made from
    PRIMARY KEY (model, run),
    CHECK (parameters >= 0 AND training_compute_flop >= 0)
);
