/* Days off and make-up workdays, as the State Council publishes them year by year, with a local overlay. */
#ifndef KEPU_CALENDAR_HOLIDAYS_H
#define KEPU_CALENDAR_HOLIDAYS_H

#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct holiday {
    int64_t days;        /* days since 1970-01-01 */
    bool off;            /* true: a day off; false: a weekend day that is worked */
    const char *name;    /* "国庆节" */
};

/* Sorted by day, without doubles; memory is the owner's. */
struct holidays {
    const struct holiday *days;
    size_t count;
};

enum holiday_policy { HOLIDAY_KEEP, HOLIDAY_SKIP, HOLIDAY_NEXT_WORKDAY, HOLIDAY_PREV_WORKDAY };
/* "keep", "skip", "next-workday", "prev-workday" */
bool holiday_policy_parse(const char *text, enum holiday_policy *ret);
const char *holiday_policy_name(enum holiday_policy policy);

/* The published file of one year (data/holidays: year, papers[], days[{name,date,isOffDay}]). Result in the arena. */
int holidays_parse(const char *json, size_t bytes, struct arena *a, struct holidays *ret, struct err *e);
/* Both together; on a day in both, `over` (the local overlay, or a later file) wins. Names stay borrowed. */
void holidays_merge(const struct holidays *base, const struct holidays *over, struct arena *a, struct holidays *ret);
const struct holiday *holidays_find(const struct holidays *h, int64_t days);  /* NULL: an ordinary day */
bool holidays_is_off(const struct holidays *h, int64_t days);                 /* weekends count, make-up days don't */
/* Where the policy puts an instance; false: it is skipped. Looks at most 30 days ahead or back. */
bool holidays_apply(const struct holidays *h, enum holiday_policy policy, int64_t wall_s, int64_t *ret_wall_s);

#endif
