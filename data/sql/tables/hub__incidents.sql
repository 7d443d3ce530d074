-- title: Incidents that were found in the counters of the whole Hub
CREATE TABLE hub__incidents (
    source VARCHAR NOT NULL,                  -- source whose days they are
    kind VARCHAR NOT NULL,                    -- kind of incident
    starts_on DATE NOT NULL,                  -- first day
    ends_on DATE NOT NULL,                    -- last day
    level VARCHAR NOT NULL,                   -- hub, publisher or model
    subject VARCHAR NOT NULL,                 -- whole Hub, account or repository
    models BIGINT,                            -- repositories concerned; NULL when all
    downloads BIGINT,                         -- size: downloads missing, doubtful or moved; NULL when not known
    action VARCHAR NOT NULL,                  -- what was done about it
    evidence VARCHAR NOT NULL,                -- what was found against what was expected
    PRIMARY KEY (kind, starts_on, level, subject),
    CHECK (kind IN ('missing_days', 'partial_day', 'damaged_day', 'repeated_snapshot', 'stall', 'rollback', 'restatement', 'rename', 'frozen_window', 'spike', 'suspicious_uniform_growth', 'ci_test_models')),
    CHECK (level IN ('hub', 'publisher', 'model')),
    CHECK (ends_on >= starts_on)
);
