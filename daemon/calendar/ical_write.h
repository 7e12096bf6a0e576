/* iCalendar text (RFC 5545 3.1 to 3.3): content lines folded at 75 octets, values escaped, straight into bytes. */
#ifndef KEPU_CALENDAR_ICAL_WRITE_H
#define KEPU_CALENDAR_ICAL_WRITE_H

#include "base/buf.h"
#include "recur.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Not libical's writer: it writes a rule as it understood it (reordered, cut where its tables end), leaves commas in
 * CATEGORIES and X- properties as they are, folds a long word away from its name into an empty first line, and takes
 * twenty times as long for a thousand events. It stays the judge: tests read everything written here back with it.
 */
struct ical {
    struct buf *out;
    size_t octets;           /* of the line so far */
};

#define ICAL_LINE_OCTETS_MAX 75

void ical_begin(struct ical *w, const char *component);
void ical_end(struct ical *w, const char *component);

/* `name` may carry parameters: "REFRESH-INTERVAL;VALUE=DURATION". Malformed UTF-8 becomes U+FFFD. */
void ical_raw(struct ical *w, const char *name, const char *value);     /* as it is, but for control characters */
void ical_text(struct ical *w, const char *name, const char *text); /* 3.3.11; of control characters line feeds stay */
/* 'NAME;CN="…":value': the parameter without what may not stand between quotes (3.2). */
void ical_named(struct ical *w, const char *name, const char *cn, const char *value);
void ical_int(struct ical *w, const char *name, int64_t value);
void ical_instant(struct ical *w, const char *name, int64_t ms);        /* "20270512T010000Z"; whole seconds */
void ical_duration(struct ical *w, const char *name, int64_t seconds);  /* "PT1H", "-P1D" */

/*
 * Local times with their TZID, or dates; in the zone UTC with a Z. Several share a line ("EXDATE"), up to a bound: some
 * programs read no more than a few hundred of one. None are no line. `name` without parameters.
 */
#define ICAL_LOCALS_A_LINE 100
void ical_local(struct ical *w, const char *name, const struct zone *z, bool date, int64_t wall_s);
void ical_locals(struct ical *w, const char *name, const struct zone *z, bool date, const int64_t *walls, size_t count);

/*
 * The rule as it belongs beside such a DTSTART: UNTIL in UTC where that has a TZID, a date where it is one (3.3.10).
 */
void ical_rule(struct ical *w, const struct recur_rule *rule, const struct zone *z, bool date);

#endif
