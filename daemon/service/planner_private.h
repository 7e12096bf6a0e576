/* What the files of the planner share. Only for planner*.c. */
#ifndef KEPU_SERVICE_PLANNER_PRIVATE_H
#define KEPU_SERVICE_PLANNER_PRIVATE_H

#include "notice.h"
#include "planner.h"

/* Why the planner itself took a delivery back: the only cancellations that it may undo, by a delivery of its own. */
#define RULE_GONE "rule no longer applies"
#define CHANNEL_GONE "channel no longer concerned"

/* One occurrence as planning sees it. */
struct subject {
    int64_t id, event_id, start_ms, end_ms, moves, sequence;
    bool cancelled;
};
bool planner_subject(struct db *db, int64_t occurrence_id, struct subject *ret);

/* The rules that are about an event, by id. */
struct ids planner_rules_of(struct call *c, struct db *db, int64_t event_id);
/* Where the event is told of at all: a change is told there. */
struct ids planner_channels_told(struct call *c, struct db *db, int64_t event_id);

/*
 * Keeps a delivery that has its identity, times and kind, for a channel; it waits for the channel's quiet hours and the
 * spread. start_ms is the occurrence's, 0 without one. False if this identity is there already.
 */
bool planner_insert(struct call *c, struct db *db, struct delivery_row *d, int64_t channel_id, int64_t start_ms);
/* When it is to be sent: planner_insert's next_ms. */
int64_t planner_at_ms(struct call *c, struct db *db, const char *quiet, int64_t channel_id,
                      const struct delivery_row *d, int64_t start_ms);
void planner_cancel(struct call *c, struct db *db, int64_t delivery_id, const char *reason);
/* The channels of a rule that is about no event: named ones or all. */
struct ids planner_rule_channels(struct call *c, struct db *db, const struct reminder *r);
bool planner_contains(const struct ids *ids, int64_t id);

/* planner_weekly.c: the next time of a weekly rule; false where the office's zone isn't known. */
bool planner_weekly_next(struct call *c, const struct reminder *r, int64_t *ret_due_ms, char **ret_week);
/* planner_weekly.c: the asks about one event, where a rule wants them. */
void planner_ask_event(struct call *c, struct db *db, int64_t event_id);

#endif
