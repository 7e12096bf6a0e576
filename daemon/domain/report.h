/* Reports: what a plan, a department, the volunteers or the events came to in a period; and their names on the wire. */
#ifndef KEPU_DOMAIN_REPORT_H
#define KEPU_DOMAIN_REPORT_H

#include "fields.h"

struct report_input {
    char *slug;              /* of one department; NULL: all of them */
    char *plan, *period;     /* "2025", "2025-H1", "2025-Q3", "plan" */
    char *language;          /* of what is written: zh without it */
};

struct report_totals {
    int64_t targets, reached, ahead, on, behind, unknown;
    int64_t events, sessions, people, headcounts;
    int64_t volunteers, volunteers_new, served, minutes;
};

struct report_year {
    char *year;
    int64_t value_milli;
};

struct report_target {
    char *slug, *title, *title_en, *unit, *measure, *period, *section, *state, *sure;
    int64_t target_milli, value_milli, percent_milli, missing_milli, recent_milli, baseline_milli;
    struct moment forecast;
    struct texts lead;
    int64_t sessions, people;        /* in the period, of occurrences that carry it */
    int64_t entries;                 /* what was entered, in all */
    char *last_entry, *source;       /* its date and note */
    int64_t met, cells;
    struct objects years;            /* struct report_year: over the plan's whole time, of what is counted by years */
};

struct report_section {
    char *id, *title;
    struct texts lead, partners;     /* departments' slugs */
};

struct report_department {
    char *slug, *title;
    struct texts leads, partners;    /* sections' ids */
    int64_t targets, reached, behind, unknown;
    int64_t events, sessions, people, minutes;
};

struct report_event {
    char *slug, *title, *lead, *category;
    int64_t sessions, attended, headcount, people, minutes;
    char *first, *last;              /* dates */
};

struct report_bar {
    char *label;                     /* "2025", "2025-03" */
    int64_t sessions, people;
};

struct report_share {
    char *label;
    int64_t count, minutes;
};

/* What is still to be done: a target behind, a date that nobody gave or confirmed. */
struct report_gap {
    char *kind, *slug, *title, *lead, *unit;
    int64_t missing_milli;
    struct moment forecast;
};

struct report {
    char *kind, *title, *plan, *plan_title, *office;
    char *from, *to, *period;        /* both days belong to it */
    struct moment made;
    struct report_totals *totals;
    struct objects sections, targets, departments, events, trend, gaps;
    struct objects sources, statuses, monthly; /* of volunteers */
    /* Not on the wire. */
    struct report_totals sums;
    const char *department;          /* its slug; NULL: the whole */
    struct objects all_targets;      /* struct report_target, of all departments */
};

extern const struct fields report_fields, report_input_fields;

#endif
