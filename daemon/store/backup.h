/* The whole of a SQLite database as bytes, and back. PostgreSQL has programs of its own for that. */
#ifndef KEPU_STORE_BACKUP_H
#define KEPU_STORE_BACKUP_H

#include "db.h"

/* What this transaction reads, as a file's bytes in the arena, opened again and looked at. */
int store_backup(struct db *db, struct arena *a, struct bytes *ret, struct err *e);

/*
 * Outside a transaction: what `backup` holds takes the place of everything, all of it or nothing. It has to be whole,
 * ours (the same office's key) and not of a newer kepu; an older one's schema is brought up to date. What was sent
 * since it was made stays sent, and the public address stays as it is. `try` does all but the last step.
 */
int store_restore(struct db *db, struct bytes backup, bool try, struct err *e);

/* Whether there is anything that a restore would lose: events or people. */
bool store_holds_something(struct db *db);

#endif
