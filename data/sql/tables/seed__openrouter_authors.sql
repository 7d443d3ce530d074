-- title: Authors of models on OpenRouter: who they are, and whether weights are open
CREATE TABLE seed__openrouter_authors (
    author VARCHAR NOT NULL,      -- what stands before the slash in a slug
    developer VARCHAR NOT NULL,   -- who that is
    region VARCHAR NOT NULL,      -- the developer's primary base
    weights VARCHAR NOT NULL,     -- open: all its models have open weights; closed: none has; mixed: some have; unreleased: models under another name before their release
    source_url VARCHAR NOT NULL,  -- where a reader can check the row
    note VARCHAR,                 -- anything that a reader would stumble over
    PRIMARY KEY (author),
    CHECK (region IN ('us', 'china', 'eu', 'other', 'unknown')),
    CHECK (weights IN ('open', 'closed', 'mixed', 'unreleased'))
);
