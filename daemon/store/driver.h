/* What a database driver offers to store.c; db.h is what everyone else sees. */
#ifndef KEPU_STORE_DRIVER_H
#define KEPU_STORE_DRIVER_H

#include "db.h"

enum db_commit { DB_COMMITTED, DB_COMMIT_REFUSED, DB_COMMIT_UNKNOWN };

/* Opens a connection. `url` is "sqlite:PATH" or "sqlite::memory:". */
struct db *db_open(const char *url, bool writer, struct err *e);
void db_close(struct db *db); /* takes NULL */

int db_begin(struct db *db, bool write, struct err *e);
enum db_commit db_commit(struct db *db, struct err *e);
void db_rollback(struct db *db);
bool db_in_transaction(const struct db *db); /* false after the database gave the transaction up by itself */

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
const char *db_dialect(const struct db *db); /* "sqlite": the folder of the schema */

/* Moves the log into the database where that is due; after the answers have gone out. */
void db_checkpoint(struct db *db);

#endif
