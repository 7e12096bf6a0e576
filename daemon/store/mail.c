#include "mail.h"

#define MAIL_COLUMNS                                                                                            \
    "m.id, m.code, m.identity, m.kind, m.state, m.reason, m.signup_id, s.code, v.email_sealed, m.due_ms,"        \
    " m.deadline_ms, m.next_ms, m.attempts, m.created_ms"
#define MAIL_TABLES " FROM mail m JOIN signup s ON s.id = m.signup_id JOIN volunteer v ON v.id = s.volunteer_id"

bool store_mail_insert(struct db *db, const struct mail_row *m)
{
    return db_exec(db,
                   "INSERT INTO mail (code, identity, kind, signup_id, due_ms, deadline_ms, state, next_ms, attempts,"
                   " reason, created_ms) VALUES ($1, $2, $3, $4, $5, $6, 'scheduled', $5, 0, '', $7)"
                   " ON CONFLICT (identity) DO NOTHING",
                   p_text(m->code), p_text(m->identity), p_text(m->kind), p_int(m->signup_row), p_int(m->due_ms),
                   p_int(m->deadline_ms), p_int(m->created_ms)) == 1;
}

static struct mail_row *read_one(struct stmt *s, struct arena *a)
{
    struct mail_row *m;
    int i = 0;

    if (!stmt_row(s))
        return NULL;
    m = arena_alloc(a, sizeof *m);
    m->id = stmt_int(s, i++);
    m->code = stmt_text(s, i++, a);
    m->identity = stmt_text(s, i++, a);
    m->kind = stmt_text(s, i++, a);
    m->state = stmt_text(s, i++, a);
    m->reason = stmt_text(s, i++, a);
    m->signup_row = stmt_int(s, i++);
    m->signup = stmt_text(s, i++, a);
    m->email_sealed = stmt_blob(s, i++, a);
    m->due_ms = stmt_int(s, i++);
    m->deadline_ms = stmt_int(s, i++);
    m->next_ms = stmt_int(s, i++);
    m->attempts = stmt_int(s, i++);
    m->created_ms = stmt_int(s, i++);
    stmt_done(s);
    return m;
}

struct mail_row *store_mail_by_id(struct db *db, int64_t id, struct arena *a)
{
    return read_one(db_query(db, "SELECT " MAIL_COLUMNS MAIL_TABLES " WHERE m.id = $1", p_int(id)), a);
}

struct mail_row *store_mail_due(struct db *db, int64_t now_ms, struct arena *a)
{
    int64_t id = db_int(db, 0,
                        "SELECT id FROM mail WHERE next_ms <= $1 ORDER BY next_ms, id LIMIT 1" DB_SKIP_LOCKED,
                        p_int(now_ms));

    return id ? store_mail_by_id(db, id, a) : NULL;
}

void store_mail_update(struct db *db, const struct mail_row *m, int64_t final_ms)
{
    db_exec(db, "UPDATE mail SET state = $2, next_ms = $3, attempts = $4, reason = $5, final_ms = $6 WHERE id = $1",
            p_int(m->id), p_text(m->state), p_int(m->next_ms), p_int(m->attempts), p_text(m->reason), p_int(final_ms));
}

int64_t store_mail_next_ms(struct db *db)
{
    return db_int(db, INT64_MAX, "SELECT next_ms FROM mail WHERE next_ms IS NOT NULL ORDER BY next_ms LIMIT 1");
}

void store_mail_recover(struct db *db, int64_t now_ms)
{
    db_exec(db, "UPDATE mail SET next_ms = $1 WHERE state = 'sending' AND next_ms > $1", p_int(now_ms));
}

struct stmt *store_mail_of_signup(struct db *db, int64_t signup_row)
{
    return db_query(db,
                    "SELECT code, kind, state, attempts, created_ms,"
                    " CASE WHEN state = 'sending' THEN NULL ELSE next_ms END, final_ms, reason"
                    " FROM mail WHERE signup_id = $1 ORDER BY id",
                    p_int(signup_row));
}

bool store_mail_next(struct stmt *s, struct arena *a, struct signup_mail *ret)
{
    if (!stmt_row(s))
        return false;
    *ret = (struct signup_mail){stmt_text(s, 0, a), stmt_text(s, 1, a), stmt_text(s, 2, a), stmt_int(s, 3),
                                stmt_int(s, 4),     stmt_int(s, 5),     stmt_int(s, 6),     stmt_text(s, 7, a)};
    return true;
}

int64_t store_mail_waiting(struct db *db, const char *state)
{
    return db_int(db, 0, "SELECT COUNT(*) FROM mail WHERE next_ms IS NOT NULL AND state = $1", p_text(state));
}

int64_t store_mail_ended(struct db *db, const char *state, int64_t since_ms)
{
    return db_int(db, 0, "SELECT COUNT(*) FROM mail WHERE final_ms >= $2 AND state = $1", p_text(state),
                  p_int(since_ms));
}

struct stmt *store_mail_troubles(struct db *db, int64_t since_ms, int64_t limit)
{
    return db_query(db,
                    "SELECT s.code, m.kind, m.state, m.reason, m.attempts, m.next_ms, m.final_ms FROM mail m"
                    " JOIN signup s ON s.id = m.signup_id WHERE (m.next_ms IS NOT NULL AND m.state = 'retrying')"
                    " OR (m.final_ms >= $1 AND (m.state = 'failed' OR m.state = 'expired'))"
                    " ORDER BY COALESCE(m.final_ms, m.next_ms) DESC, m.id DESC LIMIT $2",
                    p_int(since_ms), p_int(limit));
}

bool store_mail_trouble_next(struct stmt *s, struct arena *a, struct mail_trouble *ret)
{
    if (!stmt_row(s))
        return false;
    *ret = (struct mail_trouble){stmt_text(s, 0, a), stmt_text(s, 1, a), stmt_text(s, 2, a), stmt_text(s, 3, a),
                                 stmt_int(s, 4),     stmt_int(s, 5),     stmt_int(s, 6)};
    return true;
}

void store_mail_cancel(struct db *db, int64_t signup_row, int64_t now_ms)
{
    db_exec(db, "UPDATE mail SET state = 'cancelled', next_ms = NULL, final_ms = $2, reason = 'no longer so'"
                " WHERE signup_id = $1 AND (state = 'scheduled' OR state = 'retrying')",
            p_int(signup_row), p_int(now_ms));
}
