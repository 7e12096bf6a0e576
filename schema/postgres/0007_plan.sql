-- The plan counts: who came to each occurrence, what was entered for which unit, and what a closed plan came to.

-- Participants who attended, each once. Kept by the triggers below, so that whoever changes a sign-up need not know;
-- they count anew, so that rows may come in any order (a restore).
ALTER TABLE occurrence ADD COLUMN attended BIGINT NOT NULL DEFAULT 0;
CREATE INDEX occurrence_counted ON occurrence (event_id, start_local, start_ms, end_ms, status, attended, headcount);
CREATE UNIQUE INDEX event_indicator_slug ON event_indicator (slug, event_id);    -- an event carries each once
CREATE INDEX signup_attended ON signup (occurrence_id, role, volunteer_id) WHERE state = 'attended';

-- The row first, so that whoever counts next sees what was counted here.
CREATE FUNCTION kepu_count_attended(of_id BIGINT) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM occurrence WHERE id = of_id FOR NO KEY UPDATE;
    UPDATE occurrence SET attended = (
        SELECT COUNT(DISTINCT s.volunteer_id) FROM signup s
        JOIN occurrence_role r ON r.occurrence_id = s.occurrence_id AND r.name = s.role AND r.participant = 1
        WHERE s.occurrence_id = of_id AND s.state = 'attended')
    WHERE id = of_id;
END $$;

CREATE FUNCTION kepu_signup_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM kepu_count_attended(OLD.occurrence_id);
    END IF;
    IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.occurrence_id <> OLD.occurrence_id) THEN
        PERFORM kepu_count_attended(NEW.occurrence_id);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION kepu_role_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM signup WHERE occurrence_id = NEW.occurrence_id AND state = 'attended') THEN
        PERFORM kepu_count_attended(NEW.occurrence_id);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER signup_attended_insert AFTER INSERT ON signup FOR EACH ROW
    WHEN (NEW.state = 'attended') EXECUTE FUNCTION kepu_signup_counted();
CREATE TRIGGER signup_attended_update AFTER UPDATE OF state, role, volunteer_id, occurrence_id ON signup FOR EACH ROW
    WHEN (NEW.state = 'attended' OR OLD.state = 'attended') EXECUTE FUNCTION kepu_signup_counted();
CREATE TRIGGER signup_attended_delete AFTER DELETE ON signup FOR EACH ROW
    WHEN (OLD.state = 'attended') EXECUTE FUNCTION kepu_signup_counted();
CREATE TRIGGER role_attended_insert AFTER INSERT ON occurrence_role FOR EACH ROW
    EXECUTE FUNCTION kepu_role_counted();
CREATE TRIGGER role_attended_update AFTER UPDATE OF participant, name ON occurrence_role FOR EACH ROW
    WHEN (NEW.participant <> OLD.participant OR NEW.name <> OLD.name) EXECUTE FUNCTION kepu_role_counted();

UPDATE occurrence SET attended = (
    SELECT COUNT(DISTINCT s.volunteer_id) FROM signup s
    JOIN occurrence_role r ON r.occurrence_id = s.occurrence_id AND r.name = s.role AND r.participant = 1
    WHERE s.occurrence_id = occurrence.id AND s.state = 'attended');

-- Entries -------------------------------------------------------------------------------------------------------------

ALTER TABLE target_entry ADD COLUMN unit TEXT COLLATE "C" NOT NULL DEFAULT '';  -- a unit's slug; '' = none
ALTER TABLE target_entry ADD COLUMN counted_milli BIGINT NOT NULL DEFAULT 0;    -- 'set': what had been counted by then

-- When an indicator is due before its plan ends.
CREATE TABLE indicator_due (
    plan TEXT COLLATE "C" NOT NULL,
    indicator TEXT COLLATE "C" NOT NULL,
    due TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (plan, indicator),
    FOREIGN KEY (plan, indicator) REFERENCES indicator (plan, slug)
);

-- What a closed plan came to; its successor's baseline.
CREATE TABLE plan_result (
    plan TEXT COLLATE "C" NOT NULL,
    indicator TEXT COLLATE "C" NOT NULL,
    value_milli BIGINT,                 -- NULL: nobody had said
    closed_ms BIGINT NOT NULL,
    PRIMARY KEY (plan, indicator),
    FOREIGN KEY (plan, indicator) REFERENCES indicator (plan, slug)
);

-- Reports add hours up by days, and people by when they came.
CREATE INDEX hours_entry_day ON hours_entry (day, event, volunteer, counted);
CREATE INDEX event_preset ON event (preset);
