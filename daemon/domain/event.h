/* Events, their occurrences and roles: what they are, what may be asked of them, and their names on the wire. */
#ifndef KEPU_DOMAIN_EVENT_H
#define KEPU_DOMAIN_EVENT_H

#include "base/err.h"
#include "base/names.h"
#include "fields.h"

#include <stdbool.h>
#include <stdint.h>

#define EVENT_TITLE_CHARS_MAX 200
#define EVENT_DESCRIPTION_BYTES_MAX 20000
#define EVENT_VENUE_CHARS_MAX 200
#define EVENT_REASON_CHARS_MAX 500
#define EVENT_ROLES_MAX 20
#define EVENT_LIST_MAX 50               /* partners, audiences, indicators */
#define EVENT_DATES_MAX 1000            /* RDATEs, EXDATEs */
#define ROLE_NAME_CHARS_MAX 40
#define ROLE_CAPACITY_MAX 1000000
#define ROLE_SKILLS_MAX 10
#define ROLE_WAITLIST_MAX 100000
#define SIGNUP_LIMIT_MAX 1000           /* sign-ups of one person for one event */
#define SLUG_BYTES_MAX 64

/* Of an event and, with what can only happen to one of them, of an occurrence. */
#define EVENT_STATUSES(X)                                                                                              \
    X(EVENT_CONFIRMED, "confirmed") X(EVENT_TENTATIVE, "tentative") X(EVENT_CANCELLED, "cancelled")
#define OCCURRENCE_STATUSES(X)                                                              \
    X(OCCURRENCE_SCHEDULED, "scheduled") X(OCCURRENCE_TENTATIVE, "tentative")               \
    X(OCCURRENCE_MOVED, "moved") X(OCCURRENCE_CANCELLED, "cancelled") X(OCCURRENCE_PAST, "past")

enum event_status {
#define X(status, name) status,
    EVENT_STATUSES(X)
#undef X
};
enum occurrence_status {
#define X(status, name) status,
    OCCURRENCE_STATUSES(X)
#undef X
};
const char *event_status_name(enum event_status status);
enum event_status event_status_parse(const char *text);                /* text from the database: must be one */
const char *occurrence_status_name(enum occurrence_status status);
enum occurrence_status occurrence_status_parse(const char *text);

/* Places for helpers (the default) or participants. The counters are an occurrence's; -1 in an event. */
struct role {
    char *name;
    int64_t capacity;
    int64_t minimum;
    bool participant;
    struct texts skills;     /* a volunteer must have all of them */
    int64_t waitlist_max;    /* people in line at most; 0: any number; FIELD_INT_ABSENT: the office's rule */
    int64_t taken;           /* confirmed + offered */
    int64_t confirmed;
    int64_t offered;
    int64_t waitlisted;
    int64_t free;            /* capacity − taken, never below 0 */
};

/* An event as the wire shows it (SPEC.md 4). */
struct event {
    int64_t id;              /* the database's; not on the wire */
    char *slug, *uid, *title, *description, *category, *lead;
    struct texts partners, audiences;
    char *venue;
    char *start_local, *end_local;   /* as kept; `start` and `end` are made of them */
    struct moment start, end;
    bool all_day;
    char *tz, *rrule;
    bool start_is_extra;
    struct texts rdates, exdates;    /* "2027-09-18T09:00:00" or a date, local */
    char *holiday_policy;
    struct objects roles;            /* struct role */
    struct texts indicators;
    char *signup_opens, *signup_closes, *cancel_until;   /* as kept (domain/signup.h); "": the office's rule */
    int64_t signup_limit;            /* 0: none; FIELD_INT_ABSENT: the office's rule */
    char *unit, *preset;
    enum event_status status;
    char *status_name;
    char *reason;
    int64_t sequence, version;
    char *split_from;                /* a slug, or NULL */
    int64_t created_ms, updated_ms;
    char *stored_until;
    char *url;
    char *rule_text;                 /* the rule in words, in the request's language */
    struct objects next;             /* struct event_date: the next dates; in `add` and `show` */
    struct texts notes;              /* what the daemon did that was not asked for to the letter */
    struct moment next_start;        /* in lists: when it happens next */
    int64_t free;                    /* in lists: places free then; FIELD_INT_ABSENT without roles */
};

