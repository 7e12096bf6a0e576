/* Sign-ups: the states of one, what may follow what, what may be asked, and the names on the wire. */
#ifndef KEPU_DOMAIN_SIGNUP_H
#define KEPU_DOMAIN_SIGNUP_H

#include "base/err.h"
#include "fields.h"
#include "people.h"

#include <stdbool.h>
#include <stdint.h>

/*
 *               ┌──────────── leaves the line ────────────┐
 *               │          ┌── declined, too late ──┐     v
 *   full → waitlisted ──→ offered ─────────────────────→ cancelled
 *               │            │                            ^
 *               └─ promoted ─┤ taken                      │
 *                            v                            │
 *   free → ───────────── confirmed ───────────────────────┘
 *                            │
 *                            v
 *              attended ⇄ no_show ⇄ excused        (any of the three corrects another)
 *
 * Cancelled is the end: who comes back signs up anew, at the end of the line.
 */
#define SIGNUP_STATES(X)                                                                        \
    X(SIGNUP_CONFIRMED, "confirmed") X(SIGNUP_WAITLISTED, "waitlisted") X(SIGNUP_OFFERED, "offered") \
    X(SIGNUP_CANCELLED, "cancelled") X(SIGNUP_ATTENDED, "attended") X(SIGNUP_NO_SHOW, "no_show")     \
    X(SIGNUP_EXCUSED, "excused")

enum signup_state {
#define X(state, name) state,
    SIGNUP_STATES(X)
#undef X
    SIGNUP_STATE_COUNT
};

const char *signup_state_name(enum signup_state state);
bool signup_state_parse(const char *text, enum signup_state *ret);
extern const char *const signup_state_names[SIGNUP_STATE_COUNT];

/* The one function that moves: ERR_CONFLICT, naming both, unless the picture has the way. */
int signup_move(enum signup_state *state, enum signup_state to, const char *id, struct err *e);

/* Counted in the role's `taken`. Who attended or stayed away held the place to the end; who was excused gave it up. */
bool signup_holds_place(enum signup_state state);

/* A sign-up as the wire shows it (SPEC.md 4). */
struct signup {
    int64_t row, volunteer_row, occurrence_row, event_row;   /* the database's; not on the wire */
    char *id;                    /* "s-…" */
    char *volunteer;             /* its id */
    char *name;                  /* the volunteer's */
    char *event;                 /* its slug */
    char *title;
    char *venue;
    struct moment recurrence_id, start, end;
    char *role;
    enum signup_state state;
    char *state_name;
    int64_t position;            /* in line, from 1; FIELD_INT_ABSENT: not in line */
    char *reason;                /* of its last move; "" */
    int64_t offer_until_ms;      /* offered: till when it can be taken; else FIELD_INT_ABSENT */
    int64_t created_ms;
    int64_t checked_in_ms, checked_out_ms;
    bool closed;                 /* nobody checked out: the end of the shift did */
    int64_t minutes;
    struct objects history;      /* struct attendance_step; of one that is shown by itself */
    struct objects mail;         /* struct signup_mail; of one that is shown by itself */
    int64_t version;
    char *url;                   /* of the occurrence's page */
    char *recurrence_local, *start_local, *end_local, *tz;   /* not on the wire */
    int64_t start_ms, end_ms;
    bool off;                    /* the occurrence or its event is cancelled */
    bool shadow;                 /* what a link shows that leads to none (service/signup_shadow.h) */
    char *cancel_rule;           /* the event's cancel_until */
    int64_t cancel_until_ms;     /* till when its volunteer may cancel it; FIELD_INT_ABSENT: to the end */
};

/* What became of a mail to its volunteer, without the address. Times: FIELD_INT_ABSENT where there is none. */
struct signup_mail {
    char *id;                    /* "m-…" */
    char *kind;                  /* offer, promoted, moved, cancelled */
    char *state;                 /* scheduled, sending, retrying, delivered, expired, cancelled, failed */
    int64_t attempts;
    int64_t created_ms, next_ms, final_ms;
    char *reason;                /* why it failed, or has not gone yet */
};

struct signup_input {
    char *volunteer, *event, *on, *role;
    int8_t waitlist;
};

/* The public form. `slug` and `on` say which occurrence; the rest is what was filled in. */
struct signup_form {
    char *slug, *on;
    char *name, *phone, *role, *age;
    int8_t consent, waitlist;
    char *guardian_name, *guardian_phone;
    int8_t guardian_consent;
};

/* Where the form's answer leads: /v/{token}. */
struct signup_form_result {
    char *token;
};

struct signup_ref {
    char *id, *reason;
};

struct signup_filter {
    char *event, *on, *volunteer, *state, *cursor;
    int64_t limit;
};

/* What is answered to an offer. */
struct offer_answer {
    char *token;
    char *answer;                /* "take", "decline" */
};

/* What a page's token opens. */
struct person_ref {
    char *token;
    char *signup;                /* cancel, change: which one, on a whole page; NULL where there is one */
    char *on, *role;             /* change: to what */
    int8_t waitlist;
};

/* A page of one's own. `person` NULL: the token opens just the sign-up listed. */
struct person_page {
    struct volunteer *person;
    struct objects signups;      /* struct signup */
    bool calendar;               /* of a whole page: there is an address for it */
};

/* What a sign-up may be changed to: roles of dates of its event, each with places or a line. */
struct person_choice {
    char *on;                    /* "2027-05-12T0900" */
    struct moment start, end;
    char *tz, *role;
    int64_t free;                /* 0: the line */
    int64_t waiting;
    bool now;                    /* it is this one */
};
struct person_choices {
    struct signup *signup;
    struct objects choices;      /* struct person_choice */
};

extern const struct fields signup_fields, signup_input_fields, signup_form_fields, signup_form_result_fields,
    signup_ref_fields, signup_filter_fields, person_ref_fields, person_page_fields;

#endif
