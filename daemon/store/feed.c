#include "feed.h"

#include <string.h>

#define EVENT_COLUMNS                                                                                                  \
    "e.id, e.slug, e.uid, e.title, e.description, e.category, e.lead, e.venue, e.start_local, e.end_local, e.all_day," \
    " e.tz, e.rrule, e.start_is_extra, e.holiday_policy, e.status, e.reason, e.sequence, e.created_ms, e.updated_ms"

#define OCCURRENCE_COLUMNS                                                                                             \
    "o.id, o.event_id, o.recurrence_id, o.start_local, o.end_local, o.start_ms, o.end_ms, o.status, o.title,"          \
    " o.description, o.venue, o.reason, o.sequence, o.cancelled_ms, o.updated_ms"

/* Which events a feed is of; $1 is its slug. */
#define OF_CATEGORY "e.category = $1"
#define OF_AUDIENCE "e.id IN (SELECT event_id FROM event_audience WHERE slug = $1)"
#define OF_DEPARTMENT "(e.lead = $1 OR e.id IN (SELECT event_id FROM event_partner WHERE slug = $1))"
#define OF_EVENT                                                                                         \
    "e.slug IN (WITH RECURSIVE family (slug) AS (SELECT slug FROM event WHERE slug = $1"                   \
    " UNION SELECT n.slug FROM event n JOIN family f ON n.split_from = f.slug) SELECT slug FROM family)"

/* The sequence moves with every change of one occurrence; an import may set the rest without. */
#define DIFFERS                                                                                              \
    "(o.sequence > 0 OR o.status IN ('moved', 'cancelled') OR o.start_local <> o.recurrence_id"              \
    " OR o.title IS NOT NULL OR o.description IS NOT NULL OR o.venue IS NOT NULL OR e.holiday_policy <> 'keep')"

/* CROSS JOIN keeps SQLite from going through all occurrences there are: the events come first. */
static const struct {
    const char *events, *dates, *rows, *has;
} sql[] = {
#define SQL(kind, where)                                                                                         \
    [kind] = {"SELECT " EVENT_COLUMNS " FROM event e WHERE " where " ORDER BY e.id",                             \
              "SELECT d.event_id, d.kind, d.local FROM event e CROSS JOIN event_date d"                          \
              " WHERE d.event_id = e.id AND " where " ORDER BY d.event_id, d.kind, d.local",                     \
              "SELECT " OCCURRENCE_COLUMNS " FROM event e CROSS JOIN occurrence o"                               \
              " WHERE o.event_id = e.id AND " DIFFERS " AND " where " ORDER BY o.event_id, o.recurrence_id",     \
              "SELECT 1 FROM event e WHERE " where " AND e.id = $2"}
    SQL(FEED_ALL, "$1 = ''"), SQL(FEED_CATEGORY, OF_CATEGORY), SQL(FEED_AUDIENCE, OF_AUDIENCE),
    SQL(FEED_DEPARTMENT, OF_DEPARTMENT), SQL(FEED_EVENT, OF_EVENT),
};

static char *empty(void)
{
    return (char *)(uintptr_t)"";
}

/* Doubles an array in the arena when it is full. */
static void *grow(void *items, size_t count, size_t bytes, struct arena *a)
{
    void *grown;

    if (count & (count - 1))
        return items;
    grown = arena_alloc(a, (count ? count * 2 : 1) * bytes);
    if (count)
        memcpy(grown, items, count * bytes);
    return grown;
}

