-- title: Counters of a runtime since the beginning
-- unit: as the column unit says
-- grain: date, channel, name
-- source: Docker Hub, GitHub
-- notes: Cumulative, as reported, falls included. Docker Hub counts version checks as pulls. GitHub: the
--   files of all releases; NULL of a reading that lists only the newest ones, as of repositories with
--   very many, since a release that drops out of the list would look like a fall.
SELECT
    date,                              -- UTC date of the reading
    channel,                           -- dockerhub or github
    name,                              -- image or repository
    runtime,                           -- runtime
    CASE WHEN is_whole THEN total END AS runtime_totals,   -- pulls or downloads since the beginning; NULL when releases are missing
    CASE WHEN channel = 'dockerhub' THEN 'pulls' ELSE 'downloads' END AS unit   -- pulls, downloads
FROM runtime_readings
