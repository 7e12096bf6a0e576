#include "words_phrase.h"

#include <string.h>

/* Which ones */

static enum words_step nth_weekday(struct words_parts *p, SLOTS)
{
    if (p->nth_count == WORDS_NTHS_MAX)
        return STEP_BAD;
    p->nth_english |= !slot[0]->cjk;
    p->nths[p->nth_count++] = (struct words_nth){slot[0]->set, (unsigned)slot[1]->set};
    p->has |= SLOT_NTH;
    return STEP_YES;
}

/* first monday and third friday */
static enum words_step and_nth_weekday(struct words_parts *p, SLOTS)
{
    return p->nth_count ? nth_weekday(p, slot + 1) : STEP_BAD;
}

static enum words_step nth_workday(struct words_parts *p, SLOTS)
{
    return words_claim_set(p, SLOT_WORKDAY_ORD, &p->workday_ords, slot[0]->set);
}

static enum words_step nth_unit(struct words_parts *p, SLOTS)
{
    if (slot[1]->value == UNIT_DAY)
        return words_claim_set(p, SLOT_DAY_ORD, &p->day_ords, slot[0]->set);
    if (slot[1]->value == UNIT_WEEK)
        return words_claim_set(p, SLOT_WEEK_ORD, &p->week_ords, slot[0]->set);
    if (slot[1]->value == UNIT_MONTH)
        return words_claim_set(p, SLOT_MONTH_ORD, &p->month_ords, slot[0]->set);
    return STEP_NO;
}

/* the 15th; in letters it could be anything's: "every second" */
static enum words_step ord_monthday(struct words_parts *p, SLOTS)
{
    if (!slot[0]->digits || (slot[0]->set & ~WORDS_SET_POSITIVE))
        return STEP_NO;
    return words_claim_set(p, SLOT_MONTHDAYS, &p->monthdays, slot[0]->set);
}

static enum words_step weekday(struct words_parts *p, SLOTS)
{
    return words_claim_weekdays(p, slot[0]);
}

static enum words_step workday(struct words_parts *p, SLOTS)
{
    p->plural |= slot[0]->plural;
    return words_claim(p, SLOT_WORKDAYS);
}

static enum words_step relative_weekday(struct words_parts *p, SLOTS)
{
    p->relative = slot[0]->value;
    p->relative_loose = slot[0]->loose;
    if (words_claim(p, SLOT_RELATIVE) == STEP_BAD)
        return STEP_BAD;
    return words_claim_weekdays(p, slot[1]);
}

static enum words_step relative_unit(struct words_parts *p, SLOTS)
{
    int value = slot[0]->value;

    if (slot[1]->value == UNIT_WEEK) {
        p->week_offset = value;
        return words_claim(p, SLOT_WEEK_OFFSET);
    }
    if (slot[1]->value == UNIT_MONTH) {
        p->month_offset = value;
        return words_claim(p, SLOT_MONTH_OFFSET);
    }
    if (slot[1]->value != UNIT_YEAR)
        return STEP_NO;
    p->year_offset = value;
    return words_claim(p, SLOT_YEAR_OFFSET);
}

/* The month of "last friday of the month": says what is counted in, not how often. */
static enum words_step bare_unit(struct words_parts *p, SLOTS)
{
    if (slot[0]->value < UNIT_WEEK)
        return STEP_NO;
    return words_claim_unit(p, (enum words_unit)slot[0]->value, 1);
}

/* Dates */

static enum words_step year(struct words_parts *p, SLOTS)
{
    p->year = slot[0]->value;
    return words_claim(p, SLOT_YEAR);
}

/* The 2027 of "may 12, 2027". */
static enum words_step bare_year(struct words_parts *p, SLOTS)
{
    if (slot[0]->digits != 4 || slot[0]->value < 1000)
        return STEP_NO;
    return year(p, slot);
}

static enum words_step years(struct words_parts *p, SLOTS)
{
    p->year_offset = slot[0]->value;
    return words_claim(p, SLOT_YEAR_OFFSET);
}

static enum words_step date(struct words_parts *p, SLOTS)
{
    const struct word *w = slot[0];

    if (w->month < 1 || w->month > 12 || w->day < 1 || w->day > 31 || w->year < 1) {
        p->refusal = MSG_WORDS_NO_SUCH_DATE;
        return STEP_YES;
    }
    p->year = w->year;
    p->months = WORDS_BIT(w->month);
    p->monthdays = WORDS_BIT(w->day);
    if (words_claim(p, SLOT_YEAR) == STEP_BAD || words_claim(p, SLOT_MONTHS) == STEP_BAD)
        return STEP_BAD;
    return words_claim(p, SLOT_MONTHDAYS);
}

static enum words_step month(struct words_parts *p, SLOTS)
{
    return words_claim_set(p, SLOT_MONTHS, &p->months, slot[0]->set);
}

/* in september */
static enum words_step in_month(struct words_parts *p, SLOTS)
{
    return month(p, slot + 1);
}

