-- Reminders: quiet hours, channels of the operators, kinds that are about a week or a target, and what finds them.

ALTER TABLE channel ADD COLUMN quiet TEXT COLLATE "C" NOT NULL DEFAULT '';   -- "22:00-07:00"; '': none
ALTER TABLE channel ADD COLUMN alerts BIGINT NOT NULL DEFAULT 0;  -- told of other channels' troubles

ALTER TABLE reminder ADD COLUMN lang TEXT COLLATE "C" NOT NULL DEFAULT '';  -- '': the channel's
ALTER TABLE reminder ADD COLUMN target TEXT COLLATE "C" NOT NULL DEFAULT '';  -- of a milestone; '': every target
ALTER TABLE reminder ADD COLUMN steps TEXT COLLATE "C" NOT NULL DEFAULT '';  -- of a milestone: "25,50,75,90,100"

ALTER TABLE delivery ADD COLUMN subject TEXT COLLATE "C" NOT NULL DEFAULT '';  -- a week, a step, an alert
CREATE INDEX delivery_reminder ON delivery (reminder_id, state);
CREATE INDEX delivery_event ON delivery (event_id, due_ms);

-- Steps of targets that were passed: each is told once, and not at all if it was passed before anybody asked.
CREATE TABLE milestone_passed (
    plan TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    percent_milli BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (plan, target, percent_milli)
);
