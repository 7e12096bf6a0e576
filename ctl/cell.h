/* One value of an answer as text for people, or for CSV. */
#ifndef KEPU_CTL_CELL_H
#define KEPU_CTL_CELL_H

#include "base/buf.h"
#include "base/catalogue.h"
#include "text.h"

#include <jansson.h>

/* `field` says how to read it; what is null is nothing. */
void cell_text(struct buf *out, const char *field, const json_t *value, enum lang lang, enum text_lines lines);
/* RFC 4180; lists with semicolons, times as the daemon wrote them. */
void cell_csv(struct buf *out, const json_t *value);
/* A bare value without quotes or words, for `-o name`. */
void cell_plain(struct buf *out, const json_t *value);

#define NAMES_MAX 64

/* Names taken apart from "a b" or "a,b". Zero-initialised is none. */
struct names {
    char *room;
    const char *items[NAMES_MAX];
    size_t count;
};

void names_split(struct names *n, const char *text);
void names_add_keys(struct names *n, json_t *object);   /* those of an object that aren't there yet; borrowed */
bool names_have(const struct names *n, const char *name);
void names_release(struct names *n);

#endif
