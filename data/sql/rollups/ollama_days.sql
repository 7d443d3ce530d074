-- title: Pulls of each library of Ollama, one row a day
-- unit: pulls
-- grain: date, library
-- source: Ollama library
-- notes: The last page that was read on a UTC day stands for the day.
WITH newest AS (
    SELECT CAST(observed_at AS DATE) AS date, max(run) AS run
    FROM ollama__libraries
    GROUP BY CAST(observed_at AS DATE)
),
names AS (
    SELECT DISTINCT library FROM ollama__libraries
),
labelled AS (
    SELECT
        names.library AS library,
        families.family AS family,
        row_number() OVER (
            PARTITION BY names.library
            ORDER BY length(families.ollama_pattern) DESC, families.family ASC
        ) AS place
    FROM names
    INNER JOIN seed__model_families AS families
        ON regexp_like(names.library, '(?i)' || families.ollama_pattern)
)
SELECT
    newest.date AS date,                               -- UTC date of the page
    libraries.library AS library,                      -- name in the library
    coalesce(labelled.family, 'none') AS family,       -- family by the name; none
    libraries.pulls AS pulls,                          -- cumulative, rounded by the site; NULL when not given
    libraries.pulls_half_step AS pulls_half_step,      -- half of the last digit shown
    libraries.position AS position                     -- place on the page, 1 first
FROM ollama__libraries AS libraries
INNER JOIN newest
    ON newest.run = libraries.run AND newest.date = CAST(libraries.observed_at AS DATE)
LEFT JOIN labelled ON labelled.library = libraries.library AND labelled.place = 1
