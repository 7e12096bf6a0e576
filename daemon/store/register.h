/* Rows of the office's lists: departments, categories, audiences, venues, units; presets and plans. */
#ifndef KEPU_STORE_REGISTER_H
#define KEPU_STORE_REGISTER_H

#include "db.h"
#include "domain/office.h"

struct texts store_read_texts(struct stmt *s, struct arena *a);   /* the first column of a statement's rows */

struct entry *store_entry_find(struct db *db, enum register_kind kind, const char *slug,
                               struct arena *a); /* NULL: none */
/* All, in their order. */
size_t store_entries(struct db *db, enum register_kind kind, struct arena *a, struct entry **ret);
bool store_entry_insert(struct db *db, enum register_kind kind, const struct entry *x);  /* false: slug taken */
void store_entry_update(struct db *db, enum register_kind kind, const struct entry *x);  /* version moves */

/* A preset's own JSON; NULL: none. */
char *store_preset_body(struct db *db, const char *slug, struct arena *a);
struct texts store_preset_slugs(struct db *db, struct arena *a);
bool store_preset_insert(struct db *db, const char *slug, const char *title, const char *title_en, const char *body);

bool store_plan_insert(struct db *db, const struct plan *p);                              /* false: slug taken */
void store_section_insert(struct db *db, const char *plan, const struct plan_section *s, int64_t position);
struct plan *store_plan_find(struct db *db, const char *slug, struct arena *a);           /* with its sections */
struct texts store_plan_slugs(struct db *db, struct arena *a);
struct indicator_row {
    const char *slug, *title, *title_en, *unit, *measure, *period, *per, *section;
    int64_t target_milli, position;
};
void store_indicator_insert(struct db *db, const char *plan, const struct indicator_row *row);

#endif
