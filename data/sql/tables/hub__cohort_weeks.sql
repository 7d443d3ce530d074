-- title: Downloads of each group of repositories by week
CREATE TABLE hub__cohort_weeks (
    week DATE NOT NULL,                       -- Monday of the week
    cohort INTEGER NOT NULL,                  -- number of the group
    downloads BIGINT NOT NULL,                -- adjusted: difference of the held counters at the week's ends
    raw_downloads BIGINT NOT NULL,            -- difference of the counters as reported on the last days seen
    models BIGINT NOT NULL,                   -- repositories with downloads, or whose counter is doubtful
    models_interpolated BIGINT NOT NULL,      -- with a boundary on a day that was not seen
    models_stalled BIGINT NOT NULL,           -- with a boundary in a stall
    models_held BIGINT NOT NULL,              -- with a boundary while the counter stood below its highest value
    PRIMARY KEY (week, cohort)
);
