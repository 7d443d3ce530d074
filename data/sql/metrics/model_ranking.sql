-- title: Most downloaded models of the whole Hub
-- unit: downloads in the trailing 30 days
-- grain: is_grouped, position
-- source: Hugging Face Hub archive
-- notes: On the newest day, as reported. Grouped: precision variants (FP8, Int4, AWQ, GPTQ, GGUF ...) are
--   summed under the model of which they are variants, whoever published them, since one developer
--   releases its own and another leaves it to repackagers. The 1,000 first of each that have downloads. Repositories that
--   exist for software tests are marked, not left out. Collected rows only.
SELECT
    is_grouped,                             -- true: precision variants are summed under one model
    position,                               -- 1 = most downloads
    model_id,                               -- newest name; of a group the model of which they are variants
    downloads_30d AS model_ranking,         -- downloads in the trailing 30 days
    variants,                               -- repositories in the group; 1 when not grouped
    family,                                 -- family by owner; NULL when none
    root_family,                            -- root family by declared parents; mixed; NULL when none
    relation,                               -- relation to the parents; NULL without any
    precision,                              -- full, FP8, Int4, AWQ, GPTQ, GGUF ..., by the name; of a group that of the model
    is_test,                                -- exists for software tests
    size_class,                             -- total parameters in billions; unknown
    licence,                                -- licence tag; unknown
    task,                                   -- pipeline_tag; unknown
    (SELECT max(date) FROM hub__cohort_newest) AS date  -- newest day that was seen
FROM ranked_models
