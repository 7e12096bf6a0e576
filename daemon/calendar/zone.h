/* Time zones of the system's tz database: between wall time and UTC, gaps and overlaps as RFC 5545 3.3.5 has them. */
#ifndef KEPU_CALENDAR_ZONE_H
#define KEPU_CALENDAR_ZONE_H

#include "base/err.h"

#include "civil.h"

#include <stdbool.h>
#include <stdint.h>

struct zone;

/*
 * The zone of a TZID ("Asia/Shanghai", "UTC"). Zones are loaded once, never change and live until the process ends, so
 * the pointer may be kept; safe from any thread. Unknown: NULL, with e set (ERR_INVALID, field "tz", with the nearest
 * name as a suggestion). Names with "..", a leading "/" or other than [A-Za-z0-9_+/-] are unknown.
 */
const struct zone *zone_find(const char *tzid, struct err *e);
const char *zone_id(const struct zone *z);

/*
 * Seconds UTC of a wall time. In a gap the wall time takes the offset before the gap (02:30 -05:00 in New York, that is
 * 07:30Z); one that exists twice is the first of the two.
 */
int64_t zone_to_utc(const struct zone *z, int64_t wall_s);
int64_t zone_to_wall(const struct zone *z, int64_t utc_s);
/* The offset in seconds east of UTC that zone_to_utc applied to this wall time. */
int zone_offset_s(const struct zone *z, int64_t wall_s);
/* True if the zone has no transition in [from, to), given as wall times. */
bool zone_is_fixed(const struct zone *z, int64_t from_s, int64_t to_s);

/* "2027-09-18T09:00:00+08:00": a wall time with its offset, RFC 3339. */
#define ZONE_TEXT_BYTES CIVIL_TEXT_BYTES
void zone_format(const struct zone *z, int64_t wall_s, char ret[ZONE_TEXT_BYTES]);

/* The next transition after utc_s: its time and the offsets and abbreviations around it. False if there is none. */
struct zone_transition {
    int64_t at_utc_s;
    int offset_before_s, offset_after_s;
    bool dst_after;
    char name_before[12], name_after[12];
};
bool zone_next_transition(const struct zone *z, int64_t utc_s, struct zone_transition *ret);

/* The IANA name for a Windows or Outlook zone name ("China Standard Time"), NULL if there is none. */
const char *zone_from_windows(const char *name);

#endif
