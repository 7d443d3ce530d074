-- title: New pulls of a family on Ollama by calendar month
-- unit: pulls
-- grain: month, family
-- source: Ollama library
-- notes: From the last reading of the month before to the last one of the month, library by library.
--   NULL when one of the two lies more than three days before its month's end, or the month is not over
--   by the newest reading. A library whose counter fell, or that has no count in one of them, is left out.
--   A new one begins at zero if the two days read before lack it and its first count is below 1,000,000;
--   else it is left out in its first month, since it may only have been missing from a page.
SELECT
    libraries.month,                                               -- first day of the month
    libraries.family,                                              -- family by the library's name; none
    CAST(sum(libraries.pulls) AS BIGINT) AS monthly_ollama_pulls,  -- pulls in the month; NULL when not known
    CAST(sum(libraries.pulls_half_step) AS BIGINT) AS pulls_half_step,  -- how far rounding can be off, at most
    months.first_reading_on,                                       -- reading at the beginning; NULL when there is none
    months.last_reading_on,                                        -- reading at the end
    months.is_complete,                                            -- both readings are at most three days before the boundary, and the month is over
    count(*) AS libraries,                                         -- libraries on the last page
    count(*) - count(libraries.pulls) AS libraries_without_value   -- of them left out
FROM ollama_library_months AS libraries
INNER JOIN ollama_months AS months ON months.month = libraries.month
GROUP BY ALL
