#include "zone_posix.h"

#include "civil.h"

#include <string.h>

#define OFFSET_HOURS_MAX 24
#define CHANGE_HOURS_MAX 167 /* RFC 8536 3.3.1 */

/* What is left to read. */
struct reader {
    const char *at, *end;
};

static bool take(struct reader *r, char c)
{
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static bool read_number(struct reader *r, int max, int *ret)
{
    int value = 0;
    const char *first = r->at;

    for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
        value = value * 10 + (*r->at - '0');
        if (value > max)
            return false;
    }
    *ret = value;
    return r->at > first;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool read_time(struct reader *r, int hours_max, int *ret_s)
{
    bool negative = take(r, '-');
    int hour, minute = 0, second = 0;

    if (!negative)
        take(r, '+');
    if (!read_number(r, hours_max, &hour))
        return false;
    if (take(r, ':') && !read_number(r, 59, &minute))
        return false;
    if (take(r, ':') && !read_number(r, 59, &second))
        return false;
    *ret_s = (negative ? -1 : 1) * (hour * 3600 + minute * 60 + second);
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "EST", or "<+0330>" for names that are not letters alone. */
static bool read_name(struct reader *r, char ret[ZONE_ABBREVIATION_BYTES])
{
    bool quoted = take(r, '<');
    const char *first = r->at;
    size_t len;

    while (r->at < r->end && (quoted ? *r->at != '>' : is_letter(*r->at)))
        r->at++;
    len = (size_t)(r->at - first);
    if (len == 0 || (quoted && !take(r, '>')))
        return false;
    if (len >= ZONE_ABBREVIATION_BYTES)
        len = ZONE_ABBREVIATION_BYTES - 1;
    memcpy(ret, first, len);
    ret[len] = 0;
    return true;
}

static bool read_month_day(struct reader *r, struct zone_change *ret)
{
    ret->form = ZONE_DAY_OF_MONTH;
    return read_number(r, 12, &ret->month) && ret->month >= 1 && take(r, '.') && read_number(r, 5, &ret->week) &&
           ret->week >= 1 && take(r, '.') && read_number(r, 6, &ret->weekday);
}

static bool read_change(struct reader *r, struct zone_change *ret)
{
    ret->time_s = 2 * 3600;
    if (take(r, 'M')) {
        if (!read_month_day(r, ret))
            return false;
    } else {
        ret->form = take(r, 'J') ? ZONE_DAY_JULIAN : ZONE_DAY_OF_YEAR;
        if (!read_number(r, 365, &ret->day) || (ret->form == ZONE_DAY_JULIAN && ret->day < 1))
            return false;
    }
    return !take(r, '/') || read_time(r, CHANGE_HOURS_MAX, &ret->time_s);
}

bool zone_posix_parse(const char *text, size_t bytes, struct zone_posix *ret)
{
    struct reader r = {text, text + bytes};

    memset(ret, 0, sizeof *ret);
    if (!read_name(&r, ret->standard.name) || !read_time(&r, OFFSET_HOURS_MAX, &ret->standard.offset_s))
        return false;
    /* POSIX counts offsets west of UTC as positive. */
    ret->standard.offset_s = -ret->standard.offset_s;
    if (r.at == r.end)
        return true;
    ret->has_dst = ret->daylight.dst = true;
    if (!read_name(&r, ret->daylight.name))
        return false;
    ret->daylight.offset_s = ret->standard.offset_s + 3600;
    if (r.at < r.end && *r.at != ',') {
        if (!read_time(&r, OFFSET_HOURS_MAX, &ret->daylight.offset_s))
            return false;
        ret->daylight.offset_s = -ret->daylight.offset_s;
    }
    return take(&r, ',') && read_change(&r, &ret->start) && take(&r, ',') && read_change(&r, &ret->end) &&
           r.at == r.end;
}

/* Days since 1970-01-01. */
static int64_t change_day(const struct zone_change *c, int year)
{
    int64_t first, day;

    switch (c->form) {
    case ZONE_DAY_JULIAN:
        return civil_days(year, 1, 1) + c->day - 1 + (civil_leap_year(year) && c->day >= 60);
    case ZONE_DAY_OF_YEAR:
        return civil_days(year, 1, 1) + c->day;
    case ZONE_DAY_OF_MONTH:
        break;
    }
    first = civil_days(year, c->month, 1);
    /* POSIX counts weekdays from Sunday, ours from Monday. */
    day = (c->weekday + 6 - (int)civil_weekday(first * CIVIL_DAY_S) + 7) % 7 + 7 * (c->week - 1);
    return first + (day < civil_days_in_month(year, c->month) ? day : day - 7);
}

int64_t zone_posix_start(const struct zone_posix *p, int year)
{
    return change_day(&p->start, year) * CIVIL_DAY_S + p->start.time_s - p->standard.offset_s;
}

int64_t zone_posix_end(const struct zone_posix *p, int year)
{
    return change_day(&p->end, year) * CIVIL_DAY_S + p->end.time_s - p->daylight.offset_s;
}
