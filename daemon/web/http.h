/* HTTP: libmicrohttpd on the libuv loop, two doors (Unix socket, TCP), limits, and exchanges that answer later. */
#ifndef KEPU_WEB_HTTP_H
#define KEPU_WEB_HTTP_H

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

#define HTTP_HEADER_BYTES_MAX (8 * 1024)             /* request line and headers; more is answered 431 */
#define HTTP_URI_BYTES_MAX (4 * 1024)                /* 414 */
#define HTTP_FIELDS_MAX 64                           /* of a query, of a form: 400 */
#define HTTP_BODY_BYTES_MAX (1024 * 1024)            /* a route may allow more (imports) */
#define HTTP_CONNECTIONS_MAX 2000
#define HTTP_CONNECTIONS_PER_ADDRESS_MAX 500         /* not kept where proxies are trusted: theirs is one address */
#define HTTP_IDLE_TIMEOUT_S 60                       /* nothing moves on the connection */
#define HTTP_RECEIVE_TIMEOUT_MS 120000               /* from one answer to the end of the next request */
#define HTTP_SEND_TIMEOUT_MS 300000                  /* for one answer */
#define HTTP_ANSWER_TIMEOUT_MS 60000                 /* an exchange not answered by then is answered 503 */
#define HTTP_STOP_GRACE_MS 2000                      /* what is open at http_stop may be answered for so long */

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS, HTTP_OTHER };
enum http_door { HTTP_DOOR_UNIX, HTTP_DOOR_TCP };

/*
 * One request and its answer. Lives from its first byte until it has been answered and that was sent; everything in it
 * is borrowed, and stays good until the handler has called http_answer, whatever becomes of the connection.
 */
struct exchange {
    enum http_method method;
    enum http_door door;
    uid_t peer_uid;               /* Unix door: SO_PEERCRED; (uid_t)-1 on the other */
    const char *path;             /* decoded once, begins with '/', valid UTF-8; all else was answered 400 */
    const char *body;             /* never NULL; zero-terminated */
    size_t body_bytes;
    char address[64];             /* the client's, after [http] trusted_proxies; "unix" on the Unix door */
    int64_t now_ms;               /* when it came */
    struct arena arena;           /* for whoever handles it; released at the end */
    void *handler_data;
    bool aborted;                 /* gone, or answered 503 after the timeout; the answer has to be given all the same */
    struct http_exchange_private *private;
};

const char *http_header(const struct exchange *x, const char *name);        /* NULL if absent, or the client is gone */
const char *http_header_list(const struct exchange *x, const char *name);   /* all its lines as one (RFC 9110 5.3) */
/*
 * Query parameters, and fields of an application/x-www-form-urlencoded body; decoded, i from 0, false past the last.
 * Text that is not UTF-8, NULs and more than HTTP_FIELDS_MAX were answered 400 already.
 */
bool http_query(const struct exchange *x, size_t i, const char **ret_name, const char **ret_value);
const char *http_query_find(const struct exchange *x, const char *name);    /* the first; NULL if absent */
bool http_form(const struct exchange *x, size_t i, const char **ret_name, const char **ret_value);
const char *http_form_find(const struct exchange *x, const char *name);

struct http_answer_header {
    const char *name;
    const char *value;
};

/* Bytes that answers share without copying (cached feeds and pages). Counted; on the loop only. */
struct http_bytes;
struct http_bytes *http_bytes_new(char *data /* taken: it may move at once */, size_t len);
const char *http_bytes_data(const struct http_bytes *b);
struct http_bytes *http_bytes_ref(struct http_bytes *b);
void http_bytes_unref(struct http_bytes *b); /* takes NULL */

/*
 * Answers, exactly once, from the handler or later; on the loop. Security headers common to all answers are added
 * here (nosniff, Referrer-Policy …; a given header of the same name wins). HEAD answers keep Content-Length, drop the
 * body.
 * The same bytes with the same status and headers cost no new response object; that goes for a 304 too, which is given
 * with the bytes of its 200 and goes out without them.
 */
void http_answer(struct exchange *x, int status, const struct http_answer_header *headers, size_t count,
                 struct buf *body /* taken; may be NULL */);
void http_answer_bytes(struct exchange *x, int status, const struct http_answer_header *headers, size_t count,
                       struct http_bytes *body /* a reference is taken over */);

struct http_settings {
    const char *const *trusted_proxies;   /* addresses or CIDR; those that are neither are logged and left out */
    size_t trusted_proxy_count;
    unsigned idle_timeout_s;              /* 0 here and below: the default above */
    unsigned receive_timeout_ms;
    unsigned answer_timeout_ms;
    unsigned stop_grace_ms;
};

int http_proxy_check(const char *text, struct err *e);     /* for the configuration */

struct http;
/*
 * `handle` is called on the loop when the whole request has arrived (body within its limit). It may answer before it
 * returns.
 */
struct http *http_new(uv_loop_t *loop, const struct http_settings *settings,
                      void (*handle)(void *arg, struct exchange *x),
                      /* the body limit of a path, asked before the body is read */
                      size_t (*body_bytes_max)(void *arg, enum http_method method, const char *path), void *arg);
/* Takes a listening, non-blocking socket over (closed on failure too). */
int http_listen(struct http *h, int fd, enum http_door door, struct err *e);
/*
 * Stops accepting, refuses new requests, waits up to the grace for what is open, answers the rest 503, closes; then
 * `done`, once, from the loop. Exchanges that the handler still has may be answered after that, even after http_free.
 */
void http_stop(struct http *h, void (*done)(void *arg), void *arg);
void http_free(struct http *h);              /* after `done`, or if nothing was listened on; takes NULL */

struct http_counts {
    uint64_t requests;
    uint64_t connections;     /* open now */
    uint64_t aborted;         /* the client went, or the handler took too long */
    uint64_t refused;         /* answered by this layer itself */
};
void http_counts_get(const struct http *h, struct http_counts *ret);

#endif
