-- Where a form leads that was filled in for somebody who is signed up already: like a sign-up, but of nobody.
CREATE TABLE signup_shadow (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    link_hash BLOB NOT NULL UNIQUE,
    occurrence_id INTEGER NOT NULL REFERENCES occurrence (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state = 'confirmed' OR state = 'waitlisted' OR state = 'cancelled'),
    place INTEGER NOT NULL,             -- where in the waiting list it would have come
    created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX signup_shadow_occurrence ON signup_shadow (occurrence_id);
