#include "signup.h"

#include <stdio.h>
#include <string.h>

/* After every local text of its day: "T" and the end of the text come before it. */
#define DAY_END "~"

static void read_occasion(struct stmt *s, struct arena *a, struct occasion *ret)
{
    int i = 0;

    ret->occurrence_id = stmt_int(s, i++);
    ret->event_id = stmt_int(s, i++);
    ret->start_ms = stmt_int(s, i++);
    ret->end_ms = stmt_int(s, i++);
    ret->recurrence_local = stmt_text(s, i++, a);
    ret->start_local = stmt_text(s, i++, a);
    ret->end_local = stmt_text(s, i++, a);
    ret->tz = stmt_text(s, i++, a);
    ret->event = stmt_text(s, i++, a);
    ret->title = stmt_text(s, i++, a);
    ret->venue = stmt_text(s, i++, a);
    ret->lead = stmt_text(s, i++, a);
    ret->occurrence_off = stmt_int(s, i++) != 0;
    ret->event_off = stmt_int(s, i++) != 0;
    ret->signup_opens = stmt_text(s, i++, a);
    ret->signup_closes = stmt_text(s, i++, a);
    ret->signup_limit = stmt_int(s, i++);
}

bool store_occasion_find(struct db *db, const char *event, const char *day, struct arena *a, struct occasion *ret)
{
    struct occasion found;
    char *end = arena_printf(a, "%s" DAY_END, day);
    int count = 0;
    struct stmt *s = db_query(
        db,
        "SELECT o.id, o.event_id, o.start_ms, o.end_ms, o.recurrence_id, o.start_local, o.end_local, e.tz, e.slug,"
        " COALESCE(o.title, e.title), COALESCE(o.venue, e.venue), e.lead,"
        " CASE WHEN o.status = 'cancelled' THEN 1 ELSE 0 END, CASE WHEN e.status = 'cancelled' THEN 1 ELSE 0 END,"
        " e.signup_opens, e.signup_closes, e.signup_limit"
        " FROM event e JOIN occurrence o ON o.event_id = e.id"
        " WHERE e.slug = $1 AND e.stored_until >= $3 AND o.recurrence_id >= $2 AND o.recurrence_id < $3"
        " ORDER BY o.recurrence_id LIMIT 2",
        p_text(event), p_text(day), p_text(end));

    while (stmt_row(s))
        if (count++ == 0)
            read_occasion(s, a, &found);
    if (count == 1)
        *ret = found;
    return count == 1;
}

bool store_place_take(struct db *db, int64_t occurrence_id, const char *role)
{
    return db_exec(db,
                   "UPDATE occurrence_role SET taken = taken + 1 WHERE occurrence_id = $1 AND name = $2"
                   " AND taken < capacity AND waitlisted = 0",
                   p_int(occurrence_id), p_text(role)) == 1;
}

bool store_place_promote(struct db *db, int64_t occurrence_id, const char *role)
{
    return db_exec(db,
                   "UPDATE occurrence_role SET taken = taken + 1, waitlisted = waitlisted - 1"
                   " WHERE occurrence_id = $1 AND name = $2 AND taken < capacity AND waitlisted > 0",
                   p_int(occurrence_id), p_text(role)) == 1;
}

void store_place_count(struct db *db, int64_t occurrence_id, const char *role, int taken, int offered, int waitlisted)
{
    db_exec(db,
            "UPDATE occurrence_role SET taken = taken + $3, offered = offered + $4, waitlisted = waitlisted + $5"
            " WHERE occurrence_id = $1 AND name = $2",
            p_int(occurrence_id), p_text(role), p_int(taken), p_int(offered), p_int(waitlisted));
}

int64_t store_place_waitlisted(struct db *db, int64_t occurrence_id, const char *role, int64_t *ret_most)
{
    struct stmt *s = db_query(
        db, "SELECT waitlisted, waitlist_max FROM occurrence_role WHERE occurrence_id = $1 AND name = $2",
        p_int(occurrence_id), p_text(role));
    bool found = stmt_row(s);
    int64_t waiting = found ? stmt_int(s, 0) : 0;

    *ret_most = found ? stmt_int(s, 1) : DB_NULL_INT;
    stmt_done(s);
    return waiting;
}

