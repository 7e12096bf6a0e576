-- The plan counts: who came to each occurrence, what was entered for which unit, and what a closed plan came to.

-- Participants who attended, each once. Kept by the triggers below, so that whoever changes a sign-up need not know;
-- they count anew, so that rows may come in any order (a restore).
ALTER TABLE occurrence ADD COLUMN attended INTEGER NOT NULL DEFAULT 0;
CREATE INDEX occurrence_counted ON occurrence (event_id, start_local, start_ms, end_ms, status, attended, headcount);
CREATE UNIQUE INDEX event_indicator_slug ON event_indicator (slug, event_id);    -- an event carries each once
CREATE INDEX signup_attended ON signup (occurrence_id, role, volunteer_id) WHERE state = 'attended';

CREATE TRIGGER signup_attended_insert AFTER INSERT ON signup WHEN NEW.state = 'attended'
BEGIN
    UPDATE occurrence SET attended = (
        SELECT COUNT(DISTINCT s.volunteer_id) FROM signup s
        JOIN occurrence_role r ON r.occurrence_id = s.occurrence_id AND r.name = s.role AND r.participant = 1
        WHERE s.occurrence_id = NEW.occurrence_id AND s.state = 'attended')
    WHERE id = NEW.occurrence_id;
END;

CREATE TRIGGER signup_attended_update AFTER UPDATE OF state, role, volunteer_id, occurrence_id ON signup
WHEN NEW.state = 'attended' OR OLD.state = 'attended'
BEGIN
    UPDATE occurrence SET attended = (
        SELECT COUNT(DISTINCT s.volunteer_id) FROM signup s
        JOIN occurrence_role r ON r.occurrence_id = s.occurrence_id AND r.name = s.role AND r.participant = 1
        WHERE s.occurrence_id = occurrence.id AND s.state = 'attended')
    WHERE id = NEW.occurrence_id OR id = OLD.occurrence_id;
END;

CREATE TRIGGER signup_attended_delete AFTER DELETE ON signup WHEN OLD.state = 'attended'
BEGIN
    UPDATE occurrence SET attended = (
        SELECT COUNT(DISTINCT s.volunteer_id) FROM signup s
        JOIN occurrence_role r ON r.occurrence_id = s.occurrence_id AND r.name = s.role AND r.participant = 1
        WHERE s.occurrence_id = OLD.occurrence_id AND s.state = 'attended')
    WHERE id = OLD.occurrence_id;
END;

CREATE TRIGGER role_attended_insert AFTER INSERT ON occurrence_role
WHEN EXISTS (SELECT 1 FROM signup WHERE occurrence_id = NEW.occurrence_id AND state = 'attended')
BEGIN
    UPDATE occurrence SET attended = (
        SELECT COUNT(DISTINCT s.volunteer_id) FROM signup s
        JOIN occurrence_role r ON r.occurrence_id = s.occurrence_id AND r.name = s.role AND r.participant = 1
        WHERE s.occurrence_id = NEW.occurrence_id AND s.state = 'attended')
    WHERE id = NEW.occurrence_id;
END;

CREATE TRIGGER role_attended_update AFTER UPDATE OF participant, name ON occurrence_role
WHEN NEW.participant <> OLD.participant OR NEW.name <> OLD.name
BEGIN
    UPDATE occurrence SET attended = (
        SELECT COUNT(DISTINCT s.volunteer_id) FROM signup s
        JOIN occurrence_role r ON r.occurrence_id = s.occurrence_id AND r.name = s.role AND r.participant = 1
        WHERE s.occurrence_id = NEW.occurrence_id AND s.state = 'attended')
    WHERE id = NEW.occurrence_id;
END;

UPDATE occurrence SET attended = (
    SELECT COUNT(DISTINCT s.volunteer_id) FROM signup s
    JOIN occurrence_role r ON r.occurrence_id = s.occurrence_id AND r.name = s.role AND r.participant = 1
    WHERE s.occurrence_id = occurrence.id AND s.state = 'attended');

-- Entries -------------------------------------------------------------------------------------------------------------

ALTER TABLE target_entry ADD COLUMN unit TEXT NOT NULL DEFAULT '';           -- a unit's slug; '' = none
ALTER TABLE target_entry ADD COLUMN counted_milli INTEGER NOT NULL DEFAULT 0; -- 'set': what had been counted by then

-- When an indicator is due before its plan ends.
CREATE TABLE indicator_due (
    plan TEXT NOT NULL,
    indicator TEXT NOT NULL,
    due TEXT NOT NULL,
    PRIMARY KEY (plan, indicator),
    FOREIGN KEY (plan, indicator) REFERENCES indicator (plan, slug)
) STRICT, WITHOUT ROWID;

-- What a closed plan came to; its successor's baseline.
CREATE TABLE plan_result (
    plan TEXT NOT NULL,
    indicator TEXT NOT NULL,
    value_milli INTEGER,                -- NULL: nobody had said
    closed_ms INTEGER NOT NULL,
    PRIMARY KEY (plan, indicator),
    FOREIGN KEY (plan, indicator) REFERENCES indicator (plan, slug)
) STRICT, WITHOUT ROWID;

-- Reports add hours up by days, and people by when they came.
CREATE INDEX hours_entry_day ON hours_entry (day, event, volunteer, counted);
CREATE INDEX event_preset ON event (preset);
