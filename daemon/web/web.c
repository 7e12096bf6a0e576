#include "web_private.h"

#include "api.h"
#include "calendar/zone.h"
#include "feeds.h"
#include "listen.h"
#include "openapi.h"
#include "service/version.h"
#include "wait.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADERS_MAX 4

static void handle_healthz(struct web *w, struct exchange *x, const struct route *r, const struct params *p);
static void handle_readyz(struct web *w, struct exchange *x, const struct route *r, const struct params *p);

static const struct route own_routes[] = {
    {HTTP_GET, "/healthz", .handle = handle_healthz},
    {HTTP_GET, "/readyz", .handle = handle_readyz},
    {HTTP_GET, "/api/v1/openapi.json", .handle = openapi_handle, .open = true, .summary = "This document"},
    {HTTP_GET, "/api/v1/version", .op = &op_version, .result = &version_fields, .summary = "What runs here"},
};
static const struct route_table own_table = ROUTE_TABLE(own_routes);

static const struct route_table *const tables[] = {
    &own_table,
    &event_routes,
    &people_routes,
    &hours_routes,
    &notice_routes,
    &office_routes,
    &page_routes,
    &feed_routes,
    &ical_routes,
};

static void answer_text(struct exchange *x, int status, const char *text)
{
    static const struct http_answer_header headers[] = {
        {"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"},
    };
    struct buf body = {0};

    buf_adds(&body, text);
    http_answer(x, status, headers, 2, &body);
}

static void handle_healthz(struct web *w, struct exchange *x, const struct route *r, const struct params *p)
{
    (void)w;
    (void)r;
    (void)p;
    answer_text(x, 200, "ok\n");
}

static void ready_done(struct call *c)
{
    struct exchange *x = c->data;
    int status = c->status;

    call_release(c);
    answer_text(x, status ? 503 : 200, status ? "not ready\n" : "ready\n");
}

static void handle_readyz(struct web *w, struct exchange *x, const struct route *r, const struct params *p)
{
    struct call *c = arena_alloc(&x->arena, sizeof *c);

    (void)r;
    (void)p;
    *c = (struct call){.op = &op_ready, .done = ready_done, .data = x};
    c->req.now_ms = x->now_ms;
    service_call(w->service, c);
}

static void answer_problem(struct exchange *x, const struct err *e, const struct http_answer_header *headers,
                           size_t count)
{
    struct buf body = {0};

    api_problem(e, web_lang(x), &body);
    http_answer(x, err_http_status(e->code), headers, count, &body);
}

static void answer_line(struct exchange *x, const struct err *e, const struct http_answer_header *headers, size_t count)
{
    struct buf body = {0};

    err_message(e, web_lang(x), &body);
    buf_adds(&body, "\n");
    http_answer(x, err_http_status(e->code), headers, count, &body);
}

void web_answer_error_with(struct web *w, struct exchange *x, const struct err *e,
                           const struct http_answer_header *more)
{
    struct http_answer_header headers[HEADERS_MAX] = {{"Cache-Control", "no-store"}};
    bool api = strncmp(x->path, API_PREFIX, strlen(API_PREFIX)) == 0;
    size_t count = 1;

    if (more)
        headers[count++] = *more;
    if (e->code == ERR_UNAUTHENTICATED)
        headers[count++] = (struct http_answer_header){"WWW-Authenticate", "Bearer realm=\"kepu\""};
    if (!more && (e->code == ERR_UNAVAILABLE || e->code == ERR_TOO_MANY))
        headers[count++] = (struct http_answer_header){"Retry-After", API_RETRY_AFTER_S};
    if (!api && w->error_page) {
        w->error_page(w, x, e, headers, count);
        return;
    }
    headers[count++] = (struct http_answer_header){"Content-Type", api ? "application/problem+json"
                                                                       : "text/plain; charset=utf-8"};
    if (api)
        answer_problem(x, e, headers, count);
    else
        answer_line(x, e, headers, count);
}

void web_answer_error(struct web *w, struct exchange *x, const struct err *e)
{
    web_answer_error_with(w, x, e, NULL);
}

static void answer_no_method(struct web *w, struct exchange *x, const char *allow)
{
    struct http_answer_header header = {"Allow", allow};
    struct err e;

    if (x->method == HTTP_OPTIONS) {
        http_answer(x, 204, &header, 1, NULL);
        return;
    }
    err_set(&e, ERR_METHOD, MSG_METHOD_UNKNOWN, NULL, allow, NULL);
    web_answer_error_with(w, x, &e, &header);
}

static void handle(void *arg, struct exchange *x)
{
    struct web *w = arg;
    const struct route *route;
    struct params params;
    struct err e;
    char allow[ROUTE_ALLOW_BYTES];

    switch (router_match(w->router, x->method, x->path, &x->arena, &route, &params, allow)) {
    case ROUTE_FOUND:
        (route->handle ? route->handle : api_handle)(w, x, route, &params);
        return;
    case ROUTE_NO_METHOD:
        answer_no_method(w, x, arena_strdup(&x->arena, allow));
        return;
    case ROUTE_NO_PATH:
        err_set(&e, ERR_NOT_FOUND, MSG_PATH_UNKNOWN, NULL, x->path, NULL);
        web_answer_error(w, x, &e);
        return;
    }
}

