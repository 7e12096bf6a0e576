/* Errors: a code, a message of the catalogue with its arguments, and the field it is about. */
#ifndef KEPU_BASE_ERR_H
#define KEPU_BASE_ERR_H

#include "catalogue.h"

#include <stdbool.h>

/* code, name on the wire ("code"), HTTP status, exit code of kepuctl (SPEC.md 3). */
#define ERR_CODES(X)                                        \
    X(ERR_NONE, "none", 200, 0)                             \
    X(ERR_FAILED, "failed", 500, 1)                         \
    X(ERR_UNAVAILABLE, "unavailable", 503, 1)               \
    X(ERR_TOO_MANY, "too_many_requests", 429, 1)            \
    X(ERR_USAGE, "usage", 400, 2)                           \
    X(ERR_NOT_FOUND, "not_found", 404, 3)                   \
    X(ERR_METHOD, "method_not_allowed", 405, 2)             \
    X(ERR_NOT_ALLOWED, "not_allowed", 403, 4)               \
    X(ERR_UNAUTHENTICATED, "unauthenticated", 401, 4)       \
    X(ERR_CONFLICT, "conflict", 409, 5)                     \
    X(ERR_FULL, "full", 409, 5)                             \
    X(ERR_OVERLAP, "overlap", 409, 5)                       \
    X(ERR_EXISTS, "exists", 409, 5)                         \
    X(ERR_CHANGED, "changed", 412, 5)                       \
    X(ERR_INVALID, "invalid", 422, 6)                       \
    X(ERR_MALFORMED, "malformed", 400, 6)                   \
    X(ERR_TOO_LARGE, "too_large", 413, 6)                   \
    X(ERR_UNREACHABLE, "unreachable", 503, 7)               \
    X(ERR_PARTLY, "partly", 207, 8)

enum err_code {
#define X(code, name, http, exit) code,
    ERR_CODES(X)
#undef X
};

#define ERR_ARGS_MAX 4
#define ERR_ARG_BYTES 200
#define ERR_FIELD_BYTES 64

/* A plain value: copy it freely. Empty (code ERR_NONE) until something is set. */
struct err {
    enum err_code code;
    enum msg msg;
    char field[ERR_FIELD_BYTES];              /* the input it is about ("start", "line 617, phone"), or "" */
    char args[ERR_ARGS_MAX][ERR_ARG_BYTES];   /* {0} … {3} of the message, cut at a character boundary */
};

/*
 * Fills *e; `field` may be NULL; then up to ERR_ARGS_MAX strings and a closing NULL.
 * Returns -1 always, so that a caller can `return err_set(…)`. `e` may be NULL.
 */
#define err_set(e, code, msg, ...) ({ err_fill(e, code, msg, __VA_ARGS__); -1; }) /* so that the compiler sees the -1 */
void err_fill(struct err *e, enum err_code code, enum msg msg, const char *field, ...) __attribute__((sentinel));

void err_clear(struct err *e);

/* Sets the field of an error on its way up, if it has none yet. */
void err_field(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

const char *err_name(enum err_code code);      /* "not_found" */
int err_http_status(enum err_code code);
int err_exit_code(enum err_code code);
enum err_code err_code_by_name(const char *name); /* ERR_FAILED if unknown */

struct buf;
/* The sentence, and what to do next (may be empty), in a language. */
void err_message(const struct err *e, enum lang lang, struct buf *out);
void err_hint(const struct err *e, enum lang lang, struct buf *out);

#endif
