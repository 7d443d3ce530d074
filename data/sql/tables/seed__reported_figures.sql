-- title: Figures that someone stated, also where statements contradict each other
CREATE TABLE seed__reported_figures (
    figure_id VARCHAR NOT NULL,       -- stable id of the statement
    metric VARCHAR NOT NULL,          -- what was counted, in the words of this project
    subject VARCHAR NOT NULL,         -- what the figure is about, as the source names it
    subject_kind VARCHAR NOT NULL,    -- family, model, org, country, platform, app ...
    family VARCHAR,                   -- family that the subject belongs to
    starts_on DATE NOT NULL,          -- first day of the period that the row speaks of
    ends_on DATE NOT NULL,            -- last day of that period
    date_precision VARCHAR NOT NULL,  -- how precise the source's date is
    value DOUBLE NOT NULL,            -- the value; fractions are 0..1 (a growth rate may exceed 1)
    bound VARCHAR NOT NULL,           -- whether the value is a bound
    unit VARCHAR NOT NULL,            -- unit of the value
    exactness VARCHAR NOT NULL,       -- how the value was obtained
    status VARCHAR NOT NULL,          -- read: the page was read; secondary: quoted by another; press: no link known
    claimant VARCHAR,                 -- who claims it, where that is not the source
    source_title VARCHAR NOT NULL,    -- title of the page or article
    source_url VARCHAR,               -- where a reader can check the row
    note VARCHAR,                     -- definition, doubt, conflict with other statements
    claim VARCHAR,                    -- shared by rows that repeat one and the same claim; empty: stands alone
    contradiction VARCHAR,            -- shared by statements that contradict each other about the same thing
    PRIMARY KEY (figure_id),
    CHECK (date_precision IN ('day', 'week', 'month', 'quarter', 'part_of_year', 'year', 'range')),
    CHECK (bound IN ('exactly', 'about', 'at_least')),
    CHECK (exactness IN ('exact', 'approx', 'read-from-chart', 'derived')),
    CHECK (status IN ('read', 'secondary', 'press')),
    CHECK (ends_on >= starts_on),
    CHECK (value >= 0),
    CHECK (source_url IS NOT NULL OR status = 'press')
);
