/* The office's own lists: departments and their like, presets, plans, tokens, the audit; their names on the wire. */
#ifndef KEPU_DOMAIN_OFFICE_H
#define KEPU_DOMAIN_OFFICE_H

#include "fields.h"

#define ENTRY_TITLE_CHARS_MAX 100
#define ENTRY_ALIASES_MAX 20
#define ENTRY_TOWN_CHARS_MAX 40
#define TOKEN_NAME_CHARS_MAX 50

/* Lists of the same shape: what a slug means. */
#define REGISTERS(X) X(REGISTER_DEPARTMENT, "department") X(REGISTER_CATEGORY, "category") \
    X(REGISTER_AUDIENCE, "audience") X(REGISTER_VENUE, "venue") X(REGISTER_UNIT, "unit")
enum register_kind {
#define X(kind, name) kind,
    REGISTERS(X)
#undef X
    REGISTER_COUNT
};
const char *register_name(enum register_kind kind);

/* A row of any of them, and what is given to make or change one. */
struct entry {
    char *slug, *title, *title_en;
    struct texts aliases;            /* departments */
    char *color;                     /* categories */
    char *address, *latitude, *longitude, *town; /* venues */
    char *kind;                      /* units */
    int64_t position, version;
    int64_t changed_ms;              /* what calendars show of it; 0: not since it came */
};

struct preset {
    char *slug, *title, *title_en, *basis, *rule, *rule_text, *category, *lead;
    struct texts partners, audiences, indicators, reminders;
    struct objects roles;            /* struct role */
    int8_t provisional;
    bool all_day;
    char *start, *start_time, *duration, *note, *note_en;
    char *signup_opens, *signup_closes, *cancel_until;
    int64_t signup_limit;
    int64_t days, version;
    struct objects next;             /* struct event_date */
};

struct plan_section {
    char *id, *title, *title_en;
    struct texts lead, partners;
};

struct plan {
    char *slug, *title, *title_en, *start, *end, *state;
    struct objects sections;
    int64_t targets;                 /* how many */
    struct objects results;          /* struct plan_result: of a closed one */
    int64_t version;
};

struct plan_result {
    char *slug, *title;
    int64_t target_milli, value_milli, percent_milli;
};

struct token {
    char *name, *role, *department;
    int64_t expires_ms, created_ms, last_used_ms, version;
    char *token;                     /* once, in the answer of `add` */
};

struct token_input {
    char *name, *role, *department, *expires;
};

struct audit_entry {
    int64_t at_ms;
    char *who, *operation, *object, *detail, *request;
};

struct audit_filter {
    char *object, *who, *cursor;
    int64_t limit;
};

struct feed_entry {
    char *kind, *slug, *title, *url, *webcal, *google;
};

struct feed_name {
    char *kind, *slug;           /* of "all" no slug */
};

struct holiday_entry {
    char *date, *name;
    bool off;
    char *source;
};

struct slug_ref {
    char *slug, *year, *body;
    int8_t local; /* holiday import: the office's own calendar, which goes before the published one */
};

extern const struct fields department_fields, category_fields, audience_fields, venue_fields, unit_fields;
extern const struct fields department_input_fields, category_input_fields, audience_input_fields, venue_input_fields,
    unit_input_fields;
extern const struct fields preset_fields, plan_fields, token_fields, token_input_fields, audit_fields,
    audit_filter_fields, feed_fields, feed_name_fields, holiday_fields, slug_ref_fields;

#endif
