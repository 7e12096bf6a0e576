#include "measure.h"

#include "target.h"

#include <stdio.h>
#include <string.h>

const char *const measure_names[MEASURE_COUNT] = {
#define X(measure, name) [measure] = name,
    MEASURES(X)
#undef X
};
const char *const period_names[PERIOD_COUNT] = {
#define X(period, name) [period] = name,
    PERIODS(X)
#undef X
};
const char *const standing_names[STANDING_COUNT] = {
#define X(standing, name) [standing] = name,
    STANDINGS(X)
#undef X
};
const char *const sureness_names[SURENESS_COUNT] = {
#define X(sure, name) [sure] = name,
    SURENESSES(X)
#undef X
};

static int find(const char *text, const char *const *names, int count)
{
    for (int i = 0; text && i < count; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    return -1;
}

bool measure_parse(const char *text, enum measure *ret)
{
    int found = find(text, measure_names, MEASURE_COUNT);

    if (found >= 0)
        *ret = (enum measure)found;
    return found >= 0;
}

bool period_parse(const char *text, enum period *ret)
{
    int found = find(text, period_names, PERIOD_COUNT);

    if (found >= 0)
        *ret = (enum period)found;
    return found >= 0;
}

bool measure_is_counted(enum measure m)
{
    return m == MEASURE_PERSONS || m == MEASURE_ATTENDANCES || m == MEASURE_SESSIONS;
}

bool measure_starts_unknown(enum measure m)
{
    return m == MEASURE_MANUAL || m == MEASURE_RATIO;
}

/* Semesters: two a year, the even one in spring. January belongs to last autumn's. */

int semester_of(int year, int month)
{
    if (month < SEMESTER_SPRING_MONTH)
        return year * 2 - 1;
    return year * 2 + (month >= SEMESTER_AUTUMN_MONTH);
}

void semester_name(int semester, char ret[SEMESTER_TEXT_BYTES])
{
    snprintf(ret, SEMESTER_TEXT_BYTES, "%d-%s", semester / 2, semester % 2 ? "autumn" : "spring");
}

void semester_start(int semester, int *ret_year, int *ret_month)
{
    *ret_year = semester / 2;
    *ret_month = semester % 2 ? SEMESTER_AUTUMN_MONTH : SEMESTER_SPRING_MONTH;
}

bool semester_parse(const char *text, int *ret)
{
    int year, end = 0;
    char season[8];

    if (sscanf(text, "%4d-%7[a-z]%n", &year, season, &end) != 2 || text[end] || year < 1)
        return false;
    if (strcmp(season, "spring") != 0 && strcmp(season, "autumn") != 0)
        return false;
    *ret = year * 2 + (season[0] == 'a');
    return true;
}

/* Courses */

static int64_t portion(int64_t amount_milli, int64_t part, int64_t whole)
{
    return (int64_t)((__int128)amount_milli * part / whole);
}

int64_t course_expected_milli(const struct course *c)
{
    int64_t whole = c->to_day - c->from_day + 1, gone = c->today - c->from_day + 1;

    if (gone < 0 || whole <= 0)
        gone = 0;
    return whole <= 0 || gone >= whole ? c->target_milli : portion(c->target_milli, gone, whole);
}

enum standing course_standing(const struct course *c)
{
    int64_t expected_milli = c->grows ? course_expected_milli(c) : c->target_milli;
    __int128 value = (__int128)c->value_milli * 100;

    if (c->value_milli >= c->target_milli)
        return STANDING_REACHED;
    if (!c->grows && c->today <= c->to_day && c->value_milli == 0)
        return STANDING_ON;
    if (value < (__int128)expected_milli * (100 - COURSE_MARGIN_PERCENT) || c->today > c->to_day)
        return STANDING_BEHIND;
    return c->grows && value >= (__int128)expected_milli * (100 + COURSE_MARGIN_PERCENT) ? STANDING_AHEAD : STANDING_ON;
}

/* Days until `left` has come in, at `amount` in `days`; -1: not in our time. */
static int64_t days_at(int64_t left_milli, int64_t amount_milli, int64_t days)
{
    __int128 needed;

    if (amount_milli <= 0 || days <= 0)
        return -1;
    needed = ((__int128)left_milli * days + amount_milli - 1) / amount_milli;
    return needed > TARGET_FORECAST_DAYS_MAX ? -1 : (int64_t)needed;
}

static void widen(struct outlook *o, int64_t days)
{
    if (days < 0)
        o->days_most = -1;
    if (days >= 0 && days < o->days_least)
        o->days_least = days;
    if (days >= 0 && o->days_most >= 0 && days > o->days_most)
        o->days_most = days;
}

#define SURE_HAPPENINGS 12        /* fewer than one a month say little */
#define SURE_HAPPENINGS_LEAST 4

/* High: the paces agree within a quarter. Medium: within twice. */
static enum sureness how_sure(const struct outlook *o, int64_t events)
{
    if (events < SURE_HAPPENINGS_LEAST || o->days_most < 0 || o->days_most > 2 * o->days_least)
        return SURE_LOW;
    return events >= SURE_HAPPENINGS && o->days_most * 4 <= o->days_least * 5 ? SURE_HIGH : SURE_MEDIUM;
}

bool course_outlook(const struct course *c, struct outlook *ret)
{
    int64_t left_milli = c->target_milli - c->value_milli, gone = c->today - c->from_day + 1;
    struct outlook o;

    o.days = left_milli > 0 ? days_at(left_milli, c->recent_milli, c->recent_days) : -1;
    if (o.days < 0)
        return false;
    o.days_least = o.days_most = o.days;
    widen(&o, days_at(left_milli, c->recent_half_milli, (c->recent_days + 1) / 2));
    if (c->year_days > 0)
        widen(&o, days_at(left_milli, c->year_milli, c->year_days));
    else if (c->grows)
        widen(&o, days_at(left_milli, c->value_milli, gone));
    o.sure = how_sure(&o, c->events);
    *ret = o;
    return true;
}
