#include "words_reduce.h"

#include <stdio.h>

/* Times of day */

/* Hours of the 24-hour clock that a part of the day can mean: fewer than 13, so that an hour has one reading. */
static const struct { int from, to; } periods[] = {
    [PERIOD_SMALL_HOURS] = {0, 6}, [PERIOD_MORNING] = {4, 11}, [PERIOD_FORENOON] = {5, 12}, [PERIOD_NOON] = {11, 14},
    [PERIOD_AFTERNOON] = {12, 19}, [PERIOD_DUSK] = {16, 20}, [PERIOD_EVENING] = {17, 23}, [PERIOD_AM] = {0, 11},
    [PERIOD_PM] = {12, 23},
};

int words_hour_in_period(int hour, int period)
{
    int other = hour <= 12 ? (hour + 12) % 24 : hour;

    if (hour >= periods[period].from && hour <= periods[period].to)
        return hour;
    return other >= periods[period].from && other <= periods[period].to ? other : -1;
}

static enum words_step no_such_time(const struct words_text *t, struct err *e)
{
    err_set(e, ERR_INVALID, MSG_WORDS_NO_SUCH_TIME, NULL, t->whole, NULL);
    return STEP_BAD;
}

/* 晚上12点 is the day's end to one and its start to another. */
static enum words_step misfit(const struct words_text *t, int hour, int period, struct err *e)
{
    if (hour != 12 || period != PERIOD_EVENING)
        return no_such_time(t, e);
    err_set(e, ERR_INVALID, MSG_WORDS_MIDNIGHT, NULL, t->whole, NULL);
    return STEP_BAD;
}

static enum words_step make_time(const struct words_text *t, const struct word *period, int64_t second,
                                 struct word *ret, struct err *e)
{
    int hour = (int)(second / 3600);

    if (second >= 86400)
        return no_such_time(t, e);
    if (period)
        hour = words_hour_in_period(hour, period->value);
    if (hour < 0)
        return misfit(t, (int)(second / 3600), period->value, e);
    ret->kind = TOKEN_TIME;
    ret->value = hour * 3600 + (int)(second % 3600);
    return STEP_YES;
}

/* 3点 could be in the small hours or the afternoon; 7点 to 12点 are read as on a timetable, and 时 is always 24 hours. */
#define HOUR_TWO_WAYS_FROM 1
#define HOUR_TWO_WAYS_TO 6

static enum words_step hour_two_ways(const struct words_text *t, int64_t second, struct err *e)
{
    char early[16], late[16];
    int hour = (int)(second / 3600), minute = (int)(second % 3600 / 60);

    snprintf(early, sizeof early, "%02d:%02d", hour, minute);
    snprintf(late, sizeof late, "%02d:%02d", hour + 12, minute);
    err_set(e, ERR_INVALID, MSG_WORDS_TWO_READINGS, NULL, t->whole, early, late, NULL);
    return STEP_BAD;
}

static enum words_step time_of_hour(const struct words_text *t, const struct word *period, const struct word *number,
                                    const struct word *oclock, int minute, struct word *ret, struct err *e)
{
    int64_t second = (int64_t)number->value * 3600 + minute * 60;

    if (minute > 59)
        return no_such_time(t, e);
    if (!period && !oclock->value && number->value >= HOUR_TWO_WAYS_FROM && number->value <= HOUR_TWO_WAYS_TO &&
        !(number->digits == 2))
        return hour_two_ways(t, second, e);
    return make_time(t, period, second, ret, e);
}

/* 下午 3 点 */
static enum words_step reduce_hour(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    return time_of_hour(t, slot[0] ? slot[0] : slot[3], slot[1], slot[2], 0, ret, e);
}

static enum words_step reduce_half(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    return time_of_hour(t, slot[0], slot[1], slot[2], 30, ret, e);
}

/* 7点 三 刻 */
static enum words_step reduce_quarter(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    if (slot[3]->value < 1 || slot[3]->value > 3)
        return no_such_time(t, e);
    return time_of_hour(t, slot[0], slot[1], slot[2], 15 * slot[3]->value, ret, e);
}

/* 9点 30 分; without 分 only what looks like minutes, so that "9点 3次" is left alone. */
static enum words_step reduce_minutes(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    if (!slot[4] && slot[3]->digits != 2 && !(slot[3]->cjk && slot[3]->value >= 10))
        return STEP_NO;
    return time_of_hour(t, slot[0], slot[1], slot[2], slot[3]->value, ret, e);
}

