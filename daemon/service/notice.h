/* Channels, reminder rules and deliveries: what may be done with them, and the dispatcher's three questions. */
#ifndef KEPU_SERVICE_NOTICE_H
#define KEPU_SERVICE_NOTICE_H

#include "call.h"
#include "domain/notice.h"
#include "store/notice.h"

/*
 * What the notify room knows of each kind of robot. Arrows go from notify to service, so service is given this at the
 * start (service_set_robots) and asks through it. Pure functions, called on store threads. `kind` is a kind's name.
 */
struct dispatch_item;
struct robots {
    int (*check_kind)(const char *kind, struct err *e);
    int (*check_url)(const char *kind, const char *url, bool allow_private, struct err *e);
    int (*check_secret)(const char *kind, const char *secret, struct err *e);
    int (*check_keyword)(const char *keyword, struct err *e);
    bool (*makes_secret)(const char *kind);                  /* a channel without a secret gets one */
    const char *(*secret_new)(struct arena *a);
    const char *(*mask)(const char *url, struct arena *a);   /* scheme and host */
    /* The body that a robot would be sent, without signature; in the arena. */
    int (*body)(const struct dispatch_item *item, struct arena *a, const char **ret, struct err *e);
    bool (*is_paced)(const char *kind);
    int64_t (*pace_next_ms)(const char *kind, const int64_t *sends_ms, size_t count, int64_t now_ms);
};
void service_set_robots(struct service *s, const struct robots *robots);
const struct robots *service_robots(const struct service *s);

/* input: struct channel_input; result: struct channel (list: struct list of it; test and send: struct delivery). */
extern const struct operation op_channel_add, op_channel_list, op_channel_show, op_channel_edit, op_channel_remove,
    op_channel_pause, op_channel_resume, op_channel_rotate_secret;
/* A delivery of kind test or notice, due now: its outcome is waited for with dispatcher_wait. Result: struct delivery.
 */
extern const struct operation op_channel_test, op_channel_send;

/* input: struct reminder_input; result: struct reminder (list: struct list of it). */
extern const struct operation op_reminder_add, op_reminder_list, op_reminder_show, op_reminder_edit, op_reminder_remove;
/* input: struct reminder_input (id: "all" for every rule; count); result: struct list of struct reminder_preview. */
extern const struct operation op_reminder_preview;
#define PREVIEW_DEFAULT 5
#define PREVIEW_MAX 50

/* input: struct delivery_filter; result: struct delivery (list: struct list of it). */
extern const struct operation op_delivery_list, op_delivery_show, op_delivery_retry, op_delivery_drop;

/* The dispatcher */

/* input: none; result: struct dispatch_next. At the start, once: what was under way when the last daemon ended. */
extern const struct operation op_dispatch_recover;
/* input: none; result: struct dispatch_next. */
extern const struct operation op_dispatch_next;
struct dispatch_next {
    struct list list;               /* of a claim */
    int64_t at_ms;                  /* when something wants attention; INT64_MAX: nothing does */
};

/*
 * input: struct dispatch_claim; result: struct dispatch_next, with a list of struct dispatch_item. Takes what is due:
 * expires, supersedes, paces; writes the attempt of each delivery in the list down and marks it sending. To be sent
 * only once this is committed.
 */
extern const struct operation op_dispatch_claim;
struct dispatch_claim {
    int64_t most;
    int64_t boot_ms;                /* clock_boot_ms, and which boot; NULL: the wall clock was never set */
    const char *boot;
    int64_t lag_ms;                 /* so long after their claim have messages gone out of late */
    bool after_gap;                 /* the clock was set or the machine slept: what waits is looked at first */
};
struct dispatch_item {
    int64_t id, channel_id, attempt;
    int64_t wanted_ms;                            /* when it was to go: its due time, or after the quiet hours */
    char *code, *kind;                            /* the delivery's */
    char *channel_kind, *channel_name, *url, *secret, *secret_old,
        *keyword; /* url and secrets opened: never log them */
    bool allow_private;
    char *title, *subject, *text, *link, *event, *recurrence_id, *start, *venue; /* "" where there is none */
    int64_t timestamp_ms, deadline_ms;
};

/* input: struct dispatch_outcome; result: struct dispatch_next. */
extern const struct operation op_dispatch_outcome;
struct dispatch_outcome {
    int64_t id, attempt;
    enum attempt_outcome outcome;
    bool robot_waits;                             /* retry_after_ms holds for every message of the channel */
    bool pause_channel;                           /* the channel itself is refused: the address, the key */
    int64_t status;                               /* HTTP's; FIELD_INT_ABSENT */
    int64_t took_ms;
    int64_t retry_after_ms;                       /* at least so long; 0 */
    char *reason;
    const char *request, *answer;                 /* of a test, without secrets; NULL */
};

/* For others, on the store thread */

int channel_find(struct call *c, struct db *db, const char *name, struct channel_row **ret, struct err *e);
/* What a test's last attempt sent and heard, for delivery_view to show. */
void delivery_keep_trace(struct db *db, const struct delivery_row *d, const char *request, const char *answer);
struct delivery *delivery_view(struct call *c, struct db *db, const struct delivery_row *d);
/* Moves a delivery to a state with a reason, if that is allowed; writes it. */
void delivery_move(struct call *c, struct db *db, struct delivery_row *d, enum delivery_state to, const char *reason);

/* The words of a delivery's message, in the channel's language. */
struct composed {
    char *title;       /* the message's heading */
    char *subject;     /* the event's own title, "" */
    char *text, *link, *event, *recurrence_id, *start, *venue;
};
int compose(struct call *c, struct db *db, const struct delivery_row *d, const struct channel_row *ch,
            struct composed *ret, struct err *e);

#endif