static size_t body_bytes_max(void *arg, enum http_method method, const char *path)
{
    struct web *w = arg;
    struct arena arena = {0};
    const struct route *route;
    struct params params;
    char allow[ROUTE_ALLOW_BYTES];
    size_t most = ROUTE_BODY_BYTES_MAX;

    if (router_match(w->router, method, path, &arena, &route, &params, allow) == ROUTE_FOUND && route->body_bytes_max)
        most = route->body_bytes_max;
    arena_release(&arena);
    return most;
}

static int open_inherited(struct web *w, struct err *e)
{
    struct listen_inherited fds[LISTEN_INHERITED_MAX];
    size_t count;

    if (listen_inherited(fds, &count, e))
        return -1;
    for (size_t i = 0; i < count; i++) {
        int *place = fds[i].is_unix ? &w->unix_fd : &w->tcp_fd;
        if (*place >= 0)
            close(*place);
        *place = fds[i].fd;
    }
    return 0;
}

static int open_unix(struct web *w, const struct web_settings *s, struct err *e)
{
    if (listen_unix(s->socket, &w->unix_fd, e))
        return -1;
    w->socket_path = mem_strdup(s->socket);
    w->unix_listen_fd = w->unix_fd;
    if (chmod(s->socket, s->socket_mode) == 0 && chown(s->socket, (uid_t)-1, s->socket_gid) == 0)
        return 0;
    return err_set(e, ERR_FAILED, MSG_CANNOT_WRITE, "socket", s->socket, strerror(errno), NULL);
}

static int open_sockets(struct web *w, const struct web_settings *s, struct err *e)
{
    if (open_inherited(w, e))
        return -1;
    if (w->unix_fd < 0 && open_unix(w, s, e))
        return -1;
    if (w->tcp_fd < 0 && listen_tcp(s->listen, &w->tcp_fd, e))
        return -1;
    return listen_name(w->tcp_fd, w->address, e);
}

int web_open(uv_loop_t *loop, const struct web_settings *settings, struct web **ret, struct err *e)
{
    struct http_settings http = {
        .trusted_proxies = settings->trusted_proxies,
        .trusted_proxy_count = settings->trusted_proxy_count,
    };
    struct web *w = mem_alloc(sizeof *w);

    w->loop = loop;
    w->metrics = settings->metrics;
    w->tcp_fd = w->unix_fd = w->unix_listen_fd = -1;
    w->router = router_new();
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        router_add(w->router, tables[i]->rows, tables[i]->count);
    w->http = http_new(loop, &http, handle, body_bytes_max, w);
    if (open_sockets(w, settings, e)) {
        web_free(w);
        return -1;
    }
    *ret = w;
    return 0;
}

const char *web_address(const struct web *w)
{
    return w->address;
}

static int listen_on(struct web *w, int *fd, enum http_door door, struct err *e)
{
    int taken = *fd;

    *fd = -1;
    return http_listen(w->http, taken, door, e);
}

int web_start(struct web *w, struct service *service, struct err *e)
{
    w->service = service;
    w->zone = zone_find(service_settings(service)->tz, e);
    if (!w->zone)
        return -1;
    wait_start(w);
    loop_watch_start(&w->loop_watch, w->loop);
    pages_start(w);
    w->feeds = feeds_start(w);
    if (listen_on(w, &w->unix_fd, HTTP_DOOR_UNIX, e))
        return -1;
    return listen_on(w, &w->tcp_fd, HTTP_DOOR_TCP, e);
}

static void on_http_stopped(void *arg)
{
    struct web *w = arg;

    w->stopped(w->stopped_arg);
}

void web_stop(struct web *w, void (*done)(void *arg), void *arg)
{
    w->stopped = done;
    w->stopped_arg = arg;
    if (w->socket_path)
        listen_unix_remove(w->unix_listen_fd, w->socket_path);
    wait_stop(w);
    loop_watch_stop(&w->loop_watch);
    feeds_stop(w->feeds);
    http_stop(w->http, on_http_stopped, w);
}

void web_free(struct web *w)
{
    if (!w)
        return;
    if (w->unix_fd >= 0 && w->socket_path)
        listen_unix_remove(w->unix_fd, w->socket_path);
    if (w->unix_fd >= 0)
        close(w->unix_fd);
    if (w->tcp_fd >= 0)
        close(w->tcp_fd);
    http_free(w->http);
    feeds_free(w->feeds);
    http_bytes_unref(w->openapi);
    pages_stop(w);
    router_free(w->router);
    free(w->socket_path);
    free(w);
}
