/* Rows of occurrences; declared in event.h. */
#include "event.h"
#include "register.h"

#include <string.h>

#define OCCURRENCE_COLUMNS                                                                                          \
    "id, event_id, recurrence_id, start_local, end_local, start_ms, end_ms, status, title, description, venue,"     \
    " own_roles, reason, headcount, moves, sequence, cancelled_ms, updated_ms, version"

static struct occurrence *read_row(struct stmt *s, struct arena *a)
{
    struct occurrence *o = arena_alloc(a, sizeof *o);
    int i = 0;

    o->id = stmt_int(s, i++);
    o->event_id = stmt_int(s, i++);
    o->recurrence_local = stmt_text(s, i++, a);
    o->start_local = stmt_text(s, i++, a);
    o->end_local = stmt_text(s, i++, a);
    o->start_ms = stmt_int(s, i++);
    o->end_ms = stmt_int(s, i++);
    o->status = occurrence_status_parse(stmt_text(s, i++, a));
    o->title = stmt_text(s, i++, a);
    o->description = stmt_text(s, i++, a);
    o->venue = stmt_text(s, i++, a);
    o->own_roles = stmt_int(s, i++) != 0;
    o->reason = stmt_text(s, i++, a);
    o->headcount = stmt_int(s, i++);
    o->moves = stmt_int(s, i++);
    o->sequence = stmt_int(s, i++);
    o->cancelled_ms = stmt_int(s, i++);
    o->updated_ms = stmt_int(s, i++);
    o->version = stmt_int(s, i++);
    o->own_title = o->title != NULL;
    o->own_description = o->description != NULL;
    o->own_venue = o->venue != NULL;
    return o;
}

static struct occurrence *read_one(struct stmt *s, struct arena *a)
{
    struct occurrence *o;

    if (!stmt_row(s))
        return NULL;
    o = read_row(s, a);
    stmt_done(s);
    return o;
}

static struct occurrence_rows read_rows(struct stmt *s, struct arena *a)
{
    struct occurrence_rows rows = {0};
    size_t room = 0;

    while (stmt_row(s)) {
        if (rows.count == room) {
            struct occurrence **items = arena_alloc(a, (room = room ? room * 2 : 16) * sizeof(struct occurrence *));
            if (rows.count)
                memcpy(items, rows.items, rows.count * sizeof(struct occurrence *));
            rows.items = items;
        }
        rows.items[rows.count++] = read_row(s, a);
    }
    return rows;
}

struct occurrence *store_occurrence_by_id(struct db *db, int64_t id, struct arena *a)
{
    return read_one(db_query(db, "SELECT " OCCURRENCE_COLUMNS " FROM occurrence WHERE id = $1", p_int(id)), a);
}

struct occurrence *store_occurrence_find(struct db *db, int64_t event_id, const char *recurrence_local, struct arena *a)
{
    return read_one(db_query(db,
                             "SELECT " OCCURRENCE_COLUMNS " FROM occurrence WHERE event_id = $1 AND recurrence_id = $2",
                             p_int(event_id), p_text(recurrence_local)),
                    a);
}

#define INSERT                                                                                                     \
    "INSERT INTO occurrence (event_id, recurrence_id, start_local, end_local, start_ms, end_ms, status, title,"     \
    " description, venue, own_roles, reason, headcount, headcount_note, moves, sequence, cancelled_ms, updated_ms," \
    " version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', $14, $15, $16, $17, 1)"
#define INSERT_PARAMS (17 + 1)

static void insert_params(const struct occurrence *o, struct param ret[INSERT_PARAMS])
{
    const struct param params[INSERT_PARAMS] = {
        p_int(o->event_id), p_text(o->recurrence_local), p_text(o->start_local), p_text(o->end_local),
        p_int(o->start_ms), p_int(o->end_ms), p_text(occurrence_status_name(o->status)),
        p_text(o->own_title ? o->title : NULL), p_text(o->own_description ? o->description : NULL),
        p_text(o->own_venue ? o->venue : NULL), p_int(o->own_roles), p_text(o->reason ? o->reason : ""),
        p_int(o->headcount), p_int(o->moves), p_int(o->sequence), p_int(o->cancelled_ms), p_int(o->updated_ms),
        {.type = PARAM_END},
    };

    memcpy(ret, params, sizeof params);
}

