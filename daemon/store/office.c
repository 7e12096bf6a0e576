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

int store_token_principal(struct db *db, const unsigned char *hash, int64_t now_ms, struct principal *ret,
                          int64_t *ret_last_used_ms)
{
    struct arena a = {0};
    struct stmt *s = db_query(db,
                              "SELECT name, role, department, last_used_ms FROM token"
                              " WHERE hash = $1 AND (expires_ms IS NULL OR expires_ms > $2)",
                              p_blob(hash, CRYPTO_HASH_BYTES), p_int(now_ms));
    bool found = stmt_row(s);

    if (found) {
        snprintf(ret->name, sizeof ret->name, "token:%s", stmt_text(s, 0, &a));
        principal_role_parse(stmt_text(s, 1, &a), &ret->role);
        snprintf(ret->department, sizeof ret->department, "%s", stmt_text(s, 2, &a));
        *ret_last_used_ms = stmt_int(s, 3);
        stmt_done(s);
    }
    arena_release(&a);
    return found ? 0 : -1;
}

bool store_token_insert(struct db *db, const struct token *t, const unsigned char *hash)
{
    return db_int(db, 0,
                  "INSERT INTO token (name, hash, role, department, expires_ms, created_ms, version)"
                  " VALUES ($1, $2, $3, $4, $5, $6, 1) ON CONFLICT (name) DO NOTHING RETURNING 1",
                  p_text(t->name), p_blob(hash, CRYPTO_HASH_BYTES), p_text(t->role), p_text(t->department),
                  p_int(t->expires_ms), p_int(t->created_ms)) != 0;
}

void store_token_delete(struct db *db, const char *name)
{
    db_exec(db, "DELETE FROM token WHERE name = $1", p_text(name));
}

void store_token_used(struct db *db, const unsigned char *hash, int64_t at_ms)
{
    db_exec(db, "UPDATE token SET last_used_ms = $2 WHERE hash = $1", p_blob(hash, CRYPTO_HASH_BYTES), p_int(at_ms));
}

struct objects store_tokens(struct db *db, struct arena *a)
{
    int64_t room = db_int(db, 0, "SELECT COUNT(*) FROM token");
    struct token *list = arena_alloc(a, (size_t)(room + 1) * sizeof *list);
    struct objects tokens = {list, 0, true};
    struct stmt *s = db_query(
        db, "SELECT name, role, department, expires_ms, created_ms, last_used_ms, version FROM token ORDER BY name");

    while ((int64_t)tokens.count < room && stmt_row(s))
        list[tokens.count++] = (struct token){.name = stmt_text(s, 0, a), .role = stmt_text(s, 1, a),
                                              .department = stmt_text(s, 2, a), .expires_ms = stmt_int(s, 3),
                                              .created_ms = stmt_int(s, 4), .last_used_ms = stmt_int(s, 5),
                                              .version = stmt_int(s, 6)};
    stmt_done(s);
    return tokens;
}

struct objects store_audit_list(struct db *db, const char *object, const char *who, int64_t before, int64_t most,
                                struct arena *a, int64_t *ret_last_id)
{
    struct audit_entry *list = arena_alloc(a, (size_t)most * sizeof *list);
    struct objects entries = {list, 0, true};
    struct stmt *s = db_query(db,
                              "SELECT at_ms, who, operation, object, detail, request, id FROM audit"
                              " WHERE ($1 = '' OR object = $1 OR object IN (SELECT m.code FROM volunteer m"
                              " JOIN volunteer k ON k.id = m.merged_into WHERE k.code = $1))"
                              " AND ($2 = '' OR who = $2) AND id < $3 ORDER BY id DESC LIMIT $4",
                              p_text(object), p_text(who), p_int(before), p_int(most));

    *ret_last_id = 0;
    while ((int64_t)entries.count < most && stmt_row(s)) {
        list[entries.count++] = (struct audit_entry){.at_ms = stmt_int(s, 0), .who = stmt_text(s, 1, a),
                                                     .operation = stmt_text(s, 2, a), .object = stmt_text(s, 3, a),
                                                     .detail = stmt_text(s, 4, a), .request = stmt_text(s, 5, a)};
        *ret_last_id = stmt_int(s, 6);
    }
    stmt_done(s);
    return entries;
}

void store_audit_add(struct db *db, int64_t at_ms, const char *who, const char *operation, const char *object,
                     const char *detail, const char *request_id)
{
    db_later(db,
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

bool store_request_reserve(struct db *db, const char *id, int64_t at_ms, const char *operation)
{
    return db_int(db, 0,
                  "INSERT INTO request (id, at_ms, operation, answer_sealed) VALUES ($1, $2, $3, $4)"
                  " ON CONFLICT DO NOTHING RETURNING 1",
                  p_text(id), p_int(at_ms), p_text(operation), p_blob("", 0)) != 0;
}

void store_request_add(struct db *db, const char *id, int64_t at_ms, const char *operation, struct bytes answer)
{
    db_later(db,
             "INSERT INTO request (id, at_ms, operation, answer_sealed) VALUES ($1, $2, $3, $4)"
             " ON CONFLICT (id) DO UPDATE SET answer_sealed = excluded.answer_sealed",
             p_text(id), p_int(at_ms), p_text(operation), p_blob(answer.data, answer.len));
}

int64_t store_request_sweep(struct db *db, int64_t before_ms)
{
    return db_exec(db, "DELETE FROM request WHERE at_ms < $1", p_int(before_ms));
}
