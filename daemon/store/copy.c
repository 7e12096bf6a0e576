#include "copy.h"

#include "base/assets.h"
#include "base/buf.h"
#include "driver.h"
#include "migrate.h"
#include "office.h"

#include <stdio.h>
#include <string.h>

#define TABLES_MAX 100
#define COLUMNS_MAX 40
#define SCHEMA "schema/sqlite/"          /* makes tables after those that they refer to */
#define TABLE_BEGINS "CREATE TABLE "
#define COUNT_TEXT_BYTES 24

enum column_type { COLUMN_INT, COLUMN_TEXT, COLUMN_BLOB };

struct table {
    const char *name;
    const char *columns[COLUMNS_MAX];
    enum column_type types[COLUMNS_MAX];
    size_t count;
};

struct copying {
    struct db *from, *to;
    struct arena sql;                    /* statements are known by their address: until both are closed */
    const char *names[TABLES_MAX];
    size_t count;
    struct copied done;
};

static const struct param none[] = {{.type = PARAM_END}};

/* "%s" becomes the table. */
static const char *about(struct copying *c, const char *format, const char *table)
{
    const char *hole = strstr(format, "%s");

    return arena_printf(&c->sql, "%.*s%s%s", (int)(hole - format), format, table, hole + 2);
}

static int64_t count_rows(struct copying *c, struct db *db, const char *table)
{
    return db_int_params(db, 0, about(c, "SELECT COUNT(*) FROM %s", table), none);
}

/* Tables and columns */

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Those that only several daemons need say nothing about the office. */
static size_t tables_of(struct copying *c, const char *ret[TABLES_MAX])
{
    struct stmt *s = db_is_shared(c->from)
                         ? db_query(c->from, "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
                                             " AND tablename NOT IN ('change_log', 'delivery_claim', 'schema_version')"
                                             " ORDER BY 1")
                         : db_query(c->from, "SELECT name FROM sqlite_master WHERE type = 'table'"
                                             " AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY 1");
    size_t count = 0;

    while (count < TABLES_MAX && stmt_row(s))
        ret[count++] = stmt_text(s, 0, &c->sql);
    stmt_done(s);
    return count;
}

/* In the order in which migrations made them; what has got another name since comes last. */
static void list_tables(struct copying *c)
{
    const char *found[TABLES_MAX];
    size_t count = tables_of(c, found);

    for (const struct asset *a = asset_next(SCHEMA, NULL); a; a = asset_next(SCHEMA, a)) {
        const char *at = a->data;
        while ((at = strstr(at, TABLE_BEGINS))) {
            at += strlen(TABLE_BEGINS);
            const char *name = arena_strndup(&c->sql, at, strcspn(at, " ("));
            if (is_among(name, found, count) && !is_among(name, c->names, c->count))
                c->names[c->count++] = name;
        }
    }
    for (size_t i = 0; i < count; i++)
        if (!is_among(found[i], c->names, c->count))
            c->names[c->count++] = found[i];
}

static enum column_type type_of(const char *declared)
{
    if (strcmp(declared, "bigint") == 0 || strcmp(declared, "integer") == 0)
        return COLUMN_INT;
    return strcmp(declared, "text") == 0 ? COLUMN_TEXT : COLUMN_BLOB;
}

static void read_columns(struct copying *c, const char *name, struct table *ret)
{
    const char *how = db_is_shared(c->from)
                          ? "SELECT column_name, data_type FROM information_schema.columns"
                            " WHERE table_schema = current_schema() AND table_name = '%s' ORDER BY ordinal_position"
                          : "SELECT name, lower(type) FROM pragma_table_info('%s') ORDER BY cid";
    struct stmt *s = db_query_params(c->from, about(c, how, name), none);

    *ret = (struct table){.name = name};
    while (ret->count < COLUMNS_MAX && stmt_row(s)) {
        ret->columns[ret->count] = stmt_text(s, 0, &c->sql);
        ret->types[ret->count++] = type_of(stmt_text(s, 1, &c->sql));
    }
    stmt_done(s);
}

