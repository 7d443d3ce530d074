-- title: Incidents
-- unit: incidents
-- grain: source, kind, starts_on
-- source: as the column source_url says; seeds/incidents.csv
-- notes: Days on which a source was wrong or silent, and how. Known ones of the seeds.
SELECT
    source,          -- source that was wrong
    kind,            -- missing_days, rollback, drop, repeated_snapshot, suspicious_uniform_growth ...
    starts_on,       -- first day
    ends_on,         -- last day
    what,            -- what was wrong
    source_url       -- where a reader can check it
FROM seed__incidents
