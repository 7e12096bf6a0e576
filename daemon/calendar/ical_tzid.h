/* What zone a TZID of an imported file means. */
#ifndef KEPU_CALENDAR_ICAL_TZID_H
#define KEPU_CALENDAR_ICAL_TZID_H

#include "ical_read.h"

/*
 * In order: the tz database's name, also behind another program's prefix; Windows' and Outlook's names; the location
 * that the file's VTIMEZONE names; a zone of the tz database whose clock reads the same around `around_s`
 * (ICAL_ZONE_MATCHED: people want to be told). NULL and ICAL_ZONE_UNKNOWN if none of these. `home` goes first where
 * clocks are compared.
 */
const struct zone *ical_zone_of(struct ical_file *f, const char *tzid, const struct zone *home, int64_t around_s,
                                enum ical_zone_how *ret_how);

/* Seconds UTC of a wall time by the file's own VTIMEZONE; false if it has none of that name. */
bool ical_zone_instant(struct ical_file *f, const char *tzid, int64_t wall_s, int64_t *ret_utc_s);

/* The zone in which the file's author lives: X-WR-TIMEZONE, else its only VTIMEZONE but UTC, else `home`. */
const struct zone *ical_zone_home(struct ical_file *f, const struct zone *home, int64_t around_s);

#endif
