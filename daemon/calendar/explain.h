/* What words were read as: `kepuctl time explain WORDS`. */
#ifndef KEPU_CALENDAR_EXPLAIN_H
#define KEPU_CALENDAR_EXPLAIN_H

#include "base/err.h"
#include "base/mem.h"
#include "civil.h"
#include "holidays.h"
#include "words.h"

#define EXPLAIN_DATES_MAX 5

enum explain_kind { EXPLAIN_RULE, EXPLAIN_WHEN };

struct explain_date {
    int64_t wall_s;
    const char *text;        /* "2027-09-18T09:00:00+08:00"; "2027-09-18" where no time was said */
    enum weekday weekday;
    const char *lunar;       /* "八月十八"; "" outside 1900–2100 */
    bool off;                /* a day off, weekends included */
    const char *holiday;     /* what the day is off or worked for, "" if neither was published */
};

struct explanation {
    enum explain_kind kind;
    const char *rule;              /* canonical; NULL for a time */
    const char *text[2];           /* said back, by enum lang */
    int time_s;                    /* the time of day that was said, -1 = none */
    struct explain_date dates[EXPLAIN_DATES_MAX];  /* a time has one, a rule its next ones */
    size_t count;
};

/*
 * Reads the words as a rule, else as a time; everything in *ret is in the arena. `days` may be NULL: none is published.
 * The dates of a rule are those from now on, for an event that begins today. Where neither reading works, the error is
 * that of the nearer one: two meanings before anything else, then the time's unless the words say that they repeat.
 */
int explain_words(const char *text, const struct words_context *ctx, const struct holidays *days, struct arena *a,
                  struct explanation *ret, struct err *e);

#endif
