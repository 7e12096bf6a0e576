/* Rows of channels, reminder rules, deliveries and their attempts. */
#ifndef KEPU_STORE_NOTICE_H
#define KEPU_STORE_NOTICE_H

#include "db.h"
#include "domain/notice.h"

struct ids {
    int64_t *items;
    size_t count;
};
struct ids store_read_ids(struct stmt *s, struct arena *a); /* the first column of a statement's rows */

/* A channel with what is sealed about it. */
struct channel_row {
    struct channel shown;
    struct bytes url_sealed, secret_sealed, secret_old_sealed;
    int64_t secret_old_until_ms, breaker_until_ms;
    bool paused;
};
struct channel_row *store_channel_by_name(struct db *db, const char *name, struct arena *a);   /* NULL: none */
struct channel_row *store_channel_by_id(struct db *db, int64_t id, struct arena *a);
bool store_channel_insert(struct db *db, struct channel_row *ch);                              /* false: name taken */
void store_channel_update(struct db *db, const struct channel_row *ch);
/* Its name (NULL: there is none) and its quiet hours. */
char *store_channel_name(struct db *db, int64_t id, char **ret_quiet, struct arena *a);
void store_channel_delete(struct db *db, int64_t id);
struct texts store_channel_names(struct db *db, struct arena *a);
/* To the second; false: that is what it says already. */
bool store_channel_succeeded(struct db *db, int64_t id, int64_t at_ms);
void store_channel_erred(struct db *db, int64_t id, const char *reason);
void store_channel_pause(struct db *db, int64_t id, const char *reason);
void store_channel_break(struct db *db, int64_t id, int64_t until_ms);            /* silence until then */

/* A time by the wall clock, and by the machine's since its start where that is known (boot "": it isn't). */
struct instant {
    int64_t wall_ms, boot_ms;
    const char *boot;
};
/* A robot is known by a hash of its address: it keeps its pace whatever channels lead to it. */
void store_robot_sent(struct db *db, struct bytes robot, const struct instant *at);
/*
 * When it was talked to, oldest first: the latest ones, at most `most`. As times of now's wall clock, even if that was
 * set meanwhile.
 */
size_t store_robot_sends(struct db *db, struct bytes robot, const struct instant *now, int64_t *ret, size_t most);

struct reminder *store_reminder_by_code(struct db *db, const char *code, struct arena *a);
struct reminder *store_reminder_by_id(struct db *db, int64_t id, struct arena *a);
void store_reminder_insert(struct db *db, struct reminder *r);
void store_reminder_update(struct db *db, const struct reminder *r);
void store_reminder_delete(struct db *db, int64_t id);
void store_reminder_set_channel(struct db *db, int64_t reminder_id, int64_t channel_id);
void store_reminder_clear_channels(struct db *db, int64_t reminder_id);
struct ids store_reminder_ids(struct db *db, struct arena *a);                                 /* all, in order */
/* The rules that apply to an event: of the event, else of its category, else of all, for each kind by itself. */
struct ids store_reminder_for_event(struct db *db, int64_t event_id, const char *category, struct arena *a);
/* The channels of a rule for an event, paused ones too: the named ones or all, as far as their filters let it through.
 */
struct ids store_reminder_channels(struct db *db, const struct reminder *r, int64_t event_id, struct arena *a);

/* A delivery as the dispatcher and the planner see it. */
struct delivery_row {
    int64_t id, channel_id, reminder_id, event_id, occurrence_id, moves, due_ms, deadline_ms, next_ms, attempts;
    int64_t created_ms, final_ms;
    char *code, *identity, *channel_name, *kind, *role, *text, *state, *reason;
    char *subject;     /* of a weekly one the week, of a milestone target and step, of an alert its name; "" */
};
struct delivery_row *store_delivery_by_code(struct db *db, const char *code, struct arena *a);
struct delivery_row *store_delivery_by_id(struct db *db, int64_t id, struct arena *a);
/* What planning needs to know of one. */
struct delivery_brief {
    int64_t id, occurrence_id, reminder_id, channel_id, moves, due_ms, deadline_ms, attempts;
    char *kind, *state, *reason;
};
/*
 * The deliveries about an event's occurrences that end after after_ms, and open ones about any, "changed" left out: by
 * occurrence, rule and channel, the newest first.
 */
size_t store_delivery_briefs(struct db *db, int64_t event_id, int64_t after_ms, struct arena *a,
                             struct delivery_brief **ret);
/* Sets d->id; false if this identity exists. next_ms 0 is due_ms. */
bool store_delivery_insert(struct db *db, struct delivery_row *d);
/* How far it is: state, next_ms, attempts, reason, final_ms. The rest is written for each other index in vain. */
void store_delivery_update(struct db *db, const struct delivery_row *d);
struct ids store_delivery_open_of_event(struct db *db, int64_t event_id, struct arena *a);   /* not final */
/* One that isn't final, to be sent at at_ms. What is to be tried again tells of the new date, and so waits for it. */
void store_delivery_redate(struct db *db, int64_t id, const char *kind, int64_t moves, int64_t due_ms,
                           int64_t deadline_ms, int64_t at_ms);
struct ids store_delivery_open_of_occurrence(struct db *db, int64_t occurrence_id, struct arena *a);
struct ids store_delivery_open_of_reminder(struct db *db, int64_t reminder_id, struct arena *a);
struct ids store_delivery_open_of_channel(struct db *db, int64_t channel_id, struct arena *a);
struct ids store_delivery_due(struct db *db, int64_t now_ms, int64_t most, struct arena *a); /* by next_ms */
int64_t store_delivery_next_ms(struct db *db);                                 /* INT64_MAX: nothing to come */
/* What waits for its first attempt beyond its time is looked at again: the reason was found with another clock. */
void store_delivery_wait_anew(struct db *db, int64_t now_ms);
/*
 * Of a shared database: who sends a delivery, and until when that is believed. In a database of one daemon's own they
 * keep and find nothing: what is "sending" when it starts was left by itself.
 */
void store_claim_put(struct db *db, int64_t delivery_id, const char *owner, int64_t until_ms);
void store_claim_end(struct db *db, int64_t delivery_id);
struct ids store_claims_of(struct db *db, const char *owner, struct arena *a);
struct ids store_claims_over(struct db *db, int64_t now_ms, struct arena *a);
int64_t store_claim_next_ms(struct db *db);   /* when the first is over; INT64_MAX if there is none */

/* Left over when the daemon died: being sent, and those that were being sent when they were cancelled. */
struct ids store_delivery_sending(struct db *db, struct arena *a);
struct ids store_delivery_list(struct db *db, const char *channel, int64_t event_id, const char *state,
                               int64_t before_due_ms, int64_t before_id, int64_t most, struct arena *a);

/*
 * For digests: occurrences that start in [from_ms, to_ms) and that a channel's filters let through, of an event (0: of
 * any) and a category ("": of any); and those of what a digest superseded with this reason and that aren't over.
 */
struct ids store_digest_week(struct db *db, int64_t channel_id, int64_t event_id, const char *category, int64_t from_ms,
                             int64_t to_ms, int64_t most, struct arena *a);
struct ids store_digest_overdue(struct db *db, int64_t channel_id, const char *reason, int64_t now_ms, int64_t most,
                                struct arena *a);

void store_attempt_begin(struct db *db, int64_t delivery_id, int64_t number, int64_t at_ms);
void store_attempt_end(struct db *db, int64_t delivery_id, int64_t number, int64_t took_ms, int64_t status,
                       const char *outcome, const char *reason);
struct objects store_attempts(struct db *db, int64_t delivery_id, struct arena *a);

#endif
