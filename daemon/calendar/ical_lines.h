/* Content lines of an iCalendar file (RFC 5545 3.1): unfolded, with their numbers. Internal to reading. */
#ifndef KEPU_CALENDAR_ICAL_LINES_H
#define KEPU_CALENDAR_ICAL_LINES_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define ICAL_LINE_BYTES_MAX (64 * 1024)  /* what is longer is cut: no value that is taken is */
#define ICAL_NAME_BYTES 48

struct ical_lines {
    const char *at, *end;
    int number;              /* of the line read last: where it begins */
    int physical;            /* lines so far */
    struct buf line;
};

/* One line. Texts are in the reader's buffer until the next is read. */
struct ical_line {
    char name[ICAL_NAME_BYTES];          /* upper case */
    const char *rest;                    /* from the ';' or ':' after the name on */
    const char *value;
};

void ical_lines_begin(struct ical_lines *r, const char *text, size_t bytes);
/* The next line that has a name and a value; false at the end. */
bool ical_lines_next(struct ical_lines *r, struct ical_line *ret);
void ical_lines_end(struct ical_lines *r);

#endif
