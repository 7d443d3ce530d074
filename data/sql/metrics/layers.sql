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
WITH family_accounts AS (
    SELECT family, account, account_label, name_pattern = '.' AS is_whole FROM seed__model_families
),
own_downloads AS (
    SELECT
        'own_downloads' AS layer,
        family_accounts.family,
        family_accounts.account_label AS subject,
        latest.account_downloads AS value,
        'downloads a month' AS unit,
        latest.month AS starts_on,
        CAST(latest.month + INTERVAL 1 MONTH - INTERVAL 1 DAY AS DATE) AS ends_on,
        'exactly' AS bound,
        latest.as_of,
        latest.publisher AS source_title,
        latest.source_url
    FROM (
        -- Read once: a second look at the months would cost as much as all other layers.
        SELECT * FROM account_downloads QUALIFY month = max(month) OVER ()
    ) AS latest
    INNER JOIN (
        -- One family an account: the one that it holds whole, else the first by name.
        SELECT account, arg_min(family, (NOT is_whole, family)) AS family,
            any_value(account_label) AS account_label
        FROM family_accounts
        GROUP BY account
    ) AS family_accounts ON family_accounts.account = latest.account
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
measured_derivatives AS (
    -- Of an archive of every repository only: one of those with some use misses most of them.
    SELECT
        'derivatives' AS layer,
        family,
        family AS subject,
        CAST(derivatives_total AS DOUBLE) AS value,
        'models' AS unit,
        date AS starts_on,
        date AS ends_on,
        'exactly' AS bound,
        date AS as_of,
        (
            SELECT any_value(build_sources.title)
            FROM build_sources
            INNER JOIN hub__days ON hub__days.source = build_sources.name
            WHERE hub__days.date = derivatives_total.date
        ) AS source_title,
        (
            SELECT any_value(build_sources.url)
            FROM build_sources
            INNER JOIN hub__days ON hub__days.source = build_sources.name
            WHERE hub__days.date = derivatives_total.date
        ) AS source_url
    FROM derivatives_total
    WHERE relation = 'all' AND NOT with_inferred
        AND date = (SELECT max(date) FROM hub__days WHERE is_complete)
        AND family IN (SELECT family FROM seed__model_families)
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
),
derivatives AS (
    SELECT * FROM measured_derivatives
    UNION ALL
    SELECT * FROM reported_derivatives WHERE NOT EXISTS (SELECT 1 FROM measured_derivatives)
),
collected_tokens AS (
    SELECT
        'served_tokens' AS layer,
        class AS family,
        class AS subject,
        token_share_by_cut AS value,
        'fraction' AS unit,
        date AS starts_on,
        CAST(date + INTERVAL 1 MONTH - INTERVAL 1 DAY AS DATE) AS ends_on,
        'at_least' AS bound,
        TRY_CAST(left(as_of, 10) AS DATE) AS as_of,
        'OpenRouter' AS source_title,
        'https://openrouter.ai/rankings' AS source_url,
        token_share_open AS open_value
    FROM token_share_by_cut
    WHERE cut = 'family' AND period = 'month' AND is_complete
    QUALIFY date = max(date) OVER ()
),
published_tokens AS (
    SELECT
        'served_tokens' AS layer,
        authors.family,
        latest.subject,
        latest.value,
        'fraction' AS unit,
        latest.date AS starts_on,
        CAST(latest.date + INTERVAL 1 MONTH - INTERVAL 1 DAY AS DATE) AS ends_on,
        'exactly' AS bound,
        latest.as_of,
        latest.publisher AS source_title,
        latest.source_url
    FROM published_series AS latest
    INNER JOIN (
        SELECT family, unnest(openrouter_authors) AS author
        FROM seed__model_families
        WHERE name_pattern = '.' AND len(openrouter_authors) = 1
    ) AS authors ON authors.author = latest.subject
    WHERE latest.series = 'openrouter_token_share' AND latest.period = 'month'
    QUALIFY latest.date = max(latest.date) OVER ()
        AND row_number() OVER (
            PARTITION BY authors.family ORDER BY latest.date DESC, latest.as_of DESC
        ) = 1
),
tokens AS (
    SELECT * FROM collected_tokens WHERE family NOT IN ('none', 'other')
    UNION ALL BY NAME
    SELECT * FROM published_tokens WHERE NOT EXISTS (SELECT 1 FROM collected_tokens)
),
collected_new_pulls AS (
    SELECT
        'new_local_pulls' AS layer,
        family,
        family AS subject,
        CAST(monthly_ollama_pulls AS DOUBLE) AS value,
        'pulls' AS unit,
        month AS starts_on,
        last_reading_on AS ends_on,
        'about' AS bound,
        last_reading_on AS as_of,
        'Ollama library' AS source_title,
        'https://ollama.com/library' AS source_url
    FROM monthly_ollama_pulls
    WHERE monthly_ollama_pulls IS NOT NULL
    QUALIFY month = max(month) OVER ()
),
collected_all_pulls AS (
    SELECT
        'all_local_pulls' AS layer,
        family,
        family AS subject,
        CAST(ollama_family_pulls AS DOUBLE) AS value,
        'pulls' AS unit,
        CAST(NULL AS DATE) AS starts_on,
        date AS ends_on,
        'about' AS bound,
        date AS as_of,
        'Ollama library' AS source_title,
        'https://ollama.com/library' AS source_url
    FROM ollama_family_pulls
    WHERE ollama_family_pulls IS NOT NULL
    QUALIFY date = max(date) OVER ()
),
runtimes AS (
    SELECT
        'runtimes' AS layer,
        family,
        family AS subject,
        CAST(lmstudio_downloads AS DOUBLE) AS value,
        'downloads in 30 days' AS unit,
        CAST(date - INTERVAL 30 DAY AS DATE) AS starts_on,
        date AS ends_on,
        'exactly' AS bound,
        date AS as_of,
        'Hugging Face Hub, lmstudio-community' AS source_title,
        'https://huggingface.co/lmstudio-community' AS source_url
    FROM lmstudio_downloads
    WHERE lmstudio_downloads IS NOT NULL
    QUALIFY date = max(date) OVER ()
),
quality AS (
    SELECT
        'quality' AS layer,
        family,
        arg_max(model, (quality_scores, model)) AS subject,
        max(quality_scores) AS value,
        'rating' AS unit,
        CAST(NULL AS DATE) AS starts_on,
        TRY_CAST(release AS DATE) AS ends_on,
        'exactly' AS bound,
        max(as_of) AS as_of,
        'LMArena' AS source_title,
        'https://huggingface.co/datasets/lmarena-ai/leaderboard-dataset' AS source_url
    FROM (
        SELECT * FROM quality_scores WHERE benchmark = 'lmarena_text'
        QUALIFY release = max(release) OVER ()
    ) AS newest
    WHERE family <> 'none' AND weights <> 'closed'
    GROUP BY family, release
),
library_readings AS (
    -- A library that is not in the newest reading has left the site: what it had is not counted.
    SELECT
        subject,
        family,
        date,
        value AS pulls,
        value - coalesce(lag(value) OVER (PARTITION BY subject ORDER BY date), 0) AS new_pulls,
        publisher AS source_title,
        source_url
    FROM published_series
    WHERE series = 'ollama_pulls' AND family IS NOT NULL
    QUALIFY date = max(date) OVER ()
),
reading_dates AS (
    SELECT max(date) AS date, max(date) FILTER (WHERE date < newest) AS previous_date
    FROM (
        SELECT date, max(date) OVER () AS newest FROM published_series WHERE series = 'ollama_pulls'
    )
),
pull_readings AS (
    SELECT
        library_readings.family,
        library_readings.date,
        any_value(reading_dates.previous_date) AS previous_date,
        sum(library_readings.pulls) AS pulls,
        sum(library_readings.new_pulls) AS new_pulls,
        any_value(library_readings.source_title) AS source_title,
        any_value(library_readings.source_url) AS source_url
    FROM library_readings
    CROSS JOIN reading_dates
    GROUP BY ALL
),
local_pulls AS (
    SELECT
        'new_local_pulls' AS layer,
        family,
        family AS subject,
        new_pulls AS value,
        'pulls' AS unit,
        previous_date AS starts_on,
        date AS ends_on,
        'about' AS bound,
        date AS as_of,
        source_title,
        source_url
    FROM pull_readings
    WHERE previous_date IS NOT NULL AND NOT EXISTS (SELECT 1 FROM collected_new_pulls)
    UNION ALL
    SELECT * FROM collected_new_pulls WHERE family <> 'none'
    UNION ALL
    SELECT * FROM collected_all_pulls WHERE family <> 'none'
    UNION ALL
    SELECT
        'all_local_pulls' AS layer,
        family,
        family AS subject,
        pulls AS value,
        'pulls' AS unit,
        NULL AS starts_on,
        date AS ends_on,
        'about' AS bound,
        date AS as_of,
        source_title,
        source_url
    FROM pull_readings
    WHERE NOT EXISTS (SELECT 1 FROM collected_all_pulls)
)
SELECT
    layer,             -- own_downloads, collected_downloads, derivatives, served_tokens, new_local_pulls, all_local_pulls, runtimes, quality
    family,            -- family
    subject,           -- account, author, library group or model that the value is of
    value,             -- value in its unit; NULL where the source could not be read
    unit,              -- downloads a month, downloads in 30 days, models, fraction, pulls, rating
    starts_on,         -- first day of the period; NULL for a total since the beginning, and for a rating
    ends_on,           -- last day of the period
    bound,             -- exactly, about or at_least
    as_of,             -- date on which the source was read
    source_title,      -- publisher, or title of the statement's source
    source_url,        -- where a reader can open it
    open_value         -- of collected tokens the value of the family's models with open weights alone; NULL elsewhere
FROM (
    SELECT * FROM own_downloads
    UNION ALL BY NAME SELECT * FROM collected
    UNION ALL BY NAME SELECT * FROM derivatives
    UNION ALL BY NAME SELECT * FROM tokens
    UNION ALL BY NAME SELECT * FROM local_pulls
    UNION ALL BY NAME SELECT * FROM runtimes WHERE family NOT IN ('none', 'mixed')
    UNION ALL BY NAME SELECT * FROM quality
) AS layers
