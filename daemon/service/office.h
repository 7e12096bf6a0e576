/* What belongs to the office itself: plans, tokens, the audit, days off, its state on one screen, and the daily work.
 */
#ifndef KEPU_SERVICE_OFFICE_H
#define KEPU_SERVICE_OFFICE_H

#include "call.h"
#include "domain/office.h"

/* input: struct slug_ref (list: none); result: struct plan (list: struct list of it). */
extern const struct operation op_plan_list, op_plan_show;
/* input: struct token_input (list: none); result: struct token (list: struct list of it). */
extern const struct operation op_token_add, op_token_list, op_token_revoke;
/* input: struct audit_filter; result: struct list of struct audit_entry, newest first. */
extern const struct operation op_audit_list;
/* input: struct slug_ref (year); result: struct list of struct holiday_entry. */
extern const struct operation op_holiday_list;
/* input: struct slug_ref (body: a file as published); result: struct list of struct holiday_entry. */
extern const struct operation op_holiday_import;
/* input: none; result: struct status. */
extern const struct operation op_status;
/* input: none; no result. Extends the window of stored occurrences, forgets old request ids. */
extern const struct operation op_daily;
/* input: none; no result. Once, before anything is served: a new tz database moves instants, not local times. */
extern const struct operation op_follow_zones;

#define REQUEST_KEPT_MS (48LL * 3600000)   /* how long a request id is answered the same */

/* input: struct expand_line; result: const char *, a JSON object (SPEC.md 2). */
extern const struct operation op_time_expand;
/* input: struct slug_ref (body: JSON lines); result: const char *, JSON lines. */
extern const struct operation op_time_expand_batch;
/* input: struct explain_input; result: struct explained. */
extern const struct operation op_time_explain;
extern const struct fields expand_line_fields, explain_input_fields, explained_fields,
    status_fields;

#endif