int64_t store_place_queue(struct db *db, int64_t occurrence_id, const char *role)
{
    return db_int(db, 0,
                  "UPDATE occurrence_role SET waitlisted = waitlisted + 1 WHERE occurrence_id = $1 AND name = $2"
                  " RETURNING waitlisted",
                  p_int(occurrence_id), p_text(role));
}

int64_t store_signup_next_place(struct db *db, const struct signup *s)
{
    if (s->state != SIGNUP_WAITLISTED)
        return 0;
    return 1 + db_int(db, 0,
                      "SELECT place FROM signup WHERE occurrence_id = $1 AND role = $2 AND state = 'waitlisted'"
                      " ORDER BY place DESC, id DESC LIMIT 1",
                      p_int(s->occurrence_row), p_text(s->role));
}

void store_signup_insert(struct db *db, const struct signup *s, const unsigned char *link_hash)
{
    db_later(db,
             "INSERT INTO signup (code, volunteer_id, occurrence_id, role, state, place, link_hash, minutes,"
             " created_ms, updated_ms, version) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $8, 1)",
             p_text(s->id), p_int(s->volunteer_row), p_int(s->occurrence_row), p_text(s->role),
             p_text(signup_state_name(s->state)), p_int(store_signup_next_place(db, s)),
             p_blob(link_hash, CRYPTO_HASH_BYTES), p_int(s->created_ms));
}

bool store_signup_update(struct db *db, struct signup *s, enum signup_state from, int64_t now_ms)
{
    s->version++;
    return db_exec(db,
                   "UPDATE signup SET state = $3, checked_in_ms = $4, checked_out_ms = $5, minutes = $6,"
                   " closed = $8, reason = $9, offer_until_ms = $10, updated_ms = $7,"
                   " version = version + 1 WHERE id = $1 AND state = $2",
                   p_int(s->row), p_text(signup_state_name(from)), p_text(signup_state_name(s->state)),
                   p_int(s->checked_in_ms), p_int(s->checked_out_ms), p_int(s->minutes), p_int(now_ms),
                   p_int(s->closed), p_text(s->reason),
                   p_int(s->state == SIGNUP_OFFERED ? s->offer_until_ms : DB_NULL_INT)) == 1;
}

bool store_signup_first(struct db *db, int64_t occurrence_id, const char *role, struct arena *a,
                        struct first_in_line *ret)
{
    struct stmt *s = db_query(
        db,
        "SELECT s.id, s.volunteer_id, o.end_ms, s.code, CASE WHEN v.email_sealed IS NULL THEN 0 ELSE 1 END"
        " FROM signup s JOIN occurrence o ON o.id = s.occurrence_id JOIN volunteer v ON v.id = s.volunteer_id"
        " WHERE s.occurrence_id = $1 AND s.role = $2 AND s.state = 'waitlisted' ORDER BY s.place, s.id LIMIT 1",
        p_int(occurrence_id), p_text(role));

    if (!stmt_row(s))
        return false;
    ret->row = stmt_int(s, 0);
    ret->volunteer_row = stmt_int(s, 1);
    ret->end_ms = stmt_int(s, 2);
    ret->code = stmt_text(s, 3, a);
    ret->email = stmt_int(s, 4) != 0;
    stmt_done(s);
    return true;
}

void store_signup_give(struct db *db, int64_t row, enum signup_state state, int64_t until_ms,
                       const unsigned char *offer_hash, int64_t now_ms)
{
    db_exec(db,
            "UPDATE signup SET state = $2, offer_until_ms = $3, offer_hash = $4, updated_ms = $5,"
            " version = version + 1 WHERE id = $1 AND state = 'waitlisted'",
            p_int(row), p_text(signup_state_name(state)), p_int(until_ms), p_blob(offer_hash, CRYPTO_HASH_BYTES),
            p_int(now_ms));
}

bool store_signup_has_email(struct db *db, int64_t row)
{
    return db_int(db, 0,
                  "SELECT 1 FROM signup s JOIN volunteer v ON v.id = s.volunteer_id"
                  " WHERE s.id = $1 AND v.email_sealed IS NOT NULL",
                  p_int(row)) != 0;
}