/* A second part of the day has to agree with the first: "tonight 8 pm". */
static enum words_step make_time_twice(const struct words_text *t, const struct word *one, const struct word *other,
                                       int64_t second, struct word *ret, struct err *e)
{
    enum words_step step = make_time(t, one ? one : other, second, ret, e);

    if (step == STEP_YES && one && other)
        return make_time(t, other, ret->value, ret, e);
    return step;
}

/* 下午 3:30, 3:30 pm */
static enum words_step reduce_clock(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    return make_time_twice(t, slot[2], slot[0], slot[1]->value, ret, e);
}

/* 3 pm */
static enum words_step reduce_am_pm(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    if (slot[2]->cjk || slot[1]->cjk)
        return STEP_NO;
    return make_time_twice(t, slot[2], slot[0], (int64_t)slot[1]->value * 3600, ret, e);
}

/* 7 in the evening */
static enum words_step reduce_in_the(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    const struct word *const am_pm[] = {NULL, slot[0], slot[2]};

    return reduce_am_pm(t, am_pm, ret, e);
}

/* tonight at 8 */
static enum words_step reduce_tonight(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    if (slot[0]->cjk || slot[1]->cjk)
        return STEP_NO;
    return make_time(t, slot[0], (int64_t)slot[1]->value * 3600, ret, e);
}

/* 中午 alone. */
static enum words_step reduce_noon(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    if (slot[0]->value != PERIOD_NOON)
        return STEP_NO;
    return make_time(t, NULL, 12 * 3600, ret, e);
}

/* 14:00 至 16:00 */
static enum words_step reduce_time_range(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    (void)slot, (void)ret;
    err_set(e, ERR_INVALID, MSG_WORDS_TIME_RANGE, NULL, t->whole, NULL);
    return STEP_BAD;
}

/* Spans from now */

static const int unit_s[] = {[UNIT_SECOND] = 1, [UNIT_MINUTE] = 60, [UNIT_HOUR] = 3600};

/* Adds n units, and half of one. Months and years come out in months, weeks in days: each is added by the calendar. */
static bool span_add(struct word *span, int64_t n, bool half, int unit)
{
    if (unit <= UNIT_HOUR) {
        span->exact_s += n * unit_s[unit] + (half ? (n < 0 ? -1 : 1) * unit_s[unit] / 2 : 0);
        return unit != UNIT_SECOND || !half;
    }
    if (half && unit != UNIT_YEAR)
        return false;
    if (unit <= UNIT_WEEK)
        span->days += n * (unit == UNIT_WEEK ? 7 : 1);
    else
        span->months += n * (unit == UNIT_MONTH ? 1 : unit == UNIT_QUARTER ? 3 : 12) + (half ? 6 : 0);
    return true;
}

static enum words_step make_span(struct word *ret, int sign, const struct word *number, bool half,
                                 const struct word *unit)
{
    int64_t n = number ? number->value : 0;

    if (sign < 0 && half)
        return STEP_NO;
    ret->kind = TOKEN_SPAN;
    ret->value = sign;
    return span_add(ret, sign * n, half, unit->value) ? STEP_YES : STEP_NO;
}

/* +2h; the next part may follow without a sign. */
static enum words_step reduce_signed(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    (void)t, (void)e;
    ret->open = true;
    ret->loose = true;
    return make_span(ret, slot[0]->value, slot[1], false, slot[2]);
}

/* in 2 hours */
static enum words_step reduce_in(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    (void)t, (void)e;
    ret->open = true;
    return make_span(ret, 1, slot[1], false, slot[2]);
}

/* in half an hour */
static enum words_step reduce_in_half(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    (void)t, (void)e;
    return make_span(ret, 1, NULL, true, slot[3]);
}

/* The 30m of +1h30m. */
static enum words_step reduce_more(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    (void)t, (void)e;
    if (!slot[0]->open)
        return STEP_NO;
    *ret = *slot[0];
    return span_add(ret, (int64_t)slot[0]->value * slot[2]->value, false, slot[3]->value) ? STEP_YES : STEP_NO;
}

/* The 1小时 of 1小时30分钟后. */
static enum words_step reduce_before_span(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    (void)t, (void)e;
    *ret = *slot[3];
    if (slot[3]->open)
        return STEP_NO;
    return span_add(ret, (int64_t)slot[3]->value * slot[0]->value, false, slot[2]->value) ? STEP_YES : STEP_NO;
}