struct event_date {
    struct moment start;
};

/* An occurrence as the wire shows it. */
struct occurrence {
    int64_t id;                      /* 0: not stored */
    int64_t event_id;
    char *event;                     /* slug */
    char *title, *description;
    char *category;
    char *recurrence_local, *start_local, *end_local;
    struct moment recurrence_id, start, end;
    int64_t start_ms, end_ms;
    char *tz, *venue;
    enum occurrence_status status;   /* as stored: never OCCURRENCE_PAST */
    char *status_name;               /* as shown */
    bool own_title, own_venue, own_description, own_roles;
    struct objects roles;
    int64_t signup_opens_ms, signup_closes_ms;   /* FIELD_INT_ABSENT: always, to the end */
    struct texts notes;              /* what follows from a change: shifts that overlap now */
    int64_t headcount;               /* FIELD_INT_ABSENT: not recorded */
    char *reason;
    int64_t sequence, version, moves, updated_ms, cancelled_ms;
    char *url;
};

/* What `event add` and `event edit` are given, as written. */
struct event_input {
    char *slug;                      /* of the new event, or (edit) the event's */
    char *title, *description, *category, *lead;
    struct texts partners, audiences;
    char *venue, *start, *end, *duration;
    int8_t all_day;
    char *tz, *repeat;
    struct texts rdates, exdates;
    struct objects roles;            /* struct role_input */
    struct texts indicators;
    char *signup_opens, *signup_closes, *cancel_until;
    int64_t signup_limit;
    char *unit, *holiday_policy;
    int8_t provisional;
    char *preset;                    /* the preset it is made from */
    int64_t year;                    /* preset apply: from which year on */
    char *scope, *on;                /* edit: "this", "future", "all", and which */
};

struct role_input {
    char *name;
    int64_t capacity, minimum;       /* FIELD_INT_ABSENT when not given */
    int8_t participant;
    struct texts skills;
    int64_t waitlist_max;            /* 0: any number; FIELD_INT_ABSENT: the office's rule */
};

/* Naming an event, one of its dates, and what to do with it. */
struct event_ref {
    char *slug, *on, *to, *reason, *note, *start, *title;
    int64_t count;
};

/* A new event like `from`. */
struct clone_input {
    char *from, *slug, *start, *title;
};

struct event_filter {
    char *category, *lead, *audience, *status, *q, *from, *to, *cursor;
    int64_t limit;
    /* Of the agenda; not on the wire. */
    char *town;
    int64_t day_start_ms, day_end_ms;      /* both 0: any day */
};

struct occurrence_filter {
    char *slug, *from, *to, *cursor;
    int64_t count, limit;
};

extern const struct fields role_fields, event_fields, occurrence_fields;
extern const struct fields event_input_fields, preset_input_fields, clone_input_fields, event_ref_fields,
    event_filter_fields, occurrence_filter_fields;

/* Lower-case letters, digits, hyphens; begins and ends with one that isn't a hyphen. */
bool slug_valid(const char *text);

/* 1–`max` characters of UTF-8 that aren't all blank, no control characters but (with `lines`) line feeds. */
int text_check(const char *text, const char *field, size_t chars_max, bool lines, struct err *e);

/* Names unique and not blank, capacity 1–ROLE_CAPACITY_MAX, minimum 0–capacity. Field "roles". */
int roles_check(const struct objects *inputs, struct err *e);

bool texts_same(const struct texts *a, const struct texts *b);
bool roles_same(const struct objects *a, const struct objects *b);        /* struct role, but for who is in them */
/* All but what says when: words, lists, roles, status, the rules of signing up. */
bool event_words_same(const struct event *a, const struct event *b);

#endif
