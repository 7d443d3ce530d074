-- title: Series that others published: figures of accounts and models over time
CREATE TABLE seed__published_series (
    series VARCHAR NOT NULL,           -- name of the series
    subject VARCHAR NOT NULL,          -- account, model, library, author or group; exact as published
    subject_kind VARCHAR NOT NULL,     -- what the subject is
    date DATE NOT NULL,                -- the day, or the first day of the month
    period VARCHAR NOT NULL,           -- what the value covers: a month, a day, or a counter read on that day
    value DOUBLE NOT NULL,             -- the value; fractions are 0..1
    unit VARCHAR NOT NULL,             -- unit of the value
    estimate_reason VARCHAR NOT NULL,  -- window_30d: estimated from the trailing 30 days; interpolated_boundary: the month's boundary fell into a gap of the source; none: neither
    as_of DATE NOT NULL,               -- day on which the source was read
    source VARCHAR NOT NULL,           -- its source
    PRIMARY KEY (series, subject, date, period, source),
    CHECK (period IN ('month', 'day', 'snapshot')),
    CHECK (estimate_reason IN ('none', 'window_30d', 'interpolated_boundary')),
    CHECK (value >= 0),
    CHECK (unit <> 'fraction' OR value <= 1),
    CHECK (period <> 'month' OR date_part('day', date) = 1)
);
