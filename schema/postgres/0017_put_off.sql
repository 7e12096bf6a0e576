-- What waits beyond its time is looked at again after a gap of the clock, without reading all that waits.
CREATE INDEX delivery_put_off ON delivery (next_ms) WHERE state = 'scheduled' AND attempts = 0 AND next_ms > due_ms;
