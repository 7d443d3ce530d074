-- title: How concentrated the downloads of a month are
CREATE TABLE hub__concentration (
    month DATE NOT NULL,                      -- first day of the month
    subset VARCHAR NOT NULL,                  -- hub, or a root family (declared parents)
    models BIGINT NOT NULL,                   -- repositories with a value, zero included
    downloads BIGINT NOT NULL,                -- adjusted downloads of the month
    top_10 BIGINT NOT NULL,                   -- downloads of the ten most downloaded repositories
    top_100 BIGINT NOT NULL,                  -- of the hundred
    top_1000 BIGINT NOT NULL,                 -- of the thousand
    hhi DOUBLE,                               -- sum of squared shares, 0..1; NULL without downloads
    gini DOUBLE,                              -- Gini coefficient over repositories, 0..1; NULL without downloads
    PRIMARY KEY (month, subset)
);
