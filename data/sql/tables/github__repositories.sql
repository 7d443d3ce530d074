-- title: Repositories on GitHub, with their stars
CREATE TABLE github__repositories (
    repository VARCHAR NOT NULL,             -- owner/name that was asked for
    run VARCHAR NOT NULL,                    -- run of the collector that read it
    observed_at TIMESTAMPTZ NOT NULL,        -- UTC instant of the answer
    full_name VARCHAR NOT NULL,              -- owner/name now; another one after a rename
    stars BIGINT NOT NULL,                   -- stars (stargazers_count)
    forks BIGINT,                            -- forks
    watchers BIGINT,                         -- real watchers (subscribers_count)
    open_issues BIGINT,                      -- open issues and pull requests
    created_at TIMESTAMPTZ,                  -- UTC instant of the creation
    pushed_at TIMESTAMPTZ,                   -- UTC instant of the last push
    is_archived BOOLEAN,                     -- no longer changed
    has_all_releases BOOLEAN NOT NULL,       -- whether all releases were read
    PRIMARY KEY (repository, run),
    CHECK (stars >= 0 AND forks >= 0 AND watchers >= 0 AND open_issues >= 0)
);
