/* The inside of the web room: what handlers work with. */
#ifndef KEPU_WEB_WEB_PRIVATE_H
#define KEPU_WEB_WEB_PRIVATE_H

#include "base/catalogue.h"
#include "loop_watch.h"
#include "router.h"
#include "service/call.h"
#include "web.h"

struct zone;
struct waiter;
struct feeds;
struct pages;

struct web {
    uv_loop_t *loop;
    struct service *service;
    struct http *http;
    struct router *router;
    const struct zone *zone;             /* the office's */
    enum web_metrics metrics;
    struct http_bytes *openapi;          /* made when first asked for */
    /* How errors look outside the API; set by the pages, NULL: one line of text. */
    void (*error_page)(struct web *w, struct exchange *x, const struct err *e, const struct http_answer_header *headers,
                       size_t count);

    struct pages *pages;                 /* pages.c */
    int64_t started_ms;                  /* monotonic */
    struct feeds *feeds;                 /* feeds.h */
    struct waiter *waiters;              /* wait.h */
    uv_timer_t wait_timer;
    struct loop_watch loop_watch;

    char address[128];
    char *socket_path;
    int tcp_fd, unix_fd;                 /* -1 once http has them, or none */
    int unix_listen_fd;                  /* for listen_unix_remove only */
    void (*stopped)(void *arg);
    void *stopped_arg;
};

/* ?lang, then Accept-Language, then Chinese. */
enum lang web_lang(const struct exchange *x);

/* Accept-Encoding wants gzip, or takes it (RFC 9110 12.5.3). */
bool web_takes_gzip(const struct exchange *x);
/* If-None-Match, `list`, names it: the weak comparison of RFC 9110 8.8.3.2, W/ is looked past. */
bool web_names_tag(const char *list, const char *tag);

/* 127.0.0.0/8 and ::1, also written as IPv4 in IPv6. */
bool web_is_loopback(const char *address);

/* Answers with an error: problem+json below /api/, a page elsewhere; 401 and 503 with the headers they need. */
void web_answer_error(struct web *w, struct exchange *x, const struct err *e);
void web_answer_error_with(struct web *w, struct exchange *x, const struct err *e,
                           const struct http_answer_header *more);

/* The pages (pages.c): from web_start to web_free. */
void pages_start(struct web *w);
void pages_stop(struct web *w);   /* takes what never started */

/* Route tables; each room mate's file has one. */
struct route_table {
    const struct route *rows;
    size_t count;
};
#define ROUTE_TABLE(rows) {rows, sizeof rows / sizeof rows[0]}
extern const struct route_table event_routes, people_routes, hours_routes,
    notice_routes, office_routes, feed_routes, page_routes,
    ical_routes;

#endif
