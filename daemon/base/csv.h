/* Reads CSV (RFC 4180) strictly, a row at a time, and says where it is wrong by line and column. */
#ifndef KEPU_BASE_CSV_H
#define KEPU_BASE_CSV_H

#include "err.h"
#include "mem.h"

#include <stddef.h>

#define CSV_BYTES_MAX (32u << 20)
#define CSV_COLUMNS_MAX 64
#define CSV_CELL_BYTES_MAX 65536

/* A file in memory; `data` must stay while it is read. */
struct csv {
    const char *data;
    size_t len;
    size_t at;
    size_t line;                          /* of `at`, from 1; a quoted cell may hold several */
};

struct csv_row {
    size_t line;                          /* where it begins */
    size_t count;
    char *cells[CSV_COLUMNS_MAX];
};

/*
 * The file as UTF-8 without its byte order mark. What isn't UTF-8 is read as GB18030, which is what spreadsheets write
 * here; what is neither, or UTF-8 with a few broken bytes, is ERR_INVALID with its line. Zero bytes are refused.
 * Memory from the arena, or the given bytes themselves.
 */
int csv_decode(const char *data, size_t len, struct arena *a, const char **ret, size_t *ret_len, struct err *e);

void csv_init(struct csv *c, const char *data, size_t len);

/* The next row that isn't blank, its cells in the arena: 1; at the end 0; ERR_INVALID: -1. */
int csv_read(struct csv *c, struct arena *a, struct csv_row *ret, struct err *e);

#endif
