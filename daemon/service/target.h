/* Targets of a plan: where they stand, and what is entered for them. */
#ifndef KEPU_SERVICE_TARGET_H
#define KEPU_SERVICE_TARGET_H

#include "call.h"
#include "domain/target.h"
#include "measure.h"

/* input: struct target_ref (slug unused); result: struct list of struct target. */
extern const struct operation op_target_list;
/* input: struct target_ref; result: struct target. */
extern const struct operation op_target_show;
/* input: struct target_input; result: struct target. */
extern const struct operation op_target_record, op_target_set;
/* input: struct target_ref; result: struct grid. Of coverage only. */
extern const struct operation op_target_grid;
/* input: struct target_ref; result: struct list of struct target_part: what the value is made of. */
extern const struct operation op_target_entries;
/* input: struct target_import; result: struct import_result. */
extern const struct operation op_target_import, op_unit_import;
/* input: struct draft_input; result: struct list of struct event: provisional ones for what is missing. */
extern const struct operation op_target_draft;

/* For other operations: the plan that is named, or the newest open one; its target; all of them, filled, in its order.
 */
int plan_named(struct call *c, struct db *db, const char *given, char **ret, struct err *e);
int target_named(struct call *c, struct db *db, const char *plan, const char *slug, struct target *ret, struct err *e);
int targets_read(struct measuring *m, struct objects *ret, struct err *e);
/* One entry checked and kept, as `record` and `set` do; `m` doesn't know it. */
int target_add_record(struct call *c, struct db *db, const struct measuring *m, const struct target *t,
                      const struct target_input *in, struct target_entry *ret, struct err *e);
int target_add_set(struct call *c, struct db *db, struct measuring *m, const struct target *t,
                   const struct target_input *in, struct target_entry *ret, struct err *e);

#endif
