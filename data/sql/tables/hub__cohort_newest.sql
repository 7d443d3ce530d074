-- title: Counters of each group of repositories on the newest day
CREATE TABLE hub__cohort_newest (
    date DATE NOT NULL,                       -- newest day that was seen
    cohort INTEGER NOT NULL,                  -- number of the group
    models BIGINT NOT NULL,                   -- repositories listed
    models_without_value BIGINT NOT NULL,     -- of them without a 30-day counter
    downloads_30d BIGINT,                     -- trailing 30 days, as reported
    downloads_all_time BIGINT,                -- cumulative, as reported
    models_over_5 BIGINT NOT NULL,            -- listed, with more than 5 all-time downloads (30-day where no all-time counter is known)
    PRIMARY KEY (cohort)
);
