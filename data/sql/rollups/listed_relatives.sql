-- title: Children and precision variants of the listed repositories, by parent
-- unit: relations
-- grain: parent, relation, position
-- source: Hugging Face Hub archive
-- notes: Sorted by parent, so that those of one are found without reading all. Parents as declared,
--   known or not; relation `variant` holds all precision variants of a model, itself among them.
SELECT
    parent,                             -- name of the parent, or of the model that is varied
    relation,                           -- finetune, adapter, quantized, merge, unknown; variant
    position                            -- rank of the child by 30-day downloads
FROM (
    SELECT DISTINCT
        substr(told.parent, position(':' IN told.parent) + 1) AS parent,
        split_part(told.parent, ':', 1) AS relation,
        hub__models.position AS position
    FROM hub__models
    CROSS JOIN unnest(hub__models.parents) AS told (parent)
    UNION ALL
    SELECT variant_of AS parent, 'variant' AS relation, position FROM hub__models
) AS relatives
ORDER BY parent ASC, relation ASC, position ASC
