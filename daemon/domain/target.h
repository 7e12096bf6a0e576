/* Targets: what a plan measures, and how far along it is. */
#ifndef KEPU_DOMAIN_TARGET_H
#define KEPU_DOMAIN_TARGET_H

#include "base/err.h"
#include "fields.h"
#include "measure.h"

#include <stdbool.h>
#include <stdint.h>

#define TARGET_VOLUNTEERS "volunteers"       /* counts people: never entered (SPEC.md 4) */
#define TARGET_PACE_DAYS 30
#define TARGET_YEAR_DAYS 365
#define TARGET_AMOUNT_MILLI_MAX 1000000000000 /* a thousand million; a sum of nine million of them still fits */
#define TARGET_NOTE_CHARS_MAX 500
#define TARGET_NAME_CHARS_MAX 200
#define TARGET_LEVEL_CHARS_MAX 40

struct target {
    char *slug, *title, *title_en, *unit, *measure, *period, *per, *due;
    int64_t position;
    int64_t target_milli;
    int64_t value_milli;         /* FIELD_INT_ABSENT: nobody has said yet */
    int64_t percent_milli;       /* of the target; FIELD_INT_ABSENT with the value */
    int64_t pace;                /* people per TARGET_PACE_DAYS; FIELD_INT_ABSENT for what isn't counted by the day */
    int64_t pace_year;           /* people who came in 365 days; FIELD_INT_ABSENT for what isn't people */
    struct moment forecast;      /* the day it is reached at that pace */
    char *state;                 /* where it stands: enum standing */
    struct moment forecast_from, forecast_to; /* the earliest and the latest that paces say */
    char *sure;                  /* of the forecast: enum sureness; NULL without one */
    char *reason;                /* of people: why so sure, or why there is no forecast; in the reader's language */
    int64_t expected_milli;      /* what an even way would have brought by now */
    int64_t recent_milli, recent_days; /* what came in lately */
    int64_t met, cells;          /* of a grid; FIELD_INT_ABSENT for what has none */
    int64_t baseline_milli;      /* what the plan before came to */
    struct texts lead;           /* departments' slugs */
    char *plan, *section;
    enum standing standing;
};

struct target_ref {
    char *slug, *plan;
    char *cursor;                /* entries */
    int64_t limit;
};

/* One thing a value is made of; the amounts of all of them are the value. */
struct target_part {
    char *kind;                  /* signup, headcount, session, person, record, set */
    struct moment at;
    int64_t amount_milli, of_milli;
    char *event, *title;         /* of an occurrence */
    struct moment recurrence_id;
    char *signup, *volunteer;    /* ids */
    char *unit, *name, *level, *note, *who;
};

/* A unit's row of a grid, and a cell of it. */
struct grid_cell {
    char *period;                /* "2025-autumn"; "" where there is one column */
    int64_t count_milli, target_milli;
    bool met, due;               /* due: its time has begun */
};
struct grid_row {
    char *unit, *title;
    struct objects cells;
    int64_t met, missing;
};
struct grid {
    char *slug, *title, *unit, *plan, *kind;
    struct texts periods;
    struct objects rows;
    int64_t met, cells;          /* of those due */
    struct objects missing;      /* struct grid_gap */
};
struct grid_gap {
    char *unit, *title, *period;
    int64_t missing_milli;
};

/* What is entered: `record` adds an amount, `set` replaces the value. */
struct target_input {
    char *slug, *plan;
    int64_t amount_milli, of_milli;   /* record */
    int64_t value_milli;              /* set */
    char *at, *note, *name, *level, *unit;
};

/* A CSV file; and what became of its lines. */
struct target_import {
    char *plan, *body;
};
struct import_result {
    int64_t imported, existing, lines;
};

/* Drafts for what a grid is missing in a term. */
struct draft_input {
    char *slug, *plan, *term, *preset;
};

extern const struct fields target_import_fields, import_result_fields, draft_input_fields;
extern const struct fields target_fields, target_ref_fields, target_record_fields, target_set_fields,
    target_part_fields, grid_fields;

/* Part over whole in thousandths of a percent, rounded down. `whole` > 0. */
int64_t target_percent_milli(int64_t part_milli, int64_t whole_milli);

/* Days until the target is reached at a pace per TARGET_PACE_DAYS, 0 if it is; -1: never, or not in our time. */
#define TARGET_FORECAST_DAYS_MAX 36525
int64_t target_days_left(int64_t value_milli, int64_t target_milli, int64_t pace);

/* 0 or `least` to TARGET_AMOUNT_MILLI_MAX; FIELD_INT_ABSENT is MSG_AMOUNT_NEEDED. */
int target_amount_check(int64_t milli, int64_t least_milli, const char *field, struct err *e);

#endif
