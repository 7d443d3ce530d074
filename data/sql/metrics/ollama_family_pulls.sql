-- title: Pulls of a family on Ollama
-- unit: pulls since the beginning
-- grain: date, family
-- source: Ollama library
-- notes: Sum over the libraries of the family that are on the page. Cumulative and rounded by the site.
SELECT
    date,                                                      -- UTC date of the page
    family,                                                    -- family by the library's name; none
    CAST(sum(pulls) AS BIGINT) AS ollama_family_pulls,         -- pulls since the beginning; NULL when no library has a count
    CAST(sum(pulls_half_step) AS BIGINT) AS pulls_half_step,   -- how far rounding can be off, at most
    count(*) AS libraries,                                     -- libraries on the page
    count(*) - count(pulls) AS libraries_without_value         -- of them without a count
FROM ollama_days
GROUP BY date, family