static void read_event(struct stmt *s, int *i, struct arena *a, struct event *ev)
{
    *ev = (struct event){.unit = empty(), .preset = empty(), .stored_until = empty(), .free = FIELD_INT_ABSENT};
    ev->id = stmt_int(s, (*i)++);
    ev->slug = stmt_text(s, (*i)++, a);
    ev->uid = stmt_text(s, (*i)++, a);
    ev->title = stmt_text(s, (*i)++, a);
    ev->description = stmt_text(s, (*i)++, a);
    ev->category = stmt_text(s, (*i)++, a);
    ev->lead = stmt_text(s, (*i)++, a);
    ev->venue = stmt_text(s, (*i)++, a);
    ev->start_local = stmt_text(s, (*i)++, a);
    ev->end_local = stmt_text(s, (*i)++, a);
    ev->all_day = stmt_int(s, (*i)++) != 0;
    ev->tz = stmt_text(s, (*i)++, a);
    ev->rrule = stmt_text(s, (*i)++, a);
    ev->start_is_extra = stmt_int(s, (*i)++) != 0;
    ev->holiday_policy = stmt_text(s, (*i)++, a);
    ev->status = event_status_parse(stmt_text(s, (*i)++, a));
    ev->reason = stmt_text(s, (*i)++, a);
    ev->sequence = stmt_int(s, (*i)++);
    ev->created_ms = stmt_int(s, (*i)++);
    ev->updated_ms = stmt_int(s, (*i)++);
}

static void read_occurrence(struct stmt *s, int *i, struct arena *a, struct occurrence *o)
{
    *o = (struct occurrence){.id = stmt_int(s, *i)};
    ++*i;
    o->event_id = stmt_int(s, (*i)++);
    o->recurrence_local = stmt_text(s, (*i)++, a);
    o->start_local = stmt_text(s, (*i)++, a);
    o->end_local = stmt_text(s, (*i)++, a);
    o->start_ms = stmt_int(s, (*i)++);
    o->end_ms = stmt_int(s, (*i)++);
    o->status = occurrence_status_parse(stmt_text(s, (*i)++, a));
    o->title = stmt_text(s, (*i)++, a);
    o->description = stmt_text(s, (*i)++, a);
    o->venue = stmt_text(s, (*i)++, a);
    o->reason = stmt_text(s, (*i)++, a);
    o->sequence = stmt_int(s, (*i)++);
    o->cancelled_ms = stmt_int(s, (*i)++);
    o->updated_ms = stmt_int(s, (*i)++);
    o->own_title = o->title != NULL;
    o->own_description = o->description != NULL;
    o->own_venue = o->venue != NULL;
}

static void add_text(struct texts *list, char *text, struct arena *a)
{
    list->items = grow(list->items, list->count, sizeof list->items[0], a);
    list->items[list->count++] = text;
}

/* Dates come in the order of events. */
static void read_dates(struct stmt *s, struct feed_events *events, struct arena *a)
{
    size_t at = 0;

    while (stmt_row(s)) {
        int64_t id = stmt_int(s, 0);
        bool rdate = strcmp(stmt_text(s, 1, a), "rdate") == 0;
        while (at < events->count && events->items[at].event.id < id)
            at++;
        if (at < events->count && events->items[at].event.id == id)
            add_text(rdate ? &events->items[at].event.rdates : &events->items[at].event.exdates, stmt_text(s, 2, a), a);
    }
}

static void read_rows(struct stmt *s, struct feed_events *events, struct arena *a)
{
    size_t at = 0;

    while (stmt_row(s)) {
        struct occurrence o;
        struct feed_event *of;
        int i = 0;
        read_occurrence(s, &i, a, &o);
        while (at < events->count && events->items[at].event.id < o.event_id)
            at++;
        if (at == events->count || events->items[at].event.id != o.event_id)
            continue;
        of = &events->items[at];
        of->rows = grow(of->rows, of->row_count, sizeof o, a);
        of->rows[of->row_count++] = o;
    }
}

struct feed_events store_feed_events(struct db *db, enum feed_kind kind, const char *slug, struct arena *a)
{
    struct feed_events events = {0};
    struct stmt *s = db_query(db, sql[kind].events, p_text(slug));

    while (stmt_row(s)) {
        int i = 0;
        events.items = grow(events.items, events.count, sizeof events.items[0], a);
        events.items[events.count] = (struct feed_event){0};
        read_event(s, &i, a, &events.items[events.count++].event);
    }
    read_dates(db_query(db, sql[kind].dates, p_text(slug)), &events, a);
    read_rows(db_query(db, sql[kind].rows, p_text(slug)), &events, a);
    return events;
}

