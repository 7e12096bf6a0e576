/* The inside of the HTTP layer, for http*.c only; see http.h for what it promises. */
#ifndef KEPU_WEB_HTTP_PRIVATE_H
#define KEPU_WEB_HTTP_PRIVATE_H

#include "http.h"

#include <microhttpd.h>

#define HTTP_POOL_BYTES (16 * 1024)            /* libmicrohttpd's memory of a connection; zeroed for every request */
#define HTTP_SWEEP_MS 1000                     /* how exactly the timeouts here are kept */
#define HTTP_SPARE_EXCHANGES_MAX 256
#define HTTP_INLINE_BYTES 512
#define HTTP_LINGER_MAX 64
#define HTTP_LINGER_MS 2000
#define HTTP_LINGER_BYTES_MAX (8 * 1024 * 1024)
#define HTTP_FORWARDED_BYTES_MAX 2048

/* Answers this layer gives itself: status, code of the problem, sentence. */
#define HTTP_REFUSALS(X)                                                        \
    X(REFUSE_MALFORMED, 400, ERR_MALFORMED, MSG_HTTP_MALFORMED)                 \
    X(REFUSE_PATH, 400, ERR_MALFORMED, MSG_HTTP_PATH_BAD)                       \
    X(REFUSE_FIELDS, 400, ERR_MALFORMED, MSG_HTTP_FIELDS_BAD)                   \
    X(REFUSE_SLOW, 408, ERR_UNAVAILABLE, MSG_HTTP_SLOW)                         \
    X(REFUSE_BODY, 413, ERR_TOO_LARGE, MSG_HTTP_BODY_TOO_LARGE)                 \
    X(REFUSE_ADDRESS, 414, ERR_TOO_LARGE, MSG_HTTP_ADDRESS_TOO_LONG)            \
    X(REFUSE_HEADERS, 431, ERR_TOO_LARGE, MSG_HTTP_HEADERS_TOO_LARGE)           \
    X(REFUSE_CODING, 501, ERR_MALFORMED, MSG_HTTP_CODING_UNKNOWN)               \
    X(REFUSE_LATE, 503, ERR_UNAVAILABLE, MSG_HTTP_LATE)                         \
    X(REFUSE_STOPPING, 503, ERR_UNAVAILABLE, MSG_HTTP_STOPPING)

enum http_refusal {
    REFUSE_NOT,
#define X(id, status, code, msg) id,
    HTTP_REFUSALS(X)
#undef X
};

struct http_field {
    const char *name;
    const char *value;
};

/* http_uri.c: decoding. All give 0, or -1 for what has to be answered 400. */
int http_path_decode(char *path);              /* in place */
int http_fields_parse(struct arena *a, const char *text, size_t bytes, struct http_field **ret_fields,
                      size_t *ret_count);

/* http_proxy.c: addresses; IPv4 as ::ffff:a.b.c.d. */
struct http_net {
    unsigned char address[16];
    unsigned bits;
};
struct sockaddr;
int http_net_parse(const char *text, struct http_net *ret);
int http_address_of(const struct sockaddr *sa, unsigned char ret[16]);
void http_address_print(const unsigned char address[16], char *out, size_t size);
bool http_nets_have(const struct http_net *nets, size_t count, const unsigned char address[16]);
/* The last hop that is no trusted proxy, going back through X-Forwarded-For from `address`, which it replaces. */
void http_proxy_client(const struct http_net *nets, size_t count, const char *forwarded, unsigned char address[16]);

/* One listening socket with its libmicrohttpd daemon. */
struct http_listener {
    struct http *http;
    struct http_listener *next;
    enum http_door door;
    struct MHD_Daemon *mhd;
    uv_poll_t poll;            /* on the daemon's epoll descriptor */
    bool run_due;              /* MHD_run before the loop sleeps again */
};

struct http_connection {
    struct http_listener *listener;
    struct http_connection *prev, *next;
    struct MHD_Connection *mhd;
    struct exchange *x;        /* the one under way; NULL between requests */
    int fd;
    uid_t peer_uid;
    unsigned char address[16];
    char address_text[64];
    bool from_proxy;
    bool linger;               /* there is unread input: closing at once would destroy the answer on its way */
    int64_t since_ms;          /* monotonic: opened, or the last answer sent, or this answer begun */
};

