/* The steps of WEEKLY, MONTHLY and YEARLY rules. */
#include "recur_stream.h"

static void open_week(struct recur_stream *s)
{
    int64_t start_day = recur_floor_div(s->start_s, CIVIL_DAY_S);
    int into = ((int)civil_weekday(s->start_s) - (int)s->rule.wkst + 7) % 7;

    s->week_day = start_day - into;
    for (int i = 0; i < 7; i++)
        if (s->rule.by_day[(i + (int)s->rule.wkst) % 7].plus & 1)
            s->week_days |= 1ULL << i;
}

void recur_period_open(struct recur_stream *s, const struct recur_month *start)
{
    s->year = start->year;
    s->position = s->rule.freq == RECUR_MONTHLY ? start->position : 0;
    if (s->rule.freq == RECUR_WEEKLY)
        open_week(s);
}

static void advance_months(struct recur_stream *s)
{
    s->position += s->rule.interval;
    if (!s->rule.lunar) {
        s->year += s->position / 12;
        s->position %= 12;
        return;
    }
    while (recur_year_known(true, s->year) && s->position >= recur_months_in_year(true, (int)s->year))
        s->position -= recur_months_in_year(true, (int)s->year++);
}

static bool month_passes(const struct recur_stream *s, int position)
{
    struct recur_month m = {.label = position + 1};

    if (!recur_has(&s->rule, PART_BYMONTH))
        return true;
    if (s->rule.lunar)
        recur_month_at(true, (int)s->year, position, &m);
    return recur_month_passes(&s->rule, (int)s->year, m.label, m.leap);
}

static int next_passing(const struct recur_stream *s, int position, int months)
{
    while (position < months && !month_passes(s, position))
        position++;
    return position;
}

/* The days of the month at `position`; false past the end, which never cuts a period that has begun. */
static bool load_month(struct recur_stream *s, int position)
{
    struct recur_month m;

    recur_month_at(s->rule.lunar, (int)s->year, position, &m);
    s->span_s = (m.first_day - 1) * CIVIL_DAY_S;
    if (s->span_s > s->last_s && s->period_day_count == 0)
        return false;
    s->days = recur_month_days(&s->rule, &m, &s->year_days);
    return true;
}

/* One month of a year; *ret_whole if it was the last that passes BYMONTH. */
static bool step_in_year(struct recur_stream *s, bool *ret_whole)
{
    int position, months;

    if (!recur_year_known(s->rule.lunar, s->year))
        return false;
    months = recur_months_in_year(s->rule.lunar, (int)s->year);
    position = next_passing(s, (int)s->position, months);
    s->days = 0;
    if (position < months && !load_month(s, position))
        return false;
    s->position = next_passing(s, position + 1, months);
    *ret_whole = s->position >= months;
    if (*ret_whole) {
        s->year += s->rule.interval;
        s->position = 0;
    }
    return true;
}

static bool step_month(struct recur_stream *s, bool *ret_whole)
{
    *ret_whole = true;
    s->days = 0;
    if (!recur_year_known(s->rule.lunar, s->year))
        return false;
    if (month_passes(s, (int)s->position) && !load_month(s, (int)s->position))
        return false;
    advance_months(s);
    return true;
}

static bool is_day_in_months(struct recur_stream *s, int64_t day)
{
    struct recur_month *m = &s->month;

    if (day < m->first_day || day >= m->first_day + m->days) {
        if (!recur_month_of(s->rule.lunar, day, m))
            return false;
        s->month_days = recur_month_passes(&s->rule, m->year, m->label, m->leap);
    }
    return s->month_days;
}

/* BYMONTH limits a week day by day. */
static uint64_t days_in_months(struct recur_stream *s)
{
    uint64_t days = s->week_days;

    for (int i = 0; i < 7; i++)
        if (!is_day_in_months(s, s->week_day + i))
            days &= ~(1ULL << i);
    return days;
}

static bool step_week(struct recur_stream *s, bool *ret_whole)
{
    *ret_whole = true;
    s->span_s = s->week_day * CIVIL_DAY_S;
    if (s->span_s > s->last_s)
        return false;
    s->days = recur_has(&s->rule, PART_BYMONTH) ? days_in_months(s) : s->week_days;
    s->week_day += 7 * s->rule.interval;
    return true;
}

static bool step(struct recur_stream *s, bool *ret_whole)
{
    if (s->rule.freq == RECUR_WEEKLY)
        return step_week(s, ret_whole);
    return s->rule.freq == RECUR_MONTHLY ? step_month(s, ret_whole) : step_in_year(s, ret_whole);
}

/* BYSETPOS: keeps the days until the period is whole. SKIP may name a day twice. */
static void keep_days(struct recur_stream *s)
{
    for (; s->days; s->days &= s->days - 1) {
        int32_t day = (int32_t)(s->span_s / CIVIL_DAY_S) + __builtin_ctzll(s->days);
        if (s->period_day_count == 0 || s->period_days[s->period_day_count - 1] < day)
            s->period_days[s->period_day_count++] = day;
    }
}

