-- title: Owners on ModelScope whose models are followed
CREATE TABLE seed__modelscope_owners (
    owner VARCHAR NOT NULL,       -- exact name on ModelScope
    hf_org VARCHAR,               -- the organisation on the Hub that is the same developer, or of which it holds copies; empty: several or none
    is_mirror BOOLEAN NOT NULL,   -- true: copies that others than the developer uploaded
    family VARCHAR,               -- the family of all its models; empty: several families or not all of one, then the organisation and the name decide
    source_url VARCHAR NOT NULL,  -- where a reader can check the row
    note VARCHAR,                 -- anything that a reader would stumble over
    PRIMARY KEY (owner)
);
