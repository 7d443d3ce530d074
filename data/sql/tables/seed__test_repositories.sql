-- title: Repositories that exist for software tests, not for use
CREATE TABLE seed__test_repositories (
    name_pattern VARCHAR NOT NULL,  -- searched, ignoring case, in the whole model_id; valid in Python and RE2
    note VARCHAR NOT NULL,          -- whose tests they serve
    source_url VARCHAR NOT NULL,    -- where a reader can check the row
    PRIMARY KEY (name_pattern)
);
