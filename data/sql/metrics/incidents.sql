-- title: Incidents
-- unit: incidents
-- grain: source, kind, starts_on, level, subject
-- source: as the column source_url says; seeds/incidents.csv
-- notes: Days on which a source was wrong or silent, and how. Known ones of the seeds, and those that
--   were found: in the counters of the whole Hub, as days of OpenRouter that no reading has, as months in
--   which many libraries of Ollama gained the same. These say what was found against what was expected.
WITH refused AS (
    -- Days of archives that were not kept: the reason begins with what kind of fault it was.
    SELECT
        source,
        CAST(observed_at AS DATE) AS date,
        CASE split_part(reason, ':', 1)
            WHEN 'partial' THEN 'partial_day'
            WHEN 'repeated' THEN 'repeated_snapshot'
            WHEN 'damaged' THEN 'damaged_day'
        END AS kind,
        arg_max(reason, run) AS reason,
        arg_max(rows_read, run) AS rows_read
    FROM observations
    WHERE status = 'rejected' AND split_part(reason, ':', 1) IN ('partial', 'repeated', 'damaged')
    GROUP BY ALL
),
token_gaps AS (
    -- Days between the first and the newest one that was read.
    SELECT
        date + 1 AS starts_on,
        next_date - 1 AS ends_on,
        next_date - date - 1 AS days
    FROM (
        SELECT date, lead(date) OVER (ORDER BY date) AS next_date
        FROM (SELECT DISTINCT date FROM token_days)
    )
    WHERE next_date - date > 1
)
SELECT
    source,          -- source that was wrong
    kind,            -- missing_days, rollback, drop, repeated_snapshot, suspicious_uniform_growth ...
    starts_on,       -- first day
    ends_on,         -- last day
    level,           -- what it concerns: source, hub, publisher or model
    subject,         -- the source, the whole Hub, the account or the repository
    what,            -- what was wrong
    models,          -- repositories concerned; NULL when all, or not known
    downloads,       -- downloads missing, doubtful or moved; NULL when not known
    action,          -- what was done about it; NULL for those of the seeds
    is_detected,     -- true: found in the counters; false: known from the seeds
    source_url       -- where a reader can check it
FROM (
    SELECT
        source,
        kind,
        starts_on,
        ends_on,
        'source' AS level,
        source AS subject,
        what,
        CAST(NULL AS BIGINT) AS models,
        CAST(NULL AS BIGINT) AS downloads,
        CAST(NULL AS VARCHAR) AS action,
        FALSE AS is_detected,
        source_url
    FROM seed__incidents
    UNION ALL
    SELECT
        hub__incidents.source,
        kind,
        starts_on,
        ends_on,
        level,
        subject,
        evidence AS what,
        models,
        downloads,
        action,
        TRUE AS is_detected,
        coalesce(build_sources.url, 'https://huggingface.co/models') AS source_url
    FROM hub__incidents
    LEFT JOIN build_sources ON build_sources.name = hub__incidents.source
    -- A day that was refused is said once, with the reason.
    WHERE kind <> 'missing_days' OR date_diff('day', starts_on, ends_on) + 1 > (
        SELECT count(*) FROM refused WHERE refused.date BETWEEN starts_on AND ends_on
    )
    UNION ALL
    SELECT
        refused.source,
        refused.kind,
        refused.date AS starts_on,
        refused.date AS ends_on,
        'hub' AS level,
        'whole Hub' AS subject,
        refused.reason AS what,
        refused.rows_read AS models,
        NULL AS downloads,
        'not kept; downloads are spread over the day' AS action,
        TRUE AS is_detected,
        coalesce(build_sources.url, 'https://huggingface.co/models') AS source_url
    FROM refused
    LEFT JOIN build_sources ON build_sources.name = refused.source
    UNION ALL
    SELECT
        'openrouter' AS source,
        'missing_days' AS kind,
        starts_on,
        ends_on,
        'source' AS level,
        'rankings' AS subject,
        CASE WHEN days = 1 THEN '1 day is' ELSE days || ' days are' END
            || ' in no reading of the rankings' AS what,
        NULL AS models,
        NULL AS downloads,
        'weeks and months with such days are marked as not complete' AS action,
        TRUE AS is_detected,
        'https://openrouter.ai/rankings' AS source_url
    FROM token_gaps
    UNION ALL
    SELECT
        'ollama' AS source,
        'suspicious_uniform_growth' AS kind,
        month AS starts_on,
        last_day(month) AS ends_on,
        'source' AS level,
        'library' AS subject,
        format(
            '{} libraries gained {:.2f} to {:.2f} million each; people do not pull so evenly',
            libraries, least_pulls / 1e6, most_pulls / 1e6
        ) AS what,
        libraries AS models,
        NULL AS downloads,
        'kept as reported' AS action,
        TRUE AS is_detected,
        'https://ollama.com/library' AS source_url
    FROM ollama_uniform_growth
) AS incidents
