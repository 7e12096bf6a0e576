#include "words_grammar.h"

#include "civil.h"
#include "lunar.h"

#include <string.h>

/* Years looked ahead for a date without a year: 29 February is at most 8 away, a fifth weekday in February 40. */
#define YEARS_AHEAD_MAX 40
#define MONTHS_AHEAD_MAX 12

struct asking {
    const struct words_parts *p;
    const struct words_context *ctx;
    int64_t now_s;     /* wall time */
    int64_t today;     /* days since 1970-01-01 */
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int refuse(const struct asking *a, enum msg msg, struct err *e)
{
    return err_set(e, ERR_INVALID, msg, NULL, a->p->text, NULL);
}

static bool has(const struct asking *a, unsigned parts)
{
    return (a->p->has & parts) != 0;
}

static bool wall_ok(int64_t wall_s)
{
    return wall_s >= CIVIL_WALL_MIN && wall_s <= CIVIL_WALL_MAX;
}

static int64_t wall_of(const struct asking *a, int64_t day)
{
    return day * CIVIL_DAY_S + (has(a, SLOT_TIME) ? a->p->time_s : 0);
}

/* Today counts as long as the time said, if any, has not passed. */
static bool ahead(const struct asking *a, int64_t day)
{
    return day > a->today || (day == a->today && (!has(a, SLOT_TIME) || wall_of(a, day) >= a->now_s));
}

static int two_days(const struct asking *a, int64_t first, int64_t second, int64_t *ret_day, struct err *e)
{
    char one[CIVIL_TEXT_BYTES], other[CIVIL_TEXT_BYTES];

    if (first == second) {
        *ret_day = first;
        return 0;
    }
    if (!wall_ok(wall_of(a, first)) || !wall_ok(wall_of(a, second)))
        return refuse(a, MSG_WORDS_TOO_FAR, e);
    civil_format(wall_of(a, first), !has(a, SLOT_TIME), one);
    civil_format(wall_of(a, second), !has(a, SLOT_TIME), other);
    return err_set(e, ERR_INVALID, MSG_WORDS_TWO_READINGS, NULL, a->p->text, one, other, NULL);
}

/* Weekdays */

static int weekday_of(int64_t day)
{
    return (int)civil_weekday(day * CIVIL_DAY_S);
}

/* The only weekday said, -1 if there are several. */
static int single_weekday(unsigned weekdays)
{
    return words_set_single(weekdays) ? __builtin_ctz(weekdays) : -1;
}

static int plain_weekday(const struct asking *a, int64_t *ret_day, struct err *e)
{
    int weekday = single_weekday(a->p->weekdays);

    if (a->p->plural)
        return refuse(a, MSG_WORDS_NOT_TIME, e);
    if (weekday < 0)
        return refuse(a, MSG_WORDS_SEVERAL_DAYS, e);
    *ret_day = a->today + (weekday - weekday_of(a->today) + 7) % 7;
    if (!ahead(a, *ret_day))
        *ret_day += 7;
    return 0;
}

/* Weeks begin on Monday. */
static int64_t in_week(const struct asking *a, int weeks, int weekday)
{
    return a->today - weekday_of(a->today) + 7 * weeks + weekday;
}

/* The other sense of "next saturday": the first one after today, and so on for "this" and "last". */
static int64_t nearest(const struct asking *a, int relative, int weekday)
{
    int today = weekday_of(a->today);

    if (relative > 0)
        return a->today + (weekday - today + 6) % 7 + 1;
    if (relative < 0)
        return a->today - (today - weekday + 6) % 7 - 1;
    return a->today + (weekday - today + 7) % 7;
}

static int relative_day(const struct asking *a, int relative, bool loose, unsigned weekdays, int64_t *ret_day,
                        struct err *e)
{
    int weekday = single_weekday(weekdays);

