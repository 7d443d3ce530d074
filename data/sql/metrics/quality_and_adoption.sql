-- title: Quality beside adoption
-- unit: as the benchmark counts
-- grain: benchmark, release, family
-- source: LiveBench, LMArena, Artificial Analysis; as layers says of adoption
-- notes: The best model of each family on each release of a benchmark, models known to be closed left
--   out, beside the newest adoption of the family's own repositories: downloads in 30 days where they are
--   collected, else the account's published downloads a month. Adoption is that of today, also beside
--   older releases. Ranks side by side say nothing about causes.
WITH best AS (
    SELECT
        benchmark,
        release,
        family,
        model,
        weights,
        quality_scores,
        low,
        high,
        as_of,
        citation
    FROM quality_scores
    WHERE family <> 'none' AND weights <> 'closed' AND quality_scores IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY benchmark, release, family ORDER BY quality_scores DESC, model
    ) = 1
),
measures AS (
    SELECT layer, family, value, ends_on, as_of, source_title
    FROM layers
    WHERE layer IN ('collected_downloads', 'own_downloads') AND value IS NOT NULL
    -- One measure for all families: the first of the two by name has any value.
    QUALIFY layer = min(layer) OVER ()
),
adoption AS (
    SELECT
        layer,
        family,
        value,
        ends_on,
        as_of,
        source_title,
        rank() OVER (ORDER BY value DESC) AS position
    FROM measures
)
SELECT
    best.benchmark,                                -- livebench, lmarena_text, artificial_analysis
    best.release,                                  -- release, date of the leaderboard, or version of the index
    best.family,                                   -- family by the name
    best.model,                                    -- its best model there
    best.weights,                                  -- open, unknown
    best.quality_scores AS quality_and_adoption,   -- score of that model
    best.low AS quality_low,                       -- lower end of the score's interval; NULL when none is given
    best.high AS quality_high,                     -- upper end of it; NULL when none is given
    rank() OVER (
        PARTITION BY best.benchmark, best.release ORDER BY best.quality_scores DESC
    ) AS quality_position,                         -- rank among the families of that release
    adoption.layer AS adoption_measure,            -- layer of the metric layers; NULL when the family has no value
    adoption.value AS adoption,                    -- newest value; NULL when it was not seen
    adoption.position AS adoption_position,        -- rank among the families that have a value
    adoption.ends_on AS adoption_date,             -- last day that the value speaks of
    best.as_of,                                    -- UTC date on which the benchmark was read
    nullif(concat_ws(
        '; ',
        best.citation,
        'Source: ' || adoption.source_title || ', as of ' || CAST(adoption.as_of AS VARCHAR)
    ), '') AS citation                                  -- lines that the sources ask for: of the benchmark, and of adoption where there is some
FROM best
LEFT JOIN adoption ON adoption.family = best.family