void store_occurrence_insert(struct db *db, struct occurrence *o)
{
    const struct role *roles = o->roles.items;
    struct param params[INSERT_PARAMS];

    insert_params(o, params);
    o->id = db_int_params(db, 0, INSERT " RETURNING id", params);
    for (size_t i = 0; i < o->roles.count; i++)
        store_occurrence_role_put(db, o->id, (int64_t)i, &roles[i]);
}

/*
 * Without RETURNING, which is a trigger to SQLite: for each statement with one it keeps what pages were before, and a
 * file of endless series took most of its time with that. To PostgreSQL all go out at once.
 */
void store_occurrence_add(struct db *db, const struct occurrence *o)
{
    const struct role *roles = o->roles.items;
    struct param params[INSERT_PARAMS];

    insert_params(o, params);
    db_later_params(db, INSERT, params);
    for (size_t i = 0; i < o->roles.count; i++)
        db_later(db,
                 "INSERT INTO occurrence_role (occurrence_id, position, name, capacity, minimum, participant, taken,"
                 " offered, waitlisted, skills, waitlist_max) SELECT id, $3, $4, $5, $6, $7, 0, 0, 0, $8, $9"
                 " FROM occurrence WHERE event_id = $1 AND recurrence_id = $2",
                 p_int(o->event_id), p_text(o->recurrence_local), p_int((int64_t)i), p_text(roles[i].name),
                 p_int(roles[i].capacity), p_int(roles[i].minimum), p_int(roles[i].participant),
                 p_text(store_skills_text(&roles[i].skills, db_scratch(db))), p_int(roles[i].waitlist_max));
}

void store_occurrence_update(struct db *db, const struct occurrence *o)
{
    db_exec(db,
            "UPDATE occurrence SET recurrence_id = $2, start_local = $3, end_local = $4, start_ms = $5, end_ms = $6,"
            " status = $7, title = $8, description = $9, venue = $10, own_roles = $11, reason = $12, headcount = $13,"
            " moves = $14, sequence = $15, cancelled_ms = $16, updated_ms = $17, version = $18, event_id = $19"
            " WHERE id = $1",
            p_int(o->id), p_text(o->recurrence_local), p_text(o->start_local), p_text(o->end_local), p_int(o->start_ms),
            p_int(o->end_ms), p_text(occurrence_status_name(o->status)), p_text(o->own_title ? o->title : NULL),
            p_text(o->own_description ? o->description : NULL), p_text(o->own_venue ? o->venue : NULL),
            p_int(o->own_roles), p_text(o->reason ? o->reason : ""), p_int(o->headcount), p_int(o->moves),
            p_int(o->sequence), p_int(o->cancelled_ms), p_int(o->updated_ms), p_int(o->version), p_int(o->event_id));
}

struct texts store_occurrence_dates(struct db *db, int64_t event_id, const char *from, struct arena *a)
{
    return store_read_texts(db_query(db,
                                     "SELECT recurrence_id FROM occurrence WHERE event_id = $1 AND recurrence_id >= $2"
                                     " ORDER BY recurrence_id",
                                     p_int(event_id), p_text(from)),
                            a);
}

void store_occurrence_note(struct db *db, int64_t id, const char *note)
{
    db_exec(db, "UPDATE occurrence SET headcount_note = $2 WHERE id = $1", p_int(id), p_text(note));
}

void store_occurrence_delete(struct db *db, int64_t id)
{
    db_exec(db, "DELETE FROM signup WHERE occurrence_id = $1", p_int(id));
    db_exec(db, "DELETE FROM occurrence WHERE id = $1", p_int(id));
}

struct occurrence_rows store_occurrence_range(struct db *db, int64_t event_id, const char *from, const char *to,
                                              struct arena *a)
{
    return read_rows(db_query(db,
                              "SELECT " OCCURRENCE_COLUMNS " FROM occurrence WHERE event_id = $1"
                              " AND recurrence_id >= $2 AND ($3 = '' OR recurrence_id < $3) ORDER BY recurrence_id",
                              p_int(event_id), p_text(from), p_text(to)),
                     a);
}

struct occurrence_rows store_occurrence_starting(struct db *db, int64_t event_id, int64_t from_ms, int64_t to_ms,
                                                 struct arena *a)
{
    return read_rows(db_query(db,
                              "SELECT " OCCURRENCE_COLUMNS " FROM occurrence WHERE event_id = $1"
                              " AND start_ms >= $2 AND start_ms < $3 ORDER BY start_ms, id",
                              p_int(event_id), p_int(from_ms), p_int(to_ms)),
                     a);
}

