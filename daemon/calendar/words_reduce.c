#include "words_grammar.h"

#include <stdio.h>
#include <string.h>

/*
 * Each reduction replaces the tokens its pattern matches by one. The table is swept in order until nothing changes;
 * every reduction leaves fewer tokens or one of a later kind, so that ends.
 */
#define SLOTS const struct word *const *slot

/* ---- Ordinals ---- */

static enum words_step make_ord(struct word *ret, int n)
{
    if (n == 0 || n < -31 || n > 31)
        return STEP_NO;
    ret->kind = WORD_ORD;
    ret->set = WORDS_BIT(n);
    return STEP_YES;
}

/* 第 三 个 */
static enum words_step reduce_nth(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    (void)t, (void)e;
    return make_ord(ret, slot[1]->value);
}

/* 倒数 第 二 个 */
static enum words_step reduce_back(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    (void)t, (void)e;
    return make_ord(ret, -slot[2]->value);
}

/* 第 一 、 三 个 */
static enum words_step reduce_nth_two(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    (void)t, (void)e;
    if (make_ord(ret, slot[3]->value) != STEP_YES || slot[1]->value < 1 || slot[1]->value > 31)
        return STEP_NO;
    ret->set |= WORDS_BIT(slot[1]->value);
    return STEP_YES;
}

/* ---- Times of day ---- */

/* Hours of the 24-hour clock that each part of the day can mean; none is wider than 12, so a reading is the only one. */
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

static enum words_step make_time(const struct words_text *t, const struct word *period, int64_t second, struct word *ret,
                                 struct err *e)
{
    int hour = (int)(second / 3600);

    if (second >= 86400)
        return no_such_time(t, e);
    if (period)
        hour = words_hour_in_period(hour, period->value);
    if (hour < 0)
        return misfit(t, (int)(second / 3600), period->value, e);
    ret->kind = WORD_TIME;
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

/* ---- Spans from now ---- */

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

static enum words_step make_span(struct word *ret, int sign, const struct word *number, bool half, const struct word *unit)
{
    int64_t n = number ? number->value : 0;

