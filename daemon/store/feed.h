/* What feeds show: events by what a feed is of, and those of their occurrences that are not as their rule has them. */
#ifndef KEPU_STORE_FEED_H
#define KEPU_STORE_FEED_H

#include "db.h"
#include "domain/event.h"
#include "domain/feed.h"

/*
 * An event with what a calendar shows of it (no partners, audiences, roles …), and its stored occurrences in order of
 * recurrence id: those that were moved, changed or cancelled; with a holiday policy, all.
 */
struct feed_event {
    struct event event;
    struct occurrence *rows;
    size_t row_count;
};
struct feed_events {
    struct feed_event *items;
    size_t count;
};
/* By id. FEED_EVENT: the event of that slug and what was split from it. FEED_ALL to FEED_EVENT only. */
struct feed_events store_feed_events(struct db *db, enum feed_kind kind, const char *slug, struct arena *a);

/* A volunteer's shift: confirmed, offered or attended. */
struct feed_shift {
    struct event event;              /* as above, without dates */
    struct occurrence occurrence;
    char *code, *role, *state;       /* of the sign-up */
    int64_t version, created_ms, updated_ms;
};
struct feed_shifts {
    struct feed_shift *items;
    size_t count;
};
struct feed_shifts store_feed_shifts(struct db *db, int64_t volunteer_id, struct arena *a);
int64_t store_feed_volunteer(struct db *db, const unsigned char *token_hash);   /* 0: nobody */
void store_feed_set_token(struct db *db, int64_t volunteer_id, const unsigned char *token_hash);
void store_feed_drop_token(struct db *db, int64_t volunteer_id);
bool store_feed_has_token(struct db *db, int64_t volunteer_id);

/* Slugs of categories, audiences or departments that events have; of events all. */
bool store_feed_in_use(struct db *db, enum feed_kind kind, const char *slug);
struct stmt *store_feed_titles(struct db *db);   /* slug, title of every event, by id */

/* Is this event in a feed of that kind? */
bool store_feed_has(struct db *db, enum feed_kind kind, const char *slug, int64_t event_id);

#endif
