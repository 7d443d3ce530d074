-- title: Counters of a runtime since the beginning
-- unit: as the column unit says
-- grain: date, channel, name
-- source: Docker Hub, GitHub
-- notes: Cumulative, as reported, falls included. Docker Hub counts version checks as pulls. GitHub: the
--   files of all releases that the source lists.
SELECT
    date,                              -- UTC date of the reading
    channel,                           -- dockerhub or github
    name,                              -- image or repository
    runtime,                           -- runtime
    total AS runtime_totals,           -- pulls or downloads since the beginning
    CASE WHEN channel = 'dockerhub' THEN 'pulls' ELSE 'downloads' END AS unit   -- pulls, downloads
FROM runtime_readings
