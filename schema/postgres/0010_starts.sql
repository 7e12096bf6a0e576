-- A sign-up begins confirmed or in line and only then becomes attended: the update's trigger counts it. No trigger on
-- INSERT is needed.
DROP TRIGGER signup_attended_insert ON signup;
