/* The SQLite driver. WAL, synchronous=FULL; traps in WIRE.md 3. */
#include "driver.h"

#include "base/log.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATEMENTS_MAX 512               /* slots of the table of prepared statements */
#define BUSY_TIMEOUT_MS 10000
#define CHECKPOINT_PAGES 1000
#define CACHE_KIB 2000
#define PARAMS_MAX 40

struct stmt {
    struct db *db;
    const char *sql;
    sqlite3_stmt *handle;
    bool busy;
    bool has_row;
    struct stmt *next;                   /* another one of the same SQL, in use at the same time */
    unsigned char index[PARAMS_MAX];     /* of $1, $2 …: SQLite's number of it, 0 if it isn't there */
};

struct db {
    sqlite3 *handle;
    struct stmt *statements[STATEMENTS_MAX];
    size_t statement_count;
    struct stmt none;                    /* handed out after an error */
    bool failed;
    struct err err;
    int wal_pages;
    int64_t data_version;
};

static int fail(struct db *db, const char *what)
{
    int code = sqlite3_extended_errcode(db->handle);
    bool full = (code & 0xff) == SQLITE_FULL || (code & 0xff) == SQLITE_IOERR;

    if (db->failed)
        return -1;
    db->failed = true;
    log_error("sqlite: %s (%d): %s", sqlite3_errmsg(db->handle), code, what);
    return err_set(&db->err, full ? ERR_UNAVAILABLE : ERR_FAILED, full ? MSG_STORE_DISK : MSG_INTERNAL, NULL,
                   sqlite3_errmsg(db->handle), NULL);
}

static int on_wal(void *arg, sqlite3 *handle, const char *name, int pages)
{
    struct db *db = arg;

    (void)handle;
    (void)name;
    db->wal_pages = pages;
    return SQLITE_OK;
}

static const char *path_of(const char *url)
{
    static const char prefix[] = "sqlite:";

    return strncmp(url, prefix, sizeof prefix - 1) == 0 ? url + sizeof prefix - 1 : url;
}

static int configure(struct db *db)
{
    char pragmas[300];

    snprintf(pragmas, sizeof pragmas,
             "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
             "PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-%d; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF",
             CACHE_KIB);
    sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    sqlite3_wal_hook(db->handle, on_wal, db);
    return sqlite3_exec(db->handle, pragmas, NULL, NULL, NULL) == SQLITE_OK ? 0 : -1;
}

struct db *db_open(const char *url, bool writer, struct err *e)
{
    struct db *db = mem_alloc(sizeof *db);
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | (writer ? SQLITE_OPEN_CREATE : 0);

    /* Counting its memory would have all threads share a lock for every allocation. Later calls are refused, and may be. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (sqlite3_open_v2(path_of(url), &db->handle, flags, NULL) != SQLITE_OK || configure(db)) {
        err_set(e, ERR_FAILED, MSG_CANNOT_OPEN, "store.url", path_of(url), sqlite3_errmsg(db->handle), NULL);
        db_close(db);
        return NULL;
    }
    db->none.db = db;
    return db;
}

static void free_chain(struct stmt *s)
{
    while (s) {
        struct stmt *next = s->next;
        sqlite3_finalize(s->handle);
        free(s);
        s = next;
    }
}

void db_close(struct db *db)
{
    if (!db)
        return;
    for (size_t i = 0; i < STATEMENTS_MAX; i++)
        free_chain(db->statements[i]);
    sqlite3_close(db->handle);
    free(db);
}

static size_t slot_of(struct db *db, const char *sql)
{
    size_t i = ((uintptr_t)sql >> 3) * 2654435761u % STATEMENTS_MAX;

    while (db->statements[i] && db->statements[i]->sql != sql)
        i = (i + 1) % STATEMENTS_MAX;
    if (!db->statements[i])
        assert(++db->statement_count < STATEMENTS_MAX);
    return i;
}

/* To SQLite "$1" is the name of a parameter, numbered by its first appearance, not by its digits. */
static void read_params(struct stmt *s)
{
    int count = sqlite3_bind_parameter_count(s->handle);

    for (int i = 1; i <= count; i++) {
        const char *name = sqlite3_bind_parameter_name(s->handle, i);
        int number = name ? atoi(name + 1) : 0;
        assert(number >= 1 && number <= PARAMS_MAX);
        s->index[number - 1] = (unsigned char)i;
    }
}

static struct stmt *prepare(struct db *db, const char *sql)
{
    struct stmt *s;
    sqlite3_stmt *handle;

    if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL) != SQLITE_OK) {
        fail(db, sql);
        return NULL;
    }
    s = mem_alloc(sizeof *s);
    *s = (struct stmt){.db = db, .sql = sql, .handle = handle};
    read_params(s);
    return s;
}

static struct stmt *take(struct db *db, const char *sql)
{
    size_t slot = slot_of(db, sql);
    struct stmt *s = db->statements[slot];

    while (s && s->busy)
        s = s->next;
    if (s)
        return s;
    s = prepare(db, sql);
    if (!s)
        return NULL;
    s->next = db->statements[slot];
    db->statements[slot] = s;
    return s;
}

static int bind(struct stmt *s, int number, const struct param *p)
{
    int index = number <= PARAMS_MAX ? s->index[number - 1] : 0;

    if (index == 0)
        return SQLITE_RANGE;
    if (p->type == PARAM_INT)
        return p->integer == DB_NULL_INT ? sqlite3_bind_null(s->handle, index)
                                         : sqlite3_bind_int64(s->handle, index, p->integer);
    if (p->type == PARAM_TEXT)
        return sqlite3_bind_text(s->handle, index, p->text, -1, SQLITE_STATIC);
    if (!p->blob.data)
        return sqlite3_bind_null(s->handle, index);
    return sqlite3_bind_blob64(s->handle, index, p->blob.data, p->blob.len, SQLITE_STATIC);
}