static int direction(const struct word *w)
{
    return w->kind == TOKEN_AFTER ? 1 : -1;
}

/* 2 个 半 小时 后. 3月后 without 个 is refused: after March, or in three months? */
static enum words_step reduce_after(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    (void)t, (void)e;
    if (slot[3]->cjk && slot[3]->value == UNIT_MONTH && !slot[1])
        return STEP_NO;
    return make_span(ret, direction(slot[4]), slot[0], slot[2] != NULL, slot[3]);
}

/* 半 小时 后, half an hour later */
static enum words_step reduce_half_after(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    (void)t, (void)e;
    if (direction(slot[4]) < 0) {
        ret->kind = TOKEN_SPAN;
        ret->value = -1;
        ret->exact_s = slot[3]->value <= UNIT_HOUR ? -unit_s[slot[3]->value] / 2 : 0;
        return ret->exact_s ? STEP_YES : STEP_NO;
    }
    return make_span(ret, 1, NULL, true, slot[3]);
}

/* 3 日 后 */
static enum words_step reduce_days_after(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    (void)t, (void)e;
    ret->kind = TOKEN_SPAN;
    ret->value = direction(slot[2]);
    ret->days = (int64_t)ret->value * slot[0]->value;
    return STEP_YES;
}

/* Longer ones first. */
const struct words_reduction words_time_reductions[] = {
    {{TOKEN_PERIOD | OPT, TOKEN_NUMBER, TOKEN_OCLOCK, TOKEN_NUMBER, TOKEN_QUARTER}, reduce_quarter},
    {{TOKEN_PERIOD | OPT, TOKEN_NUMBER, TOKEN_OCLOCK, TOKEN_NUMBER, TOKEN_MINUTE | OPT}, reduce_minutes},
    {{TOKEN_PERIOD | OPT, TOKEN_NUMBER, TOKEN_OCLOCK, TOKEN_HALF}, reduce_half},
    {{TOKEN_PERIOD | OPT, TOKEN_NUMBER, TOKEN_OCLOCK, TOKEN_PERIOD | OPT}, reduce_hour},
    {{TOKEN_PERIOD | OPT, TOKEN_CLOCK, TOKEN_PERIOD | OPT}, reduce_clock},
    {{TOKEN_PERIOD | OPT, TOKEN_NUMBER, TOKEN_PERIOD}, reduce_am_pm},
    {{TOKEN_NUMBER, TOKEN_IN, TOKEN_PERIOD}, reduce_in_the},
    {{TOKEN_PERIOD, TOKEN_NUMBER}, reduce_tonight},
    {{TOKEN_PERIOD}, reduce_noon},
    {{TOKEN_TIME, TOKEN_TO, TOKEN_TIME}, reduce_time_range},

    {{TOKEN_SIGN, TOKEN_NUMBER, TOKEN_UNIT}, reduce_signed},
    {{TOKEN_IN, TOKEN_NUMBER, TOKEN_UNIT}, reduce_in},
    {{TOKEN_IN, TOKEN_HALF, TOKEN_NUMBER | OPT, TOKEN_UNIT}, reduce_in_half},
    {{TOKEN_SPAN, TOKEN_AND | OPT, TOKEN_NUMBER, TOKEN_UNIT}, reduce_more},
    {{TOKEN_NUMBER, TOKEN_PIECE | OPT, TOKEN_HALF | OPT, TOKEN_UNIT, TOKEN_AFTER}, reduce_after},
    {{TOKEN_NUMBER, TOKEN_PIECE | OPT, TOKEN_HALF | OPT, TOKEN_UNIT, TOKEN_BEFORE}, reduce_after},
    {{TOKEN_HALF, TOKEN_PIECE | OPT, TOKEN_NUMBER | OPT, TOKEN_UNIT, TOKEN_AFTER}, reduce_half_after},
    {{TOKEN_HALF, TOKEN_PIECE | OPT, TOKEN_NUMBER | OPT, TOKEN_UNIT, TOKEN_BEFORE}, reduce_half_after},
    {{TOKEN_NUMBER, TOKEN_DAY, TOKEN_AFTER}, reduce_days_after},
    {{TOKEN_NUMBER, TOKEN_DAY, TOKEN_BEFORE}, reduce_days_after},
    {{TOKEN_NUMBER, TOKEN_PIECE | OPT, TOKEN_UNIT, TOKEN_SPAN}, reduce_before_span},
};
const size_t words_time_reduction_count = sizeof words_time_reductions / sizeof words_time_reductions[0];
