-- title: Accounts without family, region or size
-- unit: downloads in the trailing 30 days
-- grain: kind, subject
-- source: Hugging Face Hub archive
-- notes: What a row in seeds/ would explain most, worst first: downloads on the newest day of
--   repositories of an account that have no family, no region or no parameter count. The 200 first of
--   each kind, among the 2,000 largest accounts. Collected rows only.
WITH gaps AS (
    SELECT
        'family' AS kind, hf_org AS subject, downloads_30d_without_root AS downloads,
        models - models_with_root AS models
    FROM hub__publishers
    UNION ALL
    SELECT 'region' AS kind, hf_org AS subject, downloads_30d AS downloads, models
    FROM hub__publishers
    WHERE region = 'unknown'
    UNION ALL
    SELECT
        'size' AS kind, hf_org AS subject, downloads_30d_without_size AS downloads,
        models - models_with_size AS models
    FROM hub__publishers
)
SELECT
    kind,                           -- what is missing: family, region or size
    subject,                        -- account
    downloads AS unmapped,          -- downloads in the trailing 30 days of its repositories without it
    models,                         -- repositories without it
    row_number() OVER (
        PARTITION BY kind ORDER BY downloads DESC, subject
    ) AS position                   -- 1 = most downloads of the kind
FROM gaps
WHERE downloads > 0
QUALIFY position <= 200
