/* What both databases share: statements kept by the address of their SQL, and errors that stay until asked for. */
#include "driver.h"

#include <assert.h>
#include <string.h>

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

struct db *db_open(const char *url, bool writer, struct err *e)
{
    bool postgres = begins_with(url, "postgresql:") || begins_with(url, "postgres:");

    return (postgres ? &db_postgres : &db_sqlite)->open(url, writer, e);
}

void db_init(struct db *db, const struct db_driver *driver)
{
    db->driver = driver;
    db->none.db = db;
}

void db_forget_statements(struct db *db)
{
    for (size_t i = 0; i < DB_STATEMENTS_MAX; i++) {
        struct stmt *s = db->statements[i];
        db->statements[i] = NULL;
        while (s) {
            struct stmt *next = s->next;
            db->driver->finalize(s);
            s = next;
        }
    }
    db->statement_count = 0;
}

int db_reopen(struct db *db, struct err *e)
{
    db_reset(db);
    return db->driver->reopen(db, e);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    db_forget_statements(db);
    arena_release(&db->scratch);
    db->driver->close(db);
}

int db_fail(struct db *db, enum db_trouble trouble, enum err_code code, enum msg msg, const char *text)
{
    if (db->trouble != DB_SOUND)
        return -1;
    db->trouble = trouble;
    return err_set(&db->err, code, msg, NULL, text, NULL);
}

/* Statements */

static size_t slot_of(struct db *db, const char *sql)
{
    size_t i = ((uintptr_t)sql >> 3) * 2654435761u % DB_STATEMENTS_MAX;

    while (db->statements[i] && db->statements[i]->sql != sql)
        i = (i + 1) % DB_STATEMENTS_MAX;
    return i;
}

static struct stmt *take(struct db *db, const char *sql)
{
    size_t slot = slot_of(db, sql);
    struct stmt *s = db->statements[slot];

    while (s && s->busy)
        s = s->next;
    if (s)
        return s;
    s = db->driver->prepare(db, sql);
    if (!s)
        return NULL;
    if (!db->statements[slot]) {
        db->statement_count++;
        assert(db->statement_count < DB_STATEMENTS_MAX);
    }
    s->db = db;
    s->sql = sql;
    s->next = db->statements[slot];
    db->statements[slot] = s;
    return s;
}

/*
 * After a failure rows are missing that a job takes for granted: what it has just written, what another row refers to.
 * It goes no further.
 */
static void leave_job(struct db *db)
{
    if (db->trouble && db->escape)
        longjmp(*db->escape, 1);
}

/* For tests of what becomes of jobs that fail at any statement. */
static void fail_if_asked(struct db *db)
{
#ifdef KEPU_FAULTS
    if (db->fault_in > 0 && --db->fault_in == 0)
        db_fail(db, DB_AGAIN, ERR_UNAVAILABLE, MSG_STORE_BUSY, "asked for");
#endif
    (void)db;
}

struct stmt *db_query_params(struct db *db, const char *sql, const struct param *params)
{
    struct stmt *s;

    fail_if_asked(db);
    s = db->trouble ? NULL : take(db, sql);
    if (s) {
        s->busy = true;
        if (db->driver->start(s, params))
            return s;
        stmt_done(s);
    }
    leave_job(db);
    return &db->none;
}

void db_later_params(struct db *db, const char *sql, const struct param *params)
{
    struct stmt *s;

    if (!db->driver->later) {
        db_exec_params(db, sql, params);
        return;
    }
    fail_if_asked(db);
    s = db->trouble ? NULL : take(db, sql);
    if (!s || !db->driver->later(s, params))
        leave_job(db);
}

bool stmt_row(struct stmt *s)
{
    if (!s->busy)
        return false;
    if (!s->db->trouble && s->db->driver->row(s))
        return true;
    stmt_done(s);
    leave_job(s->db);
    return false;
}

