-- title: Downloads of a family by week
-- unit: downloads
-- grain: week, family, scope, with_inferred
-- source: Hugging Face Hub archive
-- notes: Difference of the all-time counters at the ends of the week, Monday to Sunday in UTC. A
--   boundary that fell into a gap or a stall is interpolated and flagged; a counter that fell is held
--   and flagged. The running week is left out. A family without a download in a
--   week has no row. Collected rows only.
SELECT
    week,                               -- Monday of the week
    family,                             -- family by owner; of derivatives and lineage the root family
    scope,                              -- own, derivatives or lineage
    with_inferred,                      -- true: parents inferred from names count, too; false for own
    downloads AS weekly_downloads,      -- downloads in the week, cleaned
    raw_downloads,                      -- the same from the counters as reported
    estimate_reason,                    -- counter_fell, stalled_counter, interpolated_boundary or none: the first that holds for any repository
    models                              -- repositories with downloads in the week, or with a doubtful counter
FROM scope_weeks
WHERE family NOT IN ('none', 'mixed')
