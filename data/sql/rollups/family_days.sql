-- title: Counters of each family, one row a day
-- unit: downloads
-- grain: date, family, scope
-- source: Hugging Face Hub API
-- notes: NULL on a day on which one of the family's organisations could not be read.
WITH coverage AS (
    SELECT
        organisation_days.date AS date,
        family_organisations.family AS family,
        count(*) AS organisations_planned,
        sum(CASE WHEN organisation_days.is_read THEN 1 ELSE 0 END) AS organisations_read
    FROM organisation_days
    INNER JOIN family_organisations ON family_organisations.hf_org = organisation_days.hf_org
    GROUP BY organisation_days.date, family_organisations.family
),
sums AS (
    SELECT
        date,
        family,
        count(*) AS models,
        sum(downloads_30d) AS downloads_30d,
        sum(downloads_all_time) AS downloads_all_time,
        sum(CASE WHEN downloads_30d IS NULL THEN 1 ELSE 0 END) AS models_without_value
    FROM model_days
    WHERE family IS NOT NULL
    GROUP BY date, family
)
SELECT
    coverage.date AS date,                                         -- UTC date
    coverage.family AS family,                                     -- family by owner
    'own' AS scope,                                                -- own: the developer's organisations
    CAST(CASE
        WHEN coverage.organisations_read = coverage.organisations_planned
            THEN sums.downloads_30d
    END AS BIGINT) AS downloads_30d,                               -- trailing 30 days
    CAST(CASE
        WHEN coverage.organisations_read = coverage.organisations_planned
            THEN sums.downloads_all_time
    END AS BIGINT) AS downloads_all_time,                          -- cumulative
    coalesce(sums.models, 0) AS models,                            -- repositories seen
    coalesce(CAST(sums.models_without_value AS BIGINT), 0) AS models_without_value,  -- repositories without a count
    CAST(coverage.organisations_read AS BIGINT) AS organisations_read,         -- organisations that answered
    coverage.organisations_planned AS organisations_planned        -- organisations that were asked
FROM coverage
LEFT JOIN sums ON sums.date = coverage.date AND sums.family = coverage.family
