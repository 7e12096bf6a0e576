/* Which deliveries follow from what changed: plans them in the same transaction. On the store thread. */
#ifndef KEPU_SERVICE_PLANNER_H
#define KEPU_SERVICE_PLANNER_H

#include "call.h"

/*
 * Brings the deliveries of an event's stored occurrences in line with its rules, channels and times: plans what is
 * missing and not yet due, re-dates what isn't final, cancels what no longer applies. Safe to call again.
 */
void planner_event(struct call *c, struct db *db, int64_t event_id);

struct event;
struct occurrence;

/*
 * An occurrence was moved, cancelled or confirmed: "changed" deliveries (SPEC.md 8), and planner_event's work for it.
 * `was`: as it was before, complete; NULL where nobody can say.
 */
void planner_occurrence_changed(struct call *c, struct db *db, int64_t occurrence_id, const struct occurrence *was);
/* The "changed" deliveries alone, where planner_event follows or came before. */
void planner_tell_changed(struct call *c, struct db *db, int64_t occurrence_id, const struct occurrence *was);
/* Of a whole event the next few dates stand for all: a year of Wednesdays is not told one by one. */
#define TOLD_OF_SERIES_MAX 3
void planner_tell_event(struct call *c, struct db *db, int64_t event_id);
/* The event is held elsewhere now, at the same times; dates with a venue of their own are not concerned. */
void planner_tell_venue(struct call *c, struct db *db, const struct event *ev, char *was);

/* Before their rows go: nothing about them is sent any more. */
void planner_occurrence_removed(struct call *c, struct db *db, int64_t occurrence_id);
void planner_event_removed(struct call *c, struct db *db, int64_t event_id);

/* planner_event for every event that a rule is about; for all events. */
void planner_reminder(struct call *c, struct db *db, int64_t reminder_id);
void planner_everything(struct call *c, struct db *db);

/*
 * What is told each week: digests and asks for their next time, each once. Part of the hourly work, and after a change
 * of rules or channels.
 */
void planner_weekly(struct call *c, struct db *db);

/*
 * A target's value may be another one now (sign-ups of new people, entries, attendance): milestones that were passed
 * are told, where a rule asks for it. Cheap where none does. The second: every target of the open plan.
 */
void planner_target_changed(struct call *c, struct db *db, const char *plan, const char *slug);
void planner_targets_changed(struct call *c, struct db *db);
/* A milestone rule is new or another one: what was passed before is not told. */
void planner_milestones_begin(struct call *c, struct db *db);

/* A channel's quiet hours are others now: what waits is sent at other times. */
void planner_channel_quiet(struct call *c, struct db *db, int64_t channel_id);

/* Places were taken or freed. */
void planner_role(struct call *c, struct db *db, int64_t occurrence_id, const char *role);

#endif
