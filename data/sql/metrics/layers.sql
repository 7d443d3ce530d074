-- title: Newest value of each family on each layer
-- unit: as the column unit says
-- grain: layer, family
-- source: as the column source_url says
-- notes: The layers of use side by side, each with its own scope: they are never added up. An account
--   stands for its developer where the source counts accounts. Tokens and pulls are those that were
--   collected, of the newest whole month; only while there is none, those that others published, where
--   OpenRouter authors that hold more than one family are left out. A share of tokens is what is seen
--   among the 50 models with the most of each day: the least that it can be. Quality is the rating of the
--   family's best model in LMArena's text leaderboard, models known to be closed left out. A family that
--   is not in a layer was not seen there, which is not zero.
WITH newest AS (
    -- The newest standings of the layers, so that they and this metric are one number.
    SELECT * FROM standing_points
    WHERE family IS NOT NULL AND value IS NOT NULL
        AND (
            (layer = 'own_downloads' AND measure = 'monthly_downloads' AND basis = 'published')
            OR measure IN ('models_total', 'token_share', 'pulls_new', 'pulls_total')
            OR measure IN ('lmstudio_downloads_30d', 'rating')
        )
    QUALIFY rank() OVER (PARTITION BY layer ORDER BY basis = 'published', date DESC) = 1
),
best_models AS (
    SELECT TRY_CAST(release AS DATE) AS date, family, arg_max(model, (quality_scores, model)) AS model
    FROM quality_scores
    WHERE benchmark = 'lmarena_text' AND weights <> 'closed'
    GROUP BY release, family
),
standings_of_layers AS (
    SELECT
        newest.layer,
        newest.family,
        CASE
            WHEN newest.layer = 'quality' THEN best_models.model
            WHEN newest.subject_kind = 'author' THEN newest.account
            ELSE newest.subject
        END AS subject,
        newest.value,
        newest.least,
        newest.most,
        newest.unit,
        CASE
            WHEN newest.layer IN ('all_local_pulls', 'quality') THEN NULL
            WHEN newest.layer = 'runtimes' THEN CAST(newest.date - INTERVAL 30 DAY AS DATE)
            -- Published pulls lie between two readings.
            ELSE coalesce(pull_readings.previous_on, newest.date)
        END AS starts_on,
        CASE
            WHEN newest.period <> 'month' THEN newest.date
            -- A month of pulls goes to its last reading.
            WHEN newest.layer = 'new_local_pulls' THEN newest.as_of
            ELSE last_day(newest.date)
        END AS ends_on,
        newest.bound,
        newest.as_of,
        coalesce(archives.title, newest.publisher) AS source_title,
        coalesce(archives.url, newest.source_url) AS source_url,
        token_share_by_cut.token_share_open AS open_value
    FROM newest
    LEFT JOIN best_models
        ON best_models.date = newest.date AND best_models.family = newest.family
        AND newest.layer = 'quality'
    LEFT JOIN pull_readings
        ON pull_readings.date = newest.date AND pull_readings.family = newest.family
        AND newest.layer = 'new_local_pulls' AND newest.basis = 'published'
    LEFT JOIN build_sources AS archives
        ON archives.name = newest.source AND newest.layer = 'derivatives'
    LEFT JOIN token_share_by_cut
        ON token_share_by_cut.cut = 'family' AND token_share_by_cut.period = 'month'
        AND token_share_by_cut.date = newest.date AND token_share_by_cut.class = newest.family
        AND newest.layer = 'served_tokens' AND newest.basis = 'collected'
),
collected AS (
    SELECT
        'collected_downloads' AS layer,
        family,
        family AS subject,
        CAST(family_downloads AS DOUBLE) AS value,
        'downloads in 30 days' AS unit,
        CAST(date - INTERVAL 30 DAY AS DATE) AS starts_on,
        date AS ends_on,
        'exactly' AS bound,
        date AS as_of,
        'Hugging Face Hub API' AS source_title,
        'https://huggingface.co/models' AS source_url
    FROM family_downloads
    WHERE scope = 'own' AND (models > 0 OR organisations_read < organisations_planned)
    -- The newest day that has a value; NULL for a family that could never be read.
    QUALIFY row_number() OVER (PARTITION BY family ORDER BY family_downloads IS NULL, date DESC) = 1
),
reported_derivatives AS (
    SELECT
        'derivatives' AS layer,
        family,
        subject,
        value,
        unit,
        -- A total is that of the last day that the statement can speak of.
        ends_on AS starts_on,
        ends_on,
        bound,
        ends_on AS as_of,
        source_title,
        source_url
    FROM reported_figures
    WHERE metric = 'derivative_models_total' AND subject_kind = 'family' AND family IS NOT NULL
    QUALIFY ends_on = max(ends_on) OVER ()
        AND row_number() OVER (PARTITION BY family ORDER BY ends_on DESC, figure_id) = 1
)
SELECT
    layer,             -- own_downloads, collected_downloads, derivatives, served_tokens, new_local_pulls, all_local_pulls, runtimes, quality
    family,            -- family
    subject,           -- account, author, library group or model that the value is of
    value,             -- value in its unit; NULL where the source could not be read
    coalesce(least, value) AS least,  -- the least that it can be
    coalesce(most, value) AS most,    -- the most that it can be, as in standings
    unit,              -- downloads a month, downloads in 30 days, models, fraction, pulls, rating
    starts_on,         -- first day of the period; NULL for a total since the beginning, and for a rating
    ends_on,           -- last day of the period
    bound,             -- exactly, about or at_least
    as_of,             -- date on which the source was read
    source_title,      -- publisher, or title of the statement's source
    source_url,        -- where a reader can open it
    open_value         -- of collected tokens the value of the family's models with open weights alone; NULL elsewhere
FROM (
    SELECT * FROM standings_of_layers
    UNION ALL BY NAME SELECT * FROM collected
    UNION ALL BY NAME
    SELECT * FROM reported_derivatives
    WHERE NOT EXISTS (SELECT 1 FROM newest WHERE layer = 'derivatives')
) AS layers
