/* Telling people: channels, reminders and deliveries; the states of a delivery, its deadline and its backoff. */
#ifndef KEPU_DOMAIN_NOTICE_H
#define KEPU_DOMAIN_NOTICE_H

#include "fields.h"

#include <stdbool.h>
#include <stdint.h>

#define NOTICE_TEXT_CHARS_MAX 2000
#define CHANNEL_NAME_CHARS_MAX 64
#define CHANNEL_FILTERS_MAX 20
#define REMINDER_CHANNELS_MAX 50
#define REMINDER_OFFSET_MS_MAX (366LL * 86400000)

/* What is told (SPEC.md 8): name on the wire, whether a rule can ask for it, whether it stands before its occurrence.
 */
#define NOTICE_KINDS(X)                      \
    X(NOTICE_UPCOMING, "upcoming", true)     \
    X(NOTICE_UNDERSTAFFED, "understaffed", true) \
    X(NOTICE_THANKS, "thanks", true)         \
    X(NOTICE_CHANGED, "changed", true)       \
    X(NOTICE_FILLED, "filled", true)         \
    X(NOTICE_MILESTONE, "milestone", true)   \
    X(NOTICE_DIGEST, "digest", true)         \
    X(NOTICE_ASK, "ask", true)               \
    X(NOTICE_TEST, "test", false)            \
    X(NOTICE_NOTICE, "notice", false)

enum notice_kind {
#define X(kind, name, asked) kind,
    NOTICE_KINDS(X)
#undef X
    NOTICE_KIND_COUNT
};
const char *notice_kind_name(enum notice_kind kind);
bool notice_kind_parse(const char *text, enum notice_kind *ret);
bool notice_kind_is_asked_for(enum notice_kind kind);  /* by a reminder rule; the others by a command */
bool notice_kind_has_offset(enum notice_kind kind);    /* told so long before or after */
bool notice_kind_is_weekly(enum notice_kind kind);     /* told at a time of each week */
bool notice_kind_has_occurrence(enum notice_kind kind);
bool notice_kind_is_at_once(enum notice_kind kind);    /* someone asked for it now: at night, too */

/*
 * The states of a delivery.
 *
 *   scheduled ──> sending ──> delivered
 *       │           │ ├─────> retrying ───┐
 *       │           │ └─────> ambiguous ──┤ (the outcome of an attempt is unknown)
 *       │           │   ^                 │
 *       │           │   └─────────────────┘ at its time
 *       └───────────┴──> expired, cancelled, superseded, failed   (also from retrying and ambiguous)
 */
#define DELIVERY_STATES(X)                      \
    X(DELIVERY_SCHEDULED, "scheduled", false)   \
    X(DELIVERY_SENDING, "sending", false)       \
    X(DELIVERY_RETRYING, "retrying", false)     \
    X(DELIVERY_AMBIGUOUS, "ambiguous", false)   \
    X(DELIVERY_DELIVERED, "delivered", true)    \
    X(DELIVERY_EXPIRED, "expired", true)        \
    X(DELIVERY_CANCELLED, "cancelled", true)    \
    X(DELIVERY_SUPERSEDED, "superseded", true)  \
    X(DELIVERY_FAILED, "failed", true)

enum delivery_state {
#define X(state, name, final) state,
    DELIVERY_STATES(X)
#undef X
    DELIVERY_STATE_COUNT
};
const char *delivery_state_name(enum delivery_state state);
bool delivery_state_parse(const char *text, enum delivery_state *ret);
bool delivery_is_final(enum delivery_state state);
bool delivery_may_move(enum delivery_state from, enum delivery_state to);

/* How an attempt ended. */
enum attempt_outcome { ATTEMPT_OK, ATTEMPT_RETRY, ATTEMPT_PERMANENT, ATTEMPT_UNKNOWN };
const char *attempt_outcome_name(enum attempt_outcome outcome);
bool attempt_outcome_parse(const char *text, enum attempt_outcome *ret);

/*
 * When it is no longer worth telling (the table of SPEC.md 8). `lead_ms` is how long before the start it is due;
 * start_ms and end_ms are the occurrence's, ignored where there is none.
 */
int64_t notice_deadline_ms(enum notice_kind kind, int64_t due_ms, int64_t lead_ms, int64_t start_ms, int64_t end_ms);

