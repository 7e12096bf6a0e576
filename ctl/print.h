/* Answers on standard output, in the form that was asked for. */
#ifndef KEPU_CTL_PRINT_H
#define KEPU_CTL_PRINT_H

#include "cell.h"
#include "command.h"
#include "settings.h"

#include <jansson.h>

/* One object. --fields that name nothing are an error (for what only reads: `strict`). */
int print_one(const struct settings *s, const struct shape *shape, json_t *object, bool strict, struct err *e);
/* A list's items; next is what the daemon said, or NULL. */
int print_list(const struct settings *s, const struct shape *shape, json_t *items, json_t *next, struct err *e);
/* Items as they come, without a header line that is repeated: jsonl for json. */
int print_more(const struct settings *s, const struct shape *shape, json_t *items, bool first, struct err *e);
/* Bytes as they are. */
int print_bytes(const struct buf *b, struct err *e);

/* Parts of the above, in files of their own. */
struct table_look {
    const struct settings *settings;
    int indent;
    bool headers;
    int columns_max;   /* of the terminal; 0: as wide as it gets */
};
void print_table(struct buf *out, const struct table_look *look, const struct names *columns, json_t *items);
void print_object(struct buf *out, const struct settings *s, json_t *object);

/* Columns of the terminal, 0 where standard output is none. */
int print_terminal_columns(void);

#endif