void stmt_done(struct stmt *s)
{
    if (!s->busy)
        return;
    s->db->driver->reset(s);
    s->busy = false;
}

int64_t stmt_int(struct stmt *s, int column)
{
    int64_t value = s->db->driver->integer(s, column);

    leave_job(s->db);
    return value;
}

static char *copy(struct bytes b, struct arena *a)
{
    return b.data ? arena_strndup(a, b.data, b.len) : NULL;
}

char *stmt_text(struct stmt *s, int column, struct arena *a)
{
    return copy(s->db->driver->text(s, column), a);
}

struct bytes stmt_blob(struct stmt *s, int column, struct arena *a)
{
    struct bytes b = s->db->driver->blob(s, column);

    return b.data ? (struct bytes){copy(b, a), b.len} : (struct bytes){NULL, 0};
}

int64_t db_exec_params(struct db *db, const char *sql, const struct param *params)
{
    struct stmt *s = db_query_params(db, sql, params);

    while (stmt_row(s))
        ;
    return db->trouble ? 0 : db->driver->changes(s);
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

struct arena *db_scratch(struct db *db)
{
    return &db->scratch;
}

int db_check(struct db *db, struct err *e)
{
    if (!db->trouble)
        return 0;
    if (e)
        *e = db->err;
    return -1;
}

enum db_trouble db_trouble(const struct db *db)
{
    return db->trouble;
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
    for (size_t i = 0; i < DB_STATEMENTS_MAX; i++)
        for (struct stmt *s = db->statements[i]; s; s = s->next)
            stmt_done(s);
    arena_release(&db->scratch);
    db->trouble = DB_SOUND;
    err_clear(&db->err);
}

bool db_writes_alone(const struct db *db)
{
    return !db->driver->shared;
}

bool db_is_shared(const struct db *db)
{
    return db->driver->shared;
}

void db_tell(struct db *db, const char *changes)
{
    if (db->driver->shared)
        db_later(db, "INSERT INTO change_log (origin, changes) VALUES ($1, $2)", p_text(db->origin), p_text(changes));
}

/* Transactions */

int db_begin(struct db *db, enum db_mode mode, struct err *e)
{
    db_reset(db);
    db->driver->begin(db, mode);
    return db_check(db, e);
}

enum db_commit db_commit(struct db *db, struct err *e)
{
    enum db_commit outcome = db->driver->commit(db);

    db_check(db, e);
    return outcome;
}

void db_rollback(struct db *db)
{
    db_reset(db);
    db->driver->rollback(db);
}

bool db_in_transaction(const struct db *db)
{
    return db->driver->in_transaction(db);
}

static void script(struct db *db, const char *sql)
{
    if (!db->trouble)
        db->driver->script(db, sql);
}

int64_t db_changes_total(struct db *db)
{
    return db->driver->changes_total(db);
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
        script(db, "ROLLBACK TO job; RELEASE job");
}

/* Schema and upkeep */

int db_script(struct db *db, const char *sql, struct err *e)
{
    script(db, sql);
    return db_check(db, e);
}

int64_t db_schema_version(struct db *db, struct err *e)
{
    int64_t version = db->driver->schema_version(db);

    return db_check(db, e) ? -1 : version;
}

int db_set_schema_version(struct db *db, int64_t version, struct err *e)
{
    db->driver->set_schema_version(db, version);
    return db_check(db, e);
}

const char *db_dialect(const struct db *db)
{
    return db->driver->dialect;
}

int db_start_alone(struct db *db, struct err *e)
{
    if (db->driver->start_alone)
        db->driver->start_alone(db);
    return db_check(db, e);
}

void db_forget(struct db *db)
{
    if (db->driver->forget)
        db->driver->forget(db);
}

void db_checkpoint(struct db *db)
{
    if (db->driver->checkpoint)
        db->driver->checkpoint(db);
}

int64_t db_size_bytes(struct db *db)
{
    return db->driver->size_bytes(db);
}
