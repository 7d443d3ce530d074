-- title: Standings on each layer of use
-- unit: as the column unit says
-- grain: basis, layer, measure, subject_kind, date, subject
-- source: Model Pulse report data; Hugging Face Hub archive and API; OpenRouter; Ollama library; LMArena
-- notes: Who stands where, period by period, on every layer and measure that can be led. Published and
--   collected stay apart (basis), and so do accounts, families and regions (subject_kind): each is
--   ranked among its own kind. Flows are whole calendar months, or lie between two published readings;
--   of readings the last one of a month stands for it. A cumulative value counts from the first month
--   of its series, or its subject's own first one when that is later; from a missing month on it is not
--   known. Equal values share a position. A share of tokens is the least that it can be, published or
--   collected. Whose intervals overlap (standings_low, standings_high) are not told apart by their order.
--   Published tokens are of authors, with all their models: a family that is a part of one (`holds`)
--   has no value of its own there. Accounts that repackage others' models, and authors under false
--   names, have values and no position. Layers are never added up.
WITH cited AS (
    SELECT
        points.*,
        coalesce(archives.title, points.source_title) AS title,
        coalesce(archives.title, points.publisher) AS published_by,
        coalesce(archives.url, points.source_url) AS url,
        -- The publisher's own line.
        rtrim(
            coalesce(collectors.citation, texts.citation, 'Source: ' || points.source_title), '.'
        ) AS line
    FROM standing_points AS points
    -- Which archive it was: several may bring days of the Hub.
    LEFT JOIN build_sources AS archives
        ON archives.name = points.source AND points.source_title = 'Hugging Face Hub archive'
    LEFT JOIN build_sources AS collectors ON collectors.name = points.source
    LEFT JOIN (
        SELECT title, max(citation) AS citation FROM seed__sources GROUP BY title
    ) AS texts ON texts.title = points.source_title
)
SELECT
    points.basis,                     -- published or collected
    points.layer,                     -- own_downloads, derivative_downloads, lineage_downloads, derivatives, served_tokens, new_local_pulls, all_local_pulls, runtimes, quality
    points.measure,                   -- monthly_downloads, cumulative_downloads, models_total, models_new, token_share, pulls_new, pulls_total, lmstudio_downloads_30d, rating
    points.subject_kind,              -- account, author, family or region
    points.period,                    -- month, reading or release
    points.date,                      -- first day of the month, day of the reading or release
    points.subject,                   -- name of the account or author on charts, family, or region
    points.account,                   -- Hub account, or author on OpenRouter; NULL for families and regions
    points.family,                    -- family; NULL for regions, and for accounts and authors that are no family
    points.value AS standings,        -- value in its unit; NULL where it is not known
    points.least AS standings_low,    -- the least that it can be
    points.most AS standings_high,    -- the most that it can be: rounded counters may be off, and the 50 models with the most tokens are not all
    points.unit,                      -- downloads a month, downloads, downloads in 30 days, models, fraction, pulls, rating
    points.bound,                     -- exactly, about or at_least
    points.share,                     -- fraction 0..1 of the layer's whole; NULL where none is known
    points.share_of,                  -- hub_text_vlm, hub or openrouter; NULL without a share
    CAST(points.position AS BIGINT) AS position,  -- 1 = most, equal values share the smaller number; NULL without a value, and for who is not ranked
    CAST(points.subjects AS BIGINT) AS subjects,  -- how many are ranked
    points.is_estimate,               -- rests on an estimate; a cumulative value once any month so far does
    points.as_of,                     -- day on which the source was read
    points.title AS source_title,     -- title of the source
    points.published_by AS publisher, -- who published it; of collected series the source
    points.url AS source_url,         -- where a reader can open it
    CASE
        WHEN points.line LIKE '%{as_of}%' THEN replace(points.line, '{as_of}', CAST(points.as_of AS VARCHAR))
        ELSE concat(points.line, ', as of ', points.as_of)
    END || '.' AS citation,           -- the line that the publisher asks for, with as_of
    points.holds,                     -- families that are a part of the author's models, with commas; NULL elsewhere
    points.accounts_without_value     -- accounts that a region's sum leaves out, of a sum since the beginning the most in any month; NULL where none are added up
FROM cited AS points
