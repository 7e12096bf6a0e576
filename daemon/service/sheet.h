/* A CSV file with named columns, read a line at a time: every error says its line and column (SPEC.md 3). */
#ifndef KEPU_SERVICE_SHEET_H
#define KEPU_SERVICE_SHEET_H

#include "base/csv.h"
#include "call.h"

#define SHEET_COLUMNS_MAX 16
#define SHEET_LINES_MAX 20000

struct sheet_column {
    const char *name, *also;             /* another name for it, or NULL */
    bool needed;
};

struct sheet {
    struct call *c;
    struct arena file;
    struct csv csv;
    struct csv_row row;
    const struct sheet_column *columns;
    size_t count;
    size_t cells;                        /* of the header, so of every line */
    int at[SHEET_COLUMNS_MAX];           /* where each column stands; -1: it doesn't */
    int64_t lines;                       /* read so far, the header not counted */
};

/* Reads the header. Release it whatever comes of it. */
int sheet_open(struct sheet *s, struct call *c, const char *body, const struct sheet_column *columns, size_t count,
               struct err *e);
void sheet_release(struct sheet *s);
/* 1: the next line is in s->row; 0: the end; -1. */
int sheet_next(struct sheet *s, struct err *e);
/* NULL: no such column, or nothing in it. Blanks around it are gone. */
char *sheet_cell(struct sheet *s, size_t column);
/* A decimal in thousandths; FIELD_INT_ABSENT where there is nothing. */
int sheet_milli(struct sheet *s, size_t column, int64_t *ret_milli, struct err *e);
/* Makes an error one about this line and column; -1. */
int sheet_wrong(const struct sheet *s, struct err *e);

#endif