static enum words_step leap_month(struct words_parts *p, SLOTS)
{
    p->leap = true;
    p->has |= SLOT_LUNAR;
    return month(p, slot);
}

static enum words_step month_number(struct words_parts *p, const struct word *m, const struct word *number)
{
    if (number->value < 1 || number->value > 31)
        return STEP_NO;
    p->months |= m->set;
    if (words_claim(p, SLOT_MONTHS) == STEP_BAD)
        return STEP_BAD;
    /* 八月十五, without a 日, is how lunar dates are said; "8月15" is not. */
    p->maybe_lunar |= number->cjk;
    return words_claim_set(p, SLOT_MONTHDAYS, &p->monthdays, WORDS_BIT(number->value));
}

/* may 12 */
static enum words_step month_day(struct words_parts *p, SLOTS)
{
    return month_number(p, slot[0], slot[1]);
}

/* 12 may */
static enum words_step day_month(struct words_parts *p, SLOTS)
{
    return slot[0]->cjk ? STEP_NO : month_number(p, slot[1], slot[0]);
}

/* the 9th lunar month */
static enum words_step nth_lunar_month(struct words_parts *p, SLOTS)
{
    if (slot[3]->value != UNIT_MONTH || slot[1]->set & ~0x1FFEULL)
        return STEP_NO;
    p->leap = slot[0] != NULL;
    p->has |= SLOT_LUNAR;
    return words_claim_set(p, SLOT_MONTHS, &p->months, slot[1]->set);
}

/* 闰六月 十五 */
static enum words_step leap_month_day(struct words_parts *p, SLOTS)
{
    p->leap = true;
    p->has |= SLOT_LUNAR;
    return month_number(p, slot[0], slot[1]);
}

static enum words_step monthday(struct words_parts *p, SLOTS)
{
    return words_claim_set(p, SLOT_MONTHDAYS, &p->monthdays, slot[0]->set);
}

static enum words_step lunar_day(struct words_parts *p, SLOTS)
{
    p->has |= SLOT_LUNAR;
    return monthday(p, slot);
}

static enum words_step lunar(struct words_parts *p, SLOTS)
{
    (void)slot;
    p->has |= SLOT_LUNAR;
    return STEP_YES;
}

static enum words_step festival(struct words_parts *p, SLOTS)
{
    const struct words_festival *f = &words_festivals[slot[0]->value];

    p->has |= SLOT_FESTIVAL | (f->lunar ? SLOT_LUNAR : 0);
    if (words_claim_set(p, SLOT_MONTHS, &p->months, WORDS_BIT(f->month)) == STEP_BAD)
        return STEP_BAD;
    return words_claim_set(p, SLOT_MONTHDAYS, &p->monthdays, WORDS_BIT(f->day));
}

static enum words_step today(struct words_parts *p, SLOTS)
{
    p->day_offset = slot[0]->value;
    return words_claim(p, SLOT_DAY_OFFSET);
}

static enum words_step now(struct words_parts *p, SLOTS)
{
    (void)slot;
    return words_claim(p, SLOT_NOW);
}

static enum words_step span(struct words_parts *p, SLOTS)
{
    p->span_exact_s = slot[0]->exact_s;
    p->span_days = slot[0]->days;
    p->span_months = slot[0]->months;
    p->span_signed = slot[0]->open && slot[0]->loose;
    return words_claim(p, SLOT_SPAN);
}

static enum words_step time_of_day(struct words_parts *p, SLOTS)
{
    p->time_s = slot[0]->value;
    return words_claim(p, SLOT_TIME);
}

/* The evening of "8pm tonight" has to agree with the time; without one it is vague. */
static enum words_step period_after(struct words_parts *p, SLOTS)
{
    int hour = p->time_s / 3600;

    if (!(p->has & SLOT_TIME))
        p->refusal = MSG_WORDS_WHICH_TIME;
    else if (words_hour_in_period(hour, slot[0]->value) != hour)
        p->refusal = MSG_WORDS_NO_SUCH_TIME;
    return STEP_YES;
}

