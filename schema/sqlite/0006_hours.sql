-- Attendance and hours. What happened at the door is a row each; the sign-up's own columns are the newest of it.

ALTER TABLE signup ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;   -- 1: nobody checked out, the shift's end did
ALTER TABLE signup ADD COLUMN code_tries INTEGER NOT NULL DEFAULT 0;   -- wrong codes of the venue in this hour
ALTER TABLE signup ADD COLUMN code_tries_ms INTEGER NOT NULL DEFAULT 0;
CREATE INDEX signup_open ON signup (id)
    WHERE checked_in_ms IS NOT NULL AND checked_out_ms IS NULL AND state = 'attended';

CREATE TABLE attendance_entry (
    id INTEGER PRIMARY KEY,
    signup_id INTEGER NOT NULL REFERENCES signup (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,                 -- check-in, check-out, close, attended, no_show, excused
    time_ms INTEGER,                    -- when it was, for the first three
    how TEXT NOT NULL,                  -- desk, code, list, auto
    reason TEXT NOT NULL,
    who TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX attendance_entry_signup ON attendance_entry (signup_id, id);

CREATE TABLE headcount_entry (
    id INTEGER PRIMARY KEY,
    occurrence_id INTEGER NOT NULL REFERENCES occurrence (id) ON DELETE CASCADE,
    people INTEGER NOT NULL,
    note TEXT NOT NULL,
    who TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX headcount_entry_occurrence ON headcount_entry (occurrence_id, id);

-- The ledger: rows are added, never changed. Its hashes hold ids, numbers and times, nothing of a person; a note only
-- by a salted hash, so that it can be forgotten.
CREATE TABLE hours_entry (
    number INTEGER PRIMARY KEY,         -- from 1, without a gap
    code TEXT NOT NULL UNIQUE,          -- its id, h-…
    kind TEXT NOT NULL,                 -- service, correction, manual, approval, transfer
    root INTEGER NOT NULL,              -- the first entry of the matter; its own number for that
    refers INTEGER NOT NULL,            -- the entry that it corrects or approves; 0: none
    volunteer TEXT NOT NULL,            -- their id
    signup TEXT NOT NULL,               -- its id, or nothing
    event TEXT NOT NULL,                -- its slug, or nothing
    occurrence TEXT NOT NULL,           -- its original start, local, or nothing
    day TEXT NOT NULL,                  -- of the service
    minutes INTEGER NOT NULL,           -- what the matter comes to by this entry
    counted INTEGER NOT NULL,           -- what this entry adds to the volunteer's sum; 0 until it is approved
    how TEXT NOT NULL,                  -- times, shift, said, hand
    who TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    note TEXT,                          -- NULL: none, or forgotten
    note_salt BLOB,
    note_hash BLOB,                     -- in the chain; NULL: there never was one
    hash BLOB NOT NULL                  -- over the one before and all of the above but note and note_salt
) STRICT;
CREATE INDEX hours_entry_volunteer ON hours_entry (volunteer, number);
CREATE INDEX hours_entry_signup ON hours_entry (signup, number);
CREATE INDEX hours_entry_event ON hours_entry (event, number);
CREATE INDEX hours_entry_root ON hours_entry (root, number);
CREATE UNIQUE INDEX hours_entry_approved ON hours_entry (refers) WHERE kind = 'approval';

-- Where the chain ends, sealed with the office's key: a tail cut off, or a chain made anew, shows.
CREATE TABLE hours_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL,
    hash BLOB NOT NULL,
    seal BLOB NOT NULL
) STRICT;
INSERT INTO hours_head (id, number, hash, seal) VALUES (1, 0, x'', x'');

CREATE TABLE certificate (
    code TEXT PRIMARY KEY,              -- what is printed on it
    page_hash BLOB NOT NULL UNIQUE,     -- of the token that opens the sheet to print
    volunteer TEXT NOT NULL,
    from_day TEXT NOT NULL,             -- nothing: from the beginning
    to_day TEXT NOT NULL,               -- the last day
    minutes INTEGER NOT NULL,
    head INTEGER NOT NULL,              -- the ledger's last entry when it was made
    who TEXT NOT NULL,
    issued_ms INTEGER NOT NULL,
    seal BLOB NOT NULL                  -- over all of this, with the office's key
) STRICT, WITHOUT ROWID;
CREATE INDEX certificate_volunteer ON certificate (volunteer, issued_ms);
