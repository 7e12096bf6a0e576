#include "words_phrase.h"

/* Each part is said once. */
enum words_step words_claim(struct words_parts *p, unsigned part)
{
    if (p->has & part)
        return STEP_BAD;
    p->has |= part;
    return STEP_YES;
}

enum words_step words_claim_set(struct words_parts *p, unsigned part, uint64_t *to, uint64_t set)
{
    *to |= set;
    return words_claim(p, part);
}

enum words_step words_claim_unit(struct words_parts *p, enum words_unit unit, int interval)
{
    p->unit = unit;
    p->interval = interval;
    return words_claim(p, SLOT_UNIT);
}

enum words_step words_claim_weekdays(struct words_parts *p, const struct word *w)
{
    p->weekdays |= (unsigned)w->set;
    p->plural |= w->plural;
    return words_claim(p, SLOT_WEEKDAYS);
}

enum words_step words_say_nothing(struct words_parts *p, SLOTS)
{
    (void)p, (void)slot;
    return STEP_YES;
}

static enum words_step every(struct words_parts *p, SLOTS)
{
    (void)slot;
    p->has |= SLOT_EVERY;
    return STEP_YES;
}

static enum words_step every_unit(struct words_parts *p, SLOTS)
{
    p->has |= SLOT_EVERY;
    return words_claim_unit(p, (enum words_unit)slot[1]->value, 1);
}

/* every 2 weeks, 每 两 个 月 */
static enum words_step every_n_units(struct words_parts *p, SLOTS)
{
    p->has |= SLOT_EVERY;
    return words_claim_unit(p, (enum words_unit)slot[3]->value, slot[1]->value);
}

static enum words_step every_half_unit(struct words_parts *p, SLOTS)
{
    if (slot[3]->value != UNIT_YEAR)
        return STEP_NO;
    p->has |= SLOT_EVERY;
    return words_claim_unit(p, UNIT_MONTH, 6);
}

static enum words_step every_other_unit(struct words_parts *p, SLOTS)
{
    p->has |= SLOT_EVERY;
    return words_claim_unit(p, (enum words_unit)slot[2]->value, 2);
}

/* every other friday, every 2 fridays, 隔 周五 */
static enum words_step weeks_weekday(struct words_parts *p, int weeks, const struct word *w)
{
    p->has |= SLOT_EVERY;
    if (words_claim_unit(p, UNIT_WEEK, weeks) == STEP_BAD)
        return STEP_BAD;
    return words_claim_weekdays(p, w);
}

static enum words_step every_other_weekday(struct words_parts *p, SLOTS)
{
    return weeks_weekday(p, 2, slot[2]);
}

static enum words_step every_n_weekdays(struct words_parts *p, SLOTS)
{
    return weeks_weekday(p, slot[1]->value, slot[2]);
}

static enum words_step gap_weekday(struct words_parts *p, SLOTS)
{
    return weeks_weekday(p, 2, slot[2]);
}

/* 隔 周, 每 隔 一 周: every other. 每隔两周 is every two weeks to some and every three to others. */
static enum words_step gap_units(struct words_parts *p, SLOTS)
{
    p->has |= SLOT_EVERY;
    if (slot[2] && slot[2]->value != 1) {
        p->gap = slot[2]->value;
        return words_claim(p, SLOT_UNIT);
    }
    return words_claim_unit(p, (enum words_unit)slot[4]->value, 2);
}

/* every day, said with the word for a date: 每 日 */
static enum words_step every_date(struct words_parts *p, SLOTS)
{
    (void)slot;
    p->has |= SLOT_EVERY;
    return words_claim_unit(p, UNIT_DAY, 1);
}

static enum words_step freq(struct words_parts *p, SLOTS)
{
    int value = slot[0]->value;

    p->has |= SLOT_EVERY;
    return words_claim_unit(p, (enum words_unit)(value % 100), value > 100 ? 2 : 1);
}

/* once a week */
static enum words_step once_a(struct words_parts *p, SLOTS)
{
    if (slot[1]->value != 1)
        return STEP_NO;
    p->has |= SLOT_EVERY;
    return words_claim_unit(p, (enum words_unit)slot[2]->value, 1);
}

