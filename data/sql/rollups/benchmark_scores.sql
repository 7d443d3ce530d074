-- title: Scores of models on benchmarks, each release of a benchmark apart
-- unit: as the benchmark counts
-- grain: benchmark, release, model
-- source: LiveBench, LMArena, Artificial Analysis; seeds/model_families.csv, seeds/openrouter_authors.csv
-- notes: By the newest reading of each release. LiveBench: mean over the categories, NULL when one has no
--   value. LMArena: text, all kinds of prompts. Weights: by the licence on a leaderboard that names one,
--   there or under the same name elsewhere; else by the developer where all of its models are open, or
--   none; else unknown.
WITH livebench AS (
    SELECT
        release,
        model,
        CASE WHEN count(*) = count(score) THEN sum(score ORDER BY score) / count(score) END AS score,
        max(as_of) AS as_of
    FROM livebench_category_scores
    GROUP BY release, model
),
arena_runs AS (
    SELECT published_on, max(run) AS run
    FROM lmarena__ratings
    WHERE board = 'text' AND category = 'overall'
    GROUP BY published_on
),
index_runs AS (
    SELECT index_version, max(run) AS run
    FROM artificial_analysis__models
    GROUP BY index_version
),
indexed AS (
    SELECT
        models.index_version AS index_version,
        models.name AS name,
        models.slug AS slug,
        models.creator AS creator,
        models.intelligence_index AS intelligence_index,
        models.observed_at AS observed_at,
        row_number() OVER (
            PARTITION BY models.index_version, models.name ORDER BY models.slug ASC, models.aa_id ASC
        ) AS place
    FROM artificial_analysis__models AS models
    INNER JOIN index_runs
        ON index_runs.index_version = models.index_version AND index_runs.run = models.run
),
scores AS (
    SELECT
        'livebench' AS benchmark,
        CAST(release AS VARCHAR) AS release,
        model,
        model AS name,
        CAST(NULL AS VARCHAR) AS developer,
        CAST(NULL AS VARCHAR) AS stated_weights,
        score,
        CAST(NULL AS DOUBLE) AS low,
        CAST(NULL AS DOUBLE) AS high,
        CAST(NULL AS BIGINT) AS stated_position,
        as_of
    FROM livebench
    UNION ALL
    SELECT
        'lmarena_text' AS benchmark,
        CAST(ratings.published_on AS VARCHAR) AS release,
        ratings.model AS model,
        ratings.model AS name,
        ratings.organization AS developer,
        CASE
            WHEN lower(ratings.licence) = 'proprietary' THEN 'closed'
            WHEN lower(ratings.licence) IN ('', '-', 'none', 'unknown') THEN NULL
            WHEN ratings.licence IS NOT NULL THEN 'open'
        END AS stated_weights,
        ratings.rating AS score,
        ratings.rating_lower AS low,
        ratings.rating_upper AS high,
        ratings.position AS stated_position,
        CAST(ratings.observed_at AS DATE) AS as_of
    FROM lmarena__ratings AS ratings
    INNER JOIN arena_runs
        ON arena_runs.published_on = ratings.published_on AND arena_runs.run = ratings.run
    WHERE ratings.board = 'text' AND ratings.category = 'overall'
    UNION ALL
    SELECT
        'artificial_analysis' AS benchmark,
        index_version AS release,
        CASE WHEN place = 1 THEN name ELSE name || ' (' || slug || ', ' || CAST(place AS VARCHAR) || ')' END AS model,
        name,
        creator AS developer,
        CAST(NULL AS VARCHAR) AS stated_weights,
        intelligence_index AS score,
        CAST(NULL AS DOUBLE) AS low,
        CAST(NULL AS DOUBLE) AS high,
        CAST(NULL AS BIGINT) AS stated_position,
        CAST(observed_at AS DATE) AS as_of
    FROM indexed
),
developers AS (
    SELECT
        lower(developer) AS developer,
        CASE WHEN min(weights) = max(weights) THEN min(weights) END AS weights
    FROM seed__openrouter_authors
    WHERE weights IN ('open', 'closed', 'mixed')
    GROUP BY lower(developer)
),
named_weights AS (
    -- One benchmark says what another leaves open; where two licences contradict, neither counts.
    SELECT
        lower(replace(replace(name, ' ', '-'), '_', '-')) AS name,
        CASE WHEN min(stated_weights) = max(stated_weights) THEN min(stated_weights) END AS weights
    FROM scores
    WHERE stated_weights IS NOT NULL
    GROUP BY lower(replace(replace(name, ' ', '-'), '_', '-'))
),
family_weights AS (
    SELECT
        families.family AS family,
        CASE WHEN min(authors.weights) = max(authors.weights) THEN min(authors.weights) END AS weights
    FROM seed__model_families AS families
    CROSS JOIN unnest(families.openrouter_authors) AS named (author)
    INNER JOIN seed__openrouter_authors AS authors ON authors.author = named.author
    GROUP BY families.family
)
SELECT
    scores.benchmark AS benchmark,                              -- livebench, lmarena_text, artificial_analysis
    scores.release AS release,                                  -- release, date of the leaderboard, or version of the index
    scores.model AS model,                                      -- name there
    scores.developer AS developer,                              -- developer as named there; NULL when not named
    coalesce(name_families.family, 'none') AS family,           -- family by the name; none
    CASE
        WHEN scores.stated_weights IS NOT NULL THEN scores.stated_weights
        WHEN named_weights.weights IS NOT NULL THEN named_weights.weights
        WHEN developers.weights IN ('open', 'closed') THEN developers.weights
        WHEN family_weights.weights = 'open' THEN 'open'
        ELSE 'unknown'
    END AS weights,                                             -- open, closed, unknown
    scores.score AS score,                                      -- score; NULL when the source gives none
    scores.low AS low,                                          -- lower end of the interval; NULL when none is given
    scores.high AS high,                                        -- upper end of the interval; NULL when none is given
    CASE
        WHEN scores.stated_position IS NOT NULL THEN scores.stated_position
        WHEN scores.score IS NOT NULL THEN rank() OVER (
            PARTITION BY scores.benchmark, scores.release
            ORDER BY scores.score DESC NULLS LAST
        )
    END AS position,                                            -- rank as published, else by the score; NULL without a score
    scores.as_of AS as_of                                       -- UTC date of the reading
FROM scores
LEFT JOIN name_families ON name_families.name = scores.name
LEFT JOIN named_weights
    ON named_weights.name = lower(replace(replace(scores.name, ' ', '-'), '_', '-'))
LEFT JOIN developers ON developers.developer = lower(scores.developer)
LEFT JOIN family_weights ON family_weights.family = name_families.family
