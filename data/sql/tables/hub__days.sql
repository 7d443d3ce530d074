-- title: Days of the whole Hub that were seen, and what they add up to
CREATE TABLE hub__days (
    date DATE NOT NULL,                       -- UTC date of the snapshot
    source VARCHAR NOT NULL,                  -- source that brought it, e.g. hub_archive
    is_complete BOOLEAN NOT NULL,             -- every repository of the Hub is in it; false: only those with some use
    repositories BIGINT NOT NULL,             -- repositories in it
    downloads_30d BIGINT,                     -- sum of the trailing 30-day counters, as reported
    downloads_all_time BIGINT,                -- sum of the all-time counters, as reported; NULL before 2025-02-27
    likes BIGINT,                             -- sum of the likes
    is_used BOOLEAN NOT NULL,                 -- false: partial, repeated or stalled for the whole Hub, so downloads are spread over it
    PRIMARY KEY (date)
);
