-- title: Scores of models on benchmarks
-- unit: as the benchmark counts
-- grain: benchmark, release, model
-- source: LiveBench, LMArena, Artificial Analysis
-- notes: Each release of a benchmark stands alone: tasks change, ratings are fitted anew, and index
--   versions differ, so scores of two releases are never joined. LiveBench: mean over the categories
--   (0 to 100), NULL when one has no value. LMArena: rating in text, all kinds of prompts. Artificial
--   Analysis: Intelligence Index.
SELECT
    benchmark,                     -- livebench, lmarena_text, artificial_analysis
    release,                       -- release, date of the leaderboard, or version of the index
    model,                         -- name there
    family,                        -- family by the name; none
    developer,                     -- developer as named there; NULL when not named
    weights,                       -- open, closed, unknown
    score AS quality_scores,       -- score; NULL when the source gives none
    low,                           -- lower end of the interval; NULL when none is given
    high,                          -- upper end of the interval; NULL when none is given
    position,                      -- rank as published, else by the score, 1 = best; NULL without a score
    as_of                          -- UTC date of the reading
FROM benchmark_scores
