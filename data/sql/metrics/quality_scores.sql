-- title: Scores of models on benchmarks
-- unit: as the benchmark counts
-- grain: benchmark, release, model
-- source: LiveBench, LMArena, Artificial Analysis
-- notes: Each release of a benchmark stands alone: tasks change, ratings are fitted anew, and index
--   versions differ, so scores of two releases are never joined. LiveBench: mean over the categories
--   (0 to 100), NULL when one has no value. LMArena: rating in text, all kinds of prompts. Artificial
--   Analysis: Intelligence Index.
WITH releases AS (
    -- By the numbers in the name, so that version 4.9 stands before 4.10.
    SELECT
        benchmark,
        release,
        row_number() OVER (
            PARTITION BY benchmark
            ORDER BY TRY_CAST(regexp_extract_all(release, '[0-9]+') AS UBIGINT[]), release
        ) AS position
    FROM (SELECT DISTINCT benchmark, release FROM benchmark_scores)
)
SELECT
    scores.benchmark,                        -- livebench, lmarena_text, artificial_analysis
    scores.release,                          -- release, date of the leaderboard, or version of the index
    releases.position AS release_position,   -- place among the releases of the benchmark, 1 = oldest
    scores.model,                            -- name there
    scores.family,                           -- family by the name; none
    scores.developer,                        -- developer as named there; NULL when not named
    scores.weights,                          -- open, closed, unknown
    scores.score AS quality_scores,          -- score; NULL when the source gives none
    scores.low,                              -- lower end of the interval; NULL when none is given
    scores.high,                             -- upper end of the interval; NULL when none is given
    scores.position,                         -- rank as published, else by the score, 1 = best; NULL without a score
    scores.as_of,                            -- UTC date of the reading
    replace(build_sources.citation, '{as_of}', CAST(scores.as_of AS VARCHAR)) AS citation   -- line that the source asks for, with as_of
FROM benchmark_scores AS scores
INNER JOIN releases
    ON releases.benchmark = scores.benchmark AND releases.release = scores.release
LEFT JOIN (
    VALUES
        ('livebench', 'livebench__scores'),
        ('lmarena_text', 'lmarena__ratings'),
        ('artificial_analysis', 'artificial_analysis__models')
) AS benchmarks (benchmark, filled_from) ON benchmarks.benchmark = scores.benchmark
LEFT JOIN build_sources ON list_contains(build_sources.tables, benchmarks.filled_from)
