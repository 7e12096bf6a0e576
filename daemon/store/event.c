#include "event.h"

#include <stdlib.h>
#include <string.h>

#define EVENT_COLUMNS                                                                                                 \
    "id, slug, uid, title, description, category, lead, venue, start_local, end_local, all_day, tz, rrule,"           \
    " start_is_extra, holiday_policy, unit, preset, status, reason, sequence, version, split_from, stored_until,"     \
    " created_ms, updated_ms, signup_opens, signup_closes, signup_limit, cancel_until"

static void read_texts(struct stmt *s, struct arena *a, struct texts *ret)
{
    size_t room = 0;

    ret->given = true;
    while (stmt_row(s)) {
        if (ret->count == room) {
            char **items = arena_alloc(a, (room = room ? room * 2 : 8) * sizeof *items);
            if (ret->count)
                memcpy(items, ret->items, ret->count * sizeof *items);
            ret->items = items;
        }
        ret->items[ret->count++] = stmt_text(s, 0, a);
    }
}

static void read_lists(struct db *db, struct event *ev, struct arena *a)
{
    struct param id = p_int(ev->id);

    read_texts(db_query(db, "SELECT slug FROM event_partner WHERE event_id = $1 ORDER BY position", id), a,
               &ev->partners);
    read_texts(db_query(db, "SELECT slug FROM event_audience WHERE event_id = $1 ORDER BY position", id), a,
               &ev->audiences);
    read_texts(db_query(db, "SELECT slug FROM event_indicator WHERE event_id = $1 ORDER BY position", id), a,
               &ev->indicators);
    read_texts(db_query(db, "SELECT local FROM event_date WHERE event_id = $1 AND kind = 'rdate' ORDER BY local", id),
               a, &ev->rdates);
    read_texts(db_query(db, "SELECT local FROM event_date WHERE event_id = $1 AND kind = 'exdate' ORDER BY local", id),
               a, &ev->exdates);
    ev->roles = store_read_roles(db_query(db,
                                          "SELECT name, capacity, minimum, participant, 0, 0, 0, skills, waitlist_max"
                                          " FROM event_role WHERE event_id = $1 ORDER BY position",
                                          id),
                                 a);
}

static struct event *read_event(struct db *db, struct stmt *s, struct arena *a)
{
    struct event *ev;
    int i = 0;

    if (!stmt_row(s))
        return NULL;
    ev = arena_alloc(a, sizeof *ev);
    ev->id = stmt_int(s, i++);
    ev->slug = stmt_text(s, i++, a);
    ev->uid = stmt_text(s, i++, a);
    ev->title = stmt_text(s, i++, a);
    ev->description = stmt_text(s, i++, a);
    ev->category = stmt_text(s, i++, a);
    ev->lead = stmt_text(s, i++, a);
    ev->venue = stmt_text(s, i++, a);
    ev->start_local = stmt_text(s, i++, a);
    ev->end_local = stmt_text(s, i++, a);
    ev->all_day = stmt_int(s, i++) != 0;
    ev->tz = stmt_text(s, i++, a);
    ev->rrule = stmt_text(s, i++, a);
    ev->start_is_extra = stmt_int(s, i++) != 0;
    ev->holiday_policy = stmt_text(s, i++, a);
    ev->unit = stmt_text(s, i++, a);
    ev->preset = stmt_text(s, i++, a);
    ev->status = event_status_parse(stmt_text(s, i++, a));
    ev->reason = stmt_text(s, i++, a);
    ev->sequence = stmt_int(s, i++);
    ev->version = stmt_int(s, i++);
    ev->split_from = stmt_text(s, i++, a);
    ev->stored_until = stmt_text(s, i++, a);
    ev->created_ms = stmt_int(s, i++);
    ev->updated_ms = stmt_int(s, i++);
    ev->signup_opens = stmt_text(s, i++, a);
    ev->signup_closes = stmt_text(s, i++, a);
    ev->signup_limit = stmt_int(s, i++);
    ev->cancel_until = stmt_text(s, i++, a);
    stmt_done(s);
    ev->free = FIELD_INT_ABSENT;
    read_lists(db, ev, a);
    return ev;
}

struct event *store_event_by_slug(struct db *db, const char *slug, struct arena *a)
{
    return read_event(db, db_query(db, "SELECT " EVENT_COLUMNS " FROM event WHERE slug = $1", p_text(slug)), a);
}

struct event *store_event_by_id(struct db *db, int64_t id, struct arena *a)
{
    return read_event(db, db_query(db, "SELECT " EVENT_COLUMNS " FROM event WHERE id = $1", p_int(id)), a);
}

