/* Targets of a plan: where they stand, and what is entered for them. */
#ifndef KEPU_SERVICE_TARGET_H
#define KEPU_SERVICE_TARGET_H

#include "call.h"
#include "domain/target.h"

/* input: struct target_ref (slug unused); result: struct list of struct target. */
extern const struct operation op_target_list;
/* input: struct target_ref; result: struct target. */
extern const struct operation op_target_show;
/* input: struct target_input; result: struct target. */
extern const struct operation op_target_record, op_target_set;

#endif
