-- Two records of one person become one: the one that was merged stays as an alias, without anything of the person
-- but what finds them (name_key, phone_index, link_hash, feed_hash).
ALTER TABLE volunteer ADD COLUMN merged_into INTEGER REFERENCES volunteer (id);
CREATE INDEX volunteer_alias ON volunteer (phone_index, name_key) WHERE merged_into IS NOT NULL;
CREATE INDEX volunteer_merged ON volunteer (merged_into) WHERE merged_into IS NOT NULL;

-- The key's columns first: integrity_check of SQLite 3.40 takes what follows them for missing otherwise.
CREATE TABLE volunteer_skill_ordered (
    volunteer_id INTEGER NOT NULL REFERENCES volunteer (id) ON DELETE CASCADE,
    skill TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (volunteer_id, skill)
) STRICT, WITHOUT ROWID;
INSERT INTO volunteer_skill_ordered (volunteer_id, skill, position)
    SELECT volunteer_id, skill, position FROM volunteer_skill;
DROP TABLE volunteer_skill;
ALTER TABLE volunteer_skill_ordered RENAME TO volunteer_skill;
