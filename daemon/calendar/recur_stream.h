/* The instances of one rule from one start, in order; internal to the recurrence engine. */
#ifndef KEPU_CALENDAR_RECUR_STREAM_H
#define KEPU_CALENDAR_RECUR_STREAM_H

#include "recur_month.h"

#define RECUR_PERIOD_DAYS_MAX (13 * 33) /* a lunar year, each month with the days beside it */

enum recur_end {
    RECUR_RUNS,
    RECUR_DONE,     /* by COUNT, UNTIL, the end of the calendar, or because it never comes again */
    RECUR_BOUND,    /* by the bound on work, or the end of the lunar table: there may be more */
};

/*
 * A rule walks in steps. A step of DAILY and below is one unit of FREQ (recur_unit.c); one of WEEKLY and MONTHLY the
 * period, one of YEARLY a month of it (recur_period.c). It gives a set of days, and each day has the same times.
 */
struct recur_stream {
    struct recur_rule rule;         /* with the parts filled in that DTSTART implies */
    const struct zone *zone;        /* for UNTIL in UTC; NULL = none */
    int64_t start_s;
    int64_t last_s;                 /* nothing comes after it */
    bool last_is_table_end;         /* and that because the lunar table ends */
    bool yielded;                   /* there was an instance, or it wasn't looked for from the start on */
    enum recur_end end;
    int *budget;                    /* steps left until the next instance is given out; shared by a whole set */

    bool has_head;
    int64_t head_s;                 /* the next instance */
    int64_t passed_s;               /* instances up to here are passed over: before the start, or had already */
    int64_t left;                   /* of COUNT */

    int32_t *times;                 /* seconds of the day, or of the unit, ascending */
    size_t time_count, time_at;
    int64_t day_s;                  /* the day, or unit, that time_at belongs to */
    uint64_t days;                  /* those still to come in this step */
    int64_t span_s;                 /* what bit 0 of `days` stands for */

    /* WEEKLY and above */
    int64_t year, position;         /* the next month */
    int64_t week_day;               /* the first day of the next week */
    uint64_t week_days;             /* BYDAY, bit 0 = WKST */
    struct recur_year year_days;
    int64_t idle, idle_max;         /* steps without an instance, and how many prove that none will come */
    int16_t *positions;             /* BYSETPOS, or NULL: those from the start, then from the end, both ascending */
    size_t position_plus, position_count;
    int32_t *period_days;           /* the days of a whole period, for BYSETPOS */
    size_t period_day_count;
    int64_t *picked;                /* what it picks in this period */
    size_t picked_count, picked_at;

    struct recur_month month;       /* the last month that was looked at for its days; days 0 = none yet */
    uint64_t month_days;            /* those that pass */

    /* DAILY and below */
    int64_t unit_s, unit_first;     /* length in seconds; the start's unit since 1970 */
    int64_t unit_at;                /* the next, in steps of INTERVAL from the first */
    uint64_t *unit_times;           /* which of `unit_period` steps pass BYHOUR, BYMINUTE and BYSECOND; NULL = all */
    uint32_t *unit_times_before;    /* how many pass before each word of unit_times */
    int64_t unit_period, unit_times_count;
    bool unit_has_days;             /* parts limit the days */
    int64_t idle_day, idle_days_max;
};

int recur_stream_open(struct recur_stream *s, const struct recur_rule *rule, const struct recur_set *set, int *budget,
                      struct err *e);
void recur_stream_close(struct recur_stream *s);   /* also after open failed */
/* True if there is a next instance, which is then s->head_s. */
bool recur_stream_head(struct recur_stream *s);
void recur_stream_pop(struct recur_stream *s);
/* Passes over everything before from_s, by arithmetic as far as COUNT doesn't want it counted. */
void recur_stream_seek(struct recur_stream *s, int64_t from_s);

void recur_period_open(struct recur_stream *s, const struct recur_month *start);
void recur_unit_open(struct recur_stream *s);
/* The next step that gives something; false, with s->end set, if there is none. */
bool recur_period_next(struct recur_stream *s);
bool recur_unit_next(struct recur_stream *s);
/* Goes on to the step that `from_s` is in, or one before it. */
void recur_period_jump(struct recur_stream *s, int64_t from_s);
void recur_unit_jump(struct recur_stream *s, int64_t from_s);
/* Goes on to the same step, and takes what is passed over off s->left. There must be no step in hand. */
void recur_period_count(struct recur_stream *s, int64_t from_s);
void recur_unit_count(struct recur_stream *s, int64_t from_s);

static inline int64_t recur_floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* SKIP may put instances beside their period. */
static inline bool recur_stream_spills(const struct recur_stream *s)
{
    return s->rule.skip != RECUR_OMIT && s->rule.freq >= RECUR_MONTHLY;
}

/* Forgets what is left of the step in hand. */
static inline void recur_stream_drop_step(struct recur_stream *s)
{
    s->days = 0;
    s->time_at = s->time_count;
    s->picked_at = s->picked_count = 0;
}

/* Takes one step off the budget; false, and the stream ends, if it is used up. */
static inline bool recur_stream_step(struct recur_stream *s)
{
    if (--*s->budget > 0)
        return true;
    s->end = RECUR_BOUND;
    return false;
}

/* The end, at last_s or because nothing can come any more. */
static inline bool recur_stream_finish(struct recur_stream *s)
{
    s->end = s->last_is_table_end && s->yielded ? RECUR_BOUND : RECUR_DONE;
    return false;
}

#endif