/* The next of two ascending lists of indexes into `total` instances, without doubles; -1 at their end. */
static int64_t next_position(const struct recur_stream *s, size_t *plus, size_t *minus, int64_t total)
{
    int64_t a = *plus < s->position_plus ? s->positions[*plus] : INT64_MAX;
    int64_t b = *minus < s->position_count ? s->positions[*minus] + total : INT64_MAX;

    if (a == INT64_MAX && b == INT64_MAX)
        return -1;
    *plus += a <= b;
    *minus += b <= a;
    return a < b ? a : b;
}

static void pick_positions(struct recur_stream *s)
{
    int64_t times = (int64_t)s->time_count, total = (int64_t)s->period_day_count * times, index;
    size_t plus = 0, minus = s->position_plus;

    /* What counts from the end and reaches beyond the start. */
    while (minus < s->position_count && s->positions[minus] + total < 0)
        minus++;
    s->picked_at = s->picked_count = 0;
    while ((index = next_position(s, &plus, &minus, total)) >= 0 && index < total)
        s->picked[s->picked_count++] = s->period_days[index / times] * (int64_t)CIVIL_DAY_S + s->times[index % times];
    s->period_day_count = 0;
}

bool recur_period_next(struct recur_stream *s)
{
    bool whole;

    for (;;) {
        if (!recur_stream_step(s))
            return false;
        if (++s->idle > s->idle_max || !step(s, &whole))
            return recur_stream_finish(s);
        if (s->positions) {
            keep_days(s);
            if (!whole)
                continue;
            pick_positions(s);
        }
        if (s->days || s->picked_count)
            break;
    }
    s->idle = 0;
    return true;
}

static void jump_years(struct recur_stream *s, const struct recur_month *to)
{
    int64_t steps = recur_floor_div(to->year - recur_stream_spills(s) - s->year, s->rule.interval);

    if (steps < 1)
        return;
    s->year += steps * s->rule.interval;
    s->position = 0;
    recur_stream_drop_step(s);
}

/* True if the next month is `slack` months or more before `to`. Lunar years have 12 or 13, so it takes steps. */
static bool is_before(const struct recur_stream *s, const struct recur_month *to, int slack)
{
    return s->year < to->year - 1 || (s->year == to->year && s->position + slack <= to->position) ||
           (s->year == to->year - 1 &&
            s->position + slack <= to->position + recur_months_in_year(s->rule.lunar, (int)s->year));
}

static void jump_months(struct recur_stream *s, const struct recur_month *to)
{
    int slack = recur_stream_spills(s);
    struct recur_stream before;
    int64_t steps;

    if (!s->rule.lunar) {
        steps = ((to->year - s->year) * 12 + to->position - slack - s->position) / s->rule.interval;
        if (steps < 1)
            return;
        s->position += steps * s->rule.interval;
        s->year += s->position / 12;
        s->position %= 12;
        recur_stream_drop_step(s);
        return;
    }
    for (before = *s; is_before(&before, to, slack); advance_months(&before)) {
        if (s->year != before.year || s->position != before.position)
            recur_stream_drop_step(s);
        s->year = before.year;
        s->position = before.position;
    }
}

static void jump_weeks(struct recur_stream *s, int64_t day)
{
    int64_t steps = recur_floor_div(day - s->week_day, 7 * s->rule.interval);

    if (steps < 1)
        return;
    s->week_day += steps * 7 * s->rule.interval;
    recur_stream_drop_step(s);
}

void recur_period_jump(struct recur_stream *s, int64_t from_s)
{
    int64_t day = recur_floor_div(from_s, CIVIL_DAY_S);
    struct recur_month to;

    if (from_s > s->last_s || !recur_month_of(s->rule.lunar, day, &to)) {
        if (from_s > s->last_s)
            recur_stream_finish(s);
        return;
    }
    if (s->rule.freq == RECUR_WEEKLY)
        jump_weeks(s, day);
    else if (s->rule.freq == RECUR_MONTHLY)
        jump_months(s, &to);
    else
        jump_years(s, &to);
}

void recur_period_count(struct recur_stream *s, int64_t from_s)
{
    while (recur_period_next(s)) {
        int64_t days = __builtin_popcountll(s->days);
        *s->budget = RECUR_STEPS_MAX;
        if (s->span_s + 33 * CIVIL_DAY_S >= from_s)
            return;
        s->left -= s->positions ? (int64_t)s->picked_count : days * (int64_t)s->time_count;
        recur_stream_drop_step(s);
        if (s->left <= 0) {
            s->end = RECUR_DONE;
            return;
        }
    }
}
