-- title: Posts of the Interconnects feed
CREATE TABLE interconnects__posts (
    guid VARCHAR NOT NULL,                   -- identity that the feed gives
    run VARCHAR NOT NULL,                    -- run of the collector that read it
    observed_at TIMESTAMPTZ NOT NULL,        -- UTC instant of the answer
    title VARCHAR NOT NULL,                  -- title, plain text
    url VARCHAR NOT NULL,                    -- where a reader can open it, https
    published_at TIMESTAMPTZ,                -- UTC instant of publication
    PRIMARY KEY (guid, run),
    CHECK (starts_with(url, 'https://'))
);
