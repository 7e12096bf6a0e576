/* Occurrences of events, stored and not: making, listing and keeping them in line with their event. On the store
 * thread. */
#ifndef KEPU_SERVICE_OCCURRENCE_H
#define KEPU_SERVICE_OCCURRENCE_H

#include "event.h"
#include "series.h"

/* An occurrence as its rule has it, not stored. In c->out. */
struct occurrence *occurrence_from_date(struct call *c, const struct event *ev, const struct series *s,
                                        const struct series_date *d);
/* Fills what a stored row leaves to its event: title, moments, roles, url … */
void occurrence_complete(struct call *c, struct db *db, const struct event *ev, const struct series *s,
                         struct occurrence *o);
/* Stores it, with the event's roles. */
void occurrence_keep(struct call *c, struct db *db, struct occurrence *o);

/* The stored one of a date, or what the rule says. */
struct occurrence *occurrence_at(struct call *c, struct db *db, const struct event *ev, const struct series *s,
                                 const struct series_date *d);

/* Starts in [from_s, to_s), wall times. `after`: of those that start at from_s only the ones whose recurrence id is
 * greater; NULL: all. */
struct window {
    int64_t from_s, to_s;
    const char *after;
};
/* Occurrences of a window, in order of start and recurrence id, at most `most`; *ret_more if there are more. */
int occurrences_between(struct call *c, struct db *db, const struct event *ev, const struct series *s,
                        const struct window *in, size_t most, struct occurrence ***ret, size_t *ret_count,
                        bool *ret_more, struct err *e);

/* Of an event that carries indicators: stores the rows that plans count and the window is too short for. */
#define EVENT_COUNTED_MAX 4000   /* ten years of every day */
int occurrences_keep_counted(struct call *c, struct db *db, struct event *ev, struct err *e);
/* Stores the rows from the event's stored_until up to the window's end. */
int occurrences_extend(struct call *c, struct db *db, struct event *ev, struct err *e);

/*
 * After the event's rule, times or roles changed: pairs stored rows with dates by local date, re-dates the pairs,
 * removes rows that no longer have a date. Those with sign-ups or a headcount are refused (MSG_ORPHANS) unless
 * c->req.yes; then cancelled.
 */
int occurrences_realign(struct call *c, struct db *db, struct event *ev, struct err *e);
/* The event's roles to every stored occurrence that isn't over and has none of its own. */
int occurrences_put_roles(struct call *c, struct db *db, const struct event *ev, struct err *e);
/* A role list to one occurrence: refuses to go below what is taken without --force. */
int occurrence_put_roles(struct call *c, struct db *db, int64_t occurrence_id, const struct objects *roles,
                         struct err *e);

/* Writes a changed occurrence: its sequence and version move; `told`: the groups hear of it. The result for `run`. */
int occurrence_save(struct call *c, struct db *db, const struct event *ev, struct occurrence *o, bool told, void **ret,
                    struct err *e);

#endif
