/* Which deliveries follow from what changed: plans them in the same transaction. On the store thread. */
#ifndef KEPU_SERVICE_PLANNER_H
#define KEPU_SERVICE_PLANNER_H

#include "call.h"

/*
 * Brings the deliveries of an event's stored occurrences in line with its rules, channels and times: plans what is
 * missing and not yet due, re-dates what isn't final, cancels what no longer applies. Safe to call again.
 */
void planner_event(struct call *c, struct db *db, int64_t event_id);

/* An occurrence was moved, cancelled or confirmed: "changed" deliveries (SPEC.md 8), and planner_event's work for it.
 */
void planner_occurrence_changed(struct call *c, struct db *db, int64_t occurrence_id);
/* The "changed" deliveries alone, where planner_event follows or came before. */
void planner_tell_changed(struct call *c, struct db *db, int64_t occurrence_id);

/* Before their rows go: nothing about them is sent any more. */
void planner_occurrence_removed(struct call *c, struct db *db, int64_t occurrence_id);
void planner_event_removed(struct call *c, struct db *db, int64_t event_id);

/* planner_event for every event that a rule is about; for all events. */
void planner_reminder(struct call *c, struct db *db, int64_t reminder_id);
void planner_everything(struct call *c, struct db *db);

/* Places were taken or freed. */
void planner_role(struct call *c, struct db *db, int64_t occurrence_id, const char *role);

#endif
