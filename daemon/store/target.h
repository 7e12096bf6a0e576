/* Rows of indicators and what was entered for them. */
#ifndef KEPU_STORE_TARGET_H
#define KEPU_STORE_TARGET_H

#include "db.h"
#include "domain/target.h"

/* The newest open plan's slug; NULL if there is none. */
char *store_plan_current(struct db *db, struct arena *a);
/* 1 open, 0 closed, -1 there is no such plan. */
int store_plan_open(struct db *db, const char *plan);

/* A plan's indicators, in its order, or the one of a slug; values are the service's to fill. */
struct stmt *store_target_list(struct db *db, const char *plan);
bool store_target_next(struct stmt *s, struct arena *a, struct target *ret);
bool store_target_find(struct db *db, const char *plan, const char *slug, struct arena *a, struct target *ret);
struct texts store_target_slugs(struct db *db, const char *plan, struct arena *a);
struct texts store_target_lead(struct db *db, const char *plan, const char *section, struct arena *a);

/* The sums since the value was last set, that one included. */
struct target_sums {
    int64_t entries, amount_milli, of_milli;
};
struct target_sums store_target_sums(struct db *db, const char *plan, const char *slug);

struct target_entry {
    const char *plan, *slug, *kind;      /* "record", "set" */
    int64_t amount_milli, of_milli;      /* DB_NULL_INT: none */
    const char *at, *name, *level, *note, *who;
    int64_t created_ms;
};
void store_target_add_entry(struct db *db, const struct target_entry *t);

#endif
