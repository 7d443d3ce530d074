-- title: New derivatives of a family by month
-- unit: models
-- grain: month, family, with_inferred, relation
-- source: Hugging Face Hub archive
-- notes: By the month in which the repository was created, whether it still exists or not. ATOM's
--   filter (more than 5 downloads) judges each at an age of 30 days, so that young months are not
--   censored: a month with a repository that is younger has no filtered count yet. Repositories
--   that no archive saw at that age are not judged. Collected rows only.
SELECT
    month,                                                      -- first day of the month of creation
    family,                                                     -- root family
    with_inferred,                                              -- true: parents inferred from names count, too
    CASE WHEN grouping(relation) = 1 THEN 'all' ELSE relation END AS relation,  -- finetune, adapter, quantized, merge, unknown; all
    CAST(sum(models) AS BIGINT) AS derivatives_new,             -- derivatives created in the month
    CAST(sum(models_judged) AS BIGINT) AS models_judged,        -- of them seen at an age of 30 to 37 days
    CASE
        WHEN sum(models_young) = 0 AND sum(models_judged) > 0
            THEN CAST(sum(models_over_5) AS BIGINT)
    END AS derivatives_new_over_5,                              -- of the judged, with more than 5 downloads by then; NULL while any is too young, or none was judged
    CAST(sum(models_young) AS BIGINT) AS models_young           -- not yet 30 days old on the newest day
FROM derivative_births
GROUP BY GROUPING SETS (
    (month, family, with_inferred, relation), (month, family, with_inferred)
)
