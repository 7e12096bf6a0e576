/* One component, as libical takes it apart. Internal to reading: libical never sees a whole file. */
#ifndef KEPU_CALENDAR_ICAL_PARSE_H
#define KEPU_CALENDAR_ICAL_PARSE_H

#include "ical_read.h"

#define ICAL_RAW_PREFIX "X-KEPU-RAW-"

/* Which properties are wanted, as bits; 0: not this one. *ret_raw: under ICAL_RAW_PREFIX, as it is written. */
unsigned ical_parse_wants(const char *name, bool *ret_raw);

/* `text`: unfolded lines from BEGIN:VEVENT to END:VEVENT; `given`: the bits of those. Unreadable ones are in c->bad. */
void ical_parse_component(const char *text, unsigned given, struct arena *a, struct ical_component *c);
/* The same from BEGIN:VTIMEZONE on, with all its parts named STANDARD. Without a TZID ret->tzid stays NULL. */
void ical_parse_zone(const char *text, struct arena *a, struct ical_vtimezone *ret);

#endif
