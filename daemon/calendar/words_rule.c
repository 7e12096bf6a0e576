#include "words_draft.h"

#include "base/buf.h"
#include "civil.h"
#include "recur.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define WORKDAYS 0x1Fu /* Monday to Friday */
#define ORDS (SLOT_NTH | SLOT_WORKDAY_ORD | SLOT_DAY_ORD | SLOT_WEEK_ORD)
#define DAYS (ORDS | SLOT_MONTHDAYS)
#define ALWAYS (SLOT_EVERY | SLOT_UNIT | SLOT_TIME | SLOT_COUNT | SLOT_UNTIL)

static int refuse(const struct words_parts *p, enum msg msg, struct err *e)
{
    return err_set(e, ERR_INVALID, msg, "repeat", p->text, NULL);
}

/* How often, where it is not said outright */

/* The first row with all of `need` and none of `without`. */
static const struct { unsigned need, without; enum words_unit unit; } implied[] = {
    {SLOT_FESTIVAL, 0, UNIT_YEAR},
    {SLOT_LUNAR | SLOT_MONTHS, 0, UNIT_YEAR},
    {SLOT_LUNAR | SLOT_MONTHDAYS | SLOT_EVERY, 0, UNIT_MONTH},
    {SLOT_MONTHS | SLOT_NTH, 0, UNIT_YEAR},
    {SLOT_MONTHS | SLOT_WORKDAY_ORD, 0, UNIT_YEAR},
    {SLOT_MONTHS | SLOT_DAY_ORD, 0, UNIT_YEAR},
    {SLOT_MONTHS | SLOT_WEEK_ORD, 0, UNIT_YEAR},
    {SLOT_MONTHS | SLOT_MONTHDAYS | SLOT_EVERY, 0, UNIT_YEAR},
    {SLOT_MONTHS | SLOT_EVERY, SLOT_WEEKDAYS | SLOT_WORKDAYS, UNIT_YEAR},
    {SLOT_WEEKDAYS | SLOT_MONTHDAYS | SLOT_EVERY, 0, UNIT_MONTH},
    {SLOT_WEEKDAYS | SLOT_EVERY, DAYS, UNIT_WEEK},
    {SLOT_WORKDAYS | SLOT_EVERY, DAYS, UNIT_WEEK},
    {SLOT_MONTHDAYS | SLOT_EVERY, 0, UNIT_MONTH},
    {SLOT_TIME | SLOT_EVERY, DAYS, UNIT_DAY},
};

static enum words_unit implied_unit(const struct words_parts *p)
{
    unsigned has = p->has | (p->plural ? SLOT_EVERY : 0);

    for (size_t i = 0; i < sizeof implied / sizeof implied[0]; i++)
        if ((has & implied[i].need) == implied[i].need && !(has & implied[i].without))
            return implied[i].unit;
    return UNIT_NONE;
}

/* "every 2nd week" is an interval; "every first day" says nothing. */
static bool take_interval(struct words_parts *p, unsigned slot, uint64_t ords, enum words_unit unit)
{
    int n = words_set_first(ords);

    if (!(p->has & slot) || n < 2 || !words_set_single(ords))
        return false;
    p->has = (p->has & ~slot) | SLOT_UNIT;
    p->unit = unit;
    p->interval = n;
    return true;
}

/* Every third Saturday: of each month, or each third week's? "Last" and several ordinals can only be the month's. */
static int every_nth(struct words_parts *p, struct err *e)
{
    uint64_t ords = p->nths[0].ords;
    char n[16];

    if (p->nth_count > 1 || !words_set_single(ords) || words_set_first(ords) < 2) {
        p->unit = UNIT_MONTH;
        p->has |= SLOT_UNIT;
        return 0;
    }
    snprintf(n, sizeof n, "%d", words_set_first(ords));
    return err_set(e, ERR_INVALID, MSG_WORDS_EVERY_NTH, "repeat", p->text, n, NULL);
}

/* 每天, of the weekdays said: Monday to Friday, every day. */
static bool is_days_of_weeks(const struct words_parts *p)
{
    return p->unit == UNIT_DAY && p->interval == 1 && p->has & (SLOT_WEEKDAYS | SLOT_WORKDAYS);
}

