-- title: Downloads of each group of repositories by calendar month
CREATE TABLE hub__cohort_months (
    month DATE NOT NULL,                      -- first day of the month
    cohort INTEGER NOT NULL,                  -- number of the group
    downloads BIGINT,                         -- adjusted: difference of the held counters at the month's ends
    raw_downloads BIGINT,                     -- difference of the counters as reported on the last days seen
    models BIGINT NOT NULL,                   -- repositories with a value
    models_without_value BIGINT NOT NULL,     -- listed at the month's end, downloads of the month unknown
    models_interpolated BIGINT NOT NULL,      -- with a boundary on a day that was not seen
    models_stalled BIGINT NOT NULL,           -- with a boundary in a stall
    models_held BIGINT NOT NULL,              -- with a boundary while the counter stood below its highest value
    models_listed BIGINT NOT NULL,            -- repositories listed on the last day seen of the month
    downloads_30d BIGINT,                     -- sum of the trailing 30-day counters on that day, as reported
    downloads_all_time BIGINT,                -- sum of the all-time counters on that day, as reported
    PRIMARY KEY (month, cohort)
);
