/* Seeds: departments, categories, audiences, units, plans, presets and days off from JSON files; adds what is missing
 * only. */
#ifndef KEPU_SERVICE_SEEDS_H
#define KEPU_SERVICE_SEEDS_H

#include "call.h"

#define SEED_FILE_BYTES_MAX (4 * 1024 * 1024)
#define SEED_FILES_MAX 100

/*
 * At the start, before the loop runs. All *.json below `dir`, one level of folders deep; NULL: those that travel in the
 * program. One transaction: a wrong file (named, with line and column) leaves nothing half loaded.
 */
int seeds_load(struct service *s, const char *dir, struct err *e);

#endif
