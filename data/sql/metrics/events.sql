-- title: Events
-- unit: events
-- grain: starts_on, title
-- source: as the column source_url says; seeds/events.csv
-- notes: Releases, people, licences, platforms, reports, with the period that is known of them.
SELECT
    starts_on,          -- first day of the period
    ends_on,            -- last day of the period
    date_precision,     -- day or month
    scope,              -- family, other_family, platform or report
    family,             -- family; NULL when it concerns none
    title,              -- what happened
    short_label,        -- label at a chart's marker
    is_highlight,       -- shown on charts unless more are asked for
    kind,               -- release, people, licence, platform, strategy, report, announcement
    source_url,         -- where a reader can open it
    source_title        -- title of the source
FROM seed__events
