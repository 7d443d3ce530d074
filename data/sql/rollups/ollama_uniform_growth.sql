-- title: Months in which many libraries of Ollama gained about the same
-- unit: libraries
-- grain: month
-- source: Ollama library
-- notes: At least ten libraries whose pulls in the month lie within 10 percent of each other, each at
--   least 100,000 and ten times what rounding can move: people do not choose like that. Of several such
--   groups the largest.
WITH gains AS (
    SELECT month, library, pulls
    FROM ollama_library_months
    WHERE pulls >= 100000 AND pulls >= 10 * pulls_half_step
),
alike AS (
    SELECT
        low.month AS month,
        low.pulls AS least_pulls,
        max(high.pulls) AS most_pulls,
        count(DISTINCT high.library) AS libraries
    FROM gains AS low
    INNER JOIN gains AS high
        ON high.month = low.month
        AND high.pulls >= low.pulls
        AND 10 * high.pulls <= 11 * low.pulls
    GROUP BY low.month, low.pulls
),
ranked AS (
    SELECT
        month,
        least_pulls,
        most_pulls,
        libraries,
        row_number() OVER (PARTITION BY month ORDER BY libraries DESC, least_pulls ASC) AS place
    FROM alike
    WHERE libraries >= 10
)
SELECT
    month,           -- first day of the month
    libraries,       -- libraries that gained about the same
    least_pulls,     -- the least that one of them gained
    most_pulls       -- the most that one of them gained
FROM ranked
WHERE place = 1
