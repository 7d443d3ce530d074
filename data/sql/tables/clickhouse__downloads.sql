-- title: Downloads of Python packages a day, with mirrors, from the first day
CREATE TABLE clickhouse__downloads (
    package VARCHAR NOT NULL,                -- name of the package
    date DATE NOT NULL,                      -- UTC day
    run VARCHAR NOT NULL,                    -- run of the collector that read it
    observed_at TIMESTAMPTZ NOT NULL,        -- UTC instant of the answer
    downloads BIGINT NOT NULL,               -- downloads on that day, mirrors included
    PRIMARY KEY (package, date, run),
    CHECK (downloads >= 0)
);
