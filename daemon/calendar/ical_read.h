/* iCalendar files (RFC 5545, 7986) as other programs write them: from bytes to plain facts, not yet judged. */
#ifndef KEPU_CALENDAR_ICAL_READ_H
#define KEPU_CALENDAR_ICAL_READ_H

#include "base/err.h"
#include "base/mem.h"
#include "domain/fields.h"
#include "zone.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ICAL_FILE_BYTES_MAX (8 * 1024 * 1024)
#define ICAL_COMPONENTS_MAX 5000
#define ICAL_ZONES_MAX 500
#define ICAL_OBSERVANCES_MAX 2000    /* of all zones together; those beyond are as if they had no clock */
#define ICAL_TZIDS_MAX 200           /* different ones in use */
#define ICAL_VALUES_MAX 4000         /* dates, rules, categories … of one component */
#define ICAL_SECONDS_NONE INT64_MIN

/* A DATE or DATE-TIME as written. */
struct ical_time {
    int64_t wall_s;
    bool set, date, utc;
    const char *tzid;                /* NULL: in UTC, floating, or a date */
};

struct ical_times {
    struct ical_time *items;
    size_t count, room;
};

struct ical_pair {
    const char *name, *value;
};

/* What can be given and yet not be readable. */
enum ical_bad {
    ICAL_BAD_START = 1, ICAL_BAD_END = 2, ICAL_BAD_DURATION = 4, ICAL_BAD_RECURRENCE = 8, ICAL_BAD_RDATE = 16,
    ICAL_BAD_EXDATE = 32, ICAL_BAD_OTHER = 64
};

/* One component: a VEVENT, or something else that there is only a title of. Texts are NULL where nothing was given. */
struct ical_component {
    int line;                        /* of its BEGIN, from 1 */
    const char *kind;                /* "VEVENT" */
    const char *uid, *title, *description, *location, *status, *url;
    struct ical_time start, end, recurrence;
    bool and_future;                 /* RANGE=THISANDFUTURE */
    int64_t duration_s;              /* ICAL_SECONDS_NONE: none, or not readable */
    struct texts rules, exrules, categories;
    struct ical_times rdates, exdates;
    int64_t sequence;                /* 0 where there is none */
    int64_t modified_s;              /* LAST-MODIFIED, else DTSTAMP, UTC; ICAL_SECONDS_NONE */
    struct ical_pair *own;           /* X-KEPU-…, in the order of the file, without the prefix */
    size_t own_count;
    bool all_day_hint;               /* X-MICROSOFT-CDO-ALLDAYEVENT */
    unsigned bad;                    /* enum ical_bad */
    bool cut_off;                    /* the file ended in its midst */
};

/* A part of a VTIMEZONE: from when on, by which rule again, from which offset to which. */
struct ical_observance {
    int64_t start_s;
    const char *rule;                /* NULL: none */
    struct ical_times rdates;
    int from_s, to_s;                /* offsets, seconds east of UTC */
};
/* A moment from which on a clock shows another time. */
struct ical_onset {
    int64_t wall_s;
    int from_s, to_s;
};
struct ical_vtimezone {
    const char *tzid, *location;     /* `location`: a name that may be the tz database's; or NULL */
    struct ical_observance *parts;
    size_t count;
    bool clock_read;                 /* ical_tzid.c has made of them: */
    struct ical_onset *onsets;
    size_t onset_count;
};

/* How a TZID was understood (ical_tzid.h). */
enum ical_zone_how { ICAL_ZONE_NAMED, ICAL_ZONE_MATCHED, ICAL_ZONE_UNKNOWN };
struct ical_tzid {
    const char *tzid;
    const struct zone *zone;
    enum ical_zone_how how;
};

/* What kepu has no place for, and how often it was there. */
struct ical_ignored {
    const char *name;
    int count;
};

struct ical_file {
    struct arena *arena;
    size_t observances;
    struct ical_component *components;
    size_t count;
    struct ical_vtimezone *zones;
    size_t zone_count;
    struct ical_tzid tzids[ICAL_TZIDS_MAX];
    size_t tzid_count;
    const char *zone_name;           /* X-WR-TIMEZONE, or NULL */
    const char *maker;               /* PRODID, or NULL */
    const struct ical_ignored *ignored;
    size_t ignored_count;
};

/*
 * Reads a file into the arena. Broken components are there with what of them could be read; an error is only what is
 * no calendar at all (ERR_INVALID) or too much (ERR_TOO_LARGE). What isn't UTF-8 is read as GB18030, or repaired.
 */
int ical_read(const char *text, size_t bytes, struct arena *a, struct ical_file **ret, struct err *e);

/* Of a component's X-KEPU- properties: the first of a name (without the prefix), NULL if there is none. */
const char *ical_own(const struct ical_component *c, const char *name);
struct texts ical_own_all(const struct ical_component *c, const char *name, struct arena *a);

#endif
