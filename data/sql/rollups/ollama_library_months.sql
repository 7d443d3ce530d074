-- title: Pulls of each library of Ollama, one row a month
-- unit: pulls
-- grain: month, library
-- source: Ollama library
-- notes: Difference of the two readings at the month's ends; NULL in a month that is not complete, where
--   a reading gives no count, and where the counter fell. A library that was not in the first reading
--   begins at zero if it is new by then: never seen before, lacking on at least two days that were read,
--   and below 1,000,000 pulls when it was first seen. Else it has no value: a page may have lacked it.
WITH firsts AS (
    SELECT
        library,
        date,
        pulls,
        row_number() OVER (PARTITION BY library ORDER BY date ASC) AS place
    FROM ollama_days
),
days AS (
    SELECT date, row_number() OVER (ORDER BY date ASC) AS position
    FROM (SELECT DISTINCT date FROM ollama_days) AS dates
),
seen AS (
    SELECT
        firsts.library AS library,
        firsts.date AS first_seen_on,
        coalesce(days.position > 2 AND firsts.pulls < 1000000, FALSE) AS is_new
    FROM firsts
    INNER JOIN days ON days.date = firsts.date
    WHERE firsts.place = 1
),
ends AS (
    SELECT
        months.month AS month,
        ends.library AS library,
        ends.family AS family,
        months.is_complete AS is_complete,
        ends.pulls AS end_pulls,
        ends.pulls_half_step AS end_half_step,
        CASE
            WHEN begins.library IS NOT NULL THEN begins.pulls
            WHEN seen.is_new AND seen.first_seen_on > months.first_reading_on THEN 0
        END AS begin_pulls,
        CASE
            WHEN begins.library IS NOT NULL THEN begins.pulls_half_step
            WHEN seen.is_new AND seen.first_seen_on > months.first_reading_on THEN 0
        END AS begin_half_step
    FROM ollama_months AS months
    INNER JOIN ollama_days AS ends ON ends.date = months.last_reading_on
    INNER JOIN seen ON seen.library = ends.library
    LEFT JOIN ollama_days AS begins
        ON begins.date = months.first_reading_on AND begins.library = ends.library
)
SELECT
    month,                                          -- first day of the month
    library,                                        -- name in the library
    family,                                         -- family by the name; none
    is_complete,                                    -- the month has a reading at both ends
    CASE
        WHEN is_complete AND end_pulls >= begin_pulls THEN end_pulls - begin_pulls
    END AS pulls,                                   -- pulls in the month; NULL when not known
    CASE
        WHEN is_complete AND end_pulls >= begin_pulls THEN end_half_step + begin_half_step
    END AS pulls_half_step                          -- what rounding can have moved it by, at most
FROM ends
