#include "office.h"

#include <stdio.h>
#include <string.h>

char *store_meta_get(struct db *db, const char *name, struct arena *a)
{
    struct stmt *s = db_query(db, "SELECT value FROM meta WHERE name = $1", p_text(name));
    char *value = NULL;

    if (stmt_row(s)) {
        value = stmt_text(s, 0, a);
        stmt_done(s);
    }
    return value;
}

void store_meta_set(struct db *db, const char *name, const char *value)
{
    db_exec(db,
            "INSERT INTO meta (name, value) VALUES ($1, $2)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            p_text(name), p_text(value));
}

int store_token_principal(struct db *db, const unsigned char *hash, int64_t now_ms, struct principal *ret)
{
    struct arena a = {0};
    struct stmt *s = db_query(db,
                              "SELECT name, role, department FROM token"
                              " WHERE hash = $1 AND (expires_ms IS NULL OR expires_ms > $2)",
                              p_blob(hash, CRYPTO_HASH_BYTES), p_int(now_ms));
    bool found = stmt_row(s);

    if (found) {
        snprintf(ret->name, sizeof ret->name, "token:%s", stmt_text(s, 0, &a));
        principal_role_parse(stmt_text(s, 1, &a), &ret->role);
        snprintf(ret->department, sizeof ret->department, "%s", stmt_text(s, 2, &a));
        stmt_done(s);
    }
    arena_release(&a);
    return found ? 0 : -1;
}

void store_audit_add(struct db *db, int64_t at_ms, const char *who, const char *operation, const char *object,
                     const char *detail, const char *request_id)
{
    db_exec(db,
            "INSERT INTO audit (at_ms, who, operation, object, detail, request) VALUES ($1, $2, $3, $4, $5, $6)",
            p_int(at_ms), p_text(who), p_text(operation), p_text(object), p_text(detail), p_text(request_id));
}

bool store_request_find(struct db *db, const char *id, struct arena *a, char **ret_operation, struct bytes *ret_answer)
{
    struct stmt *s = db_query(db, "SELECT operation, answer_sealed FROM request WHERE id = $1", p_text(id));
    bool found = stmt_row(s);

    if (found) {
        *ret_operation = stmt_text(s, 0, a);
        *ret_answer = stmt_blob(s, 1, a);
        stmt_done(s);
    }
    return found;
}

void store_request_add(struct db *db, const char *id, int64_t at_ms, const char *operation, struct bytes answer)
{
    db_exec(db, "INSERT INTO request (id, at_ms, operation, answer_sealed) VALUES ($1, $2, $3, $4)", p_text(id),
            p_int(at_ms), p_text(operation), p_blob(answer.data, answer.len));
}

int64_t store_request_sweep(struct db *db, int64_t before_ms)
{
    return db_exec(db, "DELETE FROM request WHERE at_ms < $1", p_int(before_ms));
}
