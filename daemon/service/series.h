/* An event's rule at work: its dates, shifted or skipped by its holiday policy. On the store thread. */
#ifndef KEPU_SERVICE_SERIES_H
#define KEPU_SERVICE_SERIES_H

#include "call.h"
#include "calendar/recur.h"
#include "calendar/zone.h"
#include "domain/event.h"

/* A series read from an event, ready to be walked any number of times. Lives in the arena. */
struct series {
    const struct zone *zone;
    struct recur_set set;
    struct recur_rule *rule;
    enum holiday_policy policy;
    struct holidays holidays;
    int64_t start_s, length_s;      /* wall times */
    bool all_day;
    bool repeats;                   /* a rule or RDATEs: more than one date is possible */
    bool endless;
};

/* One date of it, before anything stored is looked at. */
struct series_date {
    int64_t original_s;             /* RECURRENCE-ID */
    int64_t start_s, end_s;         /* where the policy puts it */
};

int series_read(const struct event *ev, struct db *db, struct arena *a, struct series **ret, struct err *e);

struct series_walk {
    const struct series *series;
    struct recur_iter *iter;
};
/* Dates whose original start is at or after from_s. series_walk_end in every case. */
int series_walk_begin(const struct series *s, int64_t from_s, struct series_walk *ret, struct err *e);
bool series_walk_next(struct series_walk *w, struct series_date *ret);
void series_walk_end(struct series_walk *w);

/* A policy shifts by at most this much, so a walk for what starts in a window begins so much earlier. */
#define SERIES_SHIFT_S (31LL * 86400)

struct moment series_moment(const struct series *s, int64_t wall_s);
struct moment moment_of(const struct zone *z, int64_t wall_s, bool date);
int64_t series_ms(const struct series *s, int64_t wall_s);         /* UTC */
char *local_text(int64_t wall_s, bool date, struct arena *a);      /* as the database keeps it */
int64_t local_wall(const char *text);                              /* of a text from the database */

#endif
