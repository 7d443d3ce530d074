-- title: Published series
-- unit: as the column unit says
-- grain: series, subject, period, date, source
-- source: as the column source says; seeds/published_series.csv
-- notes: Values that others published, as they published them. `family` is the family of a model by
--   its owner, of an Ollama library by its name, and of a Hub account only where the account holds
--   one family and nothing else: an account is not a family. Values marked with an estimate_reason
--   are estimates of the publisher.
SELECT
    seed__published_series.series AS series,                    -- what was measured
    seed__published_series.subject AS subject,                  -- account, model, library ... that was measured
    seed__published_series.subject_kind AS subject_kind,        -- hf_org, model, ollama_library ...
    published_subjects.family AS family,                        -- family of the subject; NULL when it has none or several
    seed__published_series.date AS date,                        -- first day of the period
    seed__published_series.period AS period,                    -- month, day or snapshot
    seed__published_series.value AS value,                      -- value in its unit
    seed__published_series.unit AS unit,                        -- downloads, fraction, tokens, pulls, models
    seed__published_series.estimate_reason AS estimate_reason,  -- none, window_30d or interpolated_boundary
    seed__published_series.as_of AS as_of,                      -- date on which the source was read
    seed__published_series.source AS source,                    -- key of seeds/sources.csv
    seed__sources.publisher AS publisher,                       -- who published it
    seed__sources.title AS source_title,                        -- title of the source
    seed__sources.url AS source_url                             -- where a reader can open it
FROM seed__published_series
INNER JOIN seed__sources ON seed__sources.source = seed__published_series.source
INNER JOIN published_subjects
    ON published_subjects.subject = seed__published_series.subject
    AND published_subjects.subject_kind = seed__published_series.subject_kind
