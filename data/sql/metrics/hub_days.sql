-- title: Days of the whole Hub that were seen
-- unit: repositories
-- grain: date
-- source: Hugging Face Hub archive
-- notes: What each snapshot adds up to, as reported. A snapshot that is partial, repeated or stalled is
--   not used: downloads are spread over it. Collected rows only.
SELECT
    date,                           -- UTC date of the snapshot
    repositories AS hub_days,       -- repositories in it
    downloads_30d,                  -- sum of the trailing 30-day counters
    downloads_all_time,             -- sum of the all-time counters; NULL before 2025-02-27
    likes,                          -- sum of the likes
    source,                         -- source that brought it
    is_complete,                    -- every repository of the Hub is in it; false: only those with some use
    is_used                         -- false: left out of what is computed over time
FROM hub__days