static void write_lists(struct db *db, const struct event *ev)
{
    const struct role *roles = ev->roles.items;
    struct param id = p_int(ev->id);
    struct arena own = {0}, *a = &own;

    for (size_t i = 0; i < ev->partners.count; i++)
        db_exec(db, "INSERT INTO event_partner (event_id, position, slug) VALUES ($1, $2, $3)", id, p_int((int64_t)i),
                p_text(ev->partners.items[i]));
    for (size_t i = 0; i < ev->audiences.count; i++)
        db_exec(db, "INSERT INTO event_audience (event_id, position, slug) VALUES ($1, $2, $3)", id, p_int((int64_t)i),
                p_text(ev->audiences.items[i]));
    for (size_t i = 0; i < ev->indicators.count; i++)
        db_exec(db,
                "INSERT INTO event_indicator (event_id, position, slug) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", id,
                p_int((int64_t)i), p_text(ev->indicators.items[i]));
    for (size_t i = 0; i < ev->rdates.count; i++)
        db_exec(db, "INSERT INTO event_date (event_id, kind, local) VALUES ($1, 'rdate', $2) ON CONFLICT DO NOTHING",
                id, p_text(ev->rdates.items[i]));
    for (size_t i = 0; i < ev->exdates.count; i++)
        db_exec(db, "INSERT INTO event_date (event_id, kind, local) VALUES ($1, 'exdate', $2) ON CONFLICT DO NOTHING",
                id, p_text(ev->exdates.items[i]));
    for (size_t i = 0; i < ev->roles.count; i++)
        db_exec(db,
                "INSERT INTO event_role (event_id, position, name, capacity, minimum, participant, skills,"
                " waitlist_max) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                id, p_int((int64_t)i), p_text(roles[i].name), p_int(roles[i].capacity), p_int(roles[i].minimum),
                p_int(roles[i].participant), p_text(store_skills_text(&roles[i].skills, a)),
                p_int(roles[i].waitlist_max));
    arena_release(a);
}

static void delete_lists(struct db *db, int64_t event_id)
{
    struct param id = p_int(event_id);

    db_exec(db, "DELETE FROM event_partner WHERE event_id = $1", id);
    db_exec(db, "DELETE FROM event_audience WHERE event_id = $1", id);
    db_exec(db, "DELETE FROM event_indicator WHERE event_id = $1", id);
    db_exec(db, "DELETE FROM event_date WHERE event_id = $1", id);
    db_exec(db, "DELETE FROM event_role WHERE event_id = $1", id);
}

bool store_event_insert(struct db *db, struct event *ev)
{
    ev->id = db_int(
        db, 0,
        "INSERT INTO event (slug, uid, title, description, category, lead, venue, start_local, end_local, all_day, tz,"
        " rrule, start_is_extra, holiday_policy, unit, preset, status, reason, sequence, version, split_from,"
        " stored_until, created_ms, updated_ms, signup_opens, signup_closes, signup_limit, cancel_until)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,"
        " $23, $24, $25, $26, $27, $28) ON CONFLICT (slug) DO NOTHING RETURNING id",
        p_text(ev->slug), p_text(ev->uid), p_text(ev->title), p_text(ev->description), p_text(ev->category),
        p_text(ev->lead), p_text(ev->venue), p_text(ev->start_local), p_text(ev->end_local), p_int(ev->all_day),
        p_text(ev->tz), p_text(ev->rrule), p_int(ev->start_is_extra), p_text(ev->holiday_policy), p_text(ev->unit),
        p_text(ev->preset), p_text(event_status_name(ev->status)), p_text(ev->reason), p_int(ev->sequence),
        p_int(ev->version), p_text(ev->split_from), p_text(ev->stored_until), p_int(ev->created_ms),
        p_int(ev->updated_ms), p_text(ev->signup_opens), p_text(ev->signup_closes), p_int(ev->signup_limit),
        p_text(ev->cancel_until));
    if (ev->id)
        write_lists(db, ev);
    return ev->id != 0;
}

