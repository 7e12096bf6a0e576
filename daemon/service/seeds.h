/* Seeds: departments, categories, audiences, units, plans, presets and days off from JSON files; adds what is missing
 * only. */
#ifndef KEPU_SERVICE_SEEDS_H
#define KEPU_SERVICE_SEEDS_H

#include "call.h"

#include <jansson.h>

#define SEED_FILE_BYTES_MAX (4 * 1024 * 1024)
#define SEED_FILES_MAX 100

/*
 * At the start, before the loop runs. All *.json below `dir`, one level of folders deep; NULL: those that travel in the
 * program. One transaction: a wrong file (named, with line and column) leaves nothing half loaded.
 */
int seeds_load(struct service *s, const char *dir, struct err *e);

/* What somebody imports, in the same form and within their call; a plan that is there or whose time is taken is
 * refused.
 */
int seeds_take(struct call *c, struct db *db, const json_t *root, const char *name, int64_t *ret_added, struct err *e);

#endif
