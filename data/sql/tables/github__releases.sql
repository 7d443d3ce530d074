-- title: Releases on GitHub, with the downloads of their files since the beginning
CREATE TABLE github__releases (
    repository VARCHAR NOT NULL,             -- owner/name that was asked for
    tag VARCHAR NOT NULL,                    -- tag of the release
    run VARCHAR NOT NULL,                    -- run of the collector that read it
    observed_at TIMESTAMPTZ NOT NULL,        -- UTC instant of the answer
    published_at TIMESTAMPTZ,                -- UTC instant of the release
    is_prerelease BOOLEAN,                   -- marked as not final
    assets BIGINT NOT NULL,                  -- files attached
    downloads BIGINT NOT NULL,               -- downloads of all files together, cumulative
    PRIMARY KEY (repository, tag, run),
    CHECK (assets >= 0 AND downloads >= 0)
);
