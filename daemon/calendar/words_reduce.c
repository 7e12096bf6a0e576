#include "words_reduce.h"

#include <string.h>

/*
 * Each reduction replaces the tokens its pattern matches by one. The table is swept in order until nothing changes;
 * every reduction leaves fewer tokens or one of a later kind, so that ends.
 */

/* Ordinals */

static enum words_step make_ord(struct word *ret, int n)
{
    if (n == 0 || n < -31 || n > 31)
        return STEP_NO;
    ret->kind = TOKEN_ORD;
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

/* Dates */

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
    ret->kind = TOKEN_YEAR;
    ret->value = slot[0]->value;
    return STEP_YES;
}

static enum words_step make_number_set(const struct words_text *t, struct word *ret, enum word_kind kind, int n,
                                       int max, struct err *e)
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
    return make_number_set(t, ret, TOKEN_MONTH, slot[0]->value, 12, e);
}

static enum words_step reduce_leap_month(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    if (slot[2]->value != UNIT_MONTH)
        return STEP_NO;
    return make_number_set(t, ret, TOKEN_LEAP_MONTH, slot[1]->value, 12, e);
}

/* 15 日 */
static enum words_step reduce_monthday(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    return make_number_set(t, ret, TOKEN_MONTHDAY, slot[0]->value, 31, e);
}

/* 初 九 */
static enum words_step reduce_lunar_day(const struct words_text *t, SLOTS, struct word *ret, struct err *e)
{
    return make_number_set(t, ret, TOKEN_LUNAR_DAY, slot[1]->value, 10, e);
}

/* Lists and ranges */

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
    int max = slot[2]->kind == TOKEN_MONTH ? 12 : 31;

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
    int n = slot[2]->value, max = slot[0]->kind == TOKEN_WEEKDAY ? 6 : 30;

    (void)t, (void)e;
    if (!slot[2]->cjk || n < 1 || n > max)
        return STEP_NO;
    return join(slot[0], slot[0]->kind == TOKEN_WEEKDAY ? 1ULL << (n - 1) : WORDS_BIT(n), ret);
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
    if (kind == TOKEN_WEEKDAY)
        return fill_range(slot[0], to, 0, 7, true, ret);
    if (kind == TOKEN_MONTH)
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
    int max = slot[2]->kind == TOKEN_MONTH ? 12 : 31;
    struct word from = *slot[2];

    (void)t, (void)e;
    if (slot[0]->value < 1 || slot[0]->value > max || !words_set_single(slot[2]->set))
        return STEP_NO;
    from.set = WORDS_BIT(slot[0]->value);
    return fill_range(&from, lowest_bit(slot[2]->set), 1, max, slot[2]->kind == TOKEN_MONTH, ret);
}

static const struct words_reduction reductions[] = {
    {{TOKEN_BACK, TOKEN_NTH, TOKEN_NUMBER, TOKEN_PIECE | OPT}, reduce_back},
    {{TOKEN_NTH, TOKEN_NUMBER, TOKEN_AND, TOKEN_NUMBER, TOKEN_PIECE}, reduce_nth_two},
    {{TOKEN_NTH, TOKEN_NUMBER, TOKEN_PIECE | OPT}, reduce_nth},

    {{TOKEN_NUMBER, TOKEN_UNIT}, reduce_year},
    {{TOKEN_LEAP, TOKEN_NUMBER, TOKEN_UNIT}, reduce_leap_month},
    {{TOKEN_NUMBER, TOKEN_UNIT}, reduce_month},
    {{TOKEN_NUMBER, TOKEN_DAY}, reduce_monthday},
    {{TOKEN_CHU, TOKEN_NUMBER}, reduce_lunar_day},
    {{TOKEN_NUMBER, TOKEN_AND, TOKEN_MONTH}, reduce_number_list},
    {{TOKEN_NUMBER, TOKEN_AND, TOKEN_MONTHDAY}, reduce_number_list},
    {{TOKEN_NUMBER, TOKEN_TO, TOKEN_MONTH}, reduce_number_range},
    {{TOKEN_NUMBER, TOKEN_TO, TOKEN_MONTHDAY}, reduce_number_range},

    {{TOKEN_WEEKDAY, TOKEN_TO, TOKEN_WEEKDAY}, reduce_range},
    {{TOKEN_WEEKDAY, TOKEN_TO, TOKEN_NUMBER}, reduce_range_trailing},
    {{TOKEN_WEEKDAY, TOKEN_AND, TOKEN_WEEKDAY}, reduce_list},
    {{TOKEN_WEEKDAY, TOKEN_COMMA, TOKEN_WEEKDAY}, reduce_list},
    {{TOKEN_WEEKDAY, TOKEN_WEEKDAY}, reduce_adjacent},
    {{TOKEN_WEEKDAY, TOKEN_AND | OPT, TOKEN_NUMBER}, reduce_trailing},
    {{TOKEN_MONTH, TOKEN_TO, TOKEN_MONTH}, reduce_range},
    {{TOKEN_MONTH, TOKEN_AND, TOKEN_MONTH}, reduce_list},
    {{TOKEN_MONTH, TOKEN_COMMA, TOKEN_MONTH}, reduce_list},
    {{TOKEN_MONTHDAY, TOKEN_TO, TOKEN_MONTHDAY}, reduce_range},
    {{TOKEN_MONTHDAY, TOKEN_AND, TOKEN_MONTHDAY}, reduce_list},
    {{TOKEN_MONTHDAY, TOKEN_COMMA, TOKEN_MONTHDAY}, reduce_list},
    {{TOKEN_MONTHDAY, TOKEN_AND, TOKEN_ORD, TOKEN_UNIT}, reduce_day_and_ord},
    {{TOKEN_LUNAR_DAY, TOKEN_AND, TOKEN_ORD, TOKEN_UNIT}, reduce_day_and_ord},
    {{TOKEN_LUNAR_DAY, TOKEN_AND, TOKEN_LUNAR_DAY}, reduce_list},
    {{TOKEN_LUNAR_DAY, TOKEN_AND | OPT, TOKEN_NUMBER}, reduce_trailing},
    {{TOKEN_ORD, TOKEN_TO, TOKEN_ORD}, reduce_range},
    {{TOKEN_ORD, TOKEN_AND, TOKEN_ORD}, reduce_list},
    {{TOKEN_ORD, TOKEN_COMMA, TOKEN_ORD}, reduce_list},
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
static int sweep(struct words_text *t, const struct words_reduction *r, struct err *e)
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

static int sweep_all(struct words_text *t, const struct words_reduction *rows, size_t count, struct err *e)
{
    int changed = 0;

    for (size_t i = 0; i < count; i++) {
        int now = sweep(t, &rows[i], e);
        if (now < 0)
            return -1;
        changed |= now;
    }
    return changed;
}

int words_reduce(struct words_text *t, struct err *e)
{
    int times, others;

    do {
        times = sweep_all(t, words_time_reductions, words_time_reduction_count, e);
        others = times < 0 ? -1 : sweep_all(t, reductions, sizeof reductions / sizeof reductions[0], e);
    } while (times > 0 || others > 0);
    return others;
}
