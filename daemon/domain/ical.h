/* Calendar files, in and out: what is asked, and the report by component of what was taken. */
#ifndef KEPU_DOMAIN_ICAL_H
#define KEPU_DOMAIN_ICAL_H

#include "fields.h"

#define ICAL_OVERRIDES_MAX 2000           /* of one series in one file */

/* "body" is the file. */
struct import_input {
    char *body;
};

/* Which events; none given: all of them. */
struct export_input {
    struct texts slugs;
};

#define IMPORT_OUTCOMES(X)                                                                                  \
    X(IMPORT_ADDED, "added") X(IMPORT_UPDATED, "updated") X(IMPORT_UNCHANGED, "unchanged")                  \
    X(IMPORT_REFUSED, "refused")

enum import_outcome {
#define X(outcome, name) outcome,
    IMPORT_OUTCOMES(X)
#undef X
    IMPORT_OUTCOME_COUNT
};
const char *import_outcome_name(enum import_outcome outcome);

/* One component of the file. */
struct import_component {
    int64_t line;                         /* of its BEGIN */
    char *kind;                           /* "VEVENT" */
    char *uid, *recurrence_id, *title;    /* NULL: it has none */
    enum import_outcome outcome;
    char *outcome_name;
    char *slug;                           /* of the event it is now part of; NULL when refused */
    char *reason;                         /* why it was refused; or NULL */
    struct texts notes;                   /* what was taken otherwise than written */
};

struct import_report {
    int64_t imported, updated, unchanged, refused;
    struct texts notes;                   /* of the file as a whole */
    struct objects components;            /* struct import_component, in the order of the file */
};

extern const struct fields import_input_fields, export_input_fields, import_component_fields, import_report_fields;

#endif
