-- title: Reported figures
-- unit: as the column unit says
-- grain: figure_id
-- source: as the column source_url says; seeds/reported_figures.csv, seeds/artifacts_log.csv
-- notes: One published statement a row, as it was said. Statements contradict each other: those that
--   speak of one thing share a `contradiction`; those that repeat one claim share a `claim`.
SELECT
    figure_id,                                         -- R001 ...
    metric,                                            -- what the statement speaks of
    subject,                                           -- whom it speaks of, in its words
    subject_kind,                                      -- family, model, org, country ...
    family,                                            -- family; NULL when it speaks of none
    starts_on,                                         -- first day of the period that it speaks of
    ends_on,                                           -- last day of the period
    date_precision,                                    -- day, week, month, quarter, part_of_year, year or range
    value,                                             -- value in its unit
    bound,                                             -- exactly, about or at_least
    unit,                                              -- downloads, fraction, models, tokens ...
    exactness,                                         -- exact, approx, read-from-chart or derived
    status,                                            -- read, secondary (quoted by another) or press
    claimant,                                          -- who said it
    claim,                                             -- statements that repeat one claim share it
    contradiction,                                     -- statements that contradict each other share it
    source_title,                                      -- title of the source
    source_url,                                        -- where a reader can open it
    note,                                              -- what to know about it
    'statement' AS kind                                -- statement, or editorial_count of a newsletter
FROM seed__reported_figures
UNION ALL BY NAME
SELECT
    figure_id,
    metric,
    subject,
    subject_kind,
    family,
    starts_on,
    ends_on,
    date_precision,
    value,
    bound,
    unit,
    exactness,
    status,
    claimant,
    CAST(NULL AS VARCHAR) AS claim,
    CAST(NULL AS VARCHAR) AS contradiction,
    source_title,
    source_url,
    note,
    'editorial_count' AS kind
FROM seed__artifacts_log