int64_t store_offer_next_ms(struct db *db)
{
    return db_int(db, INT64_MAX,
                  "SELECT offer_until_ms FROM signup WHERE offer_until_ms IS NOT NULL ORDER BY offer_until_ms LIMIT 1");
}

bool store_occurrence_closing(struct db *db, int64_t occurrence_id, struct arena *a, int64_t *ret_start_ms,
                              char **ret_closes, char **ret_tz)
{
    struct stmt *s = db_query(db,
                              "SELECT o.start_ms, e.signup_closes, e.tz FROM occurrence o"
                              " JOIN event e ON e.id = o.event_id WHERE o.id = $1",
                              p_int(occurrence_id));

    if (!stmt_row(s))
        return false;
    *ret_start_ms = stmt_int(s, 0);
    *ret_closes = stmt_text(s, 1, a);
    *ret_tz = stmt_text(s, 2, a);
    stmt_done(s);
    return true;
}

static struct clash read_clash(struct stmt *s, struct arena *a)
{
    struct clash c = {stmt_int(s, 0) != 0, stmt_text(s, 1, a), stmt_text(s, 2, a), stmt_text(s, 3, a),
                      stmt_text(s, 4, a)};

    c.day[strcspn(c.day, "T")] = 0;
    return c;
}

/*
 * Half-open: a shift that ends when the other begins is no clash. Cancelled occurrences are none either.
 * Written to cost next to nothing while there is none: events are looked up for what overlaps only, and sorting, or IN
 * with more than two values, would build a table each time.
 */
bool store_signup_clash(struct db *db, int64_t volunteer_id, const struct occasion *o, const char *role,
                        struct arena *a, struct clash *ret)
{
    struct stmt *s = db_query(
        db,
        "SELECT CASE WHEN s.occurrence_id = $2 AND s.role = $3 THEN 1 ELSE 0 END, s.code,"
        " COALESCE(o.title, e.title), o.recurrence_id, s.role, s.id"
        " FROM signup s JOIN occurrence o ON o.id = s.occurrence_id JOIN event e ON e.id = o.event_id"
        " WHERE s.volunteer_id = $1 AND s.state <> 'cancelled' AND ((s.occurrence_id = $2 AND s.role = $3)"
        " OR (s.state <> 'no_show' AND s.state <> 'excused' AND o.start_ms < $5 AND o.end_ms > $4"
        " AND o.status <> 'cancelled'))"
        " AND ((s.occurrence_id = $2 AND s.role = $3) OR e.status <> 'cancelled')",
        p_int(volunteer_id), p_int(o->occurrence_id), p_text(role), p_int(o->start_ms), p_int(o->end_ms));
    int64_t first = INT64_MAX;
    bool found = false;

    /* The very same place before others, then the oldest. */
    while (stmt_row(s)) {
        bool same = stmt_int(s, 0) != 0;
        int64_t id = stmt_int(s, 5);
        if (found && (ret->same > same || (ret->same == same && id > first)))
            continue;
        *ret = read_clash(s, a);
        first = id;
        found = true;
    }
    return found;
}

#define SIGNUP_COLUMNS                                                                                            \
    "s.id, s.volunteer_id, s.occurrence_id, o.event_id, s.code, v.code, v.name, e.slug,"                         \
    " COALESCE(o.title, e.title), COALESCE(o.venue, e.venue), o.recurrence_id, o.start_local, o.end_local, e.tz," \
    " o.start_ms, o.end_ms, CASE WHEN o.status = 'cancelled' OR e.status = 'cancelled' THEN 1 ELSE 0 END,"       \
    " s.role, s.state, CASE WHEN s.state = 'waitlisted' THEN (SELECT COUNT(*) FROM signup q"                     \
    " WHERE q.occurrence_id = s.occurrence_id AND q.role = s.role AND q.state = 'waitlisted'"                    \
    " AND q.place <= s.place) END, s.created_ms, s.checked_in_ms, s.checked_out_ms, s.minutes, s.version,"       \
    " s.closed, s.reason, CASE WHEN s.state = 'offered' THEN s.offer_until_ms END, e.cancel_until"
#define SIGNUP_TABLES                                                                                    \
    " FROM signup s JOIN volunteer v ON v.id = s.volunteer_id JOIN occurrence o ON o.id = s.occurrence_id" \
    " JOIN event e ON e.id = o.event_id"

