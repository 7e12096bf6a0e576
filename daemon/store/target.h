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

struct target_entry {
    const char *plan, *slug, *kind;      /* "record", "set" */
    int64_t amount_milli, of_milli;      /* DB_NULL_INT: none */
    const char *at, *name, *level, *note, *who;
    const char *unit;                    /* a unit's slug; NULL, "": none */
    int64_t counted_milli;               /* "set": what had been counted by then and is part of it */
    int64_t created_ms, id;
};
void store_target_add_entry(struct db *db, const struct target_entry *t);
/* Of an indicator, or of all of a plan ("": in order of indicators); by date, then as they came. */
size_t store_target_entries(struct db *db, const char *plan, const char *slug, struct arena *a,
                            struct target_entry **ret);

struct plan_dates {
    char *start, *end;
    bool open;
    bool succeeded;                      /* a later plan is there */
    char *before;                        /* the plan before it; "" */
};
bool store_plan_dates(struct db *db, const char *plan, struct arena *a, struct plan_dates *ret);
char *store_plan_overlapping(struct db *db, const char *slug, const char *start, const char *end, struct arena *a);
void store_plan_close(struct db *db, const char *plan);
void store_plan_put_result(struct db *db, const char *plan, const char *slug, int64_t value_milli, int64_t at_ms);
void store_indicator_put_due(struct db *db, const char *plan, const char *slug, const char *due);
/* What a closed plan's indicator came to; DB_NULL_INT: not known. */
int64_t store_plan_result(struct db *db, const char *plan, const char *slug);

#endif
