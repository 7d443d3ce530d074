-- title: Points of each repository's all-time counter
-- unit: downloads
-- grain: hub_id, point_at
-- source: Hugging Face Hub API
-- notes: A counter that falls is held at its highest value until it recovers. A repository that was
--   created after its organisation was first read begins at zero when it was created; one that is
--   gone from a later listing keeps its last value there; of one that is still listed, but without
--   a counter, nothing is known from then on.
WITH listed AS (
    SELECT
        hub_id,
        observed_at AS point_at,
        downloads_all_time AS reported,
        max(downloads_all_time) OVER (
            PARTITION BY hub_id ORDER BY observed_at ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS held
    FROM model_days
    WHERE downloads_all_time IS NOT NULL
),
ends AS (
    SELECT
        model_days.hub_id AS hub_id,
        model_days.hf_org AS hf_org,
        min(listed.point_at) AS first_at,
        max(listed.point_at) AS last_at,
        max(listed.held) AS last_value,
        max(model_days.observed_at) AS last_listed_at
    FROM model_days
    LEFT JOIN listed
        ON listed.hub_id = model_days.hub_id AND listed.point_at = model_days.observed_at
    GROUP BY model_days.hub_id, model_days.hf_org
),
organisation_start AS (
    SELECT hf_org, min(read_at) AS first_read_at
    FROM organisation_days
    WHERE is_read
    GROUP BY hf_org
),
born AS (
    SELECT ends.hub_id AS hub_id, model_names.created_at AS created_at
    FROM ends
    INNER JOIN model_names ON model_names.hub_id = ends.hub_id
    INNER JOIN organisation_start ON organisation_start.hf_org = ends.hf_org
    WHERE model_names.created_at > organisation_start.first_read_at
        AND model_names.created_at < ends.first_at
),
gone AS (
    SELECT ends.hub_id AS hub_id, ends.last_value AS last_value, max(days.read_at) AS point_at
    FROM ends
    INNER JOIN organisation_days AS days
        ON days.hf_org = ends.hf_org
        AND days.is_read
        AND days.read_at > ends.last_at
    WHERE ends.last_at = ends.last_listed_at
    GROUP BY ends.hub_id, ends.last_value
)
SELECT
    hub_id,                             -- the Hub's _id
    point_at,                           -- UTC instant
    value,                              -- counter, never falling
    is_held                             -- true where the Hub reported less than before
FROM (
    SELECT hub_id, point_at, held AS value, reported < held AS is_held FROM listed
    UNION ALL
    SELECT hub_id, created_at AS point_at, 0 AS value, FALSE AS is_held FROM born
    UNION ALL
    SELECT hub_id, date_trunc('month', created_at) AS point_at, 0 AS value, FALSE AS is_held
    FROM born
    WHERE date_trunc('month', created_at) < created_at
    UNION ALL
    SELECT hub_id, point_at, last_value AS value, FALSE AS is_held FROM gone
) AS points
