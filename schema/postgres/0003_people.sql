-- Two records of one person become one: the one that was merged stays as an alias, without anything of the person
-- but what finds them (name_key, phone_index, link_hash, feed_hash).
ALTER TABLE volunteer ADD COLUMN merged_into BIGINT REFERENCES volunteer (id);
CREATE INDEX volunteer_alias ON volunteer (phone_index, name_key) WHERE merged_into IS NOT NULL;
CREATE INDEX volunteer_merged ON volunteer (merged_into) WHERE merged_into IS NOT NULL;