    if (sign < 0 && half)
        return STEP_NO;
    ret->kind = WORD_SPAN;
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
    return w->kind == WORD_AFTER ? 1 : -1;
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
        ret->kind = WORD_SPAN;
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
    ret->kind = WORD_SPAN;
    ret->value = direction(slot[2]);
    ret->days = (int64_t)ret->value * slot[0]->value;
    return STEP_YES;
}

/* ---- Dates ---- */

static enum words_step no_such_date(const struct words_text *t, struct err *e)
{
    err_set(e, ERR_INVALID, MSG_WORDS_NO_SUCH_DATE, NULL, t->whole, NULL);
    return STEP_BAD;
}

static enum words_step reduce_year(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    (void)t, (void)e;
    if (slot[1]->value != UNIT_YEAR || slot[0]->value < 1000 || slot[0]->value > 9999)
        return STEP_NO;
    ret->kind = WORD_YEAR;
    ret->value = slot[0]->value;
    return STEP_YES;
}

static enum words_step make_number_set(const struct words_text *t, struct word *ret, enum word_kind kind, int n, int max,
                                       struct err *e)
{
    if (n < 1 || n > max)
        return no_such_date(t, e);
    ret->kind = kind;
    ret->set = WORDS_BIT(n);
    return STEP_YES;
}

/* 9 月 */
static enum words_step reduce_month(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    if (slot[1]->value != UNIT_MONTH || !slot[1]->cjk)
        return STEP_NO;
    return make_number_set(t, ret, WORD_MONTH, slot[0]->value, 12, e);
}

static enum words_step reduce_leap_month(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    if (slot[2]->value != UNIT_MONTH)
        return STEP_NO;
    return make_number_set(t, ret, WORD_LEAP_MONTH, slot[1]->value, 12, e);
}

/* 15 日 */
static enum words_step reduce_monthday(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    return make_number_set(t, ret, WORD_MONTHDAY, slot[0]->value, 31, e);
}

/* 初 九 */
static enum words_step reduce_lunar_day(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    return make_number_set(t, ret, WORD_LUNAR_DAY, slot[1]->value, 10, e);
}

/* ---- Lists and ranges ---- */

static enum words_step join(const struct word *base, uint64_t set, struct word *ret)
{
    *ret = *base;
    ret->set |= set;
    return STEP_YES;
}

/* A 和 A */
static enum words_step reduce_list(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    (void)t, (void)e;
    return join(slot[0], slot[2]->set, ret);
}

/* 周一周三: weekdays need nothing between. */
static enum words_step reduce_adjacent(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    (void)t, (void)e;
    return join(slot[0], slot[1]->set, ret);
}

/* The 1、 of 1、7月: takes the kind of what follows. */
static enum words_step reduce_number_list(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    int max = slot[2]->kind == WORD_MONTH ? 12 : 31;

    if (slot[0]->value < 1 || slot[0]->value > max)
        return no_such_date(t, e);
    return join(slot[2], WORDS_BIT(slot[0]->value), ret);
}

/* 1日 和 最后 一天 */
static enum words_step reduce_day_and_ord(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    (void)t, (void)e;
    return slot[3]->value == UNIT_DAY ? join(slot[0], slot[2]->set, ret) : STEP_NO;
}

/* The 三 of 周一、三, and the 十五 of 初一、十五. */
static enum words_step reduce_trailing(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    int n = slot[2]->value, max = slot[0]->kind == WORD_WEEKDAY ? 6 : 30;

    (void)t, (void)e;
    if (!slot[2]->cjk || n < 1 || n > max)
        return STEP_NO;
    return join(slot[0], slot[0]->kind == WORD_WEEKDAY ? 1ULL << (n - 1) : WORDS_BIT(n), ret);
}

static int lowest_bit(uint64_t set)
{
    return set ? __builtin_ctzll(set) : 0;
}

/* All from one to another, past the end and on from the start where the round is closed: Friday to Monday. */
static enum words_step fill_range(const struct word *from, int to, int first, int size, bool wraps, struct word *ret)
{
    int at = lowest_bit(from->set);

