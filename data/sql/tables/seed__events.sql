-- title: Releases, people, licences, platforms, strategy and reports
CREATE TABLE seed__events (
    starts_on DATE NOT NULL,          -- first day of the period that the row speaks of
    ends_on DATE NOT NULL,            -- last day of that period
    date_precision VARCHAR NOT NULL,  -- how precise the source's date is
    scope VARCHAR NOT NULL,           -- what the event is about; other_family: a family that is not tracked here
    family VARCHAR,                   -- the family, for scope family
    title VARCHAR NOT NULL,           -- what happened
    short_label VARCHAR,              -- label of a marker in charts
    kind VARCHAR NOT NULL,            -- kind of event
    is_highlight BOOLEAN NOT NULL,    -- true: drawn in charts unless others are chosen
    source_url VARCHAR,               -- where a reader can check the row
    source_title VARCHAR,             -- title of the page or article
    PRIMARY KEY (starts_on, title),
    CHECK (date_precision IN ('day', 'week', 'month', 'quarter', 'part_of_year', 'year', 'range')),
    CHECK (scope IN ('family', 'other_family', 'platform', 'report')),
    CHECK (kind IN ('release', 'announcement', 'people', 'licence', 'platform', 'strategy', 'report')),
    CHECK (ends_on >= starts_on),
    CHECK (source_url IS NOT NULL OR source_title IS NOT NULL),
    CHECK ((scope = 'family') = (family IS NOT NULL)),
    CHECK (short_label IS NOT NULL OR NOT is_highlight),
    CHECK (length(short_label) <= 22)
);
