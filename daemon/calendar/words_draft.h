/* A rule while it is put together from parts. */
#ifndef KEPU_CALENDAR_WORDS_DRAFT_H
#define KEPU_CALENDAR_WORDS_DRAFT_H

#include "words_grammar.h"

/* Sets as in words_grammar.h. */
struct words_draft {
    const struct words_parts *p;
    const char *freq;
    int interval;
    bool lunar;
    uint64_t months, monthdays, yeardays, weeknos, setpos;
    unsigned weekdays;
    const struct words_nth *nths;
    size_t nth_count;
    struct words_nth week;   /* what nths points to for a week of the month */
};

struct buf;
/* As an RRULE value; its UNTIL in UTC, as of the zone. */
void words_draft_write(const struct words_draft *d, const struct zone *zone, struct buf *out);

#endif
