-- title: Family of each subject of the published series
-- unit: subjects
-- grain: subject, subject_kind
-- source: seeds/model_families.csv
-- notes: A model by its owner, then its name; an Ollama library by its name; a Hub account only
--   where it holds one family and nothing else.
WITH subjects AS (
    SELECT DISTINCT subject, subject_kind FROM seed__published_series
),
labels AS (
    SELECT subjects.subject AS subject, subjects.subject_kind AS subject_kind, families.family AS family
    FROM subjects
    INNER JOIN seed__model_families AS families ON families.account = subjects.subject
    WHERE subjects.subject_kind = 'hf_org' AND families.name_pattern = '.'
    UNION ALL
    SELECT subjects.subject AS subject, subjects.subject_kind AS subject_kind, organisations.family AS family
    FROM subjects
    INNER JOIN family_organisations AS organisations
        ON organisations.hf_org = split_part(subjects.subject, '/', 1)
        AND regexp_like(split_part(subjects.subject, '/', 2), '(?i)' || organisations.name_pattern)
    WHERE subjects.subject_kind = 'model'
    UNION ALL
    SELECT subjects.subject AS subject, subjects.subject_kind AS subject_kind, families.family AS family
    FROM subjects
    INNER JOIN seed__model_families AS families
        ON regexp_like(subjects.subject, '(?i)' || families.ollama_pattern)
    WHERE subjects.subject_kind = 'ollama_library'
)
SELECT
    subjects.subject AS subject,              -- account, model, library ...
    subjects.subject_kind AS subject_kind,    -- hf_org, model, ollama_library ...
    labels.family AS family                   -- family; NULL when it has none
FROM subjects
LEFT JOIN labels
    ON labels.subject = subjects.subject AND labels.subject_kind = subjects.subject_kind
