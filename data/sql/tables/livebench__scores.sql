-- title: LiveBench scores of a model in a task, a release of the benchmark
CREATE TABLE livebench__scores (
    release DATE NOT NULL,                   -- release of the benchmark; scores of two releases cannot be compared
    model VARCHAR NOT NULL,                  -- name on the leaderboard
    task VARCHAR NOT NULL,                   -- task
    run VARCHAR NOT NULL,                    -- run of the collector that read it
    observed_at TIMESTAMPTZ NOT NULL,        -- UTC instant of the answer
    category VARCHAR NOT NULL,               -- category of the task in that release
    score DOUBLE,                            -- 0..100; NULL when the table has none
    PRIMARY KEY (release, model, task, run),
    CHECK (score BETWEEN 0 AND 100)
);
