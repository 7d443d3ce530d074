-- title: Published dates on which one overtook another
CREATE TABLE seed__reported_crossovers (
    measure VARCHAR NOT NULL,         -- in what the leader overtook
    leader VARCHAR NOT NULL,          -- who leads since
    passed VARCHAR NOT NULL,          -- who was overtaken
    starts_on DATE NOT NULL,          -- first day of the period that the row speaks of
    ends_on DATE NOT NULL,            -- last day of that period
    date_precision VARCHAR NOT NULL,  -- how precise the source's date is
    exactness VARCHAR NOT NULL,       -- how the date was obtained
    status VARCHAR NOT NULL,          -- read, secondary or press
    source_title VARCHAR NOT NULL,    -- title of the page or article
    source_url VARCHAR NOT NULL,      -- where a reader can check the row
    note VARCHAR,                     -- doubt, or conflict with other statements
    PRIMARY KEY (measure, leader, passed, starts_on, source_title),
    CHECK (date_precision IN ('day', 'week', 'month', 'quarter', 'part_of_year', 'year', 'range')),
    CHECK (exactness IN ('exact', 'approx', 'read-from-chart', 'derived')),
    CHECK (status IN ('read', 'secondary', 'press')),
    CHECK (ends_on >= starts_on)
);
