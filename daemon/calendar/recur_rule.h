/* One recurrence rule as its parts say it; internal to the recurrence engine. */
#ifndef KEPU_CALENDAR_RECUR_RULE_H
#define KEPU_CALENDAR_RECUR_RULE_H

#include "civil.h"
#include "recur.h"

#define RECUR_INTERVAL_MAX 2147483647LL
#define RECUR_COUNT_MAX 2147483647LL

/* The parts in the order in which they are written (RFC 5545 3.3.10, RFC 7529 4.1). */
#define RECUR_PARTS(X)                                                                                     \
    X(PART_RSCALE, "RSCALE") X(PART_FREQ, "FREQ") X(PART_UNTIL, "UNTIL") X(PART_COUNT, "COUNT")            \
    X(PART_INTERVAL, "INTERVAL") X(PART_BYSECOND, "BYSECOND") X(PART_BYMINUTE, "BYMINUTE")                 \
    X(PART_BYHOUR, "BYHOUR") X(PART_BYDAY, "BYDAY") X(PART_BYMONTHDAY, "BYMONTHDAY")                       \
    X(PART_BYYEARDAY, "BYYEARDAY") X(PART_BYWEEKNO, "BYWEEKNO") X(PART_BYMONTH, "BYMONTH")                 \
    X(PART_BYSETPOS, "BYSETPOS") X(PART_WKST, "WKST") X(PART_SKIP, "SKIP")

enum recur_part {
#define X(part, name) part,
    RECUR_PARTS(X)
#undef X
    RECUR_PART_COUNT
};

#define RECUR_FREQS(X)                                                                                     \
    X(RECUR_SECONDLY, "SECONDLY") X(RECUR_MINUTELY, "MINUTELY") X(RECUR_HOURLY, "HOURLY")                  \
    X(RECUR_DAILY, "DAILY") X(RECUR_WEEKLY, "WEEKLY") X(RECUR_MONTHLY, "MONTHLY") X(RECUR_YEARLY, "YEARLY")

/* From the shortest period to the longest, so that they compare. */
enum recur_freq {
#define X(freq, name) freq,
    RECUR_FREQS(X)
#undef X
};

enum recur_skip { RECUR_OMIT, RECUR_BACKWARD, RECUR_FORWARD };
enum recur_until { UNTIL_NONE, UNTIL_DATE, UNTIL_LOCAL, UNTIL_UTC };

/* A set of numbers, counted from the start (bit 5 of plus = 5) or from the end (bit 5 of minus = -5). */
#define RECUR_WORDS 7 /* up to 385: the days of the longest lunar year, and one beyond */
struct recur_numbers {
    uint64_t plus[RECUR_WORDS], minus[RECUR_WORDS];
};

/* BYDAY by weekday: bit n is the nth of the period, bit 0 of plus every one. */
struct recur_ordinals {
    uint64_t plus, minus;
};

struct recur_rule {
    uint32_t parts;                       /* bit per enum recur_part: which were given */
    enum recur_freq freq;
    bool lunar;                           /* RSCALE=CHINESE */
    enum recur_skip skip;
    int64_t interval, count;              /* count 0: none */
    enum recur_until until;
    int64_t until_s;                      /* as written; a date is its midnight */
    enum weekday wkst;
    struct recur_numbers by[RECUR_PART_COUNT]; /* of the BY parts that are plain numbers */
    struct recur_ordinals by_day[7];
    bool ordinals;                        /* BYDAY has some, as in 3SA */
    uint32_t leap_months;                 /* BYMONTH=6L: bit 6 */
};

extern const char *const recur_part_names[RECUR_PART_COUNT];
extern const char *const recur_freq_names[];
extern const char *const recur_weekday_names[7];
extern const char *const recur_skip_names[];

static inline bool recur_has(const struct recur_rule *r, enum recur_part part)
{
    return r->parts >> part & 1;
}

#endif
