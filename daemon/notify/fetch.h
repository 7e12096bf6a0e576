/* Outgoing HTTP: one request, one result, on the loop; and the interface behind which tests put their own network. */
#ifndef KEPU_NOTIFY_FETCH_H
#define KEPU_NOTIFY_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FETCH_ACTIVE_MAX 1000               /* requests under way at once; each may take up to three descriptors */
#define FETCH_BODY_BYTES_MAX (64 * 1024)    /* of an answer; what comes after is not read */
#define FETCH_HEADER_BYTES_MAX (16 * 1024)  /* of an answer, informational ones included */
#define FETCH_HEADERS_MAX 8
#define FETCH_CONNECT_MS 5000               /* name, connection and TLS */
#define FETCH_TOTAL_MS 15000
#define FETCH_WATCHDOG_GRACE_MS 1000        /* past the total, the transfer is ended whatever libcurl thinks */
#define FETCH_RETRY_AFTER_MS_MAX (24 * 60 * 60 * 1000)

/* Everything is copied by start. */
struct fetch_request {
    const char *method;                          /* "POST", "PUT"; "GET" and the like have no body */
    const char *url;
    const char *headers[FETCH_HEADERS_MAX + 1];  /* "Name: value", closed by NULL */
    const char *body;
    size_t body_bytes;
    bool allow_private;                          /* see address.h */
    int64_t timeout_ms;                          /* 0 = FETCH_TOTAL_MS */
};

enum fetch_end {
    FETCH_ANSWERED,   /* status and body are there (the body may be cut) */
    FETCH_NOT_SENT,   /* nothing of the request can have gone out: name, address, connection, TLS */
    FETCH_UNKNOWN,    /* it may have gone out, and there is no whole answer */
};

/* Valid during the callback. */
struct fetch_result {
    enum fetch_end end;
    int status;                  /* 0 if there was none */
    const char *body;            /* zero-terminated, never NULL; may hold zero bytes too */
    size_t body_bytes;
    bool body_cut;               /* more came than FETCH_BODY_BYTES_MAX */
    int64_t retry_after_ms;      /* -1 none */
    const char *reason;          /* short English words for the attempt's log, without URL or secrets */
    int64_t ms;                  /* how long it took */
    bool refused_address;        /* it led to special addresses only (FETCH_NOT_SENT) */
};

/* Called once, on the loop, never from within start; the call is over with it. It may start and cancel others. */
typedef void fetch_done(void *arg, const struct fetch_result *result);

struct network_call;

/* A way out of the house: fetch's, or a test's. */
struct network {
    void *impl;
    /* NULL, and no callback, if FETCH_ACTIVE_MAX are under way or memory is short: try again later. */
    struct network_call *(*start)(void *impl, const struct fetch_request *request, fetch_done *done, void *arg);
    /* No callback any more; the call is gone when it returns. What went out went out. */
    void (*cancel)(void *impl, struct network_call *call);
};

struct uv_loop_s;
struct fetch;

/*
 * Ignores SIGPIPE for the process (TLS writes to sockets that the other end has closed). libcurl is set up with the
 * first call.
 */
struct fetch *fetch_new(struct uv_loop_s *loop);
/* Cancels what is under way, without results; `done` is called on the loop when the last handle is closed. */
void fetch_free(struct fetch *f, void (*done)(void *arg), void *arg);

struct network_call *fetch_start(struct fetch *f, const struct fetch_request *request, fetch_done *done, void *arg);
void fetch_cancel(struct fetch *f, struct network_call *call);
int fetch_active(const struct fetch *f);
struct network fetch_network(struct fetch *f);

/* Retry-After (RFC 9110 10.2.3), seconds or an HTTP date, as milliseconds from now_ms; -1 if it is neither. */
int64_t fetch_retry_after(const char *value, int64_t now_ms);

#endif
