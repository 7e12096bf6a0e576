-- When each robot was last talked to, by a keyed hash of its address: its pace outlives the daemon and the channel.
CREATE TABLE robot_send (
    robot bytea NOT NULL,
    number bigint NOT NULL,            -- counts up; only the latest are kept
    at_ms bigint NOT NULL,
    boot text COLLATE "C" NOT NULL,                -- which start of the machine, and how long after it: no step of the clock
    boot_ms bigint NOT NULL,           -- changes that
    PRIMARY KEY (robot, number)
);
