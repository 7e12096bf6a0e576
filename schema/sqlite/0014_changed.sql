-- When what calendars show of these last changed: their LAST-MODIFIED moves with it. 0: not since it came.
ALTER TABLE department ADD COLUMN changed_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE category ADD COLUMN changed_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE venue ADD COLUMN changed_ms INTEGER NOT NULL DEFAULT 0;
