/* Events and their occurrences: what may be done with them. */
#ifndef KEPU_SERVICE_EVENT_H
#define KEPU_SERVICE_EVENT_H

#include "call.h"
#include "domain/event.h"

/* input: struct event_input, result: struct event. */
extern const struct operation op_event_add;
/* input: struct event_input; result: struct event, or with scope "this" struct occurrence. */
extern const struct operation op_event_edit, op_event_edit_one;
/* input: struct event_filter; result: struct list of struct event. */
extern const struct operation op_event_list;
/* input: struct event_ref; result: struct event. */
extern const struct operation op_event_show, op_event_cancel, op_event_confirm, op_event_remove, op_event_clone;
/* input: struct event_ref; result: struct occurrence. */
extern const struct operation op_occurrence_show, op_occurrence_cancel, op_occurrence_move, op_occurrence_confirm,
    op_occurrence_headcount;
/* input: struct occurrence_filter; result: struct list of struct occurrence. Of one event. */
extern const struct operation op_occurrence_list;
/* input: struct event_filter; result: struct list of struct occurrence, in order of start: what's on. Public. */
extern const struct operation op_agenda;

/* For other operations, on the store thread */

/* The event of a slug, whole, in c->out; ERR_NOT_FOUND with the nearest slug, field "event". */
int event_find(struct call *c, struct db *db, const char *slug, struct event **ret, struct err *e);
/* The event of an id; it must exist. */
struct event *event_get(struct call *c, struct db *db, int64_t id);

/*
 * The occurrence that --on names: an original local date, or local date-time. Looks past what is stored. With `keep` it
 * is stored if it wasn't (then ret->id is set), so that something can hang on it.
 */
int event_occurrence(struct call *c, struct db *db, const struct event *ev, const char *on, bool keep,
                     struct occurrence **ret, struct err *e);
/* A stored occurrence, with its event's title and so on, in c->out; NULL if there is none. */
struct occurrence *occurrence_get(struct call *c, struct db *db, int64_t id);

/* SLUG-2, SLUG-3 …: the first that is free. */
char *event_next_slug(struct call *c, struct db *db, const char *slug);

/* Tokens of a department's organizer change only its own events. */
int event_may_change(const struct call *c, const struct event *ev, struct err *e);

/* Stores the rows of every event's occurrences up to now + EVENT_WINDOW_MS. Part of the daily job. */
#define EVENT_WINDOW_MS (400LL * 86400000)
#define EVENT_WINDOW_PAST_MS (370LL * 86400000)
void event_extend_window(struct call *c, struct db *db);

/* Occurrences whose instants are not where the tz database has them now are moved there; how many. At the start. */
int64_t event_follow_zones(struct call *c, struct db *db);

/* After the calendar of days off changed: events with a holiday policy are brought in line with it. */
int event_follow_holidays(struct call *c, struct db *db, struct err *e);

#endif
