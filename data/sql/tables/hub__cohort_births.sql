-- title: Repositories of each group by the month of their creation
CREATE TABLE hub__cohort_births (
    month DATE NOT NULL,                      -- first day of the month of creation
    cohort INTEGER NOT NULL,                  -- number of the group
    models BIGINT NOT NULL,                   -- repositories ever seen
    models_judged BIGINT NOT NULL,            -- of them seen at an age of 30 to 37 days
    models_over_5 BIGINT NOT NULL,            -- of those, with more than 5 downloads in the first 30 days
    models_young BIGINT NOT NULL,             -- not yet 30 days old on the newest day
    PRIMARY KEY (month, cohort)
);
