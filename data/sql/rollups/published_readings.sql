-- title: Published values, the newest edition of each
-- unit: as the column unit says
-- grain: series, subject, subject_kind, period, date
-- source: seeds/published_series.csv
-- notes: The one place that decides between editions: of a value that was published more than once the
--   one that was read last is taken. Earlier ones stay in the seeds. Editions are of one publisher.
SELECT
    editions.series AS series,                    -- what was measured
    editions.subject AS subject,                  -- account, model, library ... that was measured
    editions.subject_kind AS subject_kind,        -- hf_org, model, ollama_library ...
    published_subjects.family AS family,          -- family of the subject; NULL when it has none or several
    editions.date AS date,                        -- first day of the period
    editions.period AS period,                    -- month, day or snapshot
    editions.value AS value,                      -- value in its unit
    editions.unit AS unit,                        -- downloads, fraction, tokens, pulls, models
    editions.estimate_reason AS estimate_reason,  -- none, window_30d or interpolated_boundary
    editions.as_of AS as_of,                      -- date on which the source was read
    editions.source AS source,                    -- key of seeds/sources.csv
    editions.publisher AS publisher,              -- who published it
    editions.title AS source_title,               -- title of the source
    editions.url AS source_url                    -- where a reader can open it
FROM (
    SELECT
        seed__published_series.*,
        seed__sources.publisher AS publisher,
        seed__sources.title AS title,
        seed__sources.url AS url,
        row_number() OVER (
            PARTITION BY series, subject, subject_kind, period, date, seed__sources.publisher
            ORDER BY as_of DESC, seed__published_series.source DESC
        ) AS place
    FROM seed__published_series
    INNER JOIN seed__sources ON seed__sources.source = seed__published_series.source
) AS editions
INNER JOIN published_subjects
    ON published_subjects.subject = editions.subject
    AND published_subjects.subject_kind = editions.subject_kind
WHERE editions.place = 1