static void read_occurrence(struct stmt *s, int *i, struct arena *a, struct signup *ret)
{
    ret->event = stmt_text(s, (*i)++, a);
    ret->title = stmt_text(s, (*i)++, a);
    ret->venue = stmt_text(s, (*i)++, a);
    ret->recurrence_local = stmt_text(s, (*i)++, a);
    ret->start_local = stmt_text(s, (*i)++, a);
    ret->end_local = stmt_text(s, (*i)++, a);
    ret->tz = stmt_text(s, (*i)++, a);
    ret->start_ms = stmt_int(s, (*i)++);
    ret->end_ms = stmt_int(s, (*i)++);
    ret->off = stmt_int(s, (*i)++) != 0;
}

static void read_signup(struct stmt *s, struct arena *a, struct signup *ret)
{
    int i = 0;

    *ret = (struct signup){0};
    ret->row = stmt_int(s, i++);
    ret->volunteer_row = stmt_int(s, i++);
    ret->occurrence_row = stmt_int(s, i++);
    ret->event_row = stmt_int(s, i++);
    ret->id = stmt_text(s, i++, a);
    ret->volunteer = stmt_text(s, i++, a);
    ret->name = stmt_text(s, i++, a);
    read_occurrence(s, &i, a, ret);
    ret->role = stmt_text(s, i++, a);
    signup_state_parse(stmt_text(s, i++, a), &ret->state);
    ret->position = stmt_int(s, i++);
    ret->created_ms = stmt_int(s, i++);
    ret->checked_in_ms = stmt_int(s, i++);
    ret->checked_out_ms = stmt_int(s, i++);
    ret->minutes = stmt_int(s, i++);
    ret->version = stmt_int(s, i++);
    ret->closed = stmt_int(s, i++) != 0;
    ret->reason = stmt_text(s, i++, a);
    ret->offer_until_ms = stmt_int(s, i++);
    ret->cancel_rule = stmt_text(s, i++, a);
}

static struct signup *read_one(struct stmt *s, struct arena *a)
{
    struct signup *found;

    if (!stmt_row(s))
        return NULL;
    found = arena_alloc(a, sizeof *found);
    read_signup(s, a, found);
    stmt_done(s);
    return found;
}

struct signup *store_signup_by_code(struct db *db, const char *code, struct arena *a)
{
    return read_one(db_query(db, "SELECT " SIGNUP_COLUMNS SIGNUP_TABLES " WHERE s.code = $1", p_text(code)), a);
}

struct signup *store_signup_by_link(struct db *db, const unsigned char *link_hash, struct arena *a)
{
    return read_one(db_query(db, "SELECT " SIGNUP_COLUMNS SIGNUP_TABLES " WHERE s.link_hash = $1",
                             p_blob(link_hash, CRYPTO_HASH_BYTES)),
                    a);
}

struct signup *store_signup_by_offer(struct db *db, const unsigned char *offer_hash, struct arena *a)
{
    return read_one(db_query(db, "SELECT " SIGNUP_COLUMNS SIGNUP_TABLES " WHERE s.offer_hash = $1",
                             p_blob(offer_hash, CRYPTO_HASH_BYTES)),
                    a);
}

struct signup *store_signup_offer_over(struct db *db, int64_t now_ms, struct arena *a)
{
    return read_one(db_query(db,
                             "SELECT " SIGNUP_COLUMNS SIGNUP_TABLES " WHERE s.offer_until_ms <= $1"
                             " ORDER BY s.offer_until_ms, s.id LIMIT 1",
                             p_int(now_ms)),
                    a);
}

