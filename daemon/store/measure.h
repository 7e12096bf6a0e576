/* What occurrences add up to for indicators: sums over those held, never over single sign-ups where a sum will do. */
#ifndef KEPU_STORE_MEASURE_H
#define KEPU_STORE_MEASURE_H

#include "db.h"
#include "domain/fields.h"
#include "domain/measure.h"

/*
 * Which occurrences count: those that begin on a local date from `from` until before `until` ("2026-01-01") and aren't
 * cancelled. A session has ended by now_ms; people who were written down have come, whatever the clock says. One whose
 * date nobody confirmed counts once somebody came.
 */
struct measure_span {
    const char *from, *until;
    const char *year_from, *recent_from, *half_from;   /* stretches within it, all until `until` */
    int64_t now_ms;
};

/* Amounts of the whole span and of its stretches. */
struct measure_sums {
    int64_t all, year, recent, half;
};

struct measure_tally {
    char *slug;                               /* the indicator's */
    struct measure_sums sessions, people;     /* people times occurrences: participants who attended, and headcounts */
    int64_t held_lately;                      /* sessions of the recent stretch */
};

/* One of each indicator that any event carries, or of the one named ("": all); how many. */
size_t store_measure_tallies(struct db *db, const struct measure_span *span, const char *slug, struct arena *a,
                             struct measure_tally **ret);
/* Distinct participants who attended; the stretches count those who came for the first time in them, `year` all. */
struct measure_sums store_measure_persons(struct db *db, const struct measure_span *span, const char *slug);

/* What an event counts for. */
struct texts store_event_indicators(struct db *db, int64_t event_id, struct arena *a);

/* Sessions of a unit in a month: "2025-03". */
struct measure_cell {
    char *unit, *month;
    int64_t sessions;
};
size_t store_measure_cells(struct db *db, const struct measure_span *span, const char *slug, struct arena *a,
                           struct measure_cell **ret);

/* What a value is made of: pages of at most `most` rows, in order of (at, id) after the cursor's. */
struct measure_part {
    int64_t id, at_ms, amount;
    char *event, *title, *recurrence, *start, *tz, *unit;   /* of an occurrence */
    char *signup, *volunteer;                               /* ids, of a sign-up */
};
struct measure_cursor {
    int64_t at_ms, id;                        /* the last one shown; INT64_MIN + 1, 0: from the first */
};
enum measure_parts { PARTS_SESSIONS, PARTS_HEADCOUNTS, PARTS_SIGNUPS, PARTS_PERSONS, PARTS_PEOPLE };
size_t store_measure_parts(struct db *db, enum measure_parts kind, const struct measure_span *span, const char *slug,
                           const struct measure_cursor *after, int64_t most, struct arena *a, struct measure_part *ret);

#endif
