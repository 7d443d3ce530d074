-- title: Incidents
-- unit: incidents
-- grain: source, kind, starts_on, level, subject
-- source: as the column source_url says; seeds/incidents.csv
-- notes: Days on which a source was wrong or silent, and how. Known ones of the seeds, and those that
--   were found in the counters of the whole Hub: these say what was found against what was expected.
WITH refused AS (
    -- Days of archives that were not kept: the reason begins with what kind of fault it was.
    SELECT
        source,
        CAST(observed_at AS DATE) AS date,
        CASE split_part(reason, ':', 1)
            WHEN 'partial' THEN 'partial_day'
            WHEN 'repeated' THEN 'repeated_snapshot'
            WHEN 'damaged' THEN 'damaged_day'
        END AS kind,
        arg_max(reason, run) AS reason,
        arg_max(rows_read, run) AS rows_read
    FROM observations
    WHERE status = 'rejected' AND split_part(reason, ':', 1) IN ('partial', 'repeated', 'damaged')
    GROUP BY ALL
)
SELECT
    source,          -- source that was wrong
    kind,            -- missing_days, rollback, drop, repeated_snapshot, suspicious_uniform_growth ...
    starts_on,       -- first day
    ends_on,         -- last day
    level,           -- what it concerns: source, hub, publisher or model
    subject,         -- the source, the whole Hub, the account or the repository
    what,            -- what was wrong
    models,          -- repositories concerned; NULL when all, or not known
    downloads,       -- downloads missing, doubtful or moved; NULL when not known
    action,          -- what was done about it; NULL for those of the seeds
    is_detected,     -- true: found in the counters; false: known from the seeds
    source_url       -- where a reader can check it
FROM (
    SELECT
        source,
        kind,
        starts_on,
        ends_on,
        'source' AS level,
        source AS subject,
        what,
        CAST(NULL AS BIGINT) AS models,
        CAST(NULL AS BIGINT) AS downloads,
        CAST(NULL AS VARCHAR) AS action,
        FALSE AS is_detected,
        source_url
    FROM seed__incidents
    UNION ALL
    SELECT
        hub__incidents.source,
        kind,
        starts_on,
        ends_on,
        level,
        subject,
        evidence AS what,
        models,
        downloads,
        action,
        TRUE AS is_detected,
        coalesce(build_sources.url, 'https://huggingface.co/models') AS source_url
    FROM hub__incidents
    LEFT JOIN build_sources ON build_sources.name = hub__incidents.source
    -- A day that was refused is said once, with the reason.
    WHERE kind <> 'missing_days' OR date_diff('day', starts_on, ends_on) + 1 > (
        SELECT count(*) FROM refused WHERE refused.date BETWEEN starts_on AND ends_on
    )
    UNION ALL
    SELECT
        refused.source,
        refused.kind,
        refused.date AS starts_on,
        refused.date AS ends_on,
        'hub' AS level,
        'whole Hub' AS subject,
        refused.reason AS what,
        refused.rows_read AS models,
        NULL AS downloads,
        'not kept; downloads are spread over the day' AS action,
        TRUE AS is_detected,
        coalesce(build_sources.url, 'https://huggingface.co/models') AS source_url
    FROM refused
    LEFT JOIN build_sources ON build_sources.name = refused.source
) AS incidents