/* 每周 2 次, 3 times a week: on which days? Only once is clear. */
static enum words_step times_per(struct words_parts *p, int times, const struct word *unit)
{
    if (times != 1)
        p->refusal = MSG_WORDS_TIMES_PER;
    p->has |= SLOT_EVERY;
    return words_claim_unit(p, (enum words_unit)unit->value, 1);
}

static enum words_step every_unit_times(struct words_parts *p, SLOTS)
{
    return times_per(p, slot[2]->value, slot[1]);
}

static enum words_step times_a_unit(struct words_parts *p, SLOTS)
{
    return slot[2]->value == 1 ? times_per(p, slot[0]->value, slot[3]) : STEP_NO;
}

static enum words_step every_n_units_times(struct words_parts *p, SLOTS)
{
    if (slot[4]->value != 1)
        p->refusal = MSG_WORDS_TIMES_PER;
    p->has |= SLOT_EVERY;
    return words_claim_unit(p, (enum words_unit)slot[3]->value, slot[1]->value);
}

static enum words_step times(struct words_parts *p, SLOTS)
{
    p->count = slot[1]->value;
    return words_claim(p, SLOT_COUNT);
}

/* 共 一次 */
static enum words_step times_once(struct words_parts *p, SLOTS)
{
    (void)slot;
    p->count = 1;
    return words_claim(p, SLOT_COUNT);
}

/* 每3月: every March, or every three months? 每15日: on the 15th, or every 15 days? */
static enum words_step every_number(struct words_parts *p, SLOTS)
{
    if (!slot[1]->cjk)
        return STEP_NO;
    p->refusal = MSG_WORDS_EVERY_NUMBER;
    return STEP_YES;
}

const struct words_phrase words_repeat_phrases[] = {
    {{TOKEN_EVERY, TOKEN_OTHER, TOKEN_UNIT}, every_other_unit},
    {{TOKEN_EVERY, TOKEN_OTHER, TOKEN_WEEKDAY}, every_other_weekday},
    {{TOKEN_EVERY | OPT, TOKEN_GAP, TOKEN_WEEKDAY}, gap_weekday},
    {{TOKEN_EVERY | OPT, TOKEN_GAP, TOKEN_NUMBER | OPT, TOKEN_PIECE | OPT, TOKEN_UNIT}, gap_units},
    {{TOKEN_EVERY, TOKEN_NUMBER, TOKEN_PIECE | OPT, TOKEN_UNIT, TOKEN_NUMBER, TOKEN_TIMES}, every_n_units_times},
    {{TOKEN_EVERY, TOKEN_UNIT, TOKEN_NUMBER, TOKEN_TIMES}, every_unit_times},
    {{TOKEN_NUMBER, TOKEN_TIMES, TOKEN_NUMBER, TOKEN_UNIT}, times_a_unit},
    {{TOKEN_EVERY, TOKEN_NUMBER, TOKEN_PIECE | OPT, TOKEN_UNIT}, every_n_units},
    {{TOKEN_EVERY, TOKEN_HALF, TOKEN_PIECE | OPT, TOKEN_UNIT}, every_half_unit},
    {{TOKEN_EVERY, TOKEN_NUMBER, TOKEN_WEEKDAY}, every_n_weekdays},
    {{TOKEN_EVERY, TOKEN_UNIT}, every_unit},
    {{TOKEN_EVERY, TOKEN_DAY}, every_date},
    {{TOKEN_EVERY, TOKEN_MONTH}, every_number},
    {{TOKEN_EVERY, TOKEN_MONTHDAY}, every_number},
    {{TOKEN_EVERY}, every},
    {{TOKEN_FREQ}, freq},
    {{TOKEN_ONCE, TOKEN_NUMBER, TOKEN_UNIT}, once_a},
    {{TOKEN_TOTAL, TOKEN_ONCE}, times_once},
    {{TOKEN_ONCE}, words_say_nothing},
    {{TOKEN_TOTAL | OPT, TOKEN_NUMBER, TOKEN_TIMES}, times},
};
const size_t words_repeat_phrase_count = sizeof words_repeat_phrases / sizeof words_repeat_phrases[0];