/* Rows that refer to others of their table come after them: ids grow. */
static const char *select_of(struct copying *c, const struct table *t)
{
    struct buf text = {0};
    const char *kept;

    for (size_t i = 0; i < t->count; i++)
        buf_printf(&text, "%s%s", i ? ", " : "SELECT ", t->columns[i]);
    buf_printf(&text, " FROM %s%s", t->name, strcmp(t->columns[0], "id") == 0 ? " ORDER BY id" : "");
    kept = arena_strdup(&c->sql, buf_text(&text));
    buf_release(&text);
    return kept;
}

static const char *insert_of(struct copying *c, const struct table *t)
{
    struct buf text = {0};
    const char *kept;

    buf_printf(&text, "INSERT INTO %s", t->name);
    for (size_t i = 0; i < t->count; i++)
        buf_printf(&text, "%s%s", i ? ", " : " (", t->columns[i]);
    for (size_t i = 0; i < t->count; i++)
        buf_printf(&text, "%s$%zu", i ? ", " : ") VALUES (", i + 1);
    buf_adds(&text, ")");
    kept = arena_strdup(&c->sql, buf_text(&text));
    buf_release(&text);
    return kept;
}

static struct param value_of(struct stmt *s, int column, enum column_type type, struct arena *a)
{
    struct bytes b;

    switch (type) {
    case COLUMN_INT:
        return p_int(stmt_int(s, column));
    case COLUMN_TEXT:
        return p_text(stmt_text(s, column, a));
    case COLUMN_BLOB:
        break;
    }
    b = stmt_blob(s, column, a);
    return p_blob(b.data, b.len);
}

/* Rows */

static void copy_rows(struct copying *c, const struct table *t)
{
    const char *insert = insert_of(c, t);
    struct stmt *s = db_query_params(c->from, select_of(c, t), none);
    struct param row[COLUMNS_MAX + 1];
    struct arena a = {0};

    while (stmt_row(s) && db_trouble(c->to) == DB_SOUND) {
        for (size_t i = 0; i < t->count; i++)
            row[i] = value_of(s, (int)i, t->types[i], &a);
        row[t->count].type = PARAM_END;
        db_later_params(c->to, insert, row);
        arena_release(&a);
    }
    stmt_done(s);
}

/* PostgreSQL gives ids from a sequence of its own, which goes on after the greatest. */
static void set_sequence(struct copying *c, const struct table *t)
{
    if (!db_is_shared(c->to) || strcmp(t->columns[0], "id") != 0 || t->types[0] != COLUMN_INT)
        return;
    db_int_params(c->to, 0,
                  arena_printf(&c->sql, "SELECT setval(pg_get_serial_sequence('%s', 'id'), MAX(id)) FROM %s", t->name,
                               t->name),
                  none);
}

static int copy_table(struct copying *c, const char *name, struct err *e)
{
    char want[COUNT_TEXT_BYTES], have[COUNT_TEXT_BYTES];
    int64_t ours, theirs;
    struct table t;

    read_columns(c, name, &t);
    if (db_check(c->from, e))
        return -1;
    db_exec_params(c->to, about(c, "DELETE FROM %s", name), none);   /* what migrations put there */
    copy_rows(c, &t);
    set_sequence(c, &t);
    ours = count_rows(c, c->from, name);
    theirs = count_rows(c, c->to, name);
    if (db_check(c->from, e) || db_check(c->to, e))
        return -1;
    c->done.tables++;
    c->done.rows += theirs;
    snprintf(want, sizeof want, "%lld", (long long)ours);
    snprintf(have, sizeof have, "%lld", (long long)theirs);
    return ours == theirs ? 0 : err_set(e, ERR_FAILED, MSG_COPY_COUNT, name, name, want, have, NULL);
}

/* Triggers keep figures that are copied themselves. */

struct triggers {
    const char *sql[TABLES_MAX], *names[TABLES_MAX];
    size_t count;
};

