/* Which handler an address belongs to: route rows from static tables, kept as a tree of path segments. */
#ifndef KEPU_WEB_ROUTER_H
#define KEPU_WEB_ROUTER_H

#include "http.h"

#include <stdbool.h>
#include <stddef.h>

#define ROUTE_SEGMENTS_MAX 8
#define ROUTE_PARAMS_MAX 4
#define ROUTE_ALLOW_BYTES 80
#define ROUTE_BODY_BYTES_MAX (256 * 1024)      /* what the loop parses in a few milliseconds */
#define ROUTE_IMPORT_BYTES_MAX (16 * 1024 * 1024)

struct web;
struct route;
struct operation;
struct fields;

/* What the {names} of a pattern stand for in this request's path; both are borrowed from the exchange. */
struct params {
    struct { const char *name, *value; } items[ROUTE_PARAMS_MAX];
    size_t count;
};
const char *params_find(const struct params *p, const char *name); /* NULL if there is none */

/* Another operation for the same address, chosen by an input field. */
struct route_variant {
    const char *field;                 /* given at all… */
    const char *value;                 /* …or, where not NULL, given so */
    const struct operation *op;
    const struct fields *result;
};

/*
 * One row. `handle` answers the exchange, at once or later. Rows of the API name an operation instead; the rest of the
 * row says how bytes become its input and its result bytes (api.h).
 */
struct route {
    enum http_method method;           /* GET serves HEAD too */
    const char *path;                  /* "/events/{slug}/{date}.ics": a {name} fills a segment up to a fixed end */
    void (*handle)(struct web *w, struct exchange *x, const struct route *r, const struct params *p);
    size_t body_bytes_max;             /* 0: ROUTE_BODY_BYTES_MAX */
    /* Of the API only: */
    const struct operation *op;
    const struct fields *input;        /* NULL: takes nothing */
    /*
     * Which of the input's fields may be given beside those of the path: "on reason". NULL: all of them, but none where
     * a GET shows one thing or for DELETE. A body that may say another "slug" than the path: call the path's {from}.
     */
    const char *takes;
    const struct fields *result;       /* NULL: answers {} */
    bool list;                         /* the operation's result is a struct list of `result` */
    int status;                        /* 0: 200 */
    const char *location;              /* of a 201: "/api/v1/events/{slug}", filled from the result */
    const char *raw_body;              /* the body goes as it came into this FIELD_TEXT of the input */
    bool bytes;                        /* the body is any bytes: a struct bytes, first in the input or the result */
    /* Reads the body itself; NULL: by the input's table. */
    int (*decode)(struct web *w, struct exchange *x, void **ret, struct err *e);
    const char *raw_answer;            /* a content type: the operation's result is a const char *, sent as it is */
    const struct route_variant *variant;
    bool waits;                        /* the result is a delivery; answers when its outcome is known (wait.h) */
    bool open;                         /* needs no token on the TCP door */
    const char *summary;               /* for the OpenAPI document */
};

struct router;

struct router *router_new(void);
void router_free(struct router *r);    /* takes NULL */
/* The rows stay where they are. Two rows for one method and path are a bug of ours. */
void router_add(struct router *r, const struct route *rows, size_t count);

/*
 * ROUTE_FOUND: *ret_route and *ret_params are set. ROUTE_NO_METHOD: ret_allow names the methods there are. Literal
 * segments go before {names}, longer fixed ends before shorter.
 */
enum route_match { ROUTE_FOUND, ROUTE_NO_METHOD, ROUTE_NO_PATH };
enum route_match router_match(const struct router *r, enum http_method method, const char *path, struct arena *a,
                              const struct route **ret_route, struct params *ret_params,
                              char ret_allow[ROUTE_ALLOW_BYTES]);

/* All rows in the order they were added; NULL past the last one. */
const struct route *router_row(const struct router *r, size_t i);

bool route_takes(const struct route *r, const char *field);

const char *http_method_name(enum http_method method);

#endif
