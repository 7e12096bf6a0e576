/* What `kepuctl time expand` answers: the instances of any recurrence set, given as texts. */
#ifndef KEPU_CALENDAR_EXPAND_H
#define KEPU_CALENDAR_EXPAND_H

#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>

#define EXPAND_LIMIT_MAX 10000
#define EXPAND_LIMIT_DEFAULT 100

struct expand_texts {
    const char *const *texts;
    size_t count;
};

struct expand_input {
    const char *dtstart;    /* "19980101T090000", "1998-01-01T09:00:00", a Z after either for UTC, or a date */
    const char *value;      /* "DATE", "DATE-TIME", or NULL: as dtstart has it */
    const char *tzid;       /* an IANA or a Windows name, or NULL: floating, or UTC with a Z */
    struct expand_texts rrule, exrule;
    struct expand_texts exdate, rdate; /* times or dates in dtstart's zone, or UTC with a Z; an rdate may be a period */
    const char *from;       /* "start_at": the first instance that is wanted, or NULL */
    size_t limit;           /* 0: EXPAND_LIMIT_DEFAULT */
};

struct expand_result {
    char **instances;       /* basic form, with a Z if dtstart had one */
    char **utc;             /* their instants ("19980101T010000Z"); NULL for floating times and dates */
    size_t count;
    bool complete;          /* these are all; false: a prefix */
};

/* A start that doesn't match its rules is left out (SPEC.md 2). Everything in the result lies in the arena. */
int expand(const struct expand_input *in, struct arena *a, struct expand_result *ret, struct err *e);

#endif
