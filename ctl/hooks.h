/* What a few commands do beyond the usual way; named in their rows of the table. */
#ifndef KEPU_CTL_HOOKS_H
#define KEPU_CTL_HOOKS_H

#include "command.h"

int hook_check_event_edit(const struct invocation *inv, struct err *e);
int hook_check_register_add(const struct invocation *inv, struct err *e);
int hook_check_reminder_add(const struct invocation *inv, struct err *e);
int hook_check_volunteer_export(const struct invocation *inv, struct err *e);
int hook_check_time_expand(const struct invocation *inv, struct err *e);
void hook_complete_time_expand(const struct invocation *inv, json_t *body);

/* 0 or the exit code's error in s->failure, as every `run`. */
int hook_run_occurrences(struct session *s);
int hook_run_preview(struct session *s);
int hook_run_time_expand(struct session *s);
int hook_run_feed(struct session *s);
int hook_run_tail(struct session *s);
int hook_run_import(struct session *s);
int hook_run_volunteer_export(struct session *s);
int hook_run_target(struct session *s);
int hook_run_report(struct session *s);
int hook_run_attend(struct session *s);
int hook_run_backup(struct session *s);
int hook_run_batch(struct session *s);
int hook_run_restore(struct session *s);
int hook_run_import_ical(struct session *s);
int hook_run_export(struct session *s);
int hook_run_version(struct session *s);
int hook_run_help(struct session *s);
int hook_run_completion(struct session *s);

#endif