static int decide_unit(struct words_parts *p, struct err *e)
{
    unsigned every = p->has & SLOT_EVERY;

    if (is_days_of_weeks(p))
        p->unit = UNIT_WEEK;
    if (p->has & SLOT_UNIT)
        return every || p->has & ORDS ? 0 : refuse(p, MSG_WORDS_NOT_RULE, e);
    p->interval = 1;
    p->unit = implied_unit(p);
    if (p->unit != UNIT_NONE)
        return 0;
    if (every && p->has & SLOT_NTH)
        return every_nth(p, e);
    if (every && (take_interval(p, SLOT_DAY_ORD, p->day_ords, UNIT_DAY) ||
                  take_interval(p, SLOT_WEEK_ORD, p->week_ords, UNIT_WEEK) ||
                  take_interval(p, SLOT_MONTH_ORD, p->month_ords, UNIT_MONTH)))
        return 0;
    return refuse(p, MSG_WORDS_NOT_RULE, e);
}

/* Which days */

static int nth_days(struct words_draft *d, struct err *e)
{
    const struct words_parts *p = d->p;

    for (size_t i = 0; i < p->nth_count; i++) {
        if (!words_set_single(p->nths[i].weekdays))
            return refuse(p, MSG_WORDS_NTH_SEVERAL, e);
        if (p->nths[i].ords & ~(0x3EULL | 0x3EULL << 32) && (p->unit != UNIT_YEAR || d->months))
            return refuse(p, MSG_WORDS_NO_SUCH_DATE, e);
    }
    d->nths = p->nths;
    d->nth_count = p->nth_count;
    return 0;
}

/*
 * BYSETPOS counts within a whole year of a yearly rule, over all its months, so several months make it a monthly one.
 */
static int nth_workdays(struct words_draft *d, struct err *e)
{
    if (d->months && !words_set_single(d->months) && d->interval > 1)
        return refuse(d->p, MSG_WORDS_COMBINATION, e);
    if (d->months && !words_set_single(d->months))
        d->freq = "MONTHLY";
    d->weekdays = WORKDAYS;
    d->setpos = d->p->workday_ords;
    return 0;
}

/*
 * The third week of May begins with the third Monday: weeks begin on Monday and whole ones are counted. The last week
 * could as well be the last seven days, and a fifth one is often not there.
 */
#define WEEK_OF_MONTH_MAX 4
static int nth_week(struct words_draft *d, struct err *e)
{
    uint64_t ords = d->p->week_ords;

    if (!d->months && d->p->unit == UNIT_YEAR) {
        d->weeknos = ords;
        d->weekdays = 1u << WEEKDAY_MO;
        return 0;
    }
    if (ords & ~(WORDS_BIT(WEEK_OF_MONTH_MAX + 1) - 1))
        return refuse(d->p, MSG_WORDS_LAST_WEEK, e);
    d->week = (struct words_nth){ords, 1u << WEEKDAY_MO};
    d->nths = &d->week;
    d->nth_count = 1;
    return 0;
}

static int month_days(struct words_draft *d, struct err *e)
{
    (void)e;
    d->monthdays = d->p->monthdays;
    d->weekdays = d->p->weekdays;
    return 0;
}

static int nth_day(struct words_draft *d, struct err *e)
{
    (void)e;
    if (d->p->unit == UNIT_YEAR && !d->months)
        d->yeardays = d->p->day_ords;
    else
        d->monthdays = d->p->day_ords;
    return 0;
}

static const struct { unsigned slot; int (*apply)(struct words_draft *d, struct err *e); } day_kinds[] = {
    {SLOT_NTH, nth_days}, {SLOT_WORKDAY_ORD, nth_workdays}, {SLOT_WEEK_ORD, nth_week}, {SLOT_DAY_ORD, nth_day},
    {SLOT_MONTHDAYS, month_days},
};

/* One way of naming days at a time; weekdays only beside days of the month (Friday the 13th). */
static int pick_days(struct words_draft *d, struct err *e)
{
    unsigned said = d->p->has & DAYS;

    if (d->p->has & SLOT_WEEK_ORD && d->p->has & SLOT_WEEKDAYS)
        return refuse(d->p, MSG_WORDS_WEEK_OF_MONTH, e);
    if (d->p->has & SLOT_WEEKDAYS && said != SLOT_MONTHDAYS)
        return refuse(d->p, said ? MSG_WORDS_COMBINATION : MSG_WORDS_WHICH_DAY, e);
    if (d->lunar && said & ~(SLOT_MONTHDAYS | SLOT_DAY_ORD))
        return refuse(d->p, MSG_WORDS_COMBINATION, e);
    if (said & (said - 1))
        return refuse(d->p, MSG_WORDS_COMBINATION, e);
    for (size_t i = 0; i < sizeof day_kinds / sizeof day_kinds[0]; i++)
        if (said == day_kinds[i].slot)
            return day_kinds[i].apply(d, e);
    return 0;
}

