/* From a command line to a request: path, query and body, by the command's row. */
#ifndef KEPU_CTL_REQUEST_H
#define KEPU_CTL_REQUEST_H

#include "args.h"
#include "base/buf.h"
#include "settings.h"

#include <jansson.h>
#include <stdbool.h>

#define IDEMPOTENCY_KEY_DIGITS 32

struct request {
    const char *method;
    struct buf path;             /* below /api/v1, with the query */
    struct buf body;
    const char *content_type;    /* NULL: no body */
    char if_match[32];           /* "\"N\"", or "" */
    char idempotency_key[IDEMPOTENCY_KEY_DIGITS + 1];   /* "" for what changes nothing */
    bool waits_long;
    bool progress;               /* draw a bar for an upload that takes a while */
};

/* Everything a row can say. For bodies that are files see file.h. */
int request_build(const struct invocation *inv, const struct settings *settings, struct request *ret, struct err *e);
void request_release(struct request *r);

/* Appends "/text" to a path without a query, escaped; ERR_NOT_FOUND for what can't be part of one. */
int request_add_segment(struct request *r, const char *noun, const char *text, struct err *e);
/* Appends name=value to the path's query, escaped. */
void request_add_query(struct request *r, const char *name, const char *value);
/* The body's members alone, as a new object. */
int request_members(const struct invocation *inv, json_t **ret, struct err *e);

#endif
