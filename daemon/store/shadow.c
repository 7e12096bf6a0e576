#include "shadow.h"

#include "signup.h"

void store_shadow_insert(struct db *db, const struct signup *s, const unsigned char *link_hash)
{
    db_exec(db,
            "INSERT INTO signup_shadow (code, link_hash, occurrence_id, role, state, place, created_ms)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            p_text(s->id), p_blob(link_hash, CRYPTO_HASH_BYTES), p_int(s->occurrence_row), p_text(s->role),
            p_text(signup_state_name(s->state)), p_int(store_signup_next_place(db, s)), p_int(s->created_ms));
}

struct signup *store_shadow_by_link(struct db *db, const unsigned char *link_hash, struct arena *a)
{
    struct stmt *s = db_query(
        db,
        "SELECT t.id, 0, t.occurrence_id, o.event_id, t.code, '', '', e.slug,"
        " COALESCE(o.title, e.title), COALESCE(o.venue, e.venue), o.recurrence_id, o.start_local, o.end_local, e.tz,"
        " o.start_ms, o.end_ms, CASE WHEN o.status = 'cancelled' OR e.status = 'cancelled' THEN 1 ELSE 0 END,"
        " t.role, t.state, CASE WHEN t.state = 'waitlisted' THEN 1 + (SELECT COUNT(*) FROM signup q"
        " WHERE q.occurrence_id = t.occurrence_id AND q.role = t.role AND q.state = 'waitlisted'"
        " AND q.place < t.place) END, t.created_ms, NULL, NULL, 0, 1, 0, '', NULL, e.cancel_until"
        " FROM signup_shadow t JOIN occurrence o ON o.id = t.occurrence_id JOIN event e ON e.id = o.event_id"
        " WHERE t.link_hash = $1",
        p_blob(link_hash, CRYPTO_HASH_BYTES));
    struct signup *shadow = arena_alloc(a, sizeof *shadow);

    if (!store_signup_next(s, a, shadow))
        return NULL;
    stmt_done(s);
    shadow->shadow = true;
    shadow->volunteer = shadow->name = NULL;
    return shadow;
}

void store_shadow_cancel(struct db *db, int64_t row)
{
    db_exec(db, "UPDATE signup_shadow SET state = 'cancelled' WHERE id = $1", p_int(row));
}

void store_shadow_set_link(struct db *db, int64_t row, const unsigned char *link_hash)
{
    if (link_hash)
        db_exec(db, "UPDATE signup_shadow SET link_hash = $2 WHERE id = $1", p_int(row),
                p_blob(link_hash, CRYPTO_HASH_BYTES));
    else
        db_exec(db, "DELETE FROM signup_shadow WHERE id = $1", p_int(row));
}

void store_shadows_forget(struct db *db, int64_t before_ms)
{
    db_exec(db,
            "DELETE FROM signup_shadow WHERE occurrence_id IN (SELECT id FROM occurrence WHERE end_ms <= $1)",
            p_int(before_ms));
}
