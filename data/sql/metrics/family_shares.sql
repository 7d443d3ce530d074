-- title: Shares of each family side by side, with what each is a share of
-- unit: fraction of what share_of says
-- grain: share, family
-- source: Model Pulse report data; Hugging Face Hub API; Hugging Face Hub archive; OpenRouter
-- notes: The newest value of each share that other metrics have, so that they are not taken for one
--   another: they count different things, and each is a share of something else. An account stands for
--   the family that it holds whole, else for the first by name. A family that is not in a share was not
--   seen there, which is not zero.
WITH accounts AS (
    SELECT
        account,
        arg_min(family, (name_pattern <> '.', family)) AS family,
        any_value(account_label) AS account_label
    FROM seed__model_families
    GROUP BY account
),
account_shares AS (
    SELECT
        1 AS position,
        'account' AS share,
        'Downloads of the account: text and vision-language models' AS counts,
        'such downloads of all accounts on the Hub' AS share_of,
        accounts.family,
        accounts.account_label AS subject,
        newest.share AS value,
        FALSE AS is_least,
        newest.month AS starts_on,
        last_day(newest.month) AS ends_on,
        newest.as_of,
        newest.publisher AS source_title,
        newest.source_url,
        CAST(NULL AS VARCHAR) AS citation
    FROM (
        SELECT * FROM account_downloads WHERE share IS NOT NULL QUALIFY month = max(month) OVER ()
    ) AS newest
    INNER JOIN accounts ON accounts.account = newest.account
),
tracked_shares AS (
    SELECT
        2 AS position,
        'tracked' AS share,
        'Downloads of the developer''s own repositories' AS counts,
        'the same of all tracked families' AS share_of,
        family,
        family AS subject,
        download_share AS value,
        FALSE AS is_least,
        CAST(date - INTERVAL 30 DAY AS DATE) AS starts_on,
        date AS ends_on,
        date AS as_of,
        'Hugging Face Hub API' AS source_title,
        'https://huggingface.co/models' AS source_url,
        (
            SELECT replace(citation, '{as_of}', CAST(newest.date AS VARCHAR))
            FROM build_sources
            WHERE list_contains(tables, 'huggingface__models')
        ) AS citation
    FROM (
        SELECT * FROM download_share
        WHERE scope = 'own' AND share_of = 'tracked' AND download_share IS NOT NULL
        QUALIFY date = max(date) OVER ()
    ) AS newest
),
archives AS (
    SELECT hub__days.date, build_sources.title, build_sources.url, build_sources.citation
    FROM hub__days
    INNER JOIN build_sources ON build_sources.name = hub__days.source
),
hub_shares AS (
    SELECT
        CASE scope WHEN 'own' THEN 3 ELSE 4 END AS position,
        CASE scope WHEN 'own' THEN 'hub_own' ELSE 'hub_lineage' END AS share,
        CASE scope
            WHEN 'own' THEN 'Downloads of the developer''s own repositories'
            ELSE 'Downloads of own repositories and of what others made of them'
        END AS counts,
        'all downloads on the Hub' AS share_of,
        family,
        family AS subject,
        monthly_share AS value,
        FALSE AS is_least,
        month AS starts_on,
        last_day(month) AS ends_on,
        newest_day.date AS as_of,
        coalesce(newest_day.title, 'Archive of the whole Hub') AS source_title,
        coalesce(newest_day.url, 'https://huggingface.co/models') AS source_url,
        replace(newest_day.citation, '{as_of}', CAST(newest_day.date AS VARCHAR)) AS citation
    FROM (
        SELECT * FROM monthly_share
        WHERE scope IN ('own', 'lineage') AND share_of = 'hub' AND monthly_share IS NOT NULL
        QUALIFY month = max(month) OVER ()
    ) AS newest
    LEFT JOIN (
        SELECT * FROM archives
        WHERE date <= (SELECT last_day(max(month)) FROM monthly_share)
        QUALIFY date = max(date) OVER ()
    ) AS newest_day ON TRUE
),
months AS (
    SELECT * FROM token_share_by_cut
    WHERE cut = 'family' AND period = 'month' AND is_complete
    QUALIFY date = max(date) OVER ()
),
token_shares AS (
    SELECT
        CASE share WHEN 'tokens' THEN 5 ELSE 6 END AS position,
        share,
        CASE share
            WHEN 'tokens' THEN 'Tokens of the developer''s models, closed ones included'
            ELSE 'Tokens of the developer''s open-weight models'
        END AS counts,
        'all tokens that OpenRouter served' AS share_of,
        family,
        family AS subject,
        value,
        TRUE AS is_least,
        starts_on,
        last_day(starts_on) AS ends_on,
        TRY_CAST(left(as_of, 10) AS DATE) AS as_of,
        'OpenRouter' AS source_title,
        'https://openrouter.ai/rankings' AS source_url,
        citation
    FROM (
        SELECT
            'tokens' AS share, class AS family, token_share_by_cut AS value, date AS starts_on,
            as_of, citation
        FROM months
        UNION ALL
        SELECT 'open_tokens', class, token_share_open, date, as_of, citation FROM months
    ) AS both_shares
)
SELECT
    position,                        -- place in the order in which shares are shown
    share,                           -- account, tracked, hub_own, hub_lineage, tokens, open_tokens
    counts,                          -- what is counted
    share_of,                        -- of what it is a share
    family,                          -- family
    subject,                         -- account or family that the value is of
    value AS family_shares,          -- fraction 0..1 of what share_of says
    is_least,                        -- true: the least that it can be, by what is seen
    starts_on,                       -- first day of the period
    ends_on,                         -- last day of the period
    as_of,                           -- UTC date on which the source was read
    source_title,                    -- publisher or source
    source_url,                      -- where a reader can open it
    coalesce(
        citation,
        'Source: ' || source_title || coalesce(', as of ' || CAST(as_of AS VARCHAR), '')
    ) AS citation                    -- line that the source asks for, with as_of
FROM (
    SELECT * FROM account_shares
    UNION ALL SELECT * FROM tracked_shares
    UNION ALL SELECT * FROM hub_shares
    UNION ALL SELECT * FROM token_shares
) AS shares
WHERE family IN (SELECT family FROM seed__model_families)