static void triggers_off(struct copying *c, struct triggers *t)
{
    struct stmt *s;

    *t = (struct triggers){0};
    if (db_is_shared(c->to)) {
        for (size_t i = 0; i < c->count; i++)
            db_exec_params(c->to, about(c, "ALTER TABLE %s DISABLE TRIGGER USER", c->names[i]), none);
        return;
    }
    s = db_query(c->to, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name");
    while (t->count < TABLES_MAX && stmt_row(s)) {
        t->names[t->count] = stmt_text(s, 0, &c->sql);
        t->sql[t->count++] = stmt_text(s, 1, &c->sql);
    }
    stmt_done(s);
    for (size_t i = 0; i < t->count; i++)
        db_exec_params(c->to, about(c, "DROP TRIGGER %s", t->names[i]), none);
}

static void triggers_on(struct copying *c, const struct triggers *t)
{
    for (size_t i = 0; db_is_shared(c->to) && i < c->count; i++)
        db_exec_params(c->to, about(c, "ALTER TABLE %s ENABLE TRIGGER USER", c->names[i]), none);
    for (size_t i = 0; i < t->count; i++)
        db_exec_params(c->to, t->sql[i], none);
}

/* Checking */

static int check_alone(struct db *db, struct err *e)
{
    int64_t others;

    if (db_start_alone(db, e))
        return -1;
    if (!db_is_shared(db))
        return 0;
    others = db_int(db, 0, "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'kepud'"
                           " AND datname = current_database() AND pid <> pg_backend_pid()");
    if (db_script(db, "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0", e))
        return -1;
    return others == 0 ? 0 : err_set(e, ERR_CONFLICT, MSG_COPY_IN_USE, NULL, NULL);
}

static int check_key(struct copying *c, const char *key_check, struct err *e)
{
    const char *kept = store_meta_get(c->from, "key_check", &c->sql);

    if (db_check(c->from, e))
        return -1;
    if (!kept)
        return err_set(e, ERR_CONFLICT, MSG_COPY_NOTHING, "store.url", NULL);
    return strcmp(kept, key_check) == 0 ? 0 : err_set(e, ERR_CONFLICT, MSG_STORE_OTHER_KEY, "key_file", NULL);
}

/* A row that a migration makes is none of anybody's. */
static int check_empty(struct copying *c, struct err *e)
{
    static const char *const made[] = {"hours_head"};
    char text[COUNT_TEXT_BYTES];

    for (size_t i = 0; i < c->count; i++) {
        int64_t rows = count_rows(c, c->to, c->names[i]);
        if (db_check(c->to, e))
            return -1;
        if (rows == 0 || strcmp(c->names[i], made[0]) == 0)
            continue;
        snprintf(text, sizeof text, "%lld", (long long)rows);
        return err_set(e, ERR_CONFLICT, MSG_COPY_NOT_EMPTY, "--copy-to", c->names[i], text, NULL);
    }
    return 0;
}

static int copy_all(struct copying *c, struct err *e)
{
    struct triggers triggers;

    if (db_begin(c->from, DB_READ, e) || db_begin(c->to, DB_WRITE, e) || check_empty(c, e))
        return -1;
    triggers_off(c, &triggers);
    for (size_t i = 0; i < c->count; i++)
        if (copy_table(c, c->names[i], e))
            return -1;
    triggers_on(c, &triggers);
    if (db_check(c->to, e))
        return -1;
    return db_commit(c->to, e) == DB_COMMITTED ? 0 : -1;
}

static int prepare(struct copying *c, const char *from_url, const char *to_url, const char *key_check, struct err *e)
{
    c->from = db_open(from_url, true, e);
    if (!c->from || check_alone(c->from, e) || migrate(c->from, e) || check_key(c, key_check, e))
        return -1;
    list_tables(c);
    if (db_check(c->from, e))
        return -1;
    c->to = db_open(to_url, true, e);
    if (c->to && check_alone(c->to, e) == 0 && migrate(c->to, e) == 0)
        return 0;
    err_field(e, "--copy-to");
    return -1;
}

int store_copy(const char *from_url, const char *to_url, const char *key_check, struct copied *ret, struct err *e)
{
    struct copying c = {0};
    int failed = prepare(&c, from_url, to_url, key_check, e) || copy_all(&c, e) ? -1 : 0;

    if (failed && c.to)
        db_rollback(c.to);
    if (c.from)
        db_rollback(c.from);
    db_close(c.to);
    db_close(c.from);
    arena_release(&c.sql);
    if (!failed)
        *ret = c.done;
    return failed;
}
