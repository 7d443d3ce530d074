-- title: Organisations of each family, one a row
-- unit: organisations
-- grain: family, hf_org
-- source: seeds/model_families.csv
SELECT
    seed__model_families.family AS family,                  -- family
    seed__model_families.name_pattern AS name_pattern,      -- pattern on the repository's name
    organisations.hf_org AS hf_org                          -- Hub organisation
FROM seed__model_families
CROSS JOIN unnest(seed__model_families.hf_orgs) AS organisations (hf_org)