/* The first row that matches has the tokens, so longer ones come first. */
static const struct words_phrase phrases[] = {
    {{TOKEN_AND, TOKEN_ORD, TOKEN_WEEKDAY}, and_nth_weekday},
    {{TOKEN_LEAP | OPT, TOKEN_ORD, TOKEN_LUNAR, TOKEN_UNIT}, nth_lunar_month},
    {{TOKEN_ORD, TOKEN_WEEKDAY}, nth_weekday},
    {{TOKEN_ORD, TOKEN_WORKDAY}, nth_workday},
    {{TOKEN_ORD, TOKEN_UNIT}, nth_unit},
    {{TOKEN_ORD}, ord_monthday},
    {{TOKEN_RELATIVE, TOKEN_WEEKDAY}, relative_weekday},
    {{TOKEN_RELATIVE, TOKEN_UNIT}, relative_unit},
    {{TOKEN_WEEKDAY}, weekday},
    {{TOKEN_WORKDAY}, workday},
    {{TOKEN_UNIT}, bare_unit},

    {{TOKEN_YEAR}, year},
    {{TOKEN_YEARS}, years},
    {{TOKEN_DATE}, date},
    {{TOKEN_NUMBER, TOKEN_MONTH}, day_month},
    {{TOKEN_MONTH, TOKEN_NUMBER}, month_day},
    {{TOKEN_IN, TOKEN_MONTH}, in_month},
    {{TOKEN_MONTH}, month},
    {{TOKEN_LEAP_MONTH, TOKEN_NUMBER}, leap_month_day},
    {{TOKEN_LEAP_MONTH}, leap_month},
    {{TOKEN_MONTHDAY}, monthday},
    {{TOKEN_LUNAR_DAY}, lunar_day},
    {{TOKEN_LUNAR}, lunar},
    {{TOKEN_FESTIVAL}, festival},
    {{TOKEN_NUMBER}, bare_year},
    {{TOKEN_TODAY}, today},
    {{TOKEN_NOW}, now},
    {{TOKEN_SPAN}, span},
    {{TOKEN_TIME}, time_of_day},
    {{TOKEN_PERIOD}, period_after},
    {{TOKEN_COMMA}, words_say_nothing},
};

static int fail(const struct words_text *t, size_t at, size_t count, enum msg msg, struct err *e)
{
    char piece[WORDS_TEXT_BYTES_MAX + 1];
    const struct word *last = &t->items[at + count - 1];
    size_t bytes = last->at + last->bytes - t->items[at].at;

    memcpy(piece, t->text + t->items[at].at, bytes);
    piece[bytes] = 0;
    return err_set(e, ERR_INVALID, msg, NULL, t->whole, piece, NULL);
}

/* STEP_NO: no row has a use for the tokens from `at` on. *ret_used counts those taken. */
static enum words_step try_rows(const struct words_phrase *rows, size_t count, const struct words_text *t, size_t at,
                                size_t end, struct words_parts *p, size_t *ret_used)
{
    const struct word *slot[WORDS_PATTERN_MAX];

    for (size_t i = 0; i < count; i++) {
        size_t used = words_match(rows[i].pattern, &t->items[at], end - at, slot);
        enum words_step step = used ? rows[i].apply(p, slot) : STEP_NO;
        *ret_used = used;
        if (step != STEP_NO)
            return step;
    }
    return STEP_NO;
}

/* Tokens used from `at` on; 0 if nothing can be made of them. */
static size_t one_phrase(const struct words_text *t, size_t at, size_t end, struct words_parts *p, struct err *e)
{
    size_t used = 0;
    enum words_step step = try_rows(words_repeat_phrases, words_repeat_phrase_count, t, at, end, p, &used);

    if (step == STEP_NO)
        step = try_rows(phrases, sizeof phrases / sizeof phrases[0], t, at, end, p, &used);
    if (step == STEP_YES)
        return used;
    if (step == STEP_BAD)
        fail(t, at, used, MSG_WORDS_TWICE, e);
    else
        fail(t, at, 1, MSG_WORDS_UNKNOWN, e);
    return 0;
}

int words_phrases(const struct words_text *t, size_t from, size_t count, struct words_parts *p, struct err *e)
{
    size_t used;

    for (size_t at = from; at < from + count; at += used) {
        used = one_phrase(t, at, from + count, p, e);
        if (used == 0)
            return -1;
    }
    if (p->refusal != MSG_NONE)
        return err_set(e, ERR_INVALID, p->refusal, NULL, t->whole, NULL);
    return 0;
}

/* The first token of "until …": what follows it is a time. A 到 that is left after lists were joined is one too. */
static size_t find_until(const struct words_text *t)
{
    size_t i = 1;

    while (i < t->count && t->items[i].kind != TOKEN_UNTIL && t->items[i].kind != TOKEN_TO)
        i++;
    return i;
}

static int parse_until(const struct words_text *t, size_t at, const struct words_context *ctx, struct words_parts *p,
                       struct err *e)
{
    struct words_parts until = {.text = t->whole};
    size_t end = t->count;

    if (t->items[end - 1].kind == TOKEN_CLOSE)
        end--;
    if (at + 1 >= end)
        return fail(t, at, 1, MSG_WORDS_UNKNOWN, e);
    if (words_phrases(t, at + 1, end - at - 1, &until, e) < 0)
        return -1;
    p->has |= SLOT_UNTIL;
    return words_resolve_when(&until, ctx, &p->until, e);
}

int words_parse(const char *text, const struct words_context *ctx, struct words_parts *ret, struct err *e)
{
    struct words_text t;
    struct words_parts p = {.text = text};
    size_t until;

    if (words_scan(text, &t, e) < 0 || words_reduce(&t, e) < 0)
        return -1;
    until = find_until(&t);
    if (words_phrases(&t, 0, until, &p, e) < 0)
        return -1;
    if (until < t.count && parse_until(&t, until, ctx, &p, e) < 0)
        return -1;
    *ret = p;
    return 0;
}