/* True if no month said has any of the days: 30 February. */
static bool never(const struct words_draft *d)
{
    static const int longest[] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (!d->monthdays || d->monthdays & ~WORDS_SET_POSITIVE)
        return false;
    for (int month = 1; month <= 12; month++) {
        int days = d->lunar ? 30 : longest[month];
        if ((!d->months || d->months & WORDS_BIT(month)) && words_set_first(d->monthdays) <= days)
            return false;
    }
    return true;
}

/* The units */

static int plain(struct words_draft *d, struct err *e)
{
    (void)d, (void)e;
    return 0;
}

static int weekly(struct words_draft *d, struct err *e)
{
    if (d->p->has & SLOT_WEEKDAYS && d->p->has & SLOT_WORKDAYS)
        return refuse(d->p, MSG_WORDS_COMBINATION, e);
    d->weekdays = d->p->has & SLOT_WORKDAYS ? WORKDAYS : d->p->weekdays;
    return 0;
}

static int monthly(struct words_draft *d, struct err *e)
{
    if (d->months && d->interval > 1)
        return refuse(d->p, MSG_WORDS_COMBINATION, e);
    if (d->lunar && !(d->p->has & DAYS))
        return refuse(d->p, MSG_WORDS_WHICH_DAY, e);
    return pick_days(d, e);
}

static int yearly(struct words_draft *d, struct err *e)
{
    unsigned has = d->p->has;

    if (d->p->maybe_lunar && !d->lunar)
        return refuse(d->p, MSG_WORDS_LUNAR_OR_NOT, e);
    if (!d->months && (d->lunar || has & SLOT_MONTHDAYS))
        return refuse(d->p, MSG_WORDS_WHICH_DAY, e);
    if (d->lunar && !(has & DAYS))
        return refuse(d->p, MSG_WORDS_WHICH_DAY, e);
    return pick_days(d, e);
}

/* Months of each quarter that are its nth. */
static uint64_t quarter_months(int nth)
{
    uint64_t months = 0;

    for (int first = 1; first <= 12; first += 3)
        months |= WORDS_BIT(first + nth - 1);
    return months;
}

/*
 * The month of the quarter, said or implied: its first to fourth Monday are in the first month, its last one in the
 * last. 0 = cannot be told.
 */
static int month_of_quarter(const struct words_parts *p)
{
    uint64_t ords = p->has & SLOT_NTH ? p->nths[0].ords : p->has & SLOT_DAY_ORD ? p->day_ords : p->workday_ords;
    int n = words_set_first(p->has & SLOT_MONTH_ORD ? p->month_ords : ords);

    if (p->has & SLOT_MONTH_ORD)
        return !words_set_single(p->month_ords) || n > 3 || n < -3 ? 0 : n < 0 ? 4 + n : n;
    if (p->nth_count > 1 || !words_set_single(ords) || n > 4 || n < -4)
        return 0;
    return n < 0 ? 3 : 1;
}

/* Rules know no quarters: every third month, or the months by name. */
static int quarterly(struct words_draft *d, struct err *e)
{
    int month;

    if (!(d->p->has & (DAYS | SLOT_MONTH_ORD))) {
        d->freq = "MONTHLY";
        d->interval *= 3;
        return 0;
    }
    month = month_of_quarter(d->p);
    if (month == 0 || d->interval > 1)
        return refuse(d->p, MSG_WORDS_WHICH_DAY, e);
    d->months = quarter_months(month);
    return pick_days(d, e);
}

