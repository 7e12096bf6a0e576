/* The steps of rules from DAILY down to SECONDLY, which are all alike: every so many units that the parts let pass. */
#include "recur_stream.h"

#include "base/mem.h"

#define CYCLE_DAYS 146097 /* 400 Gregorian years */

static int64_t gcd(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static bool passes(const struct recur_rule *r, enum recur_part part, int64_t value)
{
    return !recur_has(r, part) || r->by[part].plus[0] >> value & 1;
}

/* A part limits if it is as long as a unit of FREQ or longer. */
static bool time_passes(const struct recur_rule *r, int64_t second)
{
    return passes(r, PART_BYHOUR, second / 3600) &&
           (r->freq > RECUR_MINUTELY || passes(r, PART_BYMINUTE, second / 60 % 60)) &&
           (r->freq > RECUR_SECONDLY || passes(r, PART_BYSECOND, second % 60));
}

static bool limits_times(const struct recur_rule *r)
{
    return r->freq < RECUR_DAILY &&
           (recur_has(r, PART_BYHOUR) || (r->freq < RECUR_HOURLY && recur_has(r, PART_BYMINUTE)) ||
            (r->freq < RECUR_MINUTELY && recur_has(r, PART_BYSECOND)));
}

/*
 * The times of day that steps come to repeat after at most a day's number of units (86400 for SECONDLY), so which of
 * them pass is worked out once. If none does, the rule never yields.
 */
static void list_unit_times(struct recur_stream *s, int64_t per_day)
{
    int64_t at = (s->unit_first % per_day + per_day) % per_day, words = s->unit_period / 64 + 1;

    s->unit_times = mem_alloc((size_t)words * sizeof *s->unit_times);
    s->unit_times_before = mem_alloc((size_t)words * sizeof *s->unit_times_before);
    for (int64_t i = 0; i < s->unit_period; i++) {
        if (time_passes(&s->rule, at * s->unit_s))
            s->unit_times[i / 64] |= 1ULL << i % 64;
        at = (at + s->rule.interval) % per_day;
    }
    for (int64_t i = 0; i < words; i++) {
        s->unit_times_before[i] = (uint32_t)s->unit_times_count;
        s->unit_times_count += __builtin_popcountll(s->unit_times[i]);
    }
    if (s->unit_times_count == 0)
        s->end = RECUR_DONE;
}

void recur_unit_open(struct recur_stream *s)
{
    static const int64_t lengths[] = {1, 60, 3600, CIVIL_DAY_S};
    const struct recur_rule *r = &s->rule;
    const uint32_t days = 1u << PART_BYMONTH | 1u << PART_BYMONTHDAY | 1u << PART_BYYEARDAY | 1u << PART_BYDAY;
    int64_t per_day, common, days_between;

    s->unit_s = lengths[r->freq];
    s->unit_first = recur_floor_div(s->start_s, s->unit_s);
    per_day = CIVIL_DAY_S / s->unit_s;
    common = gcd(r->interval, per_day);
    s->unit_period = per_day / common;
    if (limits_times(r))
        list_unit_times(s, per_day);
    s->unit_has_days = r->parts & days;
    s->idle_day = recur_floor_div(s->start_s, CIVIL_DAY_S);
    /* A time of day comes back after so many days; together with the calendar's cycle that is all there is. */
    days_between = r->interval / common;
    s->idle_days_max = r->lunar ? INT64_MAX : CYCLE_DAYS / gcd(CYCLE_DAYS, days_between) * days_between;
}

/* The first step from `at` on whose time of day passes; there is one. */
static int64_t next_time(const struct recur_stream *s, int64_t at)
{
    int64_t offset = at % s->unit_period, word = offset / 64, words = s->unit_period / 64 + 1;
    uint64_t bits = s->unit_times[word] >> offset % 64 << offset % 64;

    for (; !bits && word + 1 < words; bits = s->unit_times[word])
        word++;
    if (!bits)
        return next_time(s, at - offset + s->unit_period);
    return at - offset + word * 64 + __builtin_ctzll(bits);
}

/* How many of the steps [0, at) pass. */
static int64_t times_before(const struct recur_stream *s, int64_t at)
{
    int64_t offset = at % s->unit_period, word = offset / 64;

    return at / s->unit_period * s->unit_times_count + s->unit_times_before[word] +
           __builtin_popcountll(s->unit_times[word] & ((1ULL << offset % 64) - 1));
}

static int64_t times_between(const struct recur_stream *s, int64_t from, int64_t to)
{
    return s->unit_times ? times_before(s, to) - times_before(s, from) : to - from;
}

/* The first step at or after a wall time that begins a unit. */
static int64_t step_at(const struct recur_stream *s, int64_t wall_s)
{
    return -recur_floor_div(s->unit_first - recur_floor_div(wall_s, s->unit_s), s->rule.interval);
}

static bool load_month(struct recur_stream *s, int64_t day)
{
    struct recur_month *m = &s->month;

    if (m->days && day >= m->first_day && day < m->first_day + m->days)
        return true;
    if (!recur_month_of(s->rule.lunar, day, m))
        return false;
    s->month_days = recur_month_passes(&s->rule, m->year, m->label, m->leap)
                        ? recur_month_days(&s->rule, m, &s->year_days) : 0;
    return true;
}

/* The first day from `day` on that passes, and how many in a row do from it on in its month; false at the end. */
static bool next_day(struct recur_stream *s, int64_t day, int64_t *ret_day, int *ret_days)
{
    while (load_month(s, day)) {
        uint64_t bits = s->month_days >> (day - s->month.first_day + 1);
        if (bits) {
            int ahead = __builtin_ctzll(bits);
            *ret_day = day + ahead;
            *ret_days = __builtin_ctzll(~(bits >> ahead));
            return true;
        }
        day = s->month.first_day + s->month.days;
        if (day * CIVIL_DAY_S > s->last_s || day - s->idle_day > s->idle_days_max)
            break;
        if (!recur_stream_step(s))
            return false;
    }
    return recur_stream_finish(s);
}

bool recur_unit_next(struct recur_stream *s)
{
    for (;;) {
        int64_t at = s->unit_times ? next_time(s, s->unit_at) : s->unit_at;
        int64_t wall_s = (s->unit_first + at * s->rule.interval) * s->unit_s, day, allowed;
        int days;
        if (wall_s > s->last_s)
            return recur_stream_finish(s);
        if (!recur_stream_step(s))
            return false;
        s->unit_at = at + 1;
        s->day_s = wall_s;
        s->time_at = 0;
        if (!s->unit_has_days)
            return true;
        day = recur_floor_div(wall_s, CIVIL_DAY_S);
        if (!next_day(s, day, &allowed, &days))
            break;
        if (allowed == day) {
            s->idle_day = day;
            return true;
        }
        s->unit_at = step_at(s, allowed * CIVIL_DAY_S);
        if (allowed - s->idle_day > s->idle_days_max) {
            recur_stream_finish(s);
            break;
        }
    }
    s->time_at = s->time_count;
    return false;
}

void recur_unit_jump(struct recur_stream *s, int64_t from_s)
{
    int64_t at = recur_floor_div(recur_floor_div(from_s, s->unit_s) - s->unit_first, s->rule.interval);

    if (at <= s->unit_at)
        return;
    s->unit_at = at;
    s->idle_day = recur_floor_div(from_s, CIVIL_DAY_S);
    recur_stream_drop_step(s);
}

/* Counts the steps of a run of days that pass; false if there is no such day any more. */
static bool count_run(struct recur_stream *s, int64_t stop)
{
    int64_t day = recur_floor_div((s->unit_first + s->unit_at * s->rule.interval) * s->unit_s, CIVIL_DAY_S);
    int64_t allowed, from, to;
    int days;

    *s->budget = RECUR_STEPS_MAX;
    if (!next_day(s, day, &allowed, &days))
        return false;
    from = allowed > day ? step_at(s, allowed * CIVIL_DAY_S) : s->unit_at;
    to = step_at(s, (allowed + days) * CIVIL_DAY_S);
    if (from > stop)
        from = stop;
    if (to > stop)
        to = stop;
    if (to > from) {
        s->left -= times_between(s, from, to) * (int64_t)s->time_count;
        s->idle_day = allowed;
    }
    s->unit_at = to > from ? to : from;
    return true;
}

void recur_unit_count(struct recur_stream *s, int64_t from_s)
{
    int64_t stop = step_at(s, from_s);

    if (stop > s->unit_at && !s->unit_has_days) {
        s->left -= times_between(s, s->unit_at, stop) * (int64_t)s->time_count;
        s->unit_at = stop;
    }
    while (s->unit_at < stop && s->left > 0)
        if (!count_run(s, stop))
            return;
    if (s->left <= 0)
        s->end = RECUR_DONE;
}
