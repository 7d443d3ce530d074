-- title: Derivatives of a family on the Hub
-- unit: models
-- grain: date, family, with_inferred, relation
-- source: Hugging Face Hub archive
-- notes: Repositories whose root is the family and that the family does not own, any depth, as listed at
--   the end of each month and on the newest day; months of an archive that has only repositories with
--   some use are left out once there is one that has all. Most are hardly used: the column derivatives_over_5
--   counts those with more than 5 downloads (ATOM's filter). Deleted ones are gone from later dates.
--   Collected rows only.
WITH newest AS (
    SELECT date, family, with_inferred, relation, models, models_over_5
    FROM scope_newest
    WHERE scope = 'derivatives' AND family <> 'none'
),
counts AS (
    SELECT date, family, with_inferred, relation, models, models_over_5 FROM newest
    UNION ALL
    -- The end of a month that is not over was not seen, and on the newest day more is known.
    SELECT
        last_day(month) AS date,
        family,
        with_inferred,
        relation,
        models_listed AS models,
        CAST(NULL AS BIGINT) AS models_over_5
    FROM derivative_months
    WHERE last_day(month) < coalesce((SELECT max(date) FROM hub__cohort_newest), 'infinity'::DATE)
        AND last_day(month) >= coalesce(
            (SELECT min(date) FROM hub__days WHERE is_complete), '-infinity'::DATE
        )
)
SELECT
    date,                                                       -- last day of the month, or the newest day
    family,                                                     -- root family
    with_inferred,                                              -- true: parents inferred from names count, too
    CASE WHEN grouping(relation) = 1 THEN 'all' ELSE relation END AS relation,  -- finetune, adapter, quantized, merge, unknown; all
    CAST(sum(models) AS BIGINT) AS derivatives_total,           -- repositories listed
    CAST(sum(models_over_5) AS BIGINT) AS derivatives_over_5    -- of them with more than 5 downloads; NULL at month ends
FROM counts
GROUP BY GROUPING SETS (
    (date, family, with_inferred, relation), (date, family, with_inferred)
)