    if (weekday < 0)
        return refuse(a, MSG_WORDS_SEVERAL_DAYS, e);
    *ret_day = in_week(a, relative, weekday);
    return loose ? two_days(a, nearest(a, relative, weekday), *ret_day, ret_day, e) : 0;
}

static int relative_weekday(const struct asking *a, int64_t *ret_day, struct err *e)
{
    return relative_day(a, a->p->relative, a->p->relative_loose, a->p->weekdays, ret_day, e);
}

static int week_weekday(const struct asking *a, int64_t *ret_day, struct err *e)
{
    return relative_day(a, a->p->week_offset, false, a->p->weekdays, ret_day, e);
}

/* "last friday" */
static int last_weekday(const struct asking *a, int64_t *ret_day, struct err *e)
{
    const struct words_nth *n = &a->p->nths[0];

    if (a->p->nth_count != 1 || n->ords != WORDS_BIT(-1) || !a->p->nth_english)
        return refuse(a, MSG_WORDS_WHICH_DAY, e);
    return relative_day(a, -1, true, n->weekdays, ret_day, e);
}

/* Days of a month */

static int nth_of_month(const struct words_nth *n, int year, int month)
{
    int ord = words_set_first(n->ords), weekday = single_weekday(n->weekdays);
    int days = civil_days_in_month(year, month);
    int first = (weekday - weekday_of(civil_days(year, month, 1)) + 7) % 7 + 1;
    int last = first + (days - first) / 7 * 7;

    return ord > 0 ? first + 7 * (ord - 1) : last + 7 * (ord + 1);
}

/* The day of this month that was said; false if the month has none. */
static bool day_of_month(const struct words_parts *p, int year, int month, int64_t *ret_day)
{
    int days = civil_days_in_month(year, month), day;

    if (p->has & SLOT_NTH)
        day = nth_of_month(&p->nths[0], year, month);
    else
        day = words_set_first(p->has & SLOT_DAY_ORD ? p->day_ords : p->monthdays);
    if (!(p->has & SLOT_NTH) && day < 0)
        day = days + 1 + day;
    *ret_day = civil_days(year, month, day < 1 || day > days ? 1 : day);
    return day >= 1 && day <= days;
}

static bool is_one_day(const struct words_parts *p)
{
    if (p->has & SLOT_MONTHS && !words_set_single(p->months))
        return false;
    if (p->has & SLOT_NTH)
        return p->nth_count == 1 && words_set_single(p->nths[0].ords) && single_weekday(p->nths[0].weekdays) >= 0;
    return words_set_single(p->has & SLOT_DAY_ORD ? p->day_ords : p->monthdays);
}

/* From this month on (or in this year's month on), the first that has the day and is not past. */
static bool first_ahead(const struct asking *a, const struct civil *now, int64_t *ret_day)
{
    bool yearly = has(a, SLOT_MONTHS);
    int month = yearly ? words_set_first(a->p->months) : now->month;
    int step = yearly ? 12 : 1, steps = yearly ? YEARS_AHEAD_MAX : MONTHS_AHEAD_MAX;

    for (int i = 0, at = month - 1; i <= steps; i++, at += step) {
        int year = now->year + at / 12;
        if (year > 9999)
            return false;
        if (day_of_month(a->p, year, at % 12 + 1, ret_day) && ahead(a, *ret_day))
            return true;
    }
    return false;
}

/* The year that was said, in full or as 明年. */
static int said_year(const struct asking *a, const struct civil *now)
{
    return has(a, SLOT_YEAR) ? a->p->year : now->year + a->p->year_offset;
}

/* Months since January of this year, of the month that was said outright. */
static int64_t said_month(const struct asking *a, const struct civil *now)
{
    if (has(a, SLOT_MONTH_OFFSET))
        return now->month - 1 + a->p->month_offset;
    return 12LL * (said_year(a, now) - now->year) + words_set_first(a->p->months) - 1;
}

static int month_day(const struct asking *a, int64_t *ret_day, struct err *e)
{
    bool outright = has(a, SLOT_YEAR | SLOT_YEAR_OFFSET | SLOT_MONTH_OFFSET);
    struct civil now;
    int64_t month, year;

    if (a->p->maybe_lunar)
        return refuse(a, MSG_WORDS_LUNAR_OR_NOT, e);
    if (!is_one_day(a->p))
        return refuse(a, MSG_WORDS_SEVERAL_DAYS, e);
    civil_from_wall(a->now_s, &now);
    if (!outright)
        return first_ahead(a, &now, ret_day) ? 0 : refuse(a, MSG_WORDS_NO_SUCH_DATE, e);
    month = said_month(a, &now);
    year = now.year + floor_div(month, 12);
    if (year < 1 || year > 9999)
        return refuse(a, MSG_WORDS_TOO_FAR, e);
    if (!day_of_month(a->p, (int)year, (int)(month - floor_div(month, 12) * 12) + 1, ret_day))
        return refuse(a, MSG_WORDS_NO_SUCH_DATE, e);
    return 0;
}

/* The Chinese calendar */

static bool lunar_day_of(const struct words_parts *p, int year, int64_t *ret_day)
{
    struct lunar_date d = {.year = year, .month = words_set_first(p->months), .leap = p->leap};

    if (year < LUNAR_YEAR_MIN || year > LUNAR_YEAR_MAX)
        return false;
    d.day = words_set_first(p->monthdays);
    if (d.day < 0)
        d.day += 1 + lunar_month_days(d.year, d.month, d.leap);
    return d.day > 0 && lunar_to_days(&d, ret_day);
}

static int gregorian_year(int64_t day)
{
    struct civil c;

    civil_from_wall(day * CIVIL_DAY_S, &c);
    return c.year;
}

/*
 * 2027年腊八节: of the lunar year that begins in 2027, or the one that falls in 2027? Asked back where these differ.
 */
static int lunar_in_year(const struct asking *a, int year, int64_t *ret_day, struct err *e)
{
    int64_t of_lunar_year = 0, before = 0;
    bool in_table = year >= LUNAR_YEAR_MIN && year <= LUNAR_YEAR_MAX;
    bool has_own = lunar_day_of(a->p, year, &of_lunar_year);
    bool has_before = lunar_day_of(a->p, year - 1, &before) && gregorian_year(before) == year;

    if (!has_own && !has_before)
        return refuse(a, in_table ? MSG_WORDS_NO_SUCH_DATE : MSG_WORDS_TOO_FAR, e);
    return two_days(a, has_before ? before : of_lunar_year, has_own ? of_lunar_year : before, ret_day, e);
}

static int lunar_day(const struct asking *a, int64_t *ret_day, struct err *e)
{
    struct lunar_date today;
    struct civil now;

    if (!words_set_single(a->p->months) || !words_set_single(a->p->monthdays))
        return refuse(a, MSG_WORDS_SEVERAL_DAYS, e);
    civil_from_wall(a->now_s, &now);
    if (has(a, SLOT_YEAR | SLOT_YEAR_OFFSET))
        return lunar_in_year(a, said_year(a, &now), ret_day, e);
    if (!lunar_from_days(a->today, &today))
        return refuse(a, MSG_WORDS_TOO_FAR, e);
    for (int year = today.year; year <= LUNAR_YEAR_MAX; year++)
        if (lunar_day_of(a->p, year, ret_day) && ahead(a, *ret_day))
            return 0;
    return refuse(a, MSG_WORDS_NO_SUCH_DATE, e);
}

/* From now */

static int offset_day(const struct asking *a, int64_t *ret_day, struct err *e)
{
    (void)e;
    *ret_day = a->today + a->p->day_offset;
    return 0;
}

/* 14:00 alone is today's while it is ahead; after that it could be either day's. */
static int time_alone(const struct asking *a, int64_t *ret_day, struct err *e)
{
    return two_days(a, a->today, ahead(a, a->today) ? a->today : a->today + 1, ret_day, e);
}

/* 31 January and one month is no day. */
static int add_months(const struct asking *a, int64_t *wall_s, struct err *e)
{
    struct civil c;
    int64_t months;

    civil_from_wall(*wall_s, &c);
    months = (int64_t)c.year * 12 + c.month - 1 + a->p->span_months;
    if (floor_div(months, 12) < 1 || floor_div(months, 12) > 9999)
        return refuse(a, MSG_WORDS_TOO_FAR, e);
    c.year = (int)(months / 12);
    c.month = (int)(months % 12) + 1;
    if (!civil_valid(&c))
        return refuse(a, MSG_WORDS_NO_SUCH_DATE, e);
    *wall_s = civil_to_wall(&c);
    return 0;
}

/* Months and days go by the calendar and keep the time of day; hours and less are exact across a DST change. */
static int add_span(const struct asking *a, struct words_when *ret, struct err *e)
{
    const struct words_parts *p = a->p;
    int64_t wall_s = a->now_s;

    if (p->span_months && add_months(a, &wall_s, e) < 0)
        return -1;
    wall_s += p->span_days * CIVIL_DAY_S;
    if (!wall_ok(wall_s) || !wall_ok(wall_s + p->span_exact_s))
        return refuse(a, MSG_WORDS_TOO_FAR, e);
    if (p->span_exact_s)
        wall_s = zone_to_wall(a->ctx->zone, zone_to_utc(a->ctx->zone, wall_s) + p->span_exact_s);
    if (has(a, SLOT_TIME) && (p->span_exact_s || p->span_signed))
        return refuse(a, MSG_WORDS_NOT_TIME, e);
    ret->date = !p->span_exact_s && !p->span_signed && !has(a, SLOT_TIME);
    if (ret->date || has(a, SLOT_TIME))
        wall_s = wall_of(a, floor_div(wall_s, CIVIL_DAY_S));
    ret->wall_s = wall_s;
    return 0;
}

/* Which of these it is */

#define YEARS (SLOT_YEAR | SLOT_YEAR_OFFSET)

/* A phrase that has all of `need` and nothing beyond `may` names its day in this way; the first row that fits is it. */
static const struct {
    unsigned need, may;
    int (*day)(const struct asking *a, int64_t *ret_day, struct err *e);
} anchors[] = {
    {SLOT_DAY_OFFSET, SLOT_TIME | SLOT_WEEKDAYS, offset_day},
    {SLOT_RELATIVE | SLOT_WEEKDAYS, SLOT_TIME, relative_weekday},
    {SLOT_WEEK_OFFSET | SLOT_WEEKDAYS, SLOT_TIME, week_weekday},
    {SLOT_LUNAR | SLOT_MONTHS | SLOT_MONTHDAYS, YEARS | SLOT_TIME | SLOT_WEEKDAYS | SLOT_FESTIVAL, lunar_day},
    {SLOT_MONTHS | SLOT_MONTHDAYS, YEARS | SLOT_TIME | SLOT_WEEKDAYS | SLOT_FESTIVAL, month_day},
    {SLOT_MONTHS | SLOT_NTH, YEARS | SLOT_TIME, month_day},
    {SLOT_MONTHS | SLOT_DAY_ORD, YEARS | SLOT_TIME, month_day},
    {SLOT_MONTH_OFFSET | SLOT_MONTHDAYS, SLOT_TIME | SLOT_WEEKDAYS, month_day},
    {SLOT_MONTH_OFFSET | SLOT_NTH, SLOT_TIME, month_day},
    {SLOT_MONTH_OFFSET | SLOT_DAY_ORD, SLOT_TIME, month_day},
    {SLOT_MONTHDAYS, SLOT_TIME | SLOT_WEEKDAYS, month_day},
    {SLOT_NTH, SLOT_TIME, last_weekday},
    {SLOT_WEEKDAYS, SLOT_TIME, plain_weekday},
    {SLOT_TIME, 0, time_alone},
};

/* What narrows a day down without naming one. */
#define VAGUE (YEARS | SLOT_MONTH_OFFSET | SLOT_WEEK_OFFSET | SLOT_MONTHS | SLOT_LUNAR | SLOT_TIME)

static int find_day(const struct asking *a, int64_t *ret_day, struct err *e)
{
    unsigned said = a->p->has;

    for (size_t i = 0; i < sizeof anchors / sizeof anchors[0]; i++) {
        unsigned need = anchors[i].need;
        if ((said & need) == need && !(said & ~(need | anchors[i].may)))
            return anchors[i].day(a, ret_day, e);
    }
    return refuse(a, said & ~VAGUE ? MSG_WORDS_NOT_TIME : MSG_WORDS_WHICH_DAY, e);
}

/* 9月19日周六: the weekday beside a date is checked, not obeyed. */
static int check_weekday(const struct asking *a, int64_t day, struct err *e)
{
    unsigned dated = SLOT_MONTHDAYS | SLOT_DAY_OFFSET;
    int weekday = weekday_of(day);
    char text[CIVIL_TEXT_BYTES];

    if (!has(a, dated) || !has(a, SLOT_WEEKDAYS) || a->p->weekdays & 1u << weekday)
        return 0;
    civil_format(day * CIVIL_DAY_S, true, text);
    return err_set(e, ERR_INVALID, MSG_WORDS_WRONG_WEEKDAY, NULL, text, words_weekday(weekday, LANG_ZH),
                   words_weekday(weekday, LANG_EN), NULL);
}

int words_resolve_when(const struct words_parts *p, const struct words_context *ctx, struct words_when *ret,
                       struct err *e)
{
    struct asking a = {.p = p, .ctx = ctx};
    int64_t day;