/*
 * Quiet hours "22:00-07:00", over midnight or not, in minutes of the day. False: not written so, or nought long; "" is
 * none, with both -1.
 */
struct quiet {
    int from_min, to_min;
};
bool quiet_parse(const char *text, struct quiet *ret);
/* Whether a local wall time (seconds) is in them; then when they began and end, as wall times. */
bool quiet_at(const struct quiet *q, int64_t wall_s, int64_t *ret_begin_s, int64_t *ret_end_s);

/*
 * A little earlier than due_ms, at most spread_ms, where a full or half hour begins then: robots are busiest there.
 * `grain` is any number that tells deliveries apart.
 */
int64_t notice_spread_ms(int64_t due_ms, int64_t spread_ms, uint64_t grain);

/* "25,50,75,90,100" as thousandths of a percent, rising; 0: not written so. */
#define MILESTONE_STEPS_MAX 20
#define MILESTONE_STEPS_DEFAULT "25,50,75,90,100"
size_t milestone_steps_parse(const char *text, int64_t ret_milli[MILESTONE_STEPS_MAX]);

/* The wait after the nth attempt (from 1): 5 s, 30 s, 2 min, 5 min, 10 min, 20 min, 40 min …, ±20 % by `random`,
 * 0–1000. */
int64_t delivery_backoff_ms(int64_t attempt, uint32_t random);

/* On the wire */

struct channel {
    int64_t id;
    char *name, *kind, *state, *reason;
    struct texts filters;            /* "category=science-day" */
    char *keyword, *lang;
    char *quiet;                     /* "22:00-07:00"; "": none */
    bool allow_private, alerts;
    char *address;                   /* scheme and host: never the path, which holds the key */
    int64_t last_success_ms;
    char *last_error;                /* NULL: none */
    int64_t pending;
    int64_t created_ms, version;
    char *secret;                    /* once, in the answer of `add` and `rotate-secret` */
};

struct reminder {
    int64_t id;
    char *code;
    int64_t event_id;
    char *event, *category, *kind, *before, *after;
    struct texts channels;
    char *template;
    char *weekly;                    /* in words; of a digest and an ask */
    char *target, *steps;            /* of a milestone */
    char *lang;                      /* "": the channel's */
    bool every_channel;
    int64_t offset_ms;               /* from the start or end; of a weekly kind from Monday's midnight */
    int64_t created_ms, version;
};

/* One message that a rule would send. */
struct reminder_preview {
    char *reminder, *kind, *channel, *event;
    struct moment recurrence_id;
    int64_t due_ms, at_ms;           /* at: after quiet hours and spread; FIELD_INT_ABSENT: when it happens */
    char *state;                     /* "planned", "filtered", "paused", "overruled", "nothing" */
    char *reason;                    /* why it would not be sent, or not when it is due; NULL */
    char *title, *text;
    char *payload;                   /* the request's body, as cut for the robot; without signature */
    int64_t bytes;                   /* of it */
};

struct attempt {
    int64_t number, at_ms, took_ms, status;
    char *outcome, *reason;
    char *judgement;                 /* the outcome in words, in the reader's language */
};

struct delivery {
    int64_t id;
    char *code, *channel, *kind, *event;
    struct moment recurrence_id;
    int64_t due_ms, deadline_ms, next_ms;
    char *state, *reason;
    struct objects attempts;         /* struct attempt */
    int64_t created_ms, final_ms;
    bool late;                       /* its first attempt began more than a minute after it was due */
    char *next_step;                 /* in words, in the reader's language; NULL: it is over */
    char *request, *answer;          /* of a test, without secrets; NULL */
};

struct channel_input {
    char *name, *kind, *url, *secret, *keyword, *lang, *text, *state, *quiet;
    struct texts filters;
    int8_t allow_private, alerts;
};

struct reminder_input {
    char *id, *event, *category, *before, *after, *kind, *template, *weekly, *target, *steps, *lang;
    int64_t count;                   /* of a preview */
    int8_t all;
    struct texts channels;
};

struct delivery_filter {
    char *id, *channel, *event, *state, *cursor;
    int64_t limit;
};

extern const struct fields channel_fields, reminder_fields, delivery_fields, reminder_preview_fields;
extern const struct fields channel_input_fields, reminder_input_fields, delivery_filter_fields;

#endif
