/* Before a rule runs: what DTSTART implies, the times of day, BYSETPOS, and where it ends. */
#include "recur_stream.h"

#include "base/mem.h"
#include "lunar.h"

#include <stdlib.h>
#include <string.h>

#define WEEKS_IN_CYCLE 20871         /* the Gregorian calendar comes round in 400 years, which are whole weeks */
#define MONTHS_IN_CYCLE (400 * 12)

/* Sets a plain number of a part that DTSTART implies. */
static void imply(struct recur_rule *r, enum recur_part part, int value)
{
    r->parts |= 1u << part;
    r->by[part].plus[value / 64] |= 1ULL << value % 64;
}

static void imply_time(struct recur_rule *r, const struct civil *start)
{
    if (!recur_has(r, PART_BYSECOND) && r->freq > RECUR_SECONDLY)
        imply(r, PART_BYSECOND, start->second);
    if (!recur_has(r, PART_BYMINUTE) && r->freq > RECUR_MINUTELY)
        imply(r, PART_BYMINUTE, start->minute);
    if (!recur_has(r, PART_BYHOUR) && r->freq > RECUR_HOURLY)
        imply(r, PART_BYHOUR, start->hour);
}

static void imply_month(struct recur_rule *r, const struct recur_month *m)
{
    if (recur_has(r, PART_BYMONTH))
        return;
    r->parts |= 1u << PART_BYMONTH;
    if (m->leap)
        r->leap_months |= 1u << m->label;
    else
        imply(r, PART_BYMONTH, m->label);
}

/* RFC 5545 3.3.10: what the rule doesn't say about the day, the start does. */
static void imply_day(struct recur_rule *r, int64_t start_day, const struct recur_month *m)
{
    const uint32_t days = 1u << PART_BYDAY | 1u << PART_BYMONTHDAY | 1u << PART_BYYEARDAY;

    if (r->parts & days || r->freq < RECUR_WEEKLY)
        return;
    if (r->freq == RECUR_WEEKLY || recur_has(r, PART_BYWEEKNO)) {
        r->parts |= 1u << PART_BYDAY;
        r->by_day[civil_weekday(start_day * CIVIL_DAY_S)].plus |= 1;
        return;
    }
    if (r->freq == RECUR_YEARLY)
        imply_month(r, m);
    imply(r, PART_BYMONTHDAY, (int)(start_day - m->first_day) + 1);
}

/* The parts about the time of day mean nothing to a DATE and are ignored (RFC 5545 3.3.10). */
static void forget_times(struct recur_rule *r)
{
    for (int part = PART_BYSECOND; part <= PART_BYHOUR; part++) {
        r->parts &= ~(1u << part);
        memset(&r->by[part], 0, sizeof r->by[part]);
    }
}

static size_t bits_of(uint64_t bits, int ret[64])
{
    size_t count = 0;

    for (; bits; bits &= bits - 1)
        ret[count++] = __builtin_ctzll(bits);
    return count;
}

/* All times that the expanding parts make within a day, an hour or a minute. */
static void list_times(struct recur_stream *s)
{
    const struct recur_rule *r = &s->rule;
    int hours[64] = {0}, minutes[64] = {0}, seconds[64] = {0};
    size_t hour_count = 1, minute_count = 1, second_count = 1;

    if (r->freq > RECUR_HOURLY)
        hour_count = bits_of(r->by[PART_BYHOUR].plus[0], hours);
    if (r->freq > RECUR_MINUTELY)
        minute_count = bits_of(r->by[PART_BYMINUTE].plus[0], minutes);
    if (r->freq > RECUR_SECONDLY)
        second_count = bits_of(r->by[PART_BYSECOND].plus[0], seconds);
    s->times = mem_alloc(hour_count * minute_count * second_count * sizeof *s->times);
    for (size_t h = 0; h < hour_count; h++)
        for (size_t m = 0; m < minute_count; m++)
            for (size_t i = 0; i < second_count; i++)
                s->times[s->time_count++] = hours[h] * 3600 + minutes[m] * 60 + seconds[i];
    s->time_at = s->time_count;
}

/* Up to DAILY a period has one day or less, so BYSETPOS picks the same times every time. */
static void pick_times(struct recur_stream *s)
{
    const struct recur_numbers *by = &s->rule.by[PART_BYSETPOS];
    size_t kept = 0;

    if (!recur_has(&s->rule, PART_BYSETPOS) || s->rule.freq > RECUR_DAILY)
        return;
    for (size_t i = 0; i < s->time_count; i++) {
        size_t from_start = i + 1, from_end = s->time_count - i;
        bool keep = (from_start < RECUR_WORDS * 64 && by->plus[from_start / 64] >> from_start % 64 & 1) ||
                    (from_end < RECUR_WORDS * 64 && by->minus[from_end / 64] >> from_end % 64 & 1);
        if (keep)
            s->times[kept++] = s->times[i];
    }
    s->time_count = s->time_at = kept;
}

