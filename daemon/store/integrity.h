/* Whether what is kept twice still agrees, and what SQLite says of its own file. */
#ifndef KEPU_STORE_INTEGRITY_H
#define KEPU_STORE_INTEGRITY_H

#include "db.h"
#include "domain/fields.h"

/* SQLite's: what is wrong with its pages, and rows that refer to none. Empty when all is well. */
struct texts store_integrity(struct db *db, struct arena *a);
struct texts store_foreign_keys(struct db *db, struct arena *a);

/* One thing whose kept number is not what counting gives. */
struct recount {
    char *what;
    int64_t kept, counted;
};
/* Minutes of volunteers and of sign-ups against the ledger; places taken against sign-ups; entries of nobody. */
struct stmt *store_recount_volunteers(struct db *db);
struct stmt *store_recount_signups(struct db *db);
struct stmt *store_recount_roles(struct db *db);
struct stmt *store_recount_orphans(struct db *db);
/* Participants and headcounts against what was written down at the door. */
struct stmt *store_recount_attended(struct db *db);
struct stmt *store_recount_headcounts(struct db *db);
/* No numbers: sign-ups whose state isn't what was written down last. */
struct stmt *store_recount_states(struct db *db);
/* The entry and, as what is kept, the number of its approval by who had made it. */
struct stmt *store_recount_approvals(struct db *db);
bool store_recount_next(struct stmt *s, struct arena *a, struct recount *ret);

#endif