static const struct {
    const char *freq;
    unsigned may;     /* beyond ALWAYS */
    int (*build)(struct words_draft *d, struct err *e);
} builders[] = {
    [UNIT_SECOND] = {"SECONDLY", 0, plain},
    [UNIT_MINUTE] = {"MINUTELY", 0, plain},
    [UNIT_HOUR] = {"HOURLY", 0, plain},
    [UNIT_DAY] = {"DAILY", SLOT_MONTHS, plain},
    [UNIT_WEEK] = {"WEEKLY", SLOT_MONTHS | SLOT_WEEKDAYS | SLOT_WORKDAYS, weekly},
    [UNIT_MONTH] = {"MONTHLY", DAYS | SLOT_MONTHS | SLOT_WEEKDAYS | SLOT_LUNAR, monthly},
    [UNIT_QUARTER] = {"YEARLY", DAYS | SLOT_MONTH_ORD, quarterly},
    [UNIT_YEAR] = {"YEARLY", DAYS | SLOT_MONTHS | SLOT_WEEKDAYS | SLOT_LUNAR | SLOT_FESTIVAL, yearly},
};

static int check_numbers(const struct words_parts *p, struct err *e)
{
    bool interval_ok = p->interval >= 1 && p->interval <= WORDS_INTERVAL_MAX;
    bool count_ok = !(p->has & SLOT_COUNT) || (p->count >= 1 && p->count <= WORDS_COUNT_MAX);

    return interval_ok && count_ok ? 0 : refuse(p, MSG_WORDS_TOO_MANY, e);
}

/* 每隔 2 周: both readings are named with their number. */
static int refuse_gap(const struct words_parts *p, struct err *e)
{
    char n[16];

    snprintf(n, sizeof n, "%d", p->gap);
    return err_set(e, ERR_INVALID, MSG_WORDS_GAP, "repeat", p->text, n, NULL);
}

#define ONE_TIME (SLOT_YEAR | SLOT_YEAR_OFFSET | SLOT_MONTH_OFFSET | SLOT_WEEK_OFFSET | SLOT_DAY_OFFSET | SLOT_NOW | \
                  SLOT_RELATIVE | SLOT_SPAN)

static int build(struct words_parts *p, struct words_draft *d, struct err *e)
{
    if (p->gap)
        return refuse_gap(p, e);
    if (p->has & ONE_TIME)
        return refuse(p, p->has & (SLOT_EVERY | SLOT_UNIT) ? MSG_WORDS_NO_RULE_PART : MSG_WORDS_NOT_RULE, e);
    if (decide_unit(p, e) < 0 || check_numbers(p, e) < 0)
        return -1;
    if (p->has & ~(ALWAYS | builders[p->unit].may))
        return refuse(p, MSG_WORDS_COMBINATION, e);
    *d = (struct words_draft){.p = p, .freq = builders[p->unit].freq, .interval = p->interval, .months = p->months};
    d->lunar = (p->has & SLOT_LUNAR) != 0;
    if (builders[p->unit].build(d, e) < 0)
        return -1;
    return never(d) ? refuse(p, MSG_WORDS_NO_SUCH_DATE, e) : 0;
}

/* RRULEs as they are */

static bool starts_with(const char *text, const char *prefix)
{
    return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

/* The value of an RRULE, NULL if the text is words. */
static const char *rrule_value(const char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    if (starts_with(text, "RRULE:"))
        return text + strlen("RRULE:");
    return strchr(text, '=') ? text : NULL; /* no words have it */
}

static int canonical(const char *rule, size_t bytes, struct arena *a, char **ret_rule, struct err *e)
{
    struct recur_rule *parsed;

    if (recur_parse(arena_strndup(a, rule, bytes), a, &parsed, e) < 0)
        return -1;
    *ret_rule = recur_format(parsed, a);
    return 0;
}

int words_rule(const char *text, const struct words_context *ctx, struct arena *a, char **ret_rule, int *ret_time_s,
               struct err *e)
{
    const char *value = rrule_value(text);
    struct buf out = {.max_bytes = RECUR_RULE_BYTES_MAX};
    struct words_parts p;
    struct words_draft d;
    int result;

    if (value) {
        size_t bytes = strlen(value);
        while (bytes > 0 && isspace((unsigned char)value[bytes - 1]))
            bytes--;
        *ret_time_s = -1;
        return canonical(value, bytes, a, ret_rule, e);
    }
    if (words_parse(text, ctx, &p, e) < 0 || build(&p, &d, e) < 0)
        return -1;
    words_draft_write(&d, ctx->zone, &out);
    result = canonical(buf_text(&out), out.len, a, ret_rule, e);
    buf_release(&out);
    if (result == 0)
        *ret_time_s = p.has & SLOT_TIME ? p.time_s : -1;
    return result;
}
