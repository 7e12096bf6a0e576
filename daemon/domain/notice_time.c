/* Quiet hours, times a little early, and a milestone's steps; declared in notice.h. */
#include "notice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400
#define HALF_HOUR_MS 1800000LL
#define PERCENT_MILLI_MAX 1000000     /* ten times the target */

static int minutes_of(const char *text, int *ret)
{
    int hour, minute, used = 0;

    if (text[0] < '0' || text[0] > '9' || sscanf(text, "%2d:%2d%n", &hour, &minute, &used) != 2 || used < 4 ||
        text[used - 2] < '0' || text[used - 2] > '5' || hour > 24 || minute > 59 || hour * 60 + minute > 24 * 60)
        return 0;
    *ret = (hour * 60 + minute) % (24 * 60);
    return used;
}

bool quiet_parse(const char *text, struct quiet *ret)
{
    struct quiet q = {-1, -1};
    int used, rest;

    if (text[0]) {
        used = minutes_of(text, &q.from_min);
        if (!used || text[used] != '-')
            return false;
        rest = minutes_of(text + used + 1, &q.to_min);
        if (!rest || text[used + 1 + rest] || q.from_min == q.to_min)
            return false;
    }
    *ret = q;
    return true;
}

bool quiet_at(const struct quiet *q, int64_t wall_s, int64_t *ret_begin_s, int64_t *ret_end_s)
{
    int64_t day_s = wall_s - ((wall_s % DAY_S) + DAY_S) % DAY_S, begin_s, end_s;

    if (q->from_min < 0)
        return false;
    /* Of yesterday's and today's hours it may be in either. */
    for (int back = 1; back >= 0; back--) {
        begin_s = day_s - back * DAY_S + q->from_min * 60;
        end_s = day_s - back * DAY_S + q->to_min * 60 + (q->to_min < q->from_min ? DAY_S : 0);
        if (wall_s < begin_s || wall_s >= end_s)
            continue;
        *ret_begin_s = begin_s;
        *ret_end_s = end_s;
        return true;
    }
    return false;
}

int64_t notice_spread_ms(int64_t due_ms, int64_t spread_ms, uint64_t grain)
{
    /* Zones stand whole quarters apart, nearly all of them half hours: UTC's half hours are everybody's. */
    if (spread_ms <= 0 || due_ms % HALF_HOUR_MS >= 60000)
        return due_ms;
    grain = (grain ^ (grain >> 31)) * 0x9E3779B97F4A7C15U;
    return due_ms - 1 - (int64_t)((grain >> 33) % (uint64_t)spread_ms);
}

size_t milestone_steps_parse(const char *text, int64_t ret_milli[MILESTONE_STEPS_MAX])
{
    size_t count = 0;

    for (const char *p = text;; p++) {
        char *end;
        double percent = strtod(p, &end);
        int64_t milli = percent > 0 && percent < 1e4 ? (int64_t)(percent * 1000 + 0.5) : 0;
        if (end == p || count == MILESTONE_STEPS_MAX || milli < 1 || milli > PERCENT_MILLI_MAX ||
            (count && milli <= ret_milli[count - 1]) || (*end && *end != ','))
            return 0;
        ret_milli[count++] = milli;
        if (!*end)
            return count;
        p = end;
    }
}
