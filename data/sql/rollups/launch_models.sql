-- title: Models with a release: of which family and size, and since when
-- unit: models
-- grain: basis, model_id
-- source: seeds/release_dates.csv; Hugging Face Hub API; Hugging Face Hub archive
-- notes: Day 0 is the corrected release date (seeds/release_dates.csv), otherwise the day on which
--   the repository was created. Collected: the families' own repositories; of several that had one
--   name the youngest. Published: the models whose all-time counter others recorded. A model with a
--   corrected release date is listed though nothing was collected of it. Size classes are those of
--   total parameters in billions; where nobody says how many there are, the name may (8B, 0.6B,
--   235B-A22B), of collected repositories as of published ones, and size_from_name says so. Of a name
--   that counts experts (8x7B, 17B-16E) or states two sizes (1B-7B) it does not: what it states may be
--   the size of one expert, or of those at work.
WITH listed AS (
    SELECT
        model_names.hub_id AS hub_id,
        model_names.model_id AS model_id,
        model_labels.family AS family,
        CAST(model_names.created_at AS DATE) AS created_on,
        model_names.total_params AS total_params
    FROM model_names
    INNER JOIN model_labels ON model_labels.hub_id = model_names.hub_id
    WHERE model_labels.family IS NOT NULL
),
owned AS (
    SELECT
        coalesce(listings.hub_id, archived.hub_id) AS hub_id,
        coalesce(listings.model_id, archived.model_id) AS model_id,
        coalesce(listings.family, archived.family) AS family,
        coalesce(listings.created_on, archived.created_on) AS created_on,
        coalesce(listings.total_params, archived.total_params) AS total_params
    FROM listed AS listings
    FULL JOIN hub__launch_models AS archived ON archived.hub_id = listings.hub_id
),
collected AS (
    SELECT
        hub_id, model_id, family, created_on, total_params,
        row_number() OVER (
            PARTITION BY model_id
            ORDER BY CASE WHEN created_on IS NULL THEN 1 ELSE 0 END ASC, created_on DESC, hub_id ASC
        ) AS place
    FROM owned
),
followed AS (
    SELECT DISTINCT subject AS model_id
    FROM seed__published_series
    WHERE series = 'downloads_all_time' AND subject_kind = 'model'
),
archived_names AS (
    SELECT
        hub__models.model_id AS model_id,
        max(hub__models.created_on) AS created_on,
        max(hub__models.total_params) AS total_params
    FROM hub__models
    INNER JOIN followed ON followed.model_id = hub__models.model_id
    GROUP BY hub__models.model_id
),
models AS (
    SELECT 'collected' AS basis, hub_id, model_id, family, created_on, total_params
    FROM collected
    WHERE place = 1
    UNION ALL
    SELECT
        'published' AS basis,
        CAST(NULL AS VARCHAR) AS hub_id,
        followed.model_id AS model_id,
        published_subjects.family AS family,
        coalesce(collected.created_on, archived_names.created_on) AS created_on,
        coalesce(collected.total_params, archived_names.total_params) AS total_params
    FROM followed
    INNER JOIN published_subjects
        ON published_subjects.subject = followed.model_id
        AND published_subjects.subject_kind = 'model'
    LEFT JOIN collected ON collected.model_id = followed.model_id AND collected.place = 1
    LEFT JOIN archived_names ON archived_names.model_id = followed.model_id
    UNION ALL
    SELECT
        'collected' AS basis,
        CAST(NULL AS VARCHAR) AS hub_id,
        dates.model_id AS model_id,
        organisations.family AS family,
        dates.hf_created_on AS created_on,
        CAST(NULL AS BIGINT) AS total_params
    FROM seed__release_dates AS dates
    INNER JOIN family_organisations AS organisations
        ON organisations.hf_org = split_part(dates.model_id, '/', 1)
        AND regexp_like(split_part(dates.model_id, '/', 2), '(?i)' || organisations.name_pattern)
    LEFT JOIN collected ON collected.model_id = dates.model_id
    WHERE collected.model_id IS NULL
),
dated AS (
    SELECT
        models.basis AS basis,
        models.hub_id AS hub_id,
        models.model_id AS model_id,
        models.family AS family,
        coalesce(models.created_on, dates.hf_created_on) AS created_on,
        coalesce(dates.released_on, models.created_on) AS released_on,
        dates.released_on IS NOT NULL AS is_corrected,
        models.total_params AS total_params,
        lower(split_part(models.model_id, '/', 2)) AS name
    FROM models
    LEFT JOIN seed__release_dates AS dates ON dates.model_id = models.model_id
),
named AS (
    SELECT
        dated.*,
        CASE
            WHEN regexp_like(name, '[-_.][0-9]+e(?:[-_.]|$)') THEN ''
            WHEN regexp_like(name, '(?:^|[-_.])[0-9.]+b[-_.](?:.*[-_.])?[0-9.]+b(?:[-_.]|$)') THEN ''
            ELSE regexp_extract(
                name, '(?:^|[-_.])([0-9]+(?:[.][0-9]+)?b|[0-9]{2,4}m)(?:[-_.]|$)', 1
            )
        END AS spelled
    FROM dated
),
sized AS (
    SELECT
        named.*,
        CASE
            WHEN total_params IS NOT NULL THEN total_params / 1000000000.0
            WHEN spelled = '' THEN NULL
            WHEN spelled LIKE '%b' THEN CAST(replace(spelled, 'b', '') AS DOUBLE)
            ELSE CAST(replace(spelled, 'm', '') AS DOUBLE) / 1000
        END AS params_b
    FROM named
)
SELECT
    basis,                              -- collected (listings and archive), or published by others
    model_id,                           -- newest name
    hub_id,                             -- the Hub's _id; NULL where nothing was collected
    family,                             -- family by owner; NULL when none
    created_on,                         -- creation of the repository, UTC; NULL when not known
    released_on,                        -- day 0; NULL when not known
    is_corrected,                       -- true: from seeds/release_dates.csv
    params_b,                           -- total parameters, billions; NULL when not known
    CASE
        WHEN params_b IS NULL THEN 'unknown'
        WHEN params_b < 1 THEN '[0,1)'
        WHEN params_b < 5 THEN '[1,5)'
        WHEN params_b < 10 THEN '[5,10)'
        WHEN params_b < 50 THEN '[10,50)'
        WHEN params_b < 100 THEN '[50,100)'
        WHEN params_b < 250 THEN '[100,250)'
        ELSE '[250,inf)'
    END AS size_class,                  -- total parameters in billions; unknown is no class
    total_params IS NULL AND params_b IS NOT NULL AS size_from_name    -- the size is what the name says
FROM sized
