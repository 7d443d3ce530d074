-- title: Open-weight model families: who makes them and how to recognise them
CREATE TABLE seed__model_families (
    family VARCHAR NOT NULL,         -- name of the family, as filters and charts show it
    developer VARCHAR NOT NULL,      -- company, laboratory or community that makes it
    region VARCHAR NOT NULL,         -- the developer's primary base
    hf_orgs VARCHAR[] NOT NULL,      -- the developer's organisations on the Hub, old names too; a repository is the family's own when its owner is one of them and its name matches
    name_pattern VARCHAR NOT NULL,   -- searched, ignoring case, in the repository name after the slash; `.` takes every repository of the organisations; valid in Python and RE2
    account VARCHAR NOT NULL,        -- the one Hub account whose published series stand for the developer
    account_label VARCHAR NOT NULL,  -- short name of that account in charts of accounts; an account is not a family
    openrouter_authors VARCHAR[],    -- the developer's author slugs on OpenRouter; they may hold closed models too
    ollama_pattern VARCHAR,          -- searched, ignoring case, in the name of an Ollama library
    quality_pattern VARCHAR,         -- searched, ignoring case, in the name of a model on leaderboards; also in the name of a copied repository whose owner says nothing of its family
    colour_light VARCHAR NOT NULL,   -- colour on white
    colour_dark VARCHAR NOT NULL,    -- colour on #0f1116
    source_url VARCHAR NOT NULL,     -- where developer and organisations can be checked
    PRIMARY KEY (family),
    UNIQUE (account),
    UNIQUE (account_label),
    UNIQUE (colour_light),
    UNIQUE (colour_dark),
    CHECK (region IN ('us', 'china', 'eu', 'other', 'unknown')),
    CHECK (length(account_label) <= 22)
);
