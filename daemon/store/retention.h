/* What is kept of people no longer than it is needed. */
#ifndef KEPU_STORE_RETENTION_H
#define KEPU_STORE_RETENTION_H

#include "db.h"
#include "domain/fields.h"

/*
 * Ids of people who only ever took part, with their consent, and whose last occurrence was over by `before_ms`: no role
 * of a helper, no hours, nothing later. At most `most`.
 */
struct texts store_people_over(struct db *db, int64_t before_ms, size_t most, struct arena *a);

/* Guardians, and marks of being under age, of sign-ups whose occurrence was over by then. */
void store_minors_forget(struct db *db, int64_t before_ms);

#endif
