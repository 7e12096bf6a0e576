-- Rules of signing up, offers with a deadline, and the outbox of mail.

-- A span before the start ('30d'), a local time or date, '' = the office's rule.
ALTER TABLE event ADD COLUMN signup_opens TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN signup_closes TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN cancel_until TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN signup_limit INTEGER;              -- of a person; 0 = none, NULL = the office's

-- What a volunteer must be able to do, separated by line feeds.
ALTER TABLE event_role ADD COLUMN skills TEXT NOT NULL DEFAULT '';
ALTER TABLE occurrence_role ADD COLUMN skills TEXT NOT NULL DEFAULT '';

ALTER TABLE signup ADD COLUMN reason TEXT NOT NULL DEFAULT '';  -- of its last move
ALTER TABLE signup ADD COLUMN went_off INTEGER NOT NULL DEFAULT 0;   -- 1: cancelled with its occurrence
ALTER TABLE signup ADD COLUMN offer_until_ms INTEGER;           -- offered: by then it is taken, or passed on
ALTER TABLE signup ADD COLUMN offer_hash BLOB;                  -- of the token of its latest offer's page

-- Narrow ones: a sign-up dirties a page in each index that it is in, and most are never in line nor made on the web.
DROP INDEX signup_queue;
DROP INDEX signup_link;
CREATE INDEX signup_occurrence ON signup (occurrence_id);
CREATE INDEX signup_queue ON signup (occurrence_id, role, place) WHERE state = 'waitlisted';
CREATE UNIQUE INDEX signup_link ON signup (link_hash) WHERE link_hash IS NOT NULL;
CREATE INDEX signup_offer ON signup (offer_until_ms) WHERE offer_until_ms IS NOT NULL;
CREATE UNIQUE INDEX signup_offer_link ON signup (offer_hash) WHERE offer_hash IS NOT NULL;

-- One mail to one volunteer: written before it is sent, its outcome before it is forgotten. No address is kept here.
CREATE TABLE mail (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    identity TEXT NOT NULL UNIQUE,      -- kind, sign-up and what sets it apart: one mail is one identity
    kind TEXT NOT NULL,
    signup_id INTEGER NOT NULL REFERENCES signup (id) ON DELETE CASCADE,
    due_ms INTEGER NOT NULL,
    deadline_ms INTEGER NOT NULL,
    state TEXT NOT NULL
        CHECK (state = 'scheduled' OR state = 'sending' OR state = 'retrying' OR state = 'delivered'
            OR state = 'expired' OR state = 'cancelled' OR state = 'failed'),
    next_ms INTEGER,                    -- when it wants attention; while sending: when its sender is given up
    attempts INTEGER NOT NULL,
    reason TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    final_ms INTEGER
) STRICT;
CREATE INDEX mail_next ON mail (next_ms) WHERE next_ms IS NOT NULL;
CREATE INDEX mail_signup ON mail (signup_id);
