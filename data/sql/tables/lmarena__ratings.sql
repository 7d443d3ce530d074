-- title: LMArena ratings of models, the newest leaderboard of each board
CREATE TABLE lmarena__ratings (
    board VARCHAR NOT NULL,                  -- leaderboard, e.g. text
    model VARCHAR NOT NULL,                  -- name on the leaderboard
    category VARCHAR NOT NULL,               -- kind of prompts; overall: all of them
    published_on DATE NOT NULL,              -- date of the leaderboard; older ratings are fitted anew and not kept apart
    run VARCHAR NOT NULL,                    -- run of the collector that read it
    observed_at TIMESTAMPTZ NOT NULL,        -- UTC instant of the answer
    organization VARCHAR,                    -- developer as named there
    licence VARCHAR,                         -- licence as named there; Proprietary: closed weights
    rating DOUBLE NOT NULL,                  -- Bradley-Terry rating
    rating_lower DOUBLE,                     -- lower end of the interval
    rating_upper DOUBLE,                     -- upper end of the interval
    votes BIGINT,                            -- votes
    position BIGINT,                         -- rank as published
    PRIMARY KEY (board, model, category, published_on, run),
    CHECK (votes >= 0 AND position >= 1)
);
