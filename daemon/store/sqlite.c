/* The SQLite driver. WAL, synchronous=FULL; traps in WIRE.md 3. */
#include "driver.h"

#include "base/log.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUSY_TIMEOUT_MS 10000
#define FORGET_PATIENCE_MS 1000
#define CHECKPOINT_PAGES 1000
#define CACHE_KIB 2000
#define WRITER_CACHE_KIB 8000        /* what a write changes comes from all over the file */
#define PARAMS_MAX 40

struct sqlite_stmt {
    struct stmt base;
    sqlite3_stmt *handle;
    unsigned char index[PARAMS_MAX];     /* of $1, $2 …: SQLite's number of it, 0 if it isn't there */
};

struct sqlite_db {
    struct db base;
    sqlite3 *handle;
    int wal_pages;
    bool forget;                         /* the log holds what was to be taken away */
};

static struct sqlite_db *own(const struct db *db)
{
    return (struct sqlite_db *)(uintptr_t)db;
}

static sqlite3_stmt *handle_of(const struct stmt *s)
{
    return ((const struct sqlite_stmt *)(const void *)s)->handle;
}

static void fail(struct db *db, const char *what)
{
    sqlite3 *handle = own(db)->handle;
    int code = sqlite3_extended_errcode(handle);
    bool full = (code & 0xff) == SQLITE_FULL || (code & 0xff) == SQLITE_IOERR;

    if (db->trouble)
        return;
    log_error("sqlite: %s (%d): %s", sqlite3_errmsg(handle), code, what);
    db_fail(db, DB_BROKEN, full ? ERR_UNAVAILABLE : ERR_FAILED, full ? MSG_STORE_DISK : MSG_INTERNAL,
            sqlite3_errmsg(handle));
}

/* Opening */

