-- title: Accounts of the Hub with the most downloads on the newest day
CREATE TABLE hub__publishers (
    hf_org VARCHAR NOT NULL,                  -- account; the 2,000 largest
    models BIGINT NOT NULL,                   -- repositories
    models_with_family BIGINT NOT NULL,       -- of them with a family by owner
    models_with_root BIGINT NOT NULL,         -- of them with a root family by declared parents
    models_with_size BIGINT NOT NULL,         -- of them with a parameter count
    downloads_30d BIGINT NOT NULL,            -- trailing 30 days
    downloads_30d_without_root BIGINT NOT NULL,  -- of them of repositories without any family
    downloads_30d_without_size BIGINT NOT NULL,  -- of them of repositories without a parameter count
    region VARCHAR NOT NULL,                  -- region; unknown when it is in no seed
    PRIMARY KEY (hf_org)
);
