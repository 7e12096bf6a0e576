/* A template taken apart, between mustache_parse.c and mustache.c. */
#ifndef KEPU_BASE_MUSTACHE_PRIVATE_H
#define KEPU_BASE_MUSTACHE_PRIVATE_H

#include "mustache.h"

#define MUSTACHE_NAME_BYTES 128    /* of a partial or a word of the catalogue, zero included */

enum mustache_kind {
    MUSTACHE_TEXT,
    MUSTACHE_VARIABLE,
    MUSTACHE_RAW,
    MUSTACHE_SECTION,
    MUSTACHE_INVERTED,
    MUSTACHE_END,
    MUSTACHE_PARTIAL,
};

/* Points into the template's text. */
struct mustache_token {
    enum mustache_kind kind;
    const char *text;              /* the text itself, or the tag's name */
    size_t len;
    const char *tag;               /* where the tag begins, for errors */
    size_t end;                    /* section: the index of its END */
    enum msg word;                 /* a variable: the catalogue's word of that name, or MSG_NONE */
    const char *indent;            /* a partial alone on its line: what stands before it */
    size_t indent_len;
};

struct mustache_template {
    const char *text;
    struct mustache_token *tokens;
    size_t count, size;
};

/* `text` must outlive it. Release it after an error too. */
int mustache_parse(const char *text, struct mustache_template *ret, struct err *e);
void mustache_release(struct mustache_template *t);

/* False if it is too long for any partial or word. */
bool mustache_copy_name(const char *name, size_t len, char ret[MUSTACHE_NAME_BYTES]);
bool mustache_is_word(const char *name, size_t len);       /* "WORD_…" */

/* Sets an error about the place `at` in `text`; -1. */
int mustache_fail(enum err_code code, enum msg msg, const char *text, const char *at, const char *name, size_t name_len,
                  struct err *e);

#endif
