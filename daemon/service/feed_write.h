/* The inside of feeds: VEVENTs as people are shown them. On the store thread. */
#ifndef KEPU_SERVICE_FEED_WRITE_H
#define KEPU_SERVICE_FEED_WRITE_H

#include "calendar/ical_zone.h"
#include "domain/event.h"
#include "domain/office.h"
#include "feed.h"
#include "store/feed.h"

#define FEED_PAST_MONTHS 12                           /* of what goes out as explicit instances */
#define FEED_AHEAD_MONTHS 24
#define FEED_CANCELLED_MS (90LL * 86400000)           /* so long what was cancelled is shown as such */

struct feed_register {
    struct entry *items;
    size_t count;
};

struct feed_zone {
    const struct zone *zone;
    int64_t from_utc_s;                               /* the first time in it */
};

/* A feed while it is being written. */
struct feed_writer {
    struct call *c;
    struct db *db;
    const struct feed_ref *ref;
    struct buf *out;
    struct ical ical;
    const struct zone *zone;                          /* the office's */
    int64_t day_s;                                    /* windows are reckoned by it: a midnight, wall time */
    struct feed_register categories, venues, departments;
    struct feed_zone *zones;
    size_t zone_count, zone_room;
};

/* What goes out beside the DTSTART of a series. */
struct feed_series {
    const struct recur_rule *rule;                    /* NULL: dates alone */
    int64_t *rdates, *exdates;
    size_t rdate_count, exdate_count;
};

/* One VEVENT. */
struct feed_vevent {
    char *uid;
    const struct zone *zone;
    bool date;
    int64_t start_s, end_s;
    bool is_override;
    int64_t recurrence_s;                             /* of an override */
    const struct feed_series *series;                 /* of a master */
    const char *title, *description, *venue, *category, *lead, *role, *reason;
    enum event_status status;
    int64_t sequence, created_ms, modified_ms;
    char *url;
    bool busy;                                        /* one's own shift: it takes one's time */
};

/* The list that a feed's slug is from; false: none. */
bool feed_register_of(enum feed_kind kind, enum register_kind *ret);

void feed_put(struct feed_writer *w, const struct feed_vevent *v);

/* A title in the feed's language. */
const char *feed_title(const struct feed_writer *w, const struct entry *x);
const struct entry *feed_find(const struct feed_register *r, const char *slug);   /* NULL: none */

/* The sentence with its arguments in the feed's language; in the arena. */
char *feed_words(struct feed_writer *w, enum msg msg, const char *arg0, const char *arg1);

/* Is something cancelled at a time still to be shown? */
bool feed_shows_cancelled(const struct feed_writer *w, int64_t cancelled_ms);

/* feed_series.c: all VEVENTs of an event. */
int feed_put_event(struct feed_writer *w, const struct feed_event *of, struct err *e);
/* An occurrence by itself, with a UID of its own where its event repeats. `original_s`: its recurrence id. */
int feed_put_occurrence(struct feed_writer *w, const struct event *ev, const struct occurrence *o, struct err *e);
int feed_put_shift(struct feed_writer *w, const struct feed_shift *shift, struct err *e);

#endif
