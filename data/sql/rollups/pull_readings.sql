-- title: Published pulls of each family
-- unit: pulls
-- grain: date, family
-- source: seeds/published_series.csv
-- notes: Sums over the libraries of a family at the last reading of each month: one amid a month may hold
--   a few libraries only. A library that is not in a reading has left the site: what it had is not
--   counted.
WITH libraries AS (
    SELECT
        subject,
        family,
        date,
        value AS pulls,
        half_step,
        value - coalesce(lag(value) OVER (PARTITION BY subject ORDER BY date), 0) AS new_pulls,
        half_step + coalesce(lag(half_step) OVER (PARTITION BY subject ORDER BY date), 0)
            AS new_half_step,
        as_of,
        source_title,
        publisher,
        source_url
    FROM (
        -- The site shows one digit behind the point of thousands, millions and billions.
        SELECT
            published_readings.*,
            CASE
                WHEN value >= 1000000000 THEN 50000000
                WHEN value >= 1000000 THEN 50000
                WHEN value >= 1000 THEN 50
                ELSE 0
            END AS half_step
        FROM published_readings
    ) AS stepped
    WHERE series = 'ollama_pulls'
        AND period = 'snapshot'
        AND family IS NOT NULL
        AND date IN (
            SELECT max(date)
            FROM published_readings
            WHERE series = 'ollama_pulls' AND period = 'snapshot'
            GROUP BY date_trunc('month', date)
        )
),
dates AS (
    SELECT date, lag(date) OVER (ORDER BY date) AS previous_on
    FROM (SELECT DISTINCT date FROM libraries) AS known
)
SELECT
    libraries.date AS date,                       -- day of the reading
    libraries.family AS family,                   -- family by the library's name
    dates.previous_on AS previous_on,             -- day of the reading before; NULL for the first one
    sum(libraries.pulls) AS pulls,                -- pulls since the beginning
    CASE WHEN dates.previous_on IS NOT NULL THEN sum(libraries.new_pulls) END AS new_pulls,  -- pulls since the reading before; NULL for the first one
    sum(libraries.half_step) AS half_step,        -- how far rounding can have moved `pulls`, at most
    CASE WHEN dates.previous_on IS NOT NULL THEN sum(libraries.new_half_step) END AS new_half_step,  -- how far it can have moved `new_pulls`, at most
    count(*) AS libraries,                        -- libraries of the reading
    max(libraries.as_of) AS as_of,                -- date on which the source was read
    max(libraries.source_title) AS source_title,  -- title of the source
    max(libraries.publisher) AS publisher,        -- who published it
    max(libraries.source_url) AS source_url       -- where a reader can open it
FROM libraries
INNER JOIN dates ON dates.date = libraries.date
GROUP BY libraries.date, libraries.family, dates.previous_on