void store_event_update(struct db *db, const struct event *ev)
{
    db_exec(db,
            "UPDATE event SET title = $2, description = $3, category = $4, lead = $5, venue = $6, start_local = $7,"
            " end_local = $8, all_day = $9, tz = $10, rrule = $11, start_is_extra = $12, holiday_policy = $13,"
            " unit = $14, status = $15, reason = $16, sequence = $17, version = $18, stored_until = $19,"
            " updated_ms = $20, signup_opens = $21, signup_closes = $22, signup_limit = $23, cancel_until = $24"
            " WHERE id = $1",
            p_int(ev->id), p_text(ev->title), p_text(ev->description), p_text(ev->category), p_text(ev->lead),
            p_text(ev->venue), p_text(ev->start_local), p_text(ev->end_local), p_int(ev->all_day), p_text(ev->tz),
            p_text(ev->rrule), p_int(ev->start_is_extra), p_text(ev->holiday_policy), p_text(ev->unit),
            p_text(event_status_name(ev->status)), p_text(ev->reason), p_int(ev->sequence), p_int(ev->version),
            p_text(ev->stored_until), p_int(ev->updated_ms), p_text(ev->signup_opens), p_text(ev->signup_closes),
            p_int(ev->signup_limit), p_text(ev->cancel_until));
    delete_lists(db, ev->id);
    write_lists(db, ev);
}

void store_event_delete(struct db *db, int64_t id)
{
    db_exec(db, "DELETE FROM signup WHERE occurrence_id IN (SELECT id FROM occurrence WHERE event_id = $1)", p_int(id));
    db_exec(db, "DELETE FROM event WHERE id = $1", p_int(id));
}

bool store_event_slug_taken(struct db *db, const char *slug)
{
    return db_int(db, 0, "SELECT 1 FROM event WHERE slug = $1", p_text(slug)) != 0;
}

/* Words are looked for as they are; LIKE's own signs in them are escaped. */
static char *like_pattern(const char *words, struct arena *a)
{
    char *pattern = arena_alloc(a, strlen(words) * 2 + 3), *p = pattern;

    *p++ = '%';
    for (; *words; words++) {
        if (*words == '%' || *words == '_' || *words == '!')
            *p++ = '!';
        *p++ = *words;
    }
    *p = '%';
    return pattern;
}

static const char *any(const char *text)
{
    return text ? text : "";
}

size_t store_event_list(struct db *db, const struct event_query *q, struct event_row *ret)
{
    struct arena *a = db_scratch(db);
    size_t count = 0;
    struct stmt *s = db_query(
        db,
        "SELECT id, next_ms FROM ("
        " SELECT e.id AS id, COALESCE(n.next_ms, 9223372036854775807) AS next_ms FROM event e LEFT JOIN"
        "   (SELECT o.event_id AS event_id, MIN(o.start_ms) AS next_ms FROM occurrence o WHERE o.end_ms > $1"
        "   AND o.status <> 'cancelled' GROUP BY o.event_id) n ON n.event_id = e.id"
        "   WHERE ($2 = '' OR e.category = $2) AND ($3 = '' OR e.lead = $3) AND ($4 = '' OR e.status = $4)"
        "   AND ($5 = '%%' OR e.title LIKE $5 ESCAPE '!' OR e.slug LIKE $5 ESCAPE '!')"
        "   AND ($6 = '' OR EXISTS (SELECT 1 FROM event_audience x WHERE x.event_id = e.id AND x.slug = $6))"
        "   AND (($10 < -9223372036854775806 AND $11 = 9223372036854775807) OR EXISTS (SELECT 1 FROM occurrence w"
        "     WHERE w.event_id = e.id AND w.status <> 'cancelled' AND w.start_ms >= $10 AND w.start_ms < $11))"
        ") AS listed WHERE $8 = 0 OR next_ms > $7 OR (next_ms = $7 AND id > $8) ORDER BY next_ms, id LIMIT $9",
        p_int(q->now_ms), p_text(any(q->category)), p_text(any(q->lead)), p_text(any(q->status)),
        p_text(like_pattern(any(q->words), a)), p_text(any(q->audience)), p_int(q->after_next_ms), p_int(q->after_id),
        p_int(q->limit), p_int(q->from_ms), p_int(q->to_ms));

    while (stmt_row(s) && count < (size_t)q->limit)
        ret[count++] = (struct event_row){stmt_int(s, 0), stmt_int(s, 1)};
    stmt_done(s);
    return count;
}

struct texts store_event_slugs(struct db *db, struct arena *a, int64_t limit)
{
    struct texts slugs = {0};

    read_texts(db_query(db, "SELECT slug FROM event ORDER BY slug LIMIT $1", p_int(limit)), a, &slugs);
    return slugs;
}

int64_t store_event_signups(struct db *db, int64_t event_id)
{
    return db_int(db, 0,
                  "SELECT COUNT(*) FROM signup WHERE state NOT IN ('cancelled', 'excused')"
                  " AND occurrence_id IN (SELECT id FROM occurrence WHERE event_id = $1)",
                  p_int(event_id));
}
