-- title: Their downloads since creation at the end of each week
CREATE TABLE hub__launch_weeks (
    hub_id VARCHAR NOT NULL,                  -- the Hub's _id
    week_end DATE NOT NULL,                   -- Sunday
    downloads_all_time BIGINT NOT NULL,       -- adjusted downloads since creation, up to that day
    is_estimate BOOLEAN NOT NULL,             -- a boundary of that week was not read, or the counter stood still or had fallen
    PRIMARY KEY (hub_id, week_end)
);
