-- title: Standings on each layer of use
-- unit: as the column unit says
-- grain: basis, layer, measure, subject_kind, date, subject
-- source: Model Pulse report data; Hugging Face Hub archive and API; OpenRouter; Ollama library; LMArena
-- notes: Who stands where, period by period, on every layer and measure that can be led. Published and
--   collected stay apart (basis), and so do accounts, families and regions (subject_kind): each is
--   ranked among its own kind. Flows are whole calendar months, or lie between two published readings;
--   of readings the last one of a month stands for it. A cumulative value counts from the first month
--   of its series, or its subject's own first one when that is later; from a missing month on it is not
--   known. Equal values share a position. A share of tokens is the least that it can be.
--   Accounts that repackage others' models have values and no position. Layers are never added up.
SELECT
    points.basis,                     -- published or collected
    points.layer,                     -- own_downloads, derivative_downloads, lineage_downloads, derivatives, served_tokens, new_local_pulls, all_local_pulls, runtimes, quality
    points.measure,                   -- monthly_downloads, cumulative_downloads, models_total, models_new, token_share, pulls_new, pulls_total, lmstudio_downloads_30d, rating
    points.subject_kind,              -- account, family or region
    points.period,                    -- month, reading or release
    points.date,                      -- first day of the month, day of the reading or release
    points.subject,                   -- name of the account on charts, family, or region
    points.account,                   -- Hub account; NULL for families and regions
    points.family,                    -- family; NULL for regions, and for accounts of none
    points.value AS standings,        -- value in its unit; NULL where it is not known
    points.unit,                      -- downloads a month, downloads, downloads in 30 days, models, fraction, pulls, rating
    points.bound,                     -- exactly, about or at_least
    points.share,                     -- fraction 0..1 of the layer's whole; NULL where none is known
    points.share_of,                  -- hub_text_vlm, hub or openrouter; NULL without a share
    CAST(points.position AS BIGINT) AS position,  -- 1 = most, equal values share the smaller number; NULL without a value and for repackagers
    CAST(points.subjects AS BIGINT) AS subjects,  -- how many are ranked
    points.is_estimate,               -- rests on an estimate; a cumulative value once any month so far does
    points.as_of,                     -- day on which the source was read
    coalesce(archives.title, points.source_title) AS source_title,  -- title of the source
    coalesce(archives.title, points.publisher) AS publisher,  -- who published it; of collected series the source
    coalesce(archives.url, points.source_url) AS source_url  -- where a reader can open it
FROM standing_points AS points
-- Which archive it was: several may bring days of the Hub.
LEFT JOIN build_sources AS archives
    ON archives.name = points.source AND points.source_title = 'Hugging Face Hub archive'
