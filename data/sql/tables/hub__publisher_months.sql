-- title: Downloads of derivatives by publisher, relation and root family, by month
CREATE TABLE hub__publisher_months (
    month DATE NOT NULL,                      -- first day of the month
    hf_org VARCHAR NOT NULL,                  -- account that publishes; the 200 largest of each month
    root_family VARCHAR NOT NULL,             -- root family by declared parents; mixed when they lead to several
    relation VARCHAR NOT NULL,                -- relation to the parents
    downloads BIGINT NOT NULL,                -- adjusted downloads of the month
    models BIGINT NOT NULL,                   -- repositories with a value
    PRIMARY KEY (month, hf_org, root_family, relation),
    CHECK (relation IN ('finetune', 'adapter', 'quantized', 'merge', 'unknown'))
);
