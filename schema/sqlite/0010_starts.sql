-- A sign-up begins confirmed or in line and only then becomes attended: the update's trigger counts it. A trigger on
-- INSERT, though it never fired, had SQLite copy every page of every sign-up aside first.
DROP TRIGGER signup_attended_insert;
