/* Plans: read from a file that anybody can write, and closed when their time is over. */
#ifndef KEPU_SERVICE_PLAN_H
#define KEPU_SERVICE_PLAN_H

#include "call.h"
#include "domain/office.h"

#include <jansson.h>

#define PLAN_SECTIONS_MAX 100
#define PLAN_INDICATORS_MAX 200
#define PLAN_DEPARTMENTS_MAX 50
#define PLAN_TITLE_CHARS_MAX 200
#define PLAN_UNIT_CHARS_MAX 20

/*
 * A plan as docs/seeds.md writes it, checked to the last key and kept. Errors name the place
 * ("plan.indicators[3].unit").
 * With `seed` one that is there already is left alone (*ret_added false), and so is one whose time is taken: seeds only
 * add what is missing.
 */
int plan_read(struct call *c, struct db *db, const json_t *o, bool seed, bool *ret_added, struct err *e);

/* NULL: there is none. */
struct plan *plan_show(struct call *c, struct db *db, const char *slug);

/* input: struct slug_ref (body: JSON); result: struct plan. */
extern const struct operation op_plan_import;
/* input: struct slug_ref; result: struct plan. Its results are kept; before its end only with `yes`. */
extern const struct operation op_plan_close;

#endif