    *ret = *from;
    if (!words_set_single(from->set) || to < first || to >= first + size || (!wraps && to < at))
        return STEP_NO;
    for (; at != to; at = at + 1 < first + size ? at + 1 : first)
        ret->set |= 1ULL << at;
    ret->set |= 1ULL << to;
    return STEP_YES;
}

/* A 至 A */
static enum words_step reduce_range(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    enum word_kind kind = slot[0]->kind;
    int to = lowest_bit(slot[2]->set);

    (void)t, (void)e;
    if (!words_set_single(slot[2]->set))
        return STEP_NO;
    if (kind == WORD_WEEKDAY)
        return fill_range(slot[0], to, 0, 7, true, ret);
    if (kind == WORD_MONTH)
        return fill_range(slot[0], to, 1, 12, true, ret);
    return fill_range(slot[0], to, 1, 31, false, ret);
}

/* The 五 of 周一至五. */
static enum words_step reduce_range_trailing(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    (void)t, (void)e;
    return slot[2]->cjk ? fill_range(slot[0], slot[2]->value - 1, 0, 7, true, ret) : STEP_NO;
}

/* The 1 至 of 1至7日. */
static enum words_step reduce_number_range(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    int max = slot[2]->kind == WORD_MONTH ? 12 : 31;
    struct word from = *slot[2];

    (void)t, (void)e;
    if (slot[0]->value < 1 || slot[0]->value > max || !words_set_single(slot[2]->set))
        return STEP_NO;
    from.set = WORDS_BIT(slot[0]->value);
    return fill_range(&from, lowest_bit(slot[2]->set), 1, max, slot[2]->kind == WORD_MONTH, ret);
}

static enum words_step reduce_time_range(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    (void)slot, (void)ret;
    err_set(e, ERR_INVALID, MSG_WORDS_TIME_RANGE, NULL, t->whole, NULL);
    return STEP_BAD;
}

#undef SLOTS
static const struct reduction {
    unsigned char pattern[WORDS_PATTERN_MAX];
    enum words_step (*make)(const struct words_text *t, const struct word *const *slot,
                            struct word *ret, struct err *e);
} reductions[] = {
    {{WORD_BACK, WORD_NTH, WORD_NUMBER, WORD_PIECE | OPT}, reduce_back},
    {{WORD_NTH, WORD_NUMBER, WORD_AND, WORD_NUMBER, WORD_PIECE}, reduce_nth_two},
    {{WORD_NTH, WORD_NUMBER, WORD_PIECE | OPT}, reduce_nth},

    {{WORD_PERIOD | OPT, WORD_NUMBER, WORD_OCLOCK, WORD_NUMBER, WORD_QUARTER}, reduce_quarter},
    {{WORD_PERIOD | OPT, WORD_NUMBER, WORD_OCLOCK, WORD_NUMBER, WORD_MINUTE | OPT}, reduce_minutes},
    {{WORD_PERIOD | OPT, WORD_NUMBER, WORD_OCLOCK, WORD_HALF}, reduce_half},
    {{WORD_PERIOD | OPT, WORD_NUMBER, WORD_OCLOCK, WORD_PERIOD | OPT}, reduce_hour},
    {{WORD_PERIOD | OPT, WORD_CLOCK, WORD_PERIOD | OPT}, reduce_clock},
    {{WORD_PERIOD | OPT, WORD_NUMBER, WORD_PERIOD}, reduce_am_pm},
    {{WORD_PERIOD, WORD_NUMBER}, reduce_tonight},
    {{WORD_PERIOD}, reduce_noon},
    {{WORD_TIME, WORD_TO, WORD_TIME}, reduce_time_range},

    {{WORD_SIGN, WORD_NUMBER, WORD_UNIT}, reduce_signed},
    {{WORD_IN, WORD_NUMBER, WORD_UNIT}, reduce_in},
    {{WORD_IN, WORD_HALF, WORD_NUMBER | OPT, WORD_UNIT}, reduce_in_half},
    {{WORD_SPAN, WORD_AND | OPT, WORD_NUMBER, WORD_UNIT}, reduce_more},
    {{WORD_NUMBER, WORD_PIECE | OPT, WORD_HALF | OPT, WORD_UNIT, WORD_AFTER}, reduce_after},
    {{WORD_NUMBER, WORD_PIECE | OPT, WORD_HALF | OPT, WORD_UNIT, WORD_BEFORE}, reduce_after},
    {{WORD_HALF, WORD_PIECE | OPT, WORD_NUMBER | OPT, WORD_UNIT, WORD_AFTER}, reduce_half_after},
    {{WORD_HALF, WORD_PIECE | OPT, WORD_NUMBER | OPT, WORD_UNIT, WORD_BEFORE}, reduce_half_after},
    {{WORD_NUMBER, WORD_DAY, WORD_AFTER}, reduce_days_after},
    {{WORD_NUMBER, WORD_DAY, WORD_BEFORE}, reduce_days_after},
    {{WORD_NUMBER, WORD_PIECE | OPT, WORD_UNIT, WORD_SPAN}, reduce_before_span},

    {{WORD_NUMBER, WORD_UNIT}, reduce_year},
    {{WORD_LEAP, WORD_NUMBER, WORD_UNIT}, reduce_leap_month},
    {{WORD_NUMBER, WORD_UNIT}, reduce_month},
    {{WORD_NUMBER, WORD_DAY}, reduce_monthday},
    {{WORD_CHU, WORD_NUMBER}, reduce_lunar_day},
    {{WORD_NUMBER, WORD_AND, WORD_MONTH}, reduce_number_list},
    {{WORD_NUMBER, WORD_AND, WORD_MONTHDAY}, reduce_number_list},
    {{WORD_NUMBER, WORD_TO, WORD_MONTH}, reduce_number_range},
    {{WORD_NUMBER, WORD_TO, WORD_MONTHDAY}, reduce_number_range},

    {{WORD_WEEKDAY, WORD_TO, WORD_WEEKDAY}, reduce_range},
    {{WORD_WEEKDAY, WORD_TO, WORD_NUMBER}, reduce_range_trailing},
    {{WORD_WEEKDAY, WORD_AND, WORD_WEEKDAY}, reduce_list},
    {{WORD_WEEKDAY, WORD_COMMA, WORD_WEEKDAY}, reduce_list},
    {{WORD_WEEKDAY, WORD_WEEKDAY}, reduce_adjacent},
    {{WORD_WEEKDAY, WORD_AND | OPT, WORD_NUMBER}, reduce_trailing},
    {{WORD_MONTH, WORD_TO, WORD_MONTH}, reduce_range},
    {{WORD_MONTH, WORD_AND, WORD_MONTH}, reduce_list},
    {{WORD_MONTH, WORD_COMMA, WORD_MONTH}, reduce_list},
    {{WORD_MONTHDAY, WORD_TO, WORD_MONTHDAY}, reduce_range},
    {{WORD_MONTHDAY, WORD_AND, WORD_MONTHDAY}, reduce_list},
    {{WORD_MONTHDAY, WORD_COMMA, WORD_MONTHDAY}, reduce_list},
    {{WORD_MONTHDAY, WORD_AND, WORD_ORD, WORD_UNIT}, reduce_day_and_ord},
    {{WORD_LUNAR_DAY, WORD_AND, WORD_ORD, WORD_UNIT}, reduce_day_and_ord},
    {{WORD_LUNAR_DAY, WORD_AND, WORD_LUNAR_DAY}, reduce_list},
    {{WORD_LUNAR_DAY, WORD_AND | OPT, WORD_NUMBER}, reduce_trailing},
    {{WORD_ORD, WORD_TO, WORD_ORD}, reduce_range},
    {{WORD_ORD, WORD_AND, WORD_ORD}, reduce_list},
    {{WORD_ORD, WORD_COMMA, WORD_ORD}, reduce_list},
};

static void replace(struct words_text *t, size_t at, size_t used, struct word w)
{
    const struct word *last = &t->items[at + used - 1];

    w.at = t->items[at].at;
    w.bytes = last->at + last->bytes - w.at;
    t->items[at] = w;
    memmove(&t->items[at + 1], &t->items[at + used], (t->count - at - used) * sizeof t->items[0]);
    t->count -= used - 1;
}

/* 1 if it replaced something. */
static int sweep(struct words_text *t, const struct reduction *r, struct err *e)
{
    const struct word *slot[WORDS_PATTERN_MAX];
    int changed = 0;

    for (size_t i = 0; i < t->count; i++) {
        size_t used = words_match(r->pattern, &t->items[i], t->count - i, slot);
        struct word w = {.cjk = t->items[i].cjk || (used && t->items[i + used - 1].cjk)};
        enum words_step step = used ? r->make(t, slot, &w, e) : STEP_NO;
        if (step == STEP_BAD)
            return -1;
        if (step == STEP_YES) {
            replace(t, i, used, w);
            changed = 1;
        }
    }
    return changed;
}

int words_reduce(struct words_text *t, struct err *e)
{
    int changed = 1;

    while (changed > 0) {
        changed = 0;
        for (size_t i = 0; i < sizeof reductions / sizeof reductions[0]; i++) {
            int now = sweep(t, &reductions[i], e);
            if (now < 0)
                return -1;
            changed |= now;
        }
    }
    return 0;
}
