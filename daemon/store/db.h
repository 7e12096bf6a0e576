/*
 * The narrow face of a database: one connection, used by one store thread at a time. SQL is written once for SQLite and
 * PostgreSQL (DESIGN.md 3). A function that takes a `struct db *` runs on a store thread.
 */
#ifndef KEPU_STORE_DB_H
#define KEPU_STORE_DB_H

#include "base/crypto.h"
#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>

struct db;
struct stmt;

#define DB_NULL_INT INT64_MIN

/* A parameter of a statement. Texts and blobs are borrowed until the statement has run. */
struct param {
    enum { PARAM_END, PARAM_TEXT, PARAM_INT, PARAM_BLOB } type;
    const char *text;       /* NULL is NULL */
    int64_t integer;        /* DB_NULL_INT is NULL */
    struct bytes blob;      /* .data NULL is NULL */
};

static inline struct param p_text(const char *text)
{
    return (struct param){.type = PARAM_TEXT, .text = text};
}

static inline struct param p_int(int64_t integer)
{
    return (struct param){.type = PARAM_INT, .integer = integer};
}

static inline struct param p_blob(const void *data, size_t len)
{
    return (struct param){.type = PARAM_BLOB, .blob = {data, len}};
}

/*
 * Starts a statement; parameters are $1, $2 … in order. `sql` must be a string literal: the prepared statement is kept
 * by its address. A failure ends the job at once (store.h: it does not return from here). Outside of jobs errors are
 * sticky: every further statement does nothing and yields no row, and db_check reports the first one. Never NULL.
 */
#define db_query(db, sql, ...) \
    db_query_params(db, sql, (const struct param[]){__VA_ARGS__ __VA_OPT__(,) {.type = PARAM_END}})
struct stmt *db_query_params(struct db *db, const char *sql, const struct param *params);

/* The next row; false at the end (the statement is then done) or after an error. */
bool stmt_row(struct stmt *s);
/* Ends a statement before its last row. */
void stmt_done(struct stmt *s);

/* Columns from 0. NULL reads as DB_NULL_INT, NULL, .data NULL. Texts and blobs are copied into the arena. */
int64_t stmt_int(struct stmt *s, int column);
char *stmt_text(struct stmt *s, int column, struct arena *a);
struct bytes stmt_blob(struct stmt *s, int column, struct arena *a);

/* Runs a statement for its effect; the number of rows it changed (0 after an error). */
#define db_exec(db, sql, ...) \
    db_exec_params(db, sql, (const struct param[]){__VA_ARGS__ __VA_OPT__(,) {.type = PARAM_END}})
int64_t db_exec_params(struct db *db, const char *sql, const struct param *params);

/*
 * Runs a statement whose outcome nobody waits for: PostgreSQL gets it together with the next one that somebody does, or
 * with the COMMIT, and what fails there fails then.
 */
#define db_later(db, sql, ...) \
    db_later_params(db, sql, (const struct param[]){__VA_ARGS__ __VA_OPT__(,) {.type = PARAM_END}})
void db_later_params(struct db *db, const char *sql, const struct param *params);

/* The first row's first column; `none` if there is no row. */
#define db_int(db, none, sql, ...) \
    db_int_params(db, none, sql, (const struct param[]){__VA_ARGS__ __VA_OPT__(,) {.type = PARAM_END}})
int64_t db_int_params(struct db *db, int64_t none, const char *sql, const struct param *params);

/* 0, or -1 and the first error since the job began. */
int db_check(struct db *db, struct err *e);

/* Memory for what a job needs until it ends. */
struct arena *db_scratch(struct db *db);

/* The data version that this transaction reads (store.h). */
int64_t db_data_version(const struct db *db);

/* Only one transaction writes at a time, as in SQLite: what it has read stays as it is, and no row needs a lock. */
bool db_writes_alone(const struct db *db);

/* What the database takes on disk. */
int64_t db_size_bytes(struct db *db);

/*
 * At the end of a SELECT: takes the rows for this transaction and passes over those another one has. PostgreSQL's FOR
 * UPDATE SKIP LOCKED; to SQLite, whose writers come one after another, it is a comment.
 */
#define DB_SKIP_LOCKED " /* FOR UPDATE SKIP LOCKED */"

/* What this transaction takes away is to leave the database's files too, soon after it has committed. */
void db_forget(struct db *db);

/* Whether other daemons work on this database too. */
bool db_is_shared(const struct db *db);
/* What this transaction changes, for the other daemons to hear once it has committed (store_listen). */
void db_tell(struct db *db, const char *changes);

#endif
