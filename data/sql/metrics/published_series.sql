-- title: Published series
-- unit: as the column unit says
-- grain: series, subject, subject_kind, period, date
-- source: as the column source says; seeds/published_series.csv
-- notes: Values that others published, as they published them; of a value that was published more than
--   once the newest edition. `family` is the family of a model by its owner, of an Ollama library by
--   its name, and of a Hub account only where the account holds one family and nothing else: an
--   account is not a family. A share of OpenRouter's tokens is of the 50 models with the most of each day:
--   the least that it can be, and at most value_high. Values marked with an estimate_reason are estimates of the publisher.
SELECT
    series,           -- what was measured
    subject,          -- account, model, library ... that was measured
    subject_kind,     -- hf_org, model, ollama_library ...
    family,           -- family of the subject; NULL when it has none or several
    date,             -- first day of the period
    period,           -- month, day or snapshot
    value,            -- value in its unit
    CASE
        WHEN series <> 'openrouter_token_share' OR subject = 'other' THEN value
        ELSE value + coalesce(
            max(value) FILTER (WHERE subject = 'other') OVER (PARTITION BY series, period, date),
            1 - value
        )
    END AS value_high,  -- the most that it can be: of tokens those of all models that nobody names may be added
    unit,             -- downloads, fraction, tokens, pulls, models
    estimate_reason,  -- none, window_30d or interpolated_boundary
    as_of,            -- date on which the source was read
    source,           -- key of seeds/sources.csv
    publisher,        -- who published it
    source_title,     -- title of the source
    source_url        -- where a reader can open it
FROM published_readings
