-- title: Models as Epoch AI lists them
-- unit: models
-- grain: model
-- source: Epoch AI
-- notes: The newest list. A model is known by its name alone.
SELECT
    epoch__models.model,                                 -- name
    coalesce(name_families.family, 'none') AS family,    -- family by the name; none
    epoch__models.organization,                          -- developers; NULL when not stated
    epoch__models.country,                               -- country of the developers; NULL when not stated
    epoch__models.published_on,                          -- publication; NULL when it is not a whole date
    epoch__models.published_text,                        -- publication as written, which may be a month or a year
    epoch__models.parameters,                            -- parameters; NULL when not stated
    epoch__models.training_compute_flop,                 -- training compute; NULL when not stated
    epoch__models.confidence,                            -- how sure the source is of the compute
    epoch__models.accessibility,                         -- how the model can be had
    epoch__models.is_open_weights,                       -- whether the weights are open; NULL when not stated
    CAST(epoch__models.observed_at AS DATE) AS as_of     -- UTC date of the reading
FROM epoch__models
LEFT JOIN name_families ON name_families.name = epoch__models.model
WHERE epoch__models.run = (SELECT max(run) FROM epoch__models)
