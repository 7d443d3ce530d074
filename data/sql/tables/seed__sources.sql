-- title: Publishers of the published series, with licence and citation
CREATE TABLE seed__sources (
    source VARCHAR NOT NULL,     -- name by which published_series.csv refers to it
    publisher VARCHAR NOT NULL,  -- who publishes it
    title VARCHAR NOT NULL,      -- title of the data
    url VARCHAR NOT NULL,        -- where it is
    licence VARCHAR NOT NULL,    -- its licence, or that none is stated
    citation VARCHAR NOT NULL,   -- line under each chart; {as_of} is replaced by the as-of date
    note VARCHAR NOT NULL,       -- what to know before using it
    PRIMARY KEY (source)
);
