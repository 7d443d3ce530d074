-- title: Generations within a family, so that Qwen2.5 and Qwen3 can be told apart
CREATE TABLE seed__model_generations (
    family VARCHAR NOT NULL,        -- the family
    generation VARCHAR NOT NULL,    -- name of the generation
    name_pattern VARCHAR NOT NULL,  -- searched, ignoring case, in the names of the family's own repositories; a repository that no generation matches has none
    released_on DATE,               -- release of its first open model, as the source dates it; empty: not known
    source_url VARCHAR NOT NULL,    -- where name and date can be checked
    PRIMARY KEY (family, generation)
);
