-- When each robot was last talked to, by a keyed hash of its address: its pace outlives the daemon and the channel.
CREATE TABLE robot_send (
    robot BLOB NOT NULL,
    number INTEGER NOT NULL,            -- counts up; only the latest are kept
    at_ms INTEGER NOT NULL,
    boot TEXT NOT NULL,                -- which start of the machine, and how long after it: no step of the clock
    boot_ms INTEGER NOT NULL,           -- changes that
    PRIMARY KEY (robot, number)
) STRICT, WITHOUT ROWID;
