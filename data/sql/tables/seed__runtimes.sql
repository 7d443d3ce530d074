-- title: Runtimes and serving stacks, and where their use is counted
CREATE TABLE seed__runtimes (
    runtime VARCHAR NOT NULL,     -- name of the runtime, as filters and charts show it
    channel VARCHAR NOT NULL,     -- where it is counted
    name VARCHAR NOT NULL,        -- exact name there
    source_url VARCHAR NOT NULL,  -- where a reader can check the row
    note VARCHAR,                 -- what the count does and does not stand for
    PRIMARY KEY (channel, name),
    CHECK (channel IN ('pypi', 'dockerhub', 'github', 'npm', 'hub_account'))
);
