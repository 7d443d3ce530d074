-- title: Days on which a source was wrong or silent, and how
CREATE TABLE seed__incidents (
    source VARCHAR NOT NULL,      -- name of the source, of a collector or of sources.csv
    kind VARCHAR NOT NULL,        -- kind of incident
    starts_on DATE NOT NULL,      -- first day
    ends_on DATE NOT NULL,        -- last day
    what VARCHAR NOT NULL,        -- what was wrong
    source_url VARCHAR NOT NULL,  -- where a reader can check the row
    PRIMARY KEY (source, kind, starts_on),
    CHECK (kind IN ('missing_days', 'partial_day', 'stall', 'repeated_snapshot', 'rollback', 'drop', 'restatement', 'counter_start', 'rename', 'suspicious_uniform_growth')),
    CHECK (ends_on >= starts_on)
);
