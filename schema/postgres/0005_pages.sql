-- What pages show and keep of people: the town that a venue is in, and that somebody who signed up is under age.

ALTER TABLE venue ADD COLUMN town TEXT COLLATE "C" NOT NULL DEFAULT '';
-- '14-17', 'under14'; '': adult, or not said.
ALTER TABLE signup ADD COLUMN age_group TEXT COLLATE "C" NOT NULL DEFAULT '';
