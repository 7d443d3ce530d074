-- title: Pulls of a library of Ollama
-- unit: pulls since the beginning
-- grain: date, library
-- source: Ollama library
-- notes: Cumulative, and rounded by the site: 55.7M means 50,000 more or less. Pulls, not users.
SELECT
    date,                          -- UTC date of the page
    library,                       -- name in the library
    family,                        -- family by the name; none
    pulls AS ollama_pulls,         -- pulls since the beginning; NULL when the page gives none
    pulls_half_step,               -- half of the last digit shown: how far rounding can be off
    position                       -- place on the page, 1 first
FROM ollama_days
