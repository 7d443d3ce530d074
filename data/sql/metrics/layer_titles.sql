-- title: Layers of use
-- unit: layers
-- grain: layer
-- source: this project
-- notes: What the layers of the metric `layers` count, in the order in which they are shown. A layer
--   without a source is filled by the seeds.
SELECT
    titles.layer AS layer,            -- layer, as in the metric `layers`
    titles.position AS position,      -- place in the order in which layers are shown
    titles.title AS title,            -- name on pages
    titles.counts AS counts,          -- what it counts
    build_sources.name AS source      -- source whose collection fills it; NULL when the seeds do
FROM (
    VALUES
        (1, 'own_downloads', 'Own downloads a month', 'Text and vision-language repositories, account', NULL),
        (2, 'collected_downloads', 'Own downloads, 30 days', 'All own repositories of the family', 'huggingface__models'),
        (3, 'derivatives', 'Derivatives on the Hub', 'Reported, not measured here', NULL),
        (4, 'served_tokens', 'OpenRouter tokens', 'Share of all tokens in the last whole month, author', NULL),
        (5, 'new_local_pulls', 'Ollama, new pulls', 'Since the reading before', NULL),
        (6, 'all_local_pulls', 'Ollama, all pulls', 'Since the beginning', NULL)
) AS titles (position, layer, title, counts, filled_from)
LEFT JOIN build_sources ON list_contains(build_sources.tables, titles.filled_from)
