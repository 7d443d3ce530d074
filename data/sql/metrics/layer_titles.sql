-- title: Layers of use
-- unit: layers
-- grain: layer
-- source: this project
-- notes: What the layers of the metric `layers` count, in the order in which they are shown. A layer
--   without a source is filled by the seeds alone.
SELECT
    titles.layer AS layer,            -- layer, as in the metric `layers`
    titles.position AS position,      -- place in the order in which layers are shown
    titles.title AS title,            -- name on pages
    titles.counts AS counts,          -- what it counts
    titles.words AS words,            -- inside a sentence
    build_sources.name AS source      -- source whose collection fills it; NULL when the seeds do
FROM (
    VALUES
        (1, 'own_downloads', 'Own downloads a month', 'Text and vision-language repositories, account', NULL, 'own downloads'),
        (2, 'collected_downloads', 'Own downloads, 30 days', 'All own repositories of the family', 'huggingface__models', 'own downloads in 30 days'),
        (3, 'derivatives', 'Derivatives on the Hub', 'Declared parents; as reported until archives are read', NULL, 'derivatives on the Hub'),
        (4, 'served_tokens', 'OpenRouter tokens', 'Share of the last whole month, with closed models', 'openrouter__rankings', 'served tokens'),
        (5, 'new_local_pulls', 'Ollama, new pulls', 'Between two readings', 'ollama__libraries', 'new local pulls'),
        (6, 'all_local_pulls', 'Ollama, all pulls', 'Since the beginning', 'ollama__libraries', 'all local pulls'),
        (7, 'runtimes', 'LM Studio, 30 days', 'Proxy: lmstudio-community on the Hub, by base family', 'lmstudio__models', 'LM Studio downloads'),
        (8, 'quality', 'LMArena rating', 'Text, best model of the family with open weights', 'lmarena__ratings', 'the LMArena rating')
) AS titles (position, layer, title, counts, filled_from, words)
LEFT JOIN build_sources ON list_contains(build_sources.tables, titles.filled_from)