/* A query for each way in, so that each has its index. */
struct stmt *store_signup_list(struct db *db, const struct signup_query *q)
{
#define REST                                                                                             \
    " AND s.id > $2 AND (CAST($3 AS text) IS NULL OR s.state = $3)"                                       \
    " AND ($4 = 0 OR s.volunteer_id = $4) ORDER BY s.id LIMIT $5"
    if (q->occurrence_id)
        return db_query(db, "SELECT " SIGNUP_COLUMNS SIGNUP_TABLES " WHERE s.occurrence_id = $1" REST,
                        p_int(q->occurrence_id), p_int(q->after_id), p_text(q->state), p_int(q->volunteer_id),
                        p_int(q->limit));
    if (q->event_id)
        return db_query(db, "SELECT " SIGNUP_COLUMNS SIGNUP_TABLES " WHERE o.event_id = $1" REST, p_int(q->event_id),
                        p_int(q->after_id), p_text(q->state), p_int(q->volunteer_id), p_int(q->limit));
    if (q->volunteer_id)
        return db_query(db, "SELECT " SIGNUP_COLUMNS SIGNUP_TABLES " WHERE s.volunteer_id = $1" REST,
                        p_int(q->volunteer_id), p_int(q->after_id), p_text(q->state), p_int(q->volunteer_id),
                        p_int(q->limit));
    return db_query(db, "SELECT " SIGNUP_COLUMNS SIGNUP_TABLES " WHERE $1 = 0" REST, p_int(0), p_int(q->after_id),
                    p_text(q->state), p_int(0), p_int(q->limit));
#undef REST
}

struct stmt *store_signup_of_person(struct db *db, int64_t volunteer_id, int64_t limit)
{
    return db_query(db,
                    "SELECT " SIGNUP_COLUMNS SIGNUP_TABLES " WHERE s.volunteer_id = $1"
                    " ORDER BY o.start_ms DESC, s.id DESC LIMIT $2",
                    p_int(volunteer_id), p_int(limit));
}

bool store_signup_next(struct stmt *s, struct arena *a, struct signup *ret)
{
    if (!stmt_row(s))
        return false;
    read_signup(s, a, ret);
    return true;
}

struct texts store_signup_twins(struct db *db, int64_t first_id, int64_t second_id, struct arena *a)
{
#define TWINS                                                                                        \
    " FROM signup m JOIN signup t ON t.occurrence_id = m.occurrence_id AND t.role = m.role"           \
    " WHERE m.volunteer_id = $1 AND t.volunteer_id = $2 AND m.state <> 'cancelled' AND t.state <> 'cancelled'"
    int64_t pairs = db_int(db, 0, "SELECT COUNT(*)" TWINS, p_int(first_id), p_int(second_id));
    struct texts codes = {arena_alloc(a, (size_t)(2 * pairs + 1) * sizeof(char *)), 0, true};
    struct stmt *s = db_query(db, "SELECT m.code, t.code" TWINS " ORDER BY m.id", p_int(first_id), p_int(second_id));

    while ((int64_t)codes.count < 2 * pairs && stmt_row(s)) {
        codes.items[codes.count++] = stmt_text(s, 0, a);
        codes.items[codes.count++] = stmt_text(s, 1, a);
    }
    stmt_done(s);
    return codes;
#undef TWINS
}

int64_t store_signup_reassign(struct db *db, int64_t from_id, int64_t to_id)
{
    return db_exec(db, "UPDATE signup SET volunteer_id = $2, version = version + 1 WHERE volunteer_id = $1",
                   p_int(from_id), p_int(to_id));
}

#define OPEN(s) "(" s ".state = 'confirmed' OR " s ".state = 'waitlisted' OR " s ".state = 'offered')"

struct texts store_signups_open(struct db *db, int64_t occurrence_id, struct arena *a)
{
    int64_t most = db_int(db, 0, "SELECT COUNT(*) FROM signup s WHERE s.occurrence_id = $1 AND " OPEN("s"),
                          p_int(occurrence_id));
    struct texts codes = {arena_alloc(a, ((size_t)most + 1) * sizeof(char *)), 0, true};
    struct stmt *s = db_query(db, "SELECT s.code FROM signup s WHERE s.occurrence_id = $1 AND " OPEN("s")
                                  " ORDER BY s.id LIMIT $2",
                              p_int(occurrence_id), p_int(most));

    while (stmt_row(s))
        codes.items[codes.count++] = stmt_text(s, 0, a);
    return codes;
}

void store_signup_went_off(struct db *db, int64_t row)
{
    db_exec(db, "UPDATE signup SET went_off = 1 WHERE id = $1", p_int(row));
}

