/* VTIMEZONE (RFC 5545 3.6.5): a zone as short as it can be said and still right from a moment on. */
#ifndef KEPU_CALENDAR_ICAL_ZONE_H
#define KEPU_CALENDAR_ICAL_ZONE_H

#include "ical_write.h"

/*
 * Right for every time at or after from_utc_s. Clocks that change by a rule get it in the form that Outlook knows, from
 * 1970 on; changes that follow no rule are listed, up to ICAL_ZONE_YEAR_MAX. Not for UTC, whose times carry a Z.
 */
#define ICAL_ZONE_YEAR_MAX 2100
void ical_zone(struct ical *w, const struct zone *z, int64_t from_utc_s);

#endif
