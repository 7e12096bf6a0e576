-- How many may be in line for a role; 0 = any number, NULL = the office's rule.
ALTER TABLE event_role ADD COLUMN waitlist_max INTEGER;
ALTER TABLE occurrence_role ADD COLUMN waitlist_max INTEGER;
