-- What is asked at a desk goes along indexes, however many years there are.

-- With the state, which is always the same: without it SQLite reads every row that the index finds; here as there.
DROP INDEX signup_attended;
CREATE INDEX signup_attended ON signup (occurrence_id, role, volunteer_id, state) WHERE state = 'attended';
-- Sign-ups that stand are all but these.
CREATE INDEX signup_cancelled ON signup (id, state) WHERE state = 'cancelled';
-- What isn't over yet.
CREATE INDEX occurrence_end ON occurrence (end_ms, start_ms);