    a.now_s = zone_to_wall(ctx->zone, floor_div(ctx->now_ms, 1000));
    if (!wall_ok(a.now_s))
        return refuse(&a, MSG_WORDS_TOO_FAR, e);
    a.today = floor_div(a.now_s, CIVIL_DAY_S);
    if (p->has == SLOT_NOW) {
        *ret = (struct words_when){.wall_s = a.now_s};
        return 0;
    }
    if ((p->has & ~SLOT_TIME) == SLOT_SPAN)
        return add_span(&a, ret, e);
    if (find_day(&a, &day, e) < 0)
        return -1;
    if (!wall_ok(day * CIVIL_DAY_S))
        return refuse(&a, MSG_WORDS_TOO_FAR, e);
    if (check_weekday(&a, day, e) < 0)
        return -1;
    *ret = (struct words_when){.wall_s = wall_of(&a, day), .date = !has(&a, SLOT_TIME)};
    return 0;
}

static int resolve_on(const struct words_parts *p, const struct words_context *ctx, const int64_t *day_s,
                      struct words_when *ret, struct err *e)
{
    struct asking a = {.p = p, .ctx = ctx};

    if (!day_s || p->has != SLOT_TIME)
        return words_resolve_when(p, ctx, ret, e);
    *ret = (struct words_when){.wall_s = wall_of(&a, floor_div(*day_s, CIVIL_DAY_S))};
    return 0;
}

static int read_when(const char *text, const struct words_context *ctx, const int64_t *day_s, struct words_when *ret,
                     struct err *e)
{
    struct words_parts p;
    int stamp = words_stamp(text, ctx, ret, e);

    if (stamp != 0)
        return stamp < 0 ? -1 : 0;
    return words_parse(text, ctx, &p, e) < 0 ? -1 : resolve_on(&p, ctx, day_s, ret, e);
}

int words_when(const char *text, const struct words_context *ctx, struct words_when *ret, struct err *e)
{
    return read_when(text, ctx, NULL, ret, e);
}

int words_when_on(const char *text, const struct words_context *ctx, int64_t day_s, struct words_when *ret,
                  struct err *e)
{
    return read_when(text, ctx, &day_s, ret, e);
}
