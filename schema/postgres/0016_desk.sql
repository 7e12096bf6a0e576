-- What is asked at a desk goes along indexes, however many years there are.

-- Sign-ups that stand are all but these.
CREATE INDEX signup_cancelled ON signup (id) WHERE state = 'cancelled';
-- What isn't over yet.
CREATE INDEX occurrence_end ON occurrence (end_ms, start_ms);
