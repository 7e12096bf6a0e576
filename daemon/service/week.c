#include "week.h"

#include "calendar/civil.h"

#include <stdio.h>

int64_t week_monday(int64_t wall_s)
{
    return civil_midnight(wall_s) - (int64_t)civil_weekday(wall_s) * CIVIL_DAY_S;
}

void week_format(int64_t wall_s, char ret[WEEK_TEXT_BYTES])
{
    /* The week belongs to the year of its Thursday. */
    int64_t thursday_s = week_monday(wall_s) + 3 * CIVIL_DAY_S;
    struct civil t;

    civil_from_wall(thursday_s, &t);
    snprintf(ret, WEEK_TEXT_BYTES, "%04d-W%02d", t.year % 10000,
             (int)((thursday_s / CIVIL_DAY_S - civil_days(t.year, 1, 1)) / 7 + 1) % 100);
}
