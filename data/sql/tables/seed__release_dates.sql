-- title: Models whose creation date on the Hub is not their release date
CREATE TABLE seed__release_dates (
    model_id VARCHAR NOT NULL,    -- exact id on the Hub
    hf_created_on DATE NOT NULL,  -- day on which the repository was created
    released_on DATE NOT NULL,    -- day of the public release
    source_url VARCHAR NOT NULL,  -- where a reader can check the row
    PRIMARY KEY (model_id)
);
