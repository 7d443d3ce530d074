-- title: Licence tags of the Hub and what kind of licence each is
CREATE TABLE seed__licences (
    licence VARCHAR NOT NULL,        -- tag as on the Hub, in lower case
    licence_class VARCHAR NOT NULL,  -- permissive: any use, with a notice; copyleft: changes stay under the licence; community: conditions on uses or users; non_commercial: no commercial use; other: none of these, or the tag does not say
    source_url VARCHAR NOT NULL,     -- text of the licence, or a page about it
    PRIMARY KEY (licence),
    CHECK (licence_class IN ('permissive', 'copyleft', 'community', 'non_commercial', 'other'))
);
