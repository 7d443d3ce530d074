-- title: Whether each organisation was read on each day
-- unit: organisations
-- grain: date, hf_org
-- source: Hugging Face Hub API
-- notes: An organisation counts as read when one run of that UTC day was accepted. It is in the
--   table on each day on which a run set out to read it.
SELECT
    CAST(observed_at AS DATE) AS date,                                        -- UTC date
    entity AS hf_org,                                                         -- organisation
    max(CASE WHEN status = 'accepted' THEN 1 ELSE 0 END) = 1 AS is_read,      -- a listing was accepted
    max(CASE WHEN status = 'accepted' THEN observed_at END) AS read_at        -- newest accepted listing
FROM observations
WHERE source = 'huggingface'
GROUP BY CAST(observed_at AS DATE), entity
