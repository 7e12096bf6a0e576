#include "recur_stream.h"

static bool next_step(struct recur_stream *s)
{
    return s->rule.freq >= RECUR_WEEKLY ? recur_period_next(s) : recur_unit_next(s);
}

static void next_day(struct recur_stream *s)
{
    s->day_s = s->span_s + __builtin_ctzll(s->days) * (int64_t)CIVIL_DAY_S;
    s->days &= s->days - 1;
    /* A day that is wholly passed is not gone through time by time. */
    s->time_at = s->day_s + s->times[s->time_count - 1] <= s->passed_s ? s->time_count : 0;
}

/* The next time that the steps give, which may be before the start, or a double. */
static bool next_candidate(struct recur_stream *s, int64_t *ret_s)
{
    for (;;) {
        if (s->time_at < s->time_count) {
            *ret_s = s->day_s + s->times[s->time_at++];
            return true;
        }
        if (s->picked_at < s->picked_count) {
            *ret_s = s->picked[s->picked_at++];
            return true;
        }
        if (s->days)
            next_day(s);
        else if (!next_step(s))
            return false;
    }
}

/* UNTIL in UTC: in a DST gap a later wall time may be an earlier instant, so each is looked at by itself. */
static bool is_past_until(const struct recur_stream *s, int64_t at_s)
{
    return s->rule.until == UNTIL_UTC && s->zone && at_s > s->last_s - 2 * CIVIL_DAY_S &&
           zone_to_utc(s->zone, at_s) > s->rule.until_s;
}

bool recur_stream_head(struct recur_stream *s)
{
    int64_t at_s;

    if (s->has_head)
        return true;
    while (s->end == RECUR_RUNS && next_candidate(s, &at_s)) {
        if (at_s <= s->passed_s)
            continue;
        if (at_s > s->last_s)
            return recur_stream_finish(s);
        if (is_past_until(s, at_s))
            continue;
        s->head_s = at_s;
        s->yielded = true;
        return s->has_head = true;
    }
    return false;
}

void recur_stream_pop(struct recur_stream *s)
{
    s->passed_s = s->head_s;
    s->has_head = false;
    if (s->rule.count && --s->left == 0)
        s->end = RECUR_DONE;
}

static bool has_step(const struct recur_stream *s)
{
    return s->days || s->time_at < s->time_count || s->picked_at < s->picked_count;
}

/* Counts one by one in the step in hand, since the start may lie within it, and then by steps. */
static void count_until(struct recur_stream *s, int64_t from_s)
{
    while (recur_stream_head(s) && s->head_s < from_s) {
        recur_stream_pop(s);
        if (s->end != RECUR_RUNS || has_step(s) || recur_stream_spills(s))
            continue;
        if (s->rule.freq >= RECUR_WEEKLY)
            recur_period_count(s, from_s);
        else
            recur_unit_count(s, from_s);
    }
}

/* Counting costs by the period and is bounded by the calendar's end, so it isn't charged to the budget. */
static void seek_counting(struct recur_stream *s, int64_t from_s)
{
    int *shared = s->budget, budget = RECUR_STEPS_MAX;

    s->budget = &budget;
    count_until(s, from_s);
    s->budget = shared;
}

void recur_stream_seek(struct recur_stream *s, int64_t from_s)
{
    if (s->end != RECUR_RUNS || from_s <= s->start_s || (s->has_head && s->head_s >= from_s))
        return;
    if (s->rule.count) {
        seek_counting(s, from_s);
        return;
    }
    s->yielded = true;
    s->has_head = false;
    if (s->passed_s < from_s - 1)
        s->passed_s = from_s - 1;
    if (s->rule.freq >= RECUR_WEEKLY)
        recur_period_jump(s, from_s);
    else
        recur_unit_jump(s, from_s);
}
