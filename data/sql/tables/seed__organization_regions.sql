-- title: Where the organisations on the Hub have their primary base
CREATE TABLE seed__organization_regions (
    hf_org VARCHAR NOT NULL,      -- name of the organisation on the Hub
    region VARCHAR NOT NULL,      -- primary base; eu means Europe, not the Union
    source_url VARCHAR NOT NULL,  -- where a reader can check the row
    note VARCHAR,                 -- anything that a reader would stumble over
    PRIMARY KEY (hf_org),
    CHECK (region IN ('us', 'china', 'eu', 'other', 'unknown'))
);
