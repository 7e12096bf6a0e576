/* Volunteers: what is known of a person, what may be asked, and their names on the wire. */
#ifndef KEPU_DOMAIN_PEOPLE_H
#define KEPU_DOMAIN_PEOPLE_H

#include "base/err.h"
#include "base/mem.h"
#include "fields.h"

#include <stdbool.h>
#include <stdint.h>

#define PERSON_NAME_CHARS_MIN 2
#define PERSON_NAME_CHARS_MAX 50
#define PERSON_ORG_CHARS_MAX 100
#define PERSON_SOURCE_CHARS_MAX 40
#define PERSON_TOWN_CHARS_MAX 40
#define PERSON_SKILLS_MAX 20
#define PERSON_SKILL_CHARS_MAX 40
#define EMAIL_BYTES_MAX 254              /* RFC 5321 4.5.3.1.3, without the angle brackets */

/* Of kepu's own privacy notice, that consent on the web is given to; an office's own text has its own version. */
#define PRIVACY_NOTICE_VERSION "2"

#define PERSON_STATUSES(X) \
    X(PERSON_ACTIVE, "active") X(PERSON_RESTING, "resting") X(PERSON_ERASED, "erased")

enum person_status {
#define X(status, name) status,
    PERSON_STATUSES(X)
#undef X
};
const char *person_status_name(enum person_status status);
bool person_status_parse(const char *text, enum person_status *ret);

/* Who needs what before signing up on the web. */
#define AGE_GROUPS(X) X(AGE_ADULT, "adult") X(AGE_MINOR, "14-17") X(AGE_CHILD, "under14")

enum age_group {
#define X(age, name) age,
    AGE_GROUPS(X)
#undef X
};
bool age_group_parse(const char *text, enum age_group *ret);

/* A volunteer as the wire shows it (SPEC.md 4). */
struct volunteer {
    int64_t row;                 /* the database's; not on the wire */
    char *id;                    /* "v-…" */
    char *name;
    char *phone;                 /* masked unless revealed */
    char *email;                 /* NULL: none */
    char *org, *source, *town;
    struct texts skills;
    char *status;
    int64_t consent_ms;          /* FIELD_INT_ABSENT: basis "organisation" */
    char *consent_basis;
    int64_t hours_milli, stars;
    int64_t created_ms;
    int64_t version;
};

/* What `volunteer add` and `volunteer edit` are given, as written. */
struct volunteer_input {
    char *id;                    /* edit: whose */
    char *name, *phone, *email, *org, *source, *town, *status;
    struct texts skills;
    int8_t consent;
};

struct volunteer_ref {
    char *id;
    char *reveal;                /* "true": the whole number */
};

struct volunteer_filter {
    char *q, *source, *org, *town, *status, *skill, *cursor;
    char *reveal;                /* "true": whole numbers */
    int64_t limit;
};

/* The page link of a volunteer, shown once. */
struct volunteer_link {
    char *url;
};

/* A CSV file. */
struct volunteer_import {
    char *body;
};

/* What became of its lines. */
struct volunteer_import_result {
    int64_t imported, existing, lines;
};

extern const struct fields volunteer_fields, volunteer_input_fields, volunteer_edit_fields, volunteer_ref_fields,
    volunteer_filter_fields, volunteer_link_fields, volunteer_import_fields, volunteer_import_result_fields;

/* 2–50 characters after trimming, any script; *ret trimmed, in the arena. Field "name". */
int person_name_check(const char *text, struct arena *a, char **ret, struct err *e);

/* Nothing to see: what is cut off at either end of what people typed. */
bool person_is_blank(uint32_t c);

/* Light: something@host.part, no blanks, ≤EMAIL_BYTES_MAX. Field "email". */
int email_check(const char *text, struct err *e);
char *email_mask(const char *email, struct arena *a);   /* "z***@example.org" */

/* Trimmed, without blanks and repetitions, each ≤PERSON_SKILL_CHARS_MAX; in the arena. Field "skills". */
int person_skills_check(const struct texts *given, struct arena *a, struct texts *ret, struct err *e);

/* A text that may be left out or empty: trimmed into *ret, "" if there is none. */
int person_text_check(const char *text, const char *field, size_t chars_max, struct arena *a, char **ret,
                      struct err *e);

#endif
