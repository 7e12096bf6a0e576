/* Rows of events, their occurrences and roles. Results live in the arena given. */
#ifndef KEPU_STORE_EVENT_H
#define KEPU_STORE_EVENT_H

#include "db.h"
#include "domain/event.h"

/* Whole events: with their lists. NULL if there is none. Moments, url and texts for people are the service's to fill.
 */
struct event *store_event_by_slug(struct db *db, const char *slug, struct arena *a);
struct event *store_event_by_id(struct db *db, int64_t id, struct arena *a);

/* Sets ev->id; false if the slug is taken. */
bool store_event_insert(struct db *db, struct event *ev);
void store_event_update(struct db *db, const struct event *ev); /* the row and its lists, by ev->id */
void store_event_delete(struct db *db, int64_t id);
bool store_event_slug_taken(struct db *db, const char *slug);

/* Events in order of their next occurrence (those without one last). "" and NULL mean any. */
struct event_query {
    const char *category, *lead, *audience, *status, *words;
    int64_t from_ms, to_ms;             /* with an occurrence in between; INT64_MIN + 1, INT64_MAX: any */
    int64_t now_ms;
    int64_t after_next_ms, after_id;    /* the cursor; after_id 0 = from the first */
    int64_t limit;
};
struct event_row {
    int64_t id, next_ms;                /* INT64_MAX: no more to come */
};
/* At most q->limit rows into ret; how many. */
size_t store_event_list(struct db *db, const struct event_query *q, struct event_row *ret);

/* All slugs, for "did you mean". */
struct texts store_event_slugs(struct db *db, struct arena *a, int64_t limit);

/* Occurrences */

struct occurrence *store_occurrence_by_id(struct db *db, int64_t id, struct arena *a);
struct occurrence *store_occurrence_find(struct db *db, int64_t event_id, const char *recurrence_local,
                                         struct arena *a);
/* Sets o->id. Its roles are written too. */
void store_occurrence_insert(struct db *db, struct occurrence *o);
/* The same for many, whose ids nobody needs. */
void store_occurrence_add(struct db *db, const struct occurrence *o);
/* The recurrence ids that are there, from one on, in order. */
struct texts store_occurrence_dates(struct db *db, int64_t event_id, const char *from, struct arena *a);
void store_occurrence_update(struct db *db, const struct occurrence *o);   /* the row; not its roles */
void store_occurrence_note(struct db *db, int64_t id, const char *note);   /* of its headcount */
void store_occurrence_delete(struct db *db, int64_t id);

/* Rows of an event in order of recurrence id; `from`, `to` are local texts compared with the recurrence id ("" = open).
 */
struct occurrence_rows {
    struct occurrence **items;
    size_t count;
};
struct occurrence_rows store_occurrence_range(struct db *db, int64_t event_id, const char *from, const char *to,
                                              struct arena *a);
/* Rows of an event that start in [from_ms, to_ms), in order of start. */
struct occurrence_rows store_occurrence_starting(struct db *db, int64_t event_id, int64_t from_ms, int64_t to_ms,
                                                 struct arena *a);
/* Rows of all events that end after from_ms and start before to_ms, by start; with paging by (start_ms, id). */
struct occurrence_rows store_occurrence_agenda(struct db *db, int64_t from_ms, int64_t to_ms, int64_t after_ms,
                                               int64_t after_id, int64_t limit, struct arena *a);

/* A role's skills as its row keeps them. */
char *store_skills_text(const struct texts *skills, struct arena *a);
struct texts store_skills_read(const char *text, struct arena *a);

/*
 * name, capacity, minimum, participant, taken, offered, waitlisted, skills, waitlist_max: the rows of a statement as
 * struct role.
 */
struct objects store_read_roles(struct stmt *s, struct arena *a);
struct objects store_occurrence_roles(struct db *db, int64_t occurrence_id, struct arena *a);
void store_occurrence_role_put(struct db *db, int64_t occurrence_id, int64_t position, const struct role *r);
void store_occurrence_role_delete(struct db *db, int64_t occurrence_id, const char *name);
int64_t store_occurrence_signups(struct db *db, int64_t occurrence_id);   /* neither cancelled nor excused */
int64_t store_event_signups(struct db *db, int64_t event_id);

#endif
