-- title: What can test the figures that someone stated, and how the two scopes compare
CREATE TABLE seed__claim_tests (
    metric VARCHAR NOT NULL,         -- metric of the statements that it is for
    subject_kind VARCHAR NOT NULL,   -- subject_kind of these statements
    subject VARCHAR NOT NULL,        -- the one subject that it is for; *: every one that is no part of a family
    test VARCHAR NOT NULL,           -- what tests them; none: nothing can
    selects VARCHAR,                 -- what of the test's series is compared; empty: what the statement is about
    scopes_compare VARCHAR,          -- what the test counts, beside what the claim counts
    stands_for VARCHAR,              -- what the tested value is to the claimed one
    is_milestone BOOLEAN NOT NULL,   -- true: says what a growing total has reached; more is no contradiction
    metric_title VARCHAR NOT NULL,   -- what the metric counts, in a few words for people
    claim_scope VARCHAR,             -- what the claim counts, for people
    test_scope VARCHAR,              -- what the test counts, for people; {account} is the published account's name, {subject} what the claim is about
    note VARCHAR,                    -- why nothing can test it; else what to know about the test
    PRIMARY KEY (metric, subject_kind, subject, test),
    CHECK (test IN ('none', 'account_share', 'account_hub_share', 'account_downloads', 'account_downloads_sum', 'account_rank', 'region_downloads_sum', 'region_hub_share', 'text_vlm_downloads_sum', 'top_share', 'size_band_share', 'hub_active_models', 'token_share', 'token_share_open', 'author_token_share', 'published_downloads_30d', 'listed_downloads_all_time', 'reported_derivatives', 'reported_downloads', 'downloads_30d', 'downloads_all_time', 'monthly_downloads', 'region_downloads_share', 'hub_repositories', 'derivatives_total', 'derivatives_new_share', 'token_share_by_cut', 'weekly_tokens', 'livebench_rank', 'ram_v1_day7')),
    CHECK (scopes_compare IN ('same', 'narrower', 'wider', 'different')),
    CHECK (stands_for IN ('value', 'least', 'most', 'neither')),
    CHECK ((test = 'none') = (test_scope IS NULL)),
    CHECK ((test = 'none') = (stands_for IS NULL)),
    CHECK ((test = 'none') = (scopes_compare IS NULL)),
    CHECK (test <> 'none' OR note IS NOT NULL)
);