/* What isn't over is little of what there is: the pluses keep SQLite from going along the starts. */
struct occurrence_rows store_occurrence_agenda(struct db *db, int64_t from_ms, int64_t to_ms, int64_t after_ms,
                                               int64_t after_id, int64_t limit, struct arena *a)
{
    return read_rows(db_query(db,
                              "SELECT " OCCURRENCE_COLUMNS " FROM occurrence WHERE end_ms > $1 AND +start_ms < $2"
                              " AND (+start_ms > $3 OR (+start_ms = $3 AND id > $4)) ORDER BY +start_ms, id LIMIT $5",
                              p_int(from_ms), p_int(to_ms), p_int(after_ms), p_int(after_id), p_int(limit)),
                     a);
}

char *store_skills_text(const struct texts *skills, struct arena *a)
{
    char *text = arena_strdup(a, "");

    for (size_t i = 0; i < skills->count; i++)
        text = arena_printf(a, "%s%s%s", text, i ? "\n" : "", skills->items[i]);
    return text;
}

struct texts store_skills_read(const char *text, struct arena *a)
{
    struct texts skills = {NULL, 0, true};
    char *rest = text[0] ? arena_strdup(a, text) : NULL, *one;

    if (rest)
        skills.items = arena_alloc(a, ROLE_SKILLS_MAX * sizeof(char *));
    while (skills.count < ROLE_SKILLS_MAX && (one = strsep(&rest, "\n")))
        skills.items[skills.count++] = one;
    return skills;
}

struct objects store_read_roles(struct stmt *s, struct arena *a)
{
    struct role *roles = arena_alloc(a, EVENT_ROLES_MAX * sizeof *roles);
    struct objects list = {roles, 0, true};

    while (list.count < EVENT_ROLES_MAX && stmt_row(s)) {
        struct role *r = &roles[list.count++];
        *r = (struct role){.name = stmt_text(s, 0, a),
                           .capacity = stmt_int(s, 1),
                           .minimum = stmt_int(s, 2),
                           .participant = stmt_int(s, 3) != 0,
                           .taken = stmt_int(s, 4),
                           .offered = stmt_int(s, 5),
                           .waitlisted = stmt_int(s, 6),
                           .skills = store_skills_read(stmt_text(s, 7, a), a),
                           .waitlist_max = stmt_int(s, 8)};
        r->confirmed = r->taken - r->offered;
        r->free = r->capacity > r->taken ? r->capacity - r->taken : 0;
    }
    stmt_done(s);
    return list;
}

struct objects store_occurrence_roles(struct db *db, int64_t occurrence_id, struct arena *a)
{
    return store_read_roles(db_query(db,
                                     "SELECT name, capacity, minimum, participant, taken, offered, waitlisted, skills,"
                                     " waitlist_max FROM occurrence_role WHERE occurrence_id = $1"
                                     " ORDER BY position, name",
                                     p_int(occurrence_id)),
                            a);
}

void store_occurrence_role_put(struct db *db, int64_t occurrence_id, int64_t position, const struct role *r)
{
    struct arena a = {0};

    db_exec(
        db,
        "INSERT INTO occurrence_role (occurrence_id, position, name, capacity, minimum, participant, taken, offered,"
        " waitlisted, skills, waitlist_max) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, $7, $8)"
        " ON CONFLICT (occurrence_id, name) DO UPDATE SET position = excluded.position,"
        " capacity = excluded.capacity, minimum = excluded.minimum, participant = excluded.participant,"
        " skills = excluded.skills, waitlist_max = excluded.waitlist_max",
        p_int(occurrence_id), p_int(position), p_text(r->name), p_int(r->capacity), p_int(r->minimum),
        p_int(r->participant), p_text(store_skills_text(&r->skills, &a)), p_int(r->waitlist_max));
    arena_release(&a);
}

void store_occurrence_role_delete(struct db *db, int64_t occurrence_id, const char *name)
{
    db_exec(db, "DELETE FROM occurrence_role WHERE occurrence_id = $1 AND name = $2", p_int(occurrence_id),
            p_text(name));
}

int64_t store_occurrence_signups(struct db *db, int64_t occurrence_id)
{
    return db_int(db, 0,
                  "SELECT COUNT(*) FROM signup WHERE occurrence_id = $1 AND state NOT IN ('cancelled', 'excused')",
                  p_int(occurrence_id));
}
