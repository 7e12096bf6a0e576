-- When each robot was last talked to, by a keyed hash of its address: its pace outlives the daemon and the channel.
-- boot tells one start of the machine from others; boot_ms counts from it, and no step of the clock changes that.
CREATE TABLE robot_send (
    robot bytea NOT NULL,
    number bigint NOT NULL,            -- counts up; only the latest are kept
    at_ms bigint NOT NULL,
    boot text COLLATE "C" NOT NULL,
    boot_ms bigint NOT NULL,
    PRIMARY KEY (robot, number)
);

-- A delivery's way through its states touches as few indices as can be.
DROP INDEX delivery_occurrence;
CREATE INDEX delivery_subject ON delivery (occurrence_id, channel_id);

-- What was under way when a daemon died is found without reading all that ever was.
CREATE INDEX attempt_open ON attempt (delivery_id) WHERE outcome IS NULL;
