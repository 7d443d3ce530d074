-- title: Claims against measurements
-- unit: as the column unit says
-- grain: claim_id, test
-- source: seeds/reported_figures.csv; seeds/claim_tests.csv; as the column test_source_url says
-- notes: One row for each claim and each thing that can test it; statements that repeat one claim are
--   one, dated by the first and taken by its weakest wording. `is_main` marks the test that carries the
--   claim's verdict: one that decides, then the nearer scope, the nearer date, and a measurement before
--   another statement. Verdicts: holds (a least value is reached), agrees (within 10 %, ratio rounded to
--   two digits), contradicts (outside whatever the measurement leaves possible), different_scope (what is
--   measured neither confirms nor contradicts), cannot_be_tested. A verdict against a claim rests on what
--   is no estimate from 30-day windows, and one for it on at least half that is none. A flow is compared
--   over the claim's own period, else with a month at most 31 days away, a single day only within the
--   period; a trailing 30-day counter at most 7 days away. A total grows: an earlier one is the least
--   that it can be, a later one the most, unless things were deleted. Units must be the same. Statements
--   that share a contradiction test each other, too: another_statement has cannot_be_tested when not both
--   can hold (a total that falls by more than 10 %, or values of one period that differ by more), and
--   different_scope when they speak of different periods or do not count the same.
WITH statements AS (
    SELECT
        *,
        coalesce(claim, figure_id) AS claim_id,
        row_number() OVER (
            PARTITION BY coalesce(claim, figure_id) ORDER BY ends_on, starts_on, figure_id
        ) AS position
    FROM seed__reported_figures
),
outlets AS (
    SELECT
        claim_id,
        count(*) AS outlets,
        list(figure_id ORDER BY position) AS figure_ids,
        list(source_title ORDER BY position) AS source_titles,
        list(coalesce(source_url, '') ORDER BY position) AS source_urls,
        min(starts_on) AS first_said_on,
        max(ends_on) AS last_said_on,
        min(contradiction) AS contradiction,
        arg_min(bound, CASE bound WHEN 'at_least' THEN 1 WHEN 'about' THEN 2 ELSE 3 END) AS bound
    FROM statements
    GROUP BY claim_id
),
claims AS MATERIALIZED (
    SELECT
        statements.* EXCLUDE (bound, contradiction, position),
        outlets.* EXCLUDE (claim_id),
        statements.ends_on - statements.starts_on > 31 AS is_long,
        CASE
            WHEN unit IN ('downloads', 'models') AND regexp_matches(
                metric,
                '^(claimed_)?(cumulative_downloads(_lower_bound)?|derivatives|derivative_models_total)$'
            ) THEN 'total'
            WHEN metric LIKE 'hub_public_models%' THEN 'total'
            ELSE 'flow'
        END AS kind,
        CASE metric WHEN 'claimed_derivatives' THEN 'derivative_models_total' ELSE metric END AS counted,
        families.account,
        families.account_label,
        families.name_pattern = '.' AS is_whole_account,
        CASE subject
            WHEN 'China' THEN 'china' WHEN 'Chinese open models' THEN 'china'
            WHEN 'USA' THEN 'us' WHEN 'Europe' THEN 'eu'
        END AS region
    FROM statements
    INNER JOIN outlets ON outlets.claim_id = statements.claim_id
    LEFT JOIN seed__model_families AS families ON families.family = statements.family
    WHERE statements.position = 1
),
wanted AS MATERIALIZED (
    SELECT
        claims.claim_id,
        tests.* EXCLUDE (metric, metric_title, subject_kind, subject, scopes_compare, stands_for),
        CASE
            WHEN tests.selects IS NOT NULL THEN tests.selects
            WHEN tests.test LIKE 'account%' THEN claims.account
            WHEN tests.test LIKE 'region%' THEN claims.region
            WHEN tests.test LIKE '%token%' AND tests.test <> 'author_token_share' THEN claims.region
            WHEN tests.test LIKE 'hub%' OR tests.test = 'text_vlm_downloads_sum' THEN 'hub'
            WHEN tests.test = 'derivatives_new_share' THEN coalesce(claims.region, claims.family)
            WHEN tests.test LIKE '%downloads_30d' OR tests.test IN ('author_token_share', 'ram_v1_day7')
                THEN claims.subject
            ELSE claims.family
        END AS key,
        -- An account that holds other models, too, is wider than the family.
        CASE
            WHEN is_narrowed THEN CASE tests.scopes_compare WHEN 'same' THEN 'wider' ELSE 'different' END
            ELSE tests.scopes_compare
        END AS scopes_compare,
        CASE
            WHEN is_narrowed THEN CASE WHEN tests.stands_for IN ('value', 'most') THEN 'most' ELSE 'neither' END
            ELSE tests.stands_for
        END AS stands_for,
        claims.account_label
    FROM (SELECT *, NOT coalesce(is_whole_account, TRUE) AS is_shared FROM claims) AS claims
    INNER JOIN seed__claim_tests AS tests
        ON tests.metric = claims.metric
        AND tests.subject_kind = claims.subject_kind
        AND (
            tests.subject = claims.subject
            OR (
                tests.subject = '*'
                AND (
                    tests.test = 'none'
                    OR claims.subject_kind <> 'family'
                    OR claims.subject = claims.family
                )
            )
        )
    CROSS JOIN LATERAL (
        SELECT claims.is_shared AND tests.test LIKE 'account%' AND tests.scopes_compare <> 'wider'
            AS is_narrowed
    )
),
pairs AS MATERIALIZED (
    -- Statements of one contradiction, two by two, and whether not both can hold.
    SELECT
        claims.claim_id,
        'another_statement' AS test,
        CASE
            WHEN others.subject = claims.subject AND others.counted = claims.counted THEN 'same' ELSE 'different'
        END AS scopes_compare,
        'value' AS stands_for,
        FALSE AS is_milestone,
        others.claim_id AS key,
        others.kind,
        others.starts_on,
        others.ends_on,
        others.value AS amount,
        others.value AS certain_amount,
        CASE WHEN others.bound <> 'at_least' THEN others.value END AS possible_amount,
        others.exactness <> 'exact' AS is_estimate,
        'reported' AS basis,
        others.source_title,
        others.source_url,
        CASE
            WHEN others.ends_on < claims.starts_on THEN 'before'
            WHEN others.starts_on > claims.ends_on THEN 'after'
            ELSE 'within'
        END AS place,
        greatest(others.starts_on - claims.ends_on, claims.starts_on - others.ends_on, 0) AS gap,
        scopes_compare = 'same' AND CASE
            WHEN claims.kind = 'total'
                THEN place = 'within' AND NOT claims.is_long AND NOT others.is_long
            WHEN claims.starts_on = others.starts_on AND claims.ends_on = others.ends_on THEN TRUE
            -- A count of a shorter period is less than one of a longer; a share need not be.
            ELSE claims.unit = 'fraction' AND (
                (others.starts_on >= claims.starts_on AND others.ends_on <= claims.ends_on)
                OR (claims.starts_on >= others.starts_on AND claims.ends_on <= others.ends_on)
            )
        END AS is_one_time,
        coalesce(
            CASE
                WHEN scopes_compare <> 'same' THEN FALSE
                WHEN claims.unit = 'rank' THEN is_one_time AND others.value <> claims.value
                WHEN is_one_time THEN
                    (others.bound <> 'at_least' AND round(others.value / nullif(claims.value, 0), 2) < 0.90)
                    OR (claims.bound <> 'at_least' AND round(claims.value / nullif(others.value, 0), 2) < 0.90)
                WHEN claims.kind = 'total' THEN CASE place
                    WHEN 'after'
                        THEN others.bound <> 'at_least' AND round(others.value / nullif(claims.value, 0), 2) < 0.90
                    WHEN 'before'
                        THEN claims.bound <> 'at_least' AND round(claims.value / nullif(others.value, 0), 2) < 0.90
                END
            END,
            FALSE
        ) AS is_clash
    FROM claims
    INNER JOIN claims AS others
        ON others.contradiction = claims.contradiction
        AND others.claim_id <> claims.claim_id
        AND others.unit = claims.unit
),
placed AS MATERIALIZED (
    -- Where each reading lies beside the claim's period, and how many days apart.
    SELECT
        wanted.claim_id,
        wanted.test,
        wanted.scopes_compare,
        wanted.stands_for,
        wanted.is_milestone,
        readings.* EXCLUDE (test, unit, value),
        readings.value AS amount,
        CASE
            WHEN readings.ends_on < claims.starts_on THEN 'before'
            WHEN readings.starts_on > claims.ends_on THEN 'after'
            ELSE 'within'
        END AS place,
        greatest(readings.starts_on - claims.ends_on, claims.starts_on - readings.ends_on, 0) AS gap
    FROM wanted
    INNER JOIN claims ON claims.claim_id = wanted.claim_id
    INNER JOIN claim_readings AS readings
        ON readings.test = wanted.test
        AND readings.key = wanted.key
        AND readings.unit = claims.unit
    WHERE NOT (readings.basis = 'reported' AND list_contains(claims.source_titles, readings.source_title))
    UNION ALL BY NAME
    SELECT * EXCLUDE (is_one_time)
    FROM pairs
    WHERE is_clash OR NOT is_one_time
),
chosen AS (
    -- All flows within the period; of anything else the last reading before, the last within, the first after.
    SELECT *
    FROM (
        SELECT *, bool_or(place = 'within') OVER (PARTITION BY claim_id, test) AS is_covered
        FROM placed
    )
    -- A total is bounded from both sides; anything else is read within the period if it can be.
    WHERE kind = 'total' OR place = 'within' OR NOT is_covered OR test = 'another_statement'
    QUALIFY (kind = 'flow' AND place = 'within')
        OR test = 'another_statement'
        OR row_number() OVER (
            PARTITION BY claim_id, test, place
            ORDER BY
                CASE WHEN place = 'after' THEN starts_on END,
                CASE WHEN place <> 'after' THEN ends_on END DESC,
                certain_amount DESC,
                source_title
        ) = 1
),
pooled AS (
    SELECT
        claim_id,
        test,
        place,
        any_value(kind) AS kind,
        any_value(scopes_compare) AS scopes_compare,
        any_value(stands_for) AS stands_for,
        any_value(is_milestone) AS is_milestone,
        any_value(basis) AS basis,
        any_value(source_title) AS source_title,
        any_value(source_url) AS source_url,
        min(starts_on) AS starts_on,
        max(ends_on) AS ends_on,
        min(gap) AS gap,
        count(*) AS readings,
        bool_or(is_estimate) AS is_estimate,
        bool_or(is_estimate)
            AND coalesce(sum(certain_amount ORDER BY certain_amount), 0)
            < sum(amount ORDER BY amount) / 2 AS is_mostly_estimated,
        coalesce(sum(certain_amount ORDER BY certain_amount), 0) / coalesce(sum(total ORDER BY total), 1) AS counted_value,
        coalesce(bool_or(is_clash), FALSE) AS is_clash,
        CASE WHEN count(*) = 1 THEN any_value(pooled_share) END AS pooled_share,
        sum(amount ORDER BY amount) / coalesce(sum(total ORDER BY total), 1) AS test_value,
        CASE WHEN count(certain_amount) = count(*) THEN sum(certain_amount ORDER BY certain_amount) END
            / coalesce(sum(total ORDER BY total), 1) AS certain_value,
        CASE WHEN count(possible_amount) = count(*) THEN sum(possible_amount ORDER BY possible_amount) END
            / coalesce(sum(total ORDER BY total), 1) AS possible_value
    FROM chosen
    GROUP BY claim_id, test, place, CASE WHEN test = 'another_statement' THEN key END
),
bounded AS (
    SELECT
        pooled.*,
        claims.value,
        claims.bound,
        claims.unit,
        -- A single day stands for its period only when it lies within; two windows of 30 days share most
        -- of it only when they end within a week.
        gap <= CASE
            WHEN pooled.kind = 'flow' AND pooled.starts_on = pooled.ends_on THEN 0
            WHEN test LIKE '%downloads_30d' THEN 7
            ELSE 31
        END AS is_near,
        CASE
            WHEN stands_for IN ('value', 'least')
                AND NOT (pooled.kind = 'total' AND (place = 'after' OR (place = 'within' AND claims.is_long)))
                THEN certain_value
        END AS test_low,
        CASE
            WHEN stands_for IN ('value', 'most') AND NOT (pooled.kind = 'total' AND place = 'before')
                THEN possible_value
        END AS test_high,
        -- The best guess may rest on estimates up to a half: it can speak for a claim, not against it.
        CASE
            WHEN stands_for IN ('value', 'least')
                AND NOT (pooled.kind = 'total' AND (place = 'after' OR (place = 'within' AND claims.is_long)))
                THEN CASE WHEN is_mostly_estimated THEN certain_value ELSE test_value END
        END AS best_low,
        CASE
            WHEN stands_for IN ('value', 'most') AND NOT (pooled.kind = 'total' AND place = 'before')
                AND NOT is_mostly_estimated
                THEN test_value
        END AS best_high,
        round(test_value / nullif(claims.value, 0), 2) AS ratio_seen
    FROM pooled
    INNER JOIN claims ON claims.claim_id = pooled.claim_id
),
judged AS (
    SELECT
        *,
        CASE
            -- Of two statements that refute each other nobody knows which one does not hold.
            WHEN is_clash THEN 'cannot_be_tested'
            WHEN test = 'another_statement' THEN 'different_scope'
            WHEN unit = 'rank' THEN CASE
                WHEN NOT is_near OR stands_for <> 'value' THEN 'cannot_be_tested'
                WHEN test_value = value THEN 'agrees'
                ELSE 'contradicts'
            END
            WHEN kind <> 'total' AND NOT is_near THEN 'cannot_be_tested'
            WHEN bound = 'at_least' AND best_low >= value THEN 'holds'
            WHEN value = 0 AND test_value = 0 AND stands_for = 'value' THEN 'agrees'
            WHEN is_near AND NOT is_mostly_estimated
                AND ratio_seen BETWEEN 0.90 AND 1.10 AND coalesce(best_low, best_high) IS NOT NULL
                THEN 'agrees'
            WHEN is_milestone AND round(best_low / nullif(value, 0), 2) > 1.10 THEN 'holds'
            WHEN is_milestone AND is_mostly_estimated AND value > 0 AND best_low >= value THEN 'holds'
            -- More than a milestone says nothing against it.
            WHEN NOT is_milestone AND bound <> 'at_least' AND test_low > value
                AND coalesce(round(test_low / nullif(value, 0), 2) > 1.10, TRUE)
                THEN 'contradicts'
            WHEN value > 0 AND round(test_high / value, 2) < 0.90 THEN 'contradicts'
            -- What counts the same and still leaves it open is no matter of scope.
            WHEN NOT is_near OR scopes_compare = 'same' THEN 'cannot_be_tested'
            ELSE 'different_scope'
        END AS verdict
    FROM bounded
),
tested AS MATERIALIZED (
    -- Of several readings of one test the one that decides, then the nearest.
    SELECT *
    FROM judged
    QUALIFY row_number() OVER (
        PARTITION BY claim_id, test
        ORDER BY
            NOT is_clash,
            NOT is_near AND verdict = 'cannot_be_tested',
            verdict IN ('different_scope', 'cannot_be_tested'),
            gap,
            abs(ln(nullif(test_value, 0) / nullif(value, 0))) DESC,
            ends_on DESC,
            source_title
    ) = 1
),
rows_of_claims AS (
    SELECT claim_id, test FROM wanted
    UNION
    SELECT claim_id, test FROM tested
    UNION
    SELECT claim_id, 'none' AS test FROM claims WHERE claim_id NOT IN (SELECT claim_id FROM wanted)
),
described AS (
    SELECT
        claims.*,
        titles.metric_title,
        rows_of_claims.test,
        tested.test_value,
        tested.test_low,
        tested.test_high,
        tested.starts_on AS test_starts_on,
        tested.ends_on AS test_ends_on,
        tested.place AS test_place,
        tested.kind AS test_kind,
        tested.readings,
        tested.is_estimate,
        tested.pooled_share,
        CASE
            WHEN tested.is_mostly_estimated
                THEN tested.test_value - tested.counted_value
            WHEN tested.kind = 'total' AND tested.is_estimate AND tested.certain_value < tested.test_value
                THEN tested.test_value - tested.certain_value
        END AS estimated_part,
        CASE
            WHEN tested.basis = 'reported' AND tested.possible_value IS NULL THEN 'at_least'
            WHEN tested.basis IS NOT NULL THEN 'exactly'
        END AS test_bound,
        tested.basis,
        tested.source_title AS test_source_title,
        tested.source_url AS test_source_url,
        tested.gap,
        tested.is_near,
        wanted.claim_scope,
        CASE
            WHEN rows_of_claims.test = 'another_statement' THEN 'another statement'
            ELSE replace(
                replace(wanted.test_scope, '{account}', coalesce(wanted.account_label, '')),
                '{subject}',
                CASE claims.subject WHEN 'USA' THEN 'the USA' ELSE claims.subject END
            )
        END AS test_scope,
        CASE
            WHEN rows_of_claims.test = 'another_statement' THEN tested.scopes_compare
            ELSE wanted.scopes_compare
        END AS scopes_compare,
        CASE rows_of_claims.test WHEN 'another_statement' THEN 'value' ELSE wanted.stands_for END AS stands_for,
        coalesce(wanted.is_milestone, FALSE) AS is_milestone,
        replace(wanted.note, '{subject}', claims.subject) AS test_note,
        coalesce(tested.is_clash, FALSE) AS is_clash,
        coalesce(tested.verdict, 'cannot_be_tested') AS verdict
    FROM rows_of_claims
    INNER JOIN claims ON claims.claim_id = rows_of_claims.claim_id
    LEFT JOIN (
        SELECT metric, min(metric_title) AS metric_title FROM seed__claim_tests GROUP BY metric
    ) AS titles ON titles.metric = claims.metric
    LEFT JOIN wanted
        ON wanted.claim_id = rows_of_claims.claim_id AND wanted.test = rows_of_claims.test
    LEFT JOIN tested
        ON tested.claim_id = rows_of_claims.claim_id AND tested.test = rows_of_claims.test
)
SELECT
    claim_id,                                           -- what repetitions share, else the figure_id
    test,                                               -- what tests it; another_statement; none
    row_number() OVER (
        PARTITION BY claim_id
        ORDER BY
            CASE
                WHEN test = 'another_statement' AND NOT is_clash THEN 5
                WHEN test_value IS NULL THEN 4
                WHEN is_clash THEN 2
                WHEN verdict = 'cannot_be_tested' THEN 3
                WHEN verdict = 'different_scope' THEN 1
                ELSE 0
            END,
            CASE scopes_compare WHEN 'same' THEN 0 WHEN 'different' THEN 2 ELSE 1 END,
            gap,
            basis = 'reported',
            basis,
            test = 'none',
            test
    ) = 1 AS is_main,                                   -- the one test that carries the claim's verdict
    subject,                                            -- whom the claim speaks of, in its words
    subject_kind,                                       -- family, model, org, country ...
    family,                                             -- family; NULL when it speaks of none
    metric,                                             -- what it speaks of
    metric_title,                                       -- that in words; NULL while nobody has written them
    value,                                              -- what is claimed, in its unit
    bound,                                              -- exactly, about or at_least: the weakest wording
    unit,                                               -- fraction, downloads, models, tokens ...
    starts_on,                                          -- first day of the period of the first statement
    ends_on,                                            -- last day of it
    date_precision,                                     -- day, week, month, quarter, part_of_year, year or range
    claimant,                                           -- who said it first
    outlets,                                            -- statements that make the claim
    figure_ids,                                         -- their ids, oldest first
    source_titles,                                      -- their sources
    source_urls,                                        -- where a reader can open them; empty where no link is known
    first_said_on,                                      -- first day of the oldest period
    last_said_on,                                       -- last day of the newest period
    status,                                             -- read, secondary (quoted by another) or press
    note,                                               -- what to know about the first statement
    contradiction,                                      -- claims that contradict each other share it
    test_value,                                         -- what the test says, in the same unit; NULL when it has no reading
    test_bound,                                         -- at_least when the source says so, else exactly
    test_low,                                           -- the least that the claimed thing can be; NULL when unknown
    test_high,                                          -- the most that it can be; NULL when unknown
    test_starts_on,                                     -- first day that the test covers
    test_ends_on,                                       -- last day that it covers
    test_place,                                         -- before, within or after the claim's period
    test_kind,                                          -- flow, total or level
    readings,                                           -- readings that are pooled
    is_estimate,                                        -- the test rests on an estimate
    estimated_part,                                     -- what is estimated from 30-day windows: of a total, or when most is
    pooled_share,                                       -- share over both months of a split pair
    basis,                                              -- published, collected or reported
    test_source_title,                                  -- publisher, or title of the statement that it is tested by
    test_source_url,                                    -- where a reader can open it
    test_value / nullif(value, 0) AS ratio,             -- tested over claimed; NULL when zero is claimed
    gap AS date_gap_days,                               -- days between the two periods; 0 when they overlap
    is_near,                                            -- whether that is near enough to compare directly
    claim_scope,                                        -- what the claim counts
    test_scope,                                         -- what the test counts
    scopes_compare,                                     -- what the test counts beside the claim: same, narrower, wider, different
    stands_for,                                         -- the tested value is its value, the least, the most, or neither
    is_milestone,                                       -- says what a growing total has reached
    test_note,                                          -- why nothing can test it; else what to know about the test
    verdict                                             -- holds, agrees, contradicts, different_scope, cannot_be_tested
FROM described
