-- title: Freshness of the sources
-- unit: observations
-- grain: source
-- source: the collectors' own records
-- notes: One row a source that this version knows of, collected or not. The age is counted when the
--   table is read, not when the build was made.
WITH newest AS (
    SELECT
        source,
        max(observed_at) FILTER (WHERE status = 'accepted') AS last_snapshot_at,
        max(observed_at) AS last_try_at,
        count(*) FILTER (WHERE status = 'accepted') AS snapshots,
        arg_max(run, run) AS last_run
    FROM observations
    GROUP BY source
),
last_runs AS (
    SELECT
        observations.source,
        sum(observations.rows_read) FILTER (WHERE observations.status = 'accepted') AS rows_read,
        count(*) FILTER (WHERE observations.status IN ('failed', 'rejected')) AS entities_failed,
        count(*) FILTER (WHERE observations.status = 'not_reached') AS entities_not_reached,
        count(*) AS entities
    FROM observations
    INNER JOIN newest
        ON newest.source = observations.source AND newest.last_run = observations.run
    GROUP BY observations.source
)
SELECT
    build_sources.name AS source,                                   -- name of the source
    build_sources.title AS title,                                   -- title
    build_sources.url AS url,                                       -- where a reader can open it
    build_sources.licence AS licence,                               -- licence
    build_sources.citation AS citation,                             -- how to cite it
    build_sources.cadence_days AS cadence_days,                     -- days between two readings worth making
    build_sources.is_archive AS is_archive,                         -- read only when it is named
    build_sources.key_variable AS key_variable,                     -- variable that holds a key without which nothing can be read; NULL when none is needed
    build_sources.key_url AS key_url,                               -- where a reader gets a key; NULL when none is needed
    newest.last_snapshot_at AS last_snapshot_at,                    -- UTC instant of the newest accepted snapshot
    newest.last_try_at AS last_try_at,                              -- UTC instant of the newest try
    coalesce(newest.snapshots, 0) AS snapshots,                     -- accepted snapshots in all
    CAST(last_runs.rows_read AS BIGINT) AS rows_read,               -- rows of the last run
    last_runs.entities AS entities,                                 -- organisations, days or pages of the last run
    last_runs.entities_failed AS entities_failed,                   -- of them failed, or refused by a check
    last_runs.entities_not_reached AS entities_not_reached          -- of them not asked: the run was interrupted
FROM build_sources
LEFT JOIN newest ON newest.source = build_sources.name
LEFT JOIN last_runs ON last_runs.source = build_sources.name
