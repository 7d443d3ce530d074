-- title: What each run of a source set out to read, and what came of it
CREATE TABLE observations (
    source VARCHAR NOT NULL,                 -- name of the source, e.g. huggingface
    entity VARCHAR NOT NULL,                 -- what was read in one piece, e.g. a Hub organisation
    run VARCHAR NOT NULL,                    -- name of the run: the UTC instant at which it began
    observed_at TIMESTAMPTZ NOT NULL,        -- UTC instant of the answer, or of the run if none came
    status VARCHAR NOT NULL,                 -- accepted; rejected by a check; failed; not_reached
    rows_read BIGINT,                        -- rows in the answer; NULL without an answer
    rows_set_aside BIGINT,                   -- malformed rows that were left out
    rows_missing_key BIGINT,                 -- rows that lack a key which the source requires
    reason VARCHAR,                          -- why it was rejected, failed or deserves a warning
    url VARCHAR,                             -- first address that was asked
    http_status INTEGER,                     -- of the last answer
    sha256 VARCHAR,                          -- of the stored body
    PRIMARY KEY (source, entity, run),
    CHECK (status IN ('accepted', 'rejected', 'failed', 'not_reached')),
    CHECK (rows_read >= 0 AND rows_set_aside >= 0 AND rows_missing_key >= 0),
    CHECK (status = 'accepted' OR reason IS NOT NULL)
);
