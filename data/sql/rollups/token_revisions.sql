-- title: First and newest reading of each day of OpenRouter's rankings
-- unit: tokens
-- grain: date, model_permaslug
-- source: OpenRouter
-- notes: Of days that more than one run read. NULL in a reading that has no row of the model: it was not
--   among the 50 with the most tokens.
WITH readings AS (
    SELECT date, min(run) AS first_run, max(run) AS newest_run
    FROM openrouter__rankings
    GROUP BY date
    HAVING min(run) < max(run)
),
pairs AS (
    SELECT
        rankings.date AS date,
        rankings.model_permaslug AS model_permaslug,
        max(CASE WHEN rankings.run = readings.first_run THEN rankings.total_tokens END)
            AS first_tokens,
        max(CASE WHEN rankings.run = readings.newest_run THEN rankings.total_tokens END)
            AS newest_tokens
    FROM openrouter__rankings AS rankings
    INNER JOIN readings
        ON readings.date = rankings.date
        AND (rankings.run = readings.first_run OR rankings.run = readings.newest_run)
    GROUP BY rankings.date, rankings.model_permaslug
),
instants AS (
    SELECT
        rankings.date AS date,
        min(rankings.observed_at) AS first_read_at,
        max(rankings.observed_at) AS newest_read_at,
        max(CASE WHEN rankings.run = readings.newest_run THEN rankings.as_of END) AS as_of
    FROM openrouter__rankings AS rankings
    INNER JOIN readings ON readings.date = rankings.date
    GROUP BY rankings.date
)
SELECT
    pairs.date AS date,                            -- UTC day on which the tokens were served
    pairs.model_permaslug AS model_permaslug,      -- slug of the rankings; other
    pairs.first_tokens AS first_tokens,            -- tokens by the first reading
    pairs.newest_tokens AS newest_tokens,          -- tokens by the newest reading
    instants.first_read_at AS first_read_at,       -- UTC instant of the first reading
    instants.newest_read_at AS newest_read_at,     -- UTC instant of the newest reading
    instants.as_of AS as_of                        -- the source's own as_of of the newest reading
FROM pairs
INNER JOIN instants ON instants.date = pairs.date