struct stmt *store_signup_overlaps(struct db *db, int64_t occurrence_id, int64_t start_ms, int64_t end_ms,
                                   int64_t limit)
{
    return db_query(db,
                    "SELECT s.code, x.code, COALESCE(o.title, e.title), o.start_local FROM signup s"
                    " JOIN signup x ON x.volunteer_id = s.volunteer_id AND x.occurrence_id <> s.occurrence_id"
                    " JOIN occurrence o ON o.id = x.occurrence_id JOIN event e ON e.id = o.event_id"
                    " WHERE s.occurrence_id = $1 AND " OPEN("s") " AND " OPEN("x")
                    " AND o.start_ms < $3 AND o.end_ms > $2 AND o.status <> 'cancelled' AND e.status <> 'cancelled'"
                    " ORDER BY s.id, x.id LIMIT $4",
                    p_int(occurrence_id), p_int(start_ms), p_int(end_ms), p_int(limit));
}

bool store_overlap_next(struct stmt *s, struct arena *a, struct overlap *ret)
{
    if (!stmt_row(s))
        return false;
    *ret = (struct overlap){stmt_text(s, 0, a), stmt_text(s, 1, a), stmt_text(s, 2, a), stmt_text(s, 3, a)};
    ret->day[strcspn(ret->day, "T")] = 0;
    return true;
}

int64_t store_occurrence_event(struct db *db, int64_t occurrence_id)
{
    return db_int(db, 0, "SELECT event_id FROM occurrence WHERE id = $1", p_int(occurrence_id));
}

char *store_role_skills(struct db *db, int64_t occurrence_id, const char *role, struct arena *a)
{
    struct stmt *s = db_query(db, "SELECT skills FROM occurrence_role WHERE occurrence_id = $1 AND name = $2",
                              p_int(occurrence_id), p_text(role));
    char *skills;

    if (!stmt_row(s))
        return NULL;
    skills = stmt_text(s, 0, a);
    stmt_done(s);
    return skills;
}

bool store_role_only(struct db *db, int64_t occurrence_id, struct arena *a, char **ret_role, char **ret_skills)
{
    struct stmt *s = db_query(db,
                              "SELECT name, skills FROM occurrence_role WHERE occurrence_id = $1 ORDER BY name LIMIT 2",
                              p_int(occurrence_id));
    char *role, *skills;

    if (!stmt_row(s))
        return false;
    role = stmt_text(s, 0, a);
    skills = stmt_text(s, 1, a);
    if (stmt_row(s)) {
        stmt_done(s);
        return false;
    }
    *ret_role = role;
    *ret_skills = skills;
    return true;
}

int64_t store_signups_ahead(struct db *db, int64_t volunteer_id, int64_t event_id, int64_t now_ms)
{
    return db_int(db, 0,
                  "SELECT COUNT(*) FROM signup s JOIN occurrence o ON o.id = s.occurrence_id"
                  " WHERE s.volunteer_id = $1 AND o.event_id = $2 AND o.end_ms > $3 AND o.status <> 'cancelled'"
                  " AND s.state <> 'cancelled' AND s.state <> 'excused'",
                  p_int(volunteer_id), p_int(event_id), p_int(now_ms));
}

bool store_role_is_participant(struct db *db, int64_t occurrence_id, const char *role)
{
    return db_int(db, 0, "SELECT participant FROM occurrence_role WHERE occurrence_id = $1 AND name = $2",
                  p_int(occurrence_id), p_text(role)) != 0;
}

void store_signup_set_link(struct db *db, const char *code, const unsigned char *link_hash)
{
    db_exec(db, "UPDATE signup SET link_hash = $2 WHERE code = $1", p_text(code), p_blob(link_hash, CRYPTO_HASH_BYTES));
}

void store_signup_set_age(struct db *db, const char *code, const char *age_group)
{
    db_exec(db, "UPDATE signup SET age_group = $2 WHERE code = $1", p_text(code), p_text(age_group));
}

char *store_signup_age(struct db *db, const char *code, struct arena *a)
{
    struct stmt *s = db_query(db, "SELECT age_group FROM signup WHERE code = $1", p_text(code));
    char *age = stmt_row(s) ? stmt_text(s, 0, a) : arena_strdup(a, "");

    stmt_done(s);
    return age;
}
