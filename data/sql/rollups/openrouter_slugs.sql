-- title: What is known of each model of OpenRouter's rankings
-- unit: models
-- grain: model_permaslug
-- source: OpenRouter; seeds/openrouter_authors.csv, seeds/model_families.csv
-- notes: A slug is author/name, with a date or without, and :variant behind it. The list of models
--   names it by canonical_slug, else by its undated id. Weights are open where the list names a
--   repository on the Hub; else unreleased or closed by the author; closed where the list has the
--   model and names none; else by the author, and unknown where an author has both. A model that has left
--   the list keeps what was last said of its weights, but no price: prices are those of the newest list.
WITH slugs AS (
    SELECT DISTINCT
        model_permaslug,
        split_part(model_permaslug, ':', 1) AS base_slug,
        CASE
            WHEN split_part(model_permaslug, ':', 2) = '' THEN 'standard'
            ELSE split_part(model_permaslug, ':', 2)
        END AS variant,
        split_part(model_permaslug, '/', 1) AS author,
        regexp_replace(split_part(model_permaslug, ':', 1), '-20[0-9]{6}$', '') AS undated_slug,
        split_part(split_part(model_permaslug, ':', 1), '/', 2) AS name
    FROM openrouter__rankings
    WHERE model_permaslug <> 'other'
),
ranked AS (
    SELECT
        split_part(canonical_slug, ':', 1) AS canonical_slug,
        split_part(model_id, ':', 1) AS undated_id,
        CASE
            WHEN split_part(model_id, ':', 2) = '' THEN 'standard'
            ELSE split_part(model_id, ':', 2)
        END AS variant,
        hugging_face_id,
        CASE WHEN run = newest_run THEN prompt_usd_per_mtok END AS prompt_usd_per_mtok,
        CASE WHEN run = newest_run THEN completion_usd_per_mtok END AS completion_usd_per_mtok,
        CASE
            WHEN run = newest_run
                AND (prompt_usd_per_mtok IS NOT NULL OR completion_usd_per_mtok IS NOT NULL)
                THEN CAST(observed_at AS DATE)
        END AS priced_on,
        newest
    FROM (
        SELECT
            canonical_slug,
            model_id,
            hugging_face_id,
            prompt_usd_per_mtok,
            completion_usd_per_mtok,
            observed_at,
            run,
            max(run) OVER () AS newest_run,
            row_number() OVER (PARTITION BY model_id ORDER BY run DESC) AS newest
        FROM openrouter_models__models
    ) AS lists
),
matches AS (
    SELECT
        slugs.model_permaslug AS model_permaslug,
        slugs.variant = ranked.variant AS is_same_variant,
        ranked.hugging_face_id AS hugging_face_id,
        ranked.prompt_usd_per_mtok AS prompt_usd_per_mtok,
        ranked.completion_usd_per_mtok AS completion_usd_per_mtok,
        ranked.priced_on AS priced_on,
        CASE
            WHEN ranked.canonical_slug = slugs.base_slug THEN 1
            WHEN ranked.undated_id = slugs.base_slug THEN 2
            ELSE 3
        END AS distance
    FROM slugs
    INNER JOIN ranked
        ON ranked.canonical_slug = slugs.base_slug
        OR ranked.undated_id = slugs.base_slug
        OR ranked.undated_id = slugs.undated_slug
    WHERE ranked.newest = 1
),
nearest AS (
    SELECT model_permaslug, min(distance) AS distance
    FROM matches
    GROUP BY model_permaslug
),
listed AS (
    SELECT
        matches.model_permaslug AS model_permaslug,
        max(matches.hugging_face_id) AS hugging_face_id,
        max(CASE WHEN matches.is_same_variant THEN matches.prompt_usd_per_mtok END)
            AS prompt_usd_per_mtok,
        max(CASE WHEN matches.is_same_variant THEN matches.completion_usd_per_mtok END)
            AS completion_usd_per_mtok,
        max(CASE WHEN matches.is_same_variant THEN matches.priced_on END) AS priced_on
    FROM matches
    INNER JOIN nearest
        ON nearest.model_permaslug = matches.model_permaslug
        AND nearest.distance = matches.distance
    GROUP BY matches.model_permaslug
),
family_authors AS (
    SELECT
        seed__model_families.family AS family,
        seed__model_families.name_pattern AS name_pattern,
        authors.author AS author
    FROM seed__model_families
    CROSS JOIN unnest(seed__model_families.openrouter_authors) AS authors (author)
),
labelled AS (
    SELECT
        slugs.model_permaslug AS model_permaslug,
        family_authors.family AS family,
        row_number() OVER (
            PARTITION BY slugs.model_permaslug
            ORDER BY length(family_authors.name_pattern) DESC, family_authors.family ASC
        ) AS position
    FROM slugs
    INNER JOIN family_authors
        ON family_authors.author = slugs.author
        AND regexp_like(slugs.name, '(?i)' || family_authors.name_pattern)
)
SELECT
    slugs.model_permaslug AS model_permaslug,                          -- slug of the rankings, with :variant
    slugs.author AS author,                                            -- what stands before the slash
    slugs.name AS name,                                                -- what stands after it, without the variant
    slugs.variant AS variant,                                          -- standard, free ...
    coalesce(labelled.family, 'none') AS family,                       -- family by author, then name; none
    coalesce(authors.region, 'unknown') AS region,                     -- region of the developer
    CASE
        WHEN listed.hugging_face_id IS NOT NULL THEN 'open'
        WHEN authors.weights = 'unreleased' THEN 'unreleased'
        WHEN listed.model_permaslug IS NOT NULL OR authors.weights = 'closed' THEN 'closed'
        WHEN authors.weights = 'open' THEN 'open'
        ELSE 'unknown'
    END AS weights,                                                    -- open, closed, unreleased, unknown
    listed.hugging_face_id AS hugging_face_id,                         -- repository on the Hub; NULL when none is named
    listed.prompt_usd_per_mtok AS prompt_usd_per_mtok,                 -- US dollars for a million prompt tokens; NULL: not known
    listed.completion_usd_per_mtok AS completion_usd_per_mtok,         -- US dollars for a million completion tokens; NULL: not known
    listed.priced_on AS priced_on                                      -- UTC date of the list that gives the prices; NULL without one
FROM slugs
LEFT JOIN listed ON listed.model_permaslug = slugs.model_permaslug
LEFT JOIN labelled
    ON labelled.model_permaslug = slugs.model_permaslug AND labelled.position = 1
LEFT JOIN seed__openrouter_authors AS authors ON authors.author = slugs.author
