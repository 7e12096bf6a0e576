/* Values of a plan's targets on a day: what was counted and what was entered, in one place. On the store thread. */
#ifndef KEPU_SERVICE_MEASURE_H
#define KEPU_SERVICE_MEASURE_H

#include "call.h"
#include "calendar/zone.h"
#include "domain/target.h"
#include "store/measure.h"
#include "store/target.h"

#define MEASURE_RECENT_DAYS 365

/* Days are since 1970-01-01, local. Begun once, then asked for any of the plan's targets. */
struct measuring {
    struct call *c;
    struct db *db;
    const struct zone *zone;
    const char *plan;
    struct plan_dates dates;
    int64_t start_day, end_day;          /* the plan's */
    int64_t today;                       /* the day that values are of */
    int64_t last_day;                    /* that occurrences count to */
    int64_t recent_from_day, recent_days;
    struct measure_span span;
    bool all;                            /* all targets will be asked for: their tallies are read at once */
    bool tallied;
    struct measure_tally *tallies;
    size_t tally_count;
    struct target_entry *entries;
    size_t entry_count, entry_room;
    bool kept;                           /* of a closed plan: what it came to, as it was kept */
};

/*
 * `on_day` and `recent_from_day`: 0 for today, and for the year before it. A closed plan's values are those that were
 * kept. What happens after an open plan's end counts for it until a later plan is there.
 */
int measuring_begin(struct call *c, struct db *db, const char *plan, int64_t on_day, int64_t recent_from_day,
                    struct measuring *ret, struct err *e);
/* Fills everything that isn't the row's own. */
int measuring_fill(struct measuring *m, struct target *t, struct err *e);
/* What is counted by itself of a target by now, in thousandths, without what was entered. */
int64_t measuring_counted(struct measuring *m, const struct target *t);
/* The stretch that a target's value is of: its year, its semester, the plan. */
void measuring_stretch(const struct measuring *m, const struct target *t, int64_t *ret_from_day, int64_t *ret_to_day);
/* What its occurrences add up to; NULL: no event carries it. */
const struct measure_tally *measuring_tally(struct measuring *m, const char *slug);
/* Its entries, in order of date. */
size_t measuring_entries(const struct measuring *m, const char *slug, const struct target_entry **ret);
/* Of those, what counts: the last value that was set, and what was recorded since or is dated later. */
const struct target_entry *measuring_last_set(const struct measuring *m, const struct target *t);
bool measuring_takes(const struct measuring *m, const struct target *t, const struct target_entry *set,
                     const struct target_entry *entry);
/* One that was kept meanwhile. */
void measuring_add_entry(struct measuring *m, const struct target_entry *entry);
/* Units and what they have in each column. Columns: terms from the plan's start, or one. */
int measuring_grid(struct measuring *m, const struct target *t, struct grid *ret, struct err *e);

/* Somebody came to one of its occurrences, or didn't after all: milestones may be passed. */
void targets_of_event_changed(struct call *c, struct db *db, int64_t event_id);

/* "2025-03-01" as a day; -1 if it isn't one. */
int64_t measure_day(const char *date);
const char *measure_date(int64_t day, struct arena *a);
int64_t measure_today(const struct call *c, const struct zone *z);
/* Counts people who are registered, as SPEC.md says of volunteers. */
bool target_is_people(const struct target *t);

#endif