/*
 * NEW → RECEIVING → HANDLING → ANSWERED
 *  └────────┴─────────────────────↑      refused by this layer
 */
enum http_phase { HTTP_NEW, HTTP_RECEIVING, HTTP_HANDLING, HTTP_ANSWERED };

/*
 * An exchange has two holders: its connection, until libmicrohttpd is through with it; the handler, until it answers.
 */
struct http_exchange_private {
    struct http *http;                     /* NULL once that is freed */
    struct http_connection *connection;    /* NULL once that is through */
    struct exchange *prev, *next;          /* all that are open */
    enum http_phase phase;
    bool held;                             /* the handler has it */
    bool suspended;
    bool failed;                           /* libmicrohttpd did not take the answer */
    bool is_chunked;
    enum http_refusal refusal;             /* found before the headers were read */
    int64_t due_ms;                        /* monotonic: answered 503 then */
    char *uri;                             /* path\0query; uri_inline unless longer */
    char *query_text;
    struct http_field *query, *form;
    size_t query_count, form_count;
    struct buf body;
    size_t scratch_used;
    char scratch[HTTP_INLINE_BYTES];       /* copies of headers: an arena's block costs too much for a cached feed */
    char uri_inline[HTTP_INLINE_BYTES];
};

enum http_stage { HTTP_RUNNING, HTTP_STOP_ASKED, HTTP_DRAINING, HTTP_REFUSING, HTTP_CLOSING };

struct http {
    uv_loop_t *loop;
    struct http_settings settings;
    void (*handle)(void *arg, struct exchange *x);
    size_t (*body_bytes_max)(void *arg, enum http_method method, const char *path);
    void *arg;
    struct http_net *proxies;
    size_t proxy_count;

    struct http_listener *listeners;
    struct http_connection *connections;
    struct exchange *open;                 /* private->next */
    struct exchange *spare;
    size_t spare_count;
    struct http_linger *lingers;
    size_t linger_count;
    struct http_counts counts;
    int64_t monotonic_ms, wall_ms;         /* as of this MHD_run or sweep */

    uv_prepare_t prepare;
    uv_idle_t idle;                        /* keeps the loop from sleeping while a run is due */
    uv_timer_t sweep;
    unsigned handles;                      /* uv handles not closed yet */
    enum http_stage stage;
    int64_t stage_due_ms;
    void (*done)(void *arg);
    void *done_arg;
};

/* http.c */
void http_run_soon(struct http_listener *l);
void http_clock(struct http *h);                       /* refreshes monotonic_ms and wall_ms */
void http_handle_closed(struct http *h);               /* one uv handle less */
void http_sweep_start(struct http *h);                 /* while there are connections */

/* http_connection.c */
void http_on_connection(void *cls, struct MHD_Connection *mhd, void **context,
                        enum MHD_ConnectionNotificationCode code);
void http_sweep_connections(struct http *h);

/* http_linger.c: reads on after a refusal, or the reset for unread input would destroy the answer on its way. */
void http_linger(struct http *h, int fd);              /* copies the descriptor */
void http_linger_sweep(struct http *h);
void http_linger_end_all(struct http *h);

/* http_exchange.c */
void *http_on_uri(void *cls, const char *uri, struct MHD_Connection *mhd);
void http_exchange_let_go(struct exchange *x);         /* recycles it if nobody holds it */
void http_exchange_free(struct exchange *x);

/* http_request.c */
enum MHD_Result http_on_request(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
                                const char *version, const char *data, size_t *data_bytes, void **context);
void http_on_completed(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode code);

/* http_answer.c */
struct MHD_Response *http_response_new(const char *data, size_t bytes, void (*release)(void *arg), void *arg,
                                       const struct http_answer_header *headers, size_t count);
/* Sent by the kernel from the file, which is the response's from now on. */
struct MHD_Response *http_response_of_file(int file, size_t bytes, const struct http_answer_header *headers,
                                           size_t count);
void http_refuse(struct exchange *x, enum http_refusal why);
/* Past libmicrohttpd, which takes no answer in the middle of a body; the connection must be closed then. */
void http_refuse_raw(struct exchange *x, enum http_refusal why);

/* http_bytes.c: the response object for these bytes, kept for next time; borrowed. */
struct MHD_Response *http_bytes_response(struct http_bytes *b, int status, const struct http_answer_header *headers,
                                         size_t count);

#endif