struct stmt *db_query_params(struct db *db, const char *sql, const struct param *params)
{
    struct stmt *s = db->failed ? NULL : take(db, sql);

    if (!s)
        return &db->none;
    s->busy = true;
    for (int i = 0; params[i].type != PARAM_END; i++) {
        if (bind(s, i + 1, &params[i]) != SQLITE_OK) {
            fail(db, sql);
            stmt_done(s);
            return &db->none;
        }
    }
    return s;
}

bool stmt_row(struct stmt *s)
{
    int code;

    if (!s->handle)
        return false;
    if (s->db->failed) {
        stmt_done(s);
        return false;
    }
    code = sqlite3_step(s->handle);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        fail(s->db, s->sql);
    stmt_done(s);
    return false;
}

void stmt_done(struct stmt *s)
{
    if (!s->handle || !s->busy)
        return;
    sqlite3_reset(s->handle);
    sqlite3_clear_bindings(s->handle);
    s->busy = false;
}

int64_t stmt_int(struct stmt *s, int column)
{
    if (sqlite3_column_type(s->handle, column) == SQLITE_NULL)
        return DB_NULL_INT;
    return sqlite3_column_int64(s->handle, column);
}

char *stmt_text(struct stmt *s, int column, struct arena *a)
{
    const char *text = (const char *)sqlite3_column_text(s->handle, column);

    return text ? arena_strndup(a, text, (size_t)sqlite3_column_bytes(s->handle, column)) : NULL;
}

struct bytes stmt_blob(struct stmt *s, int column, struct arena *a)
{
    const void *data = sqlite3_column_blob(s->handle, column);
    size_t len = (size_t)sqlite3_column_bytes(s->handle, column);

    if (!data)
        return (struct bytes){NULL, 0};
    return (struct bytes){arena_strndup(a, data, len), len};
}

int64_t db_exec_params(struct db *db, const char *sql, const struct param *params)
{
    struct stmt *s = db_query_params(db, sql, params);

    while (stmt_row(s))
        ;
    return db->failed ? 0 : sqlite3_changes64(db->handle);
}

int64_t db_int_params(struct db *db, int64_t none, const char *sql, const struct param *params)
{
    struct stmt *s = db_query_params(db, sql, params);
    int64_t value = none;

    if (stmt_row(s)) {
        value = stmt_int(s, 0);
        stmt_done(s);
    }
    return value;
}

int db_check(struct db *db, struct err *e)
{
    if (!db->failed)
        return 0;
    if (e)
        *e = db->err;
    return -1;
}

int64_t db_data_version(const struct db *db)
{
    return db->data_version;
}

void db_set_data_version(struct db *db, int64_t version)
{
    db->data_version = version;
}

void db_reset(struct db *db)
{
    for (size_t i = 0; i < STATEMENTS_MAX; i++)
        for (struct stmt *s = db->statements[i]; s; s = s->next)
            stmt_done(s);
    db->failed = false;
    err_clear(&db->err);
}

static int command(struct db *db, const char *sql)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(db, sql);
}

int db_begin(struct db *db, bool write, struct err *e)
{
    db_reset(db);
    command(db, write ? "BEGIN IMMEDIATE" : "BEGIN");
    return db_check(db, e);
}

enum db_commit db_commit(struct db *db, struct err *e)
{
    int code = sqlite3_exec(db->handle, "COMMIT", NULL, NULL, NULL);

    if (code == SQLITE_OK)
        return DB_COMMITTED;
    fail(db, "COMMIT");
    *e = db->err;
    /* A failed sync leaves it open whether the transaction will be there after the next start (WIRE.md 3). */
    return (code & 0xff) == SQLITE_IOERR ? DB_COMMIT_UNKNOWN : DB_COMMIT_REFUSED;
}

void db_rollback(struct db *db)
{
    db_reset(db);
    if (db_in_transaction(db))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

bool db_in_transaction(const struct db *db)
{
    return !sqlite3_get_autocommit(db->handle);
}

void db_savepoint(struct db *db)
{
    db_exec(db, "SAVEPOINT job");
}

void db_release(struct db *db)
{
    db_exec(db, "RELEASE job");
}

void db_rollback_savepoint(struct db *db)
{
    db_reset(db);
    if (db_in_transaction(db))
        command(db, "ROLLBACK TO job; RELEASE job");
}

int db_script(struct db *db, const char *sql, struct err *e)
{
    command(db, sql);
    return db_check(db, e);
}

int64_t db_schema_version(struct db *db, struct err *e)
{
    int64_t version = db_int(db, -1, "PRAGMA user_version");

    return db_check(db, e) ? -1 : version;
}

int db_set_schema_version(struct db *db, int64_t version, struct err *e)
{
    char sql[64];

    snprintf(sql, sizeof sql, "PRAGMA user_version = %lld", (long long)version);
    return db_script(db, sql, e);
}

const char *db_dialect(const struct db *db)
{
    (void)db;
    return "sqlite";
}

void db_checkpoint(struct db *db)
{
    if (db->wal_pages < CHECKPOINT_PAGES)
        return;
    db->wal_pages = 0;
    sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

bool db_writes_alone(const struct db *db)
{
    (void)db;
    return true;
}

int64_t db_size_bytes(struct db *db)
{
    return db_int(db, 0, "PRAGMA page_count") * db_int(db, 0, "PRAGMA page_size");
}
