-- When each robot was last talked to, by a keyed hash of its address: its pace outlives the daemon and the channel.
-- boot tells one start of the machine from others; boot_ms counts from it, and no step of the clock changes that.
CREATE TABLE robot_send (
    robot BLOB NOT NULL,
    number INTEGER NOT NULL,            -- counts up; only the latest are kept
    at_ms INTEGER NOT NULL,
    boot TEXT NOT NULL,
    boot_ms INTEGER NOT NULL,
    PRIMARY KEY (robot, number)
) STRICT, WITHOUT ROWID;

-- A delivery's way through its states touches as few indices as can be.
DROP INDEX delivery_occurrence;
CREATE INDEX delivery_subject ON delivery (occurrence_id, channel_id);

-- What was under way when a daemon died is found without reading all that ever was.
CREATE INDEX attempt_open ON attempt (delivery_id) WHERE outcome IS NULL;
