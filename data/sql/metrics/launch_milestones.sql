-- title: Days from release to 100K, 1M and 10M downloads
-- unit: days since the release
-- grain: basis, model_id, milestone
-- source: seeds/published_series.csv; Hugging Face Hub API; Hugging Face Hub archive
-- notes: The day of the first reading at which the all-time counter had passed the milestone; it was
--   passed after the reading before that one. NULL with the reason in `state`. What was past it at
--   the first reading is no milestone, unless that reading came within seven days of a counter at
--   zero: of the release, or of the creation where that was later. Between readings more than 45
--   days apart nothing is said. First-year downloads are those at day 365. Models of which nothing
--   was read in their first year, or whose release date is not known, are listed as such.
WITH milestones AS (
    SELECT unnest([100000, 1000000, 10000000]) AS milestone
),
spans AS (
    SELECT
        basis,
        model_id,
        min(date) AS first_on,
        max(date) AS last_on,
        count(*) AS readings,
        max(downloads) AS downloads,
        arg_max(source, date) AS source
    FROM launch_readings
    GROUP BY ALL
),
passed AS (
    SELECT
        basis,
        model_id,
        milestone,
        min(date) FILTER (WHERE downloads >= milestone) AS reached_on,
        max(date) FILTER (WHERE downloads < milestone) AS below_on
    FROM launch_readings
    CROSS JOIN milestones
    GROUP BY ALL
),
followed AS (
    SELECT
        models.*,
        milestones.milestone,
        spans.* EXCLUDE (basis, model_id),
        passed.reached_on,
        coalesce(
            passed.below_on,
            CASE
                -- The counter began at zero on the later of the two days.
                WHEN spans.first_on >= greatest(models.released_on, models.created_on)
                    AND spans.first_on - greatest(models.released_on, models.created_on) <= 7
                    THEN greatest(models.released_on, models.created_on)
            END
        ) AS before_on
    FROM launch_models AS models
    CROSS JOIN milestones
    LEFT JOIN spans USING (basis, model_id)
    LEFT JOIN passed
        ON passed.basis = models.basis
        AND passed.model_id = models.model_id
        AND passed.milestone = milestones.milestone
    -- Of what was collected, only launches and models whose release date somebody looked up.
    WHERE spans.readings IS NOT NULL OR models.is_corrected OR models.basis = 'published'
),
judged AS (
    SELECT
        *,
        CASE
            WHEN released_on IS NULL THEN 'no_release_date'
            WHEN readings IS NULL THEN 'no_history'
            WHEN reached_on IS NULL THEN 'not_reached'
            WHEN before_on IS NULL THEN 'past_at_first_reading'
            WHEN reached_on - before_on > 45 THEN 'in_a_gap'
            ELSE 'reached'
        END AS state
    FROM followed
)
SELECT
    judged.basis,                                  -- collected (listings and archive), or published by others
    judged.model_id,                               -- newest name
    judged.milestone,                              -- 100000, 1000000 or 10000000 downloads
    CASE WHEN state = 'reached' THEN judged.reached_on - judged.released_on END
        AS launch_milestones,                      -- days since the release by which it was passed; NULL: see state
    state,                                         -- reached, not_reached, past_at_first_reading, in_a_gap, no_history or no_release_date
    CASE WHEN state = 'reached' THEN judged.reached_on END AS reached_on,    -- day of the first reading past it
    CASE WHEN state = 'reached' THEN judged.before_on END AS before_on,      -- day of the reading before; the release, or the later creation, where the counter began at zero
    judged.family,                                 -- family by owner; NULL when none
    judged.size_class,                             -- total parameters in billions; or unknown
    judged.size_from_name,                         -- the size is what the name says
    judged.released_on,                            -- day 0; NULL when not known
    judged.is_corrected,                           -- true: from seeds/release_dates.csv
    judged.downloads,                              -- counter at the last reading; NULL without any
    judged.first_on AS first_read_on,              -- first reading
    judged.last_on AS as_of,                       -- last reading
    first_year.downloads AS first_year_downloads,  -- downloads at day 365; NULL when younger or not observed
    first_year.is_estimate AS first_year_is_estimate,    -- readings around day 365 more than two days apart
    judged.source                                  -- huggingface, the archive, or the publisher's: of the last reading
FROM judged
LEFT JOIN launch_ages AS first_year
    ON first_year.basis = judged.basis
    AND first_year.model_id = judged.model_id
    AND first_year.age_days = 365
