/*
 * What store.c works with: connections, transactions, migrations. db.h is what everyone else sees. One piece of code
 * (db.c) keeps statements by the address of their SQL and errors until they are asked for; a driver does the rest.
 */
#ifndef KEPU_STORE_DRIVER_H
#define KEPU_STORE_DRIVER_H

#include "db.h"

#include <setjmp.h>

#define DB_STATEMENTS_MAX 1024           /* slots of a connection's table of prepared statements */
#define DB_ORIGIN_BYTES 24

enum db_commit { DB_COMMITTED, DB_COMMIT_REFUSED, DB_COMMIT_UNKNOWN };

/* How a transaction sees others' (PostgreSQL; SQLite has one writer, who sees everything). */
enum db_mode {
    DB_READ,                             /* one snapshot */
    DB_WRITE,                            /* as if it were alone: SERIALIZABLE */
    DB_WRITE_ROWS,                       /* its own row locks and conditions keep it right: READ COMMITTED */
};

/* What a failure means for the job. */
enum db_trouble {
    DB_SOUND,
    DB_AGAIN,                            /* it met another one: roll back, run it again */
    DB_LOST,                             /* the connection is gone, and the transaction with it */
    DB_BROKEN,                           /* running it again would end the same way */
};

struct stmt {
    struct db *db;
    const char *sql;
    bool busy;
    struct stmt *next;                   /* another one of the same SQL, in use at the same time */
};

struct db_driver {
    const char *dialect;                 /* "sqlite": the folder of the schema */
    bool shared;                         /* several daemons may work on one database */
    struct db *(*open)(const char *url, bool writer, struct err *e);
    int (*reopen)(struct db *db, struct err *e);
    void (*close)(struct db *db);
    /* A statement for `sql`; NULL after db_fail. */
    struct stmt *(*prepare)(struct db *db, const char *sql);
    void (*finalize)(struct stmt *s);
    bool (*start)(struct stmt *s, const struct param *params);   /* false after db_fail */
    bool (*later)(struct stmt *s, const struct param *params);   /* false after db_fail; NULL: nothing is put off */
    bool (*row)(struct stmt *s);                                 /* false at the end or after db_fail */
    void (*reset)(struct stmt *s);
    int64_t (*integer)(struct stmt *s, int column);
    struct bytes (*text)(struct stmt *s, int column);            /* valid until the next row */
    struct bytes (*blob)(struct stmt *s, int column);
    int64_t (*changes)(struct stmt *s);                          /* after its last row */
    int64_t (*changes_total)(struct db *db);                     /* see db_changes_total; NULL where nobody asks */
    void (*begin)(struct db *db, enum db_mode mode);
    enum db_commit (*commit)(struct db *db);
    void (*rollback)(struct db *db);
    bool (*in_transaction)(const struct db *db);
    void (*script)(struct db *db, const char *sql);              /* several statements */
    int64_t (*schema_version)(struct db *db);
    void (*set_schema_version)(struct db *db, int64_t version);
    void (*start_alone)(struct db *db);                          /* see db_start_alone */
    void (*checkpoint)(struct db *db);
    void (*forget)(struct db *db);           /* NULL: nothing to do (db_forget) */
    int64_t (*size_bytes)(struct db *db);
    /* See backup.h; NULL where the database has programs of its own for that. */
    int (*dump)(struct db *db, struct arena *a, unsigned char **ret, size_t *ret_len, struct err *e);
    int (*load)(struct db *db, struct bytes bytes);              /* into a database in memory */
    int (*replace)(struct db *db, struct db *by, struct err *e); /* outside a transaction */
};

struct db {
    const struct db_driver *driver;
    struct stmt *statements[DB_STATEMENTS_MAX];
    size_t statement_count;
    struct stmt none;                    /* handed out after an error */
    enum db_trouble trouble;
    struct err err;
    int64_t data_version;
    jmp_buf *escape;                     /* where a failure in a job leads to; NULL outside of jobs */
    struct arena scratch;                /* until db_reset */
#ifdef KEPU_FAULTS
    uint32_t fault_in;                   /* statements until one fails as if it had met another job; 0: none does */
#endif
    char origin[DB_ORIGIN_BYTES];        /* which store's it is, to know its own changes by */
};

extern const struct db_driver db_sqlite, db_postgres;

/* For drivers. */
void db_init(struct db *db, const struct db_driver *driver);
void db_forget_statements(struct db *db);
/* Keeps the first error since db_reset; -1. */
int db_fail(struct db *db, enum db_trouble trouble, enum err_code code, enum msg msg, const char *text);

/* Opens a connection. `url` is "sqlite:PATH", "sqlite::memory:" or "postgresql://…". */
struct db *db_open(const char *url, bool writer, struct err *e);
int db_reopen(struct db *db, struct err *e);                     /* after DB_LOST */
void db_close(struct db *db); /* takes NULL */

int db_begin(struct db *db, enum db_mode mode, struct err *e);
enum db_commit db_commit(struct db *db, struct err *e);
void db_rollback(struct db *db);
bool db_in_transaction(const struct db *db); /* false after the database gave the transaction up by itself */
enum db_trouble db_trouble(const struct db *db);

/* Rows changed since the connection was opened, those of transactions that were rolled back too: SQLite's only. */
int64_t db_changes_total(struct db *db);

/* A job's own savepoint inside a shared transaction. */
void db_savepoint(struct db *db);
void db_release(struct db *db);
void db_rollback_savepoint(struct db *db);

void db_reset(struct db *db); /* forgets the sticky error, ends statements left open */
void db_set_data_version(struct db *db, int64_t version);

/* Several statements, for migrations. */
int db_script(struct db *db, const char *sql, struct err *e);
int64_t db_schema_version(struct db *db, struct err *e); /* -1 on error */
int db_set_schema_version(struct db *db, int64_t version, struct err *e);
const char *db_dialect(const struct db *db);

/* Until this connection closes no other daemon gets through here: migrations, seeds and keys are made by one. */
int db_start_alone(struct db *db, struct err *e);

/* Moves the log into the database where that is due; after the answers have gone out. */
void db_checkpoint(struct db *db);

#endif
