-- title: Images on Docker Hub, with their pulls since the beginning
CREATE TABLE dockerhub__repositories (
    repository VARCHAR NOT NULL,             -- namespace/name
    run VARCHAR NOT NULL,                    -- run of the collector that read it
    observed_at TIMESTAMPTZ NOT NULL,        -- UTC instant of the answer
    pulls BIGINT NOT NULL,                   -- cumulative; version checks count as pulls
    stars BIGINT,                            -- stars
    last_updated_at TIMESTAMPTZ,             -- UTC instant of the last push; NULL when not given
    PRIMARY KEY (repository, run),
    CHECK (pulls >= 0 AND stars >= 0)
);
