/*
 * The ledger of hours: a chain of entries that are added and never changed, each hashed over the one before, its end
 * sealed with the office's key. On the store thread, in the transaction of what brings them.
 */
#ifndef KEPU_SERVICE_LEDGER_H
#define KEPU_SERVICE_LEDGER_H

#include "call.h"
#include "domain/hours.h"
#include "domain/signup.h"

/*
 * Adds an entry at the end: fills in its number, id, hashes, and root where that is 0. The volunteer's row is taken
 * already where there are others.
 */
int ledger_append(struct call *c, struct db *db, struct hours_entry *h, struct err *e);

/* Brings the ledger to `minutes` for a sign-up, by an entry of the difference; sets its minutes. */
int ledger_follow(struct call *c, struct db *db, struct signup *s, int64_t minutes, const char *how, struct err *e);

/* What counted for one volunteer counts for another: they are the same person. */
int ledger_transfer(struct call *c, struct db *db, const char *from, const char *to, struct err *e);

/* Rounded as the office does. */
int64_t ledger_round(const struct call *c, int64_t minutes);

#endif
