-- title: Repositories with some use on one day of Model Pulse
-- unit: repositories
-- grain: hub_id
-- source: modelpulse/model-pulse-data
-- notes: `archive` is the day's part of a month of the series, `models` what is known of each name
--   now, `renames` which name became which. A repository is known by the first of its names; when
--   two names of it have a row on one day, the later name's row counts.
WITH RECURSIVE steps AS (
    SELECT DISTINCT old, new FROM renames
    WHERE old IS NOT NULL AND new IS NOT NULL AND old <> new
),
-- UNION drops what was reached before, so a circle of names ends.
reached AS (
    SELECT old AS name, new AS later, 1 AS hops FROM steps
    UNION
    SELECT reached.name, steps.new AS later, reached.hops + 1 AS hops
    FROM reached
    INNER JOIN steps ON steps.old = reached.later
    WHERE reached.hops < 16
),
firsts AS (
    SELECT later AS name, arg_max(name, (hops, name)) AS first_name, max(hops) AS hops
    FROM reached GROUP BY later
),
lasts AS (
    SELECT name, arg_max(later, (hops, later)) AS last_name FROM reached GROUP BY name
),
named AS (
    SELECT
        archive.*,
        coalesce(firsts.first_name, archive.id) AS first_name,
        coalesce(lasts.last_name, archive.id) AS last_name,
        coalesce(firsts.hops, 0) AS hops
    FROM archive
    LEFT JOIN firsts ON firsts.name = archive.id
    LEFT JOIN lasts ON lasts.name = archive.id
),
once AS (
    SELECT * FROM named
    QUALIFY row_number() OVER (PARTITION BY first_name ORDER BY hops DESC, id) = 1
)
SELECT
    substr(sha256('name:' || once.first_name), 1, 24) AS hub_id,     -- of its first name: there is no _id
    CAST(once.dl30 AS BIGINT) AS downloads_30d,                      -- trailing 30 days
    CAST(once.dl_all AS BIGINT) AS downloads_all_time,               -- cumulative; NULL before 2025-02-27
    CAST(once.likes AS BIGINT) AS likes,                             -- likes
    once.id AS model_id,                                             -- name on that day
    CAST(models.created_at AS TIMESTAMP) AS created_at,              -- creation of the repository, UTC
    models.pipeline_tag AS pipeline_tag,                             -- task
    models.library_name AS library_name,                             -- library
    models.license AS licence,                                       -- licence
    CAST(models.params AS BIGINT) AS total_params,                   -- parameters
    list_sort(list_transform(
        list_filter(models.base_ids, lambda parent: parent IS NOT NULL),
        lambda parent: coalesce(models.base_relation, 'unknown') || ':' || parent
    )) AS base_models                                                -- relation:parent, sorted
FROM once
LEFT JOIN models ON models.id = once.last_name