struct feed_shifts store_feed_shifts(struct db *db, int64_t volunteer_id, struct arena *a)
{
    struct feed_shifts shifts = {0};
    struct stmt *s = db_query(db,
                              "SELECT " EVENT_COLUMNS ", " OCCURRENCE_COLUMNS
                              ", s.code, s.role, s.state, s.version, s.created_ms, s.updated_ms"
                              " FROM signup s JOIN occurrence o ON o.id = s.occurrence_id"
                              " JOIN event e ON e.id = o.event_id"
                              " WHERE s.volunteer_id = $1 AND (s.went_off = 1"
                              " OR s.state IN ('confirmed', 'offered', 'attended'))"
                              " ORDER BY s.id",
                              p_int(volunteer_id));

    while (stmt_row(s)) {
        struct feed_shift *x;
        int i = 0;
        shifts.items = grow(shifts.items, shifts.count, sizeof shifts.items[0], a);
        x = &shifts.items[shifts.count++];
        read_event(s, &i, a, &x->event);
        read_occurrence(s, &i, a, &x->occurrence);
        x->code = stmt_text(s, i++, a);
        x->role = stmt_text(s, i++, a);
        x->state = stmt_text(s, i++, a);
        x->version = stmt_int(s, i++);
        x->created_ms = stmt_int(s, i++);
        x->updated_ms = stmt_int(s, i++);
    }
    return shifts;
}

int64_t store_feed_volunteer(struct db *db, const unsigned char *token_hash)
{
    return db_int(db, 0, "SELECT COALESCE(merged_into, id) FROM volunteer WHERE feed_hash = $1",
                  p_blob(token_hash, CRYPTO_HASH_BYTES));
}

/* A calendar's address may still be of a record that was merged into this one. */
static void drop_of_aliases(struct db *db, int64_t volunteer_id)
{
    db_exec(db, "UPDATE volunteer SET feed_hash = NULL WHERE merged_into = $1 AND feed_hash IS NOT NULL",
            p_int(volunteer_id));
}

void store_feed_set_token(struct db *db, int64_t volunteer_id, const unsigned char *token_hash)
{
    drop_of_aliases(db, volunteer_id);
    db_exec(db, "UPDATE volunteer SET feed_hash = $2, version = version + 1 WHERE id = $1", p_int(volunteer_id),
            p_blob(token_hash, CRYPTO_HASH_BYTES));
}

void store_feed_drop_token(struct db *db, int64_t volunteer_id)
{
    drop_of_aliases(db, volunteer_id);
    db_exec(db, "UPDATE volunteer SET feed_hash = NULL, version = version + 1 WHERE id = $1", p_int(volunteer_id));
}

bool store_feed_has_token(struct db *db, int64_t volunteer_id)
{
    return db_int(db, 0, "SELECT 1 FROM volunteer WHERE (id = $1 OR merged_into = $1) AND feed_hash IS NOT NULL"
                         " LIMIT 1",
                  p_int(volunteer_id)) != 0;
}

bool store_feed_in_use(struct db *db, enum feed_kind kind, const char *slug)
{
    static const char *const queries[] = {
        [FEED_CATEGORY] = "SELECT 1 FROM event e WHERE " OF_CATEGORY " LIMIT 1",
        [FEED_AUDIENCE] = "SELECT 1 FROM event e WHERE " OF_AUDIENCE " LIMIT 1",
        [FEED_DEPARTMENT] = "SELECT 1 FROM event e WHERE " OF_DEPARTMENT " LIMIT 1",
    };

    return db_int(db, 0, queries[kind], p_text(slug)) != 0;
}

struct stmt *store_feed_titles(struct db *db)
{
    return db_query(db, "SELECT slug, title FROM event ORDER BY id");
}

bool store_feed_has(struct db *db, enum feed_kind kind, const char *slug, int64_t event_id)
{
    return db_int(db, 0, sql[kind].has, p_text(slug), p_int(event_id)) != 0;
}