/* BYSETPOS of longer periods, as indexes that ascend: 0, 1 … and then -2, -1. */
static void list_positions(struct recur_stream *s)
{
    const struct recur_numbers *by = &s->rule.by[PART_BYSETPOS];

    if (!recur_has(&s->rule, PART_BYSETPOS) || s->rule.freq <= RECUR_DAILY)
        return;
    s->positions = mem_alloc(2 * RECUR_WORDS * 64 * sizeof *s->positions);
    s->picked = mem_alloc(2 * RECUR_WORDS * 64 * sizeof *s->picked);
    s->period_days = mem_alloc(RECUR_PERIOD_DAYS_MAX * sizeof *s->period_days);
    for (int i = 1; i < RECUR_WORDS * 64; i++)
        if (by->plus[i / 64] >> i % 64 & 1)
            s->positions[s->position_count++] = (int16_t)(i - 1);
    s->position_plus = s->position_count;
    for (int i = RECUR_WORDS * 64 - 1; i > 0; i--)
        if (by->minus[i / 64] >> i % 64 & 1)
            s->positions[s->position_count++] = (int16_t)-i;
}

/* A bound on the instances' wall times. Where UNTIL is in UTC it is a day late; `is_past_until` has the last word. */
static void set_last(struct recur_stream *s)
{
    const struct recur_rule *r = &s->rule;

    s->last_s = CIVIL_WALL_MAX;
    if (r->until == UNTIL_DATE)
        s->last_s = r->until_s + CIVIL_DAY_S - 1;
    else if (r->until == UNTIL_UTC && s->zone)
        s->last_s = zone_to_wall(s->zone, r->until_s) + CIVIL_DAY_S;
    else if (r->until != UNTIL_NONE)
        s->last_s = r->until_s;
    if (s->last_s > CIVIL_WALL_MAX)
        s->last_s = CIVIL_WALL_MAX;
    if (r->lunar) {
        int64_t end_s = lunar_new_year(LUNAR_YEAR_MAX + 1) * CIVIL_DAY_S - 1;
        s->last_is_table_end = s->last_s > end_s;
        s->last_s = s->last_is_table_end ? end_s : s->last_s;
    }
}

/* After so many steps without an instance the calendar has come round, and none will come. */
static void set_idle(struct recur_stream *s)
{
    s->idle_max = INT64_MAX;
    if (s->rule.lunar)
        return;
    if (s->rule.freq == RECUR_WEEKLY)
        s->idle_max = WEEKS_IN_CYCLE;
    else if (s->rule.freq >= RECUR_MONTHLY)
        s->idle_max = MONTHS_IN_CYCLE + 12;
}

/* A leap second is taken for the second before it (RFC 5545 3.3.12). */
static void forget_leap_second(struct recur_rule *r)
{
    uint64_t *seconds = r->by[PART_BYSECOND].plus;

    if (seconds[0] >> 60 & 1)
        seconds[0] = (seconds[0] & ~(1ULL << 60)) | 1ULL << 59;
}

static void fill_rule(struct recur_stream *s, const struct recur_rule *rule, const struct recur_set *set,
                      const struct recur_month *m)
{
    struct civil start;

    civil_from_wall(set->start_s, &start);
    s->rule = *rule;
    if (set->date)
        forget_times(&s->rule);
    forget_leap_second(&s->rule);
    imply_time(&s->rule, &start);
    imply_day(&s->rule, recur_floor_div(set->start_s, CIVIL_DAY_S), m);
}

int recur_stream_open(struct recur_stream *s, const struct recur_rule *rule, const struct recur_set *set, int *budget,
                      struct err *e)
{
    struct recur_month m;

    memset(s, 0, sizeof *s);
    if (set->date && rule->freq < RECUR_DAILY)
        return err_set(e, ERR_INVALID, MSG_RULE_NO_TIME, "repeat", recur_freq_names[rule->freq], NULL);
    if (!recur_month_of(rule->lunar, recur_floor_div(set->start_s, CIVIL_DAY_S), &m))
        return err_set(e, ERR_INVALID, MSG_RULE_LUNAR_START, "start", NULL);
    fill_rule(s, rule, set, &m);
    s->zone = set->date ? NULL : set->zone;
    s->budget = budget;
    s->start_s = set->start_s;
    s->passed_s = set->start_s - 1;
    s->left = rule->count;
    set_last(s);
    set_idle(s);
    list_times(s);
    pick_times(s);
    list_positions(s);
    if (s->rule.freq >= RECUR_WEEKLY)
        recur_period_open(s, &m);
    else
        recur_unit_open(s);
    if (s->time_count == 0)
        s->end = RECUR_DONE;
    return 0;
}

void recur_stream_close(struct recur_stream *s)
{
    free(s->times);
    free(s->unit_times);
    free(s->unit_times_before);
    free(s->positions);
    free(s->period_days);
    free(s->picked);
}