static int on_wal(void *arg, sqlite3 *handle, const char *name, int pages)
{
    struct sqlite_db *db = arg;

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

static int configure(struct sqlite_db *db, bool writer)
{
    char pragmas[300];

    snprintf(pragmas, sizeof pragmas,
             "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
             "PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-%d; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;"
             /* What an erased person's row held is overwritten, not just let go. */
             "PRAGMA secure_delete=ON",
             writer ? WRITER_CACHE_KIB : CACHE_KIB);
    sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    sqlite3_wal_hook(db->handle, on_wal, db);
    return sqlite3_exec(db->handle, pragmas, NULL, NULL, NULL) == SQLITE_OK ? 0 : -1;
}

static void close_file(struct db *db)
{
    sqlite3_close(own(db)->handle);
    free(db);
}

static struct db *open_file(const char *url, bool writer, struct err *e)
{
    struct sqlite_db *db = mem_alloc(sizeof *db);
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | (writer ? SQLITE_OPEN_CREATE : 0);

    db_init(&db->base, &db_sqlite);
    /* Counting memory would have all threads share a lock for every allocation. Later calls may be refused. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (sqlite3_open_v2(path_of(url), &db->handle, flags, NULL) == SQLITE_OK && configure(db, writer) == 0)
        return &db->base;
    err_set(e, ERR_FAILED, MSG_CANNOT_OPEN, "store.url", path_of(url), sqlite3_errmsg(db->handle), NULL);
    close_file(&db->base);
    return NULL;
}

/* Statements */

/* To SQLite "$1" is the name of a parameter, numbered by its first appearance, not by its digits. */
static void read_params(struct sqlite_stmt *s)
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
    struct sqlite_stmt *s;
    sqlite3_stmt *handle;

    if (sqlite3_prepare_v3(own(db)->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL) != SQLITE_OK) {
        fail(db, sql);
        return NULL;
    }
    s = mem_alloc(sizeof *s);
    s->handle = handle;
    read_params(s);
    return &s->base;
}

static void finalize(struct stmt *s)
{
    sqlite3_finalize(handle_of(s));
    free(s);
}

static int bind(struct stmt *s, int number, const struct param *p)
{
    sqlite3_stmt *handle = handle_of(s);
    int index = number <= PARAMS_MAX ? ((struct sqlite_stmt *)(void *)s)->index[number - 1] : 0;

    if (index == 0)
        return SQLITE_RANGE;
    if (p->type == PARAM_INT)
        return p->integer == DB_NULL_INT ? sqlite3_bind_null(handle, index)
                                         : sqlite3_bind_int64(handle, index, p->integer);
    if (p->type == PARAM_TEXT)
        return sqlite3_bind_text(handle, index, p->text, -1, SQLITE_STATIC);
    if (!p->blob.data)
        return sqlite3_bind_null(handle, index);
    return sqlite3_bind_blob64(handle, index, p->blob.data, p->blob.len, SQLITE_STATIC);
}

static bool start(struct stmt *s, const struct param *params)
{
    for (int i = 0; params[i].type != PARAM_END; i++) {
        if (bind(s, i + 1, &params[i]) != SQLITE_OK) {
            fail(s->db, s->sql);
            return false;
        }
    }
    return true;
}

static bool row(struct stmt *s)
{
    int code = sqlite3_step(handle_of(s));

    if (code != SQLITE_ROW && code != SQLITE_DONE)
        fail(s->db, s->sql);
    return code == SQLITE_ROW;
}

static void reset(struct stmt *s)
{
    sqlite3_reset(handle_of(s));
    sqlite3_clear_bindings(handle_of(s));
}

static int64_t integer(struct stmt *s, int column)
{
    if (sqlite3_column_type(handle_of(s), column) == SQLITE_NULL)
        return DB_NULL_INT;
    return sqlite3_column_int64(handle_of(s), column);
}

static struct bytes text(struct stmt *s, int column)
{
    const void *data = sqlite3_column_text(handle_of(s), column);

    return (struct bytes){data, (size_t)sqlite3_column_bytes(handle_of(s), column)};
}

static struct bytes blob(struct stmt *s, int column)
{
    const void *data = sqlite3_column_blob(handle_of(s), column);

    if (!data && sqlite3_column_type(handle_of(s), column) == SQLITE_BLOB)
        data = "";                        /* empty, not NULL */
    return (struct bytes){data, (size_t)sqlite3_column_bytes(handle_of(s), column)};
}

static int64_t changes(struct stmt *s)
{
    return sqlite3_changes64(own(s->db)->handle);
}

static int64_t changes_total(struct db *db)
{
    return sqlite3_total_changes64(own(db)->handle);
}

/* Transactions */

static void script(struct db *db, const char *sql)
{
    if (sqlite3_exec(own(db)->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail(db, sql);
}

static void begin(struct db *db, enum db_mode mode)
{
    script(db, mode == DB_READ ? "BEGIN" : "BEGIN IMMEDIATE");
}

static enum db_commit commit(struct db *db)
{
    int code = sqlite3_exec(own(db)->handle, "COMMIT", NULL, NULL, NULL);

    if (code == SQLITE_OK)
        return DB_COMMITTED;
    fail(db, "COMMIT");
    /* A failed sync leaves it open whether the transaction will be there after the next start (WIRE.md 3). */
    return (code & 0xff) == SQLITE_IOERR ? DB_COMMIT_UNKNOWN : DB_COMMIT_REFUSED;
}

static bool in_transaction(const struct db *db)
{
    return !sqlite3_get_autocommit(own(db)->handle);
}

static void rollback(struct db *db)
{
    if (in_transaction(db))
        sqlite3_exec(own(db)->handle, "ROLLBACK", NULL, NULL, NULL);
}

/* Schema and upkeep */

static int64_t schema_version(struct db *db)
{
    return db_int(db, -1, "PRAGMA user_version");
}

static void set_schema_version(struct db *db, int64_t version)
{
    char sql[64];

    snprintf(sql, sizeof sql, "PRAGMA user_version = %lld", (long long)version);
    script(db, sql);
}

/* Whoever reads for longer than that keeps the log as it is: then after the next write. */
static void empty_log(struct sqlite_db *db)
{
    sqlite3_busy_timeout(db->handle, FORGET_PATIENCE_MS);
    if (sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK) {
        db->forget = false;
        db->wal_pages = 0;
    }
    sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
}

static void forget(struct db *db)
{
    own(db)->forget = true;
}

static void checkpoint(struct db *db)
{
    if (own(db)->forget)
        empty_log(own(db));
    if (own(db)->wal_pages < CHECKPOINT_PAGES)
        return;
    own(db)->wal_pages = 0;
    sqlite3_wal_checkpoint_v2(own(db)->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

static int64_t size_bytes(struct db *db)
{
    return db_int(db, 0, "PRAGMA page_count") * db_int(db, 0, "PRAGMA page_size");
}

/* Backups */

static int dump(struct db *db, struct arena *a, unsigned char **ret, size_t *ret_len, struct err *e)
{
    sqlite3_int64 size = 0;
    unsigned char *all = sqlite3_serialize(own(db)->handle, "main", &size, 0);

    if (!all || size <= 0)
        return err_set(e, ERR_FAILED, MSG_INTERNAL, NULL, sqlite3_errmsg(own(db)->handle), NULL);
    *ret = arena_alloc(a, (size_t)size);
    *ret_len = (size_t)size;
    memcpy(*ret, all, *ret_len);
    sqlite3_free(all);
    return 0;
}

static int load(struct db *db, struct bytes bytes)
{
    unsigned flags = SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE;
    unsigned char *copy = sqlite3_malloc64(bytes.len);

    if (!copy)
        return -1;
    memcpy(copy, bytes.data, bytes.len);
    return sqlite3_deserialize(own(db)->handle, "main", copy, (sqlite3_int64)bytes.len, (sqlite3_int64)bytes.len,
                               flags) == SQLITE_OK ? 0 : -1;
}

/* All pages in one step, which is one transaction: readers see the old state or the new one. */
static int replace(struct db *db, struct db *by, struct err *e)
{
    sqlite3 *to = own(db)->handle;
    sqlite3_backup *backup;
    int code;

    db_forget_statements(by);
    backup = sqlite3_backup_init(to, "main", own(by)->handle, "main");
    if (!backup)
        return err_set(e, ERR_FAILED, MSG_INTERNAL, NULL, sqlite3_errmsg(to), NULL);
    sqlite3_backup_step(backup, -1);
    code = sqlite3_backup_finish(backup);
    if (code == SQLITE_OK)
        return 0;
    log_error("sqlite: %s (%d): restore", sqlite3_errstr(code), code);
    return err_set(e, ERR_FAILED, MSG_INTERNAL, NULL, sqlite3_errstr(code), NULL);
}

const struct db_driver db_sqlite = {
    .dialect = "sqlite",
    .open = open_file,
    .close = close_file,
    .prepare = prepare,
    .finalize = finalize,
    .start = start,
    .row = row,
    .reset = reset,
    .integer = integer,
    .text = text,
    .blob = blob,
    .changes = changes,
    .changes_total = changes_total,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .in_transaction = in_transaction,
    .script = script,
    .schema_version = schema_version,
    .set_schema_version = set_schema_version,
    .checkpoint = checkpoint,
    .forget = forget,
    .size_bytes = size_bytes,
    .dump = dump,
    .load = load,
    .replace = replace,
};
