#include "http_private.h"

#include "base/clock.h"
#include "base/log.h"

#include <assert.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STOP_STEP_MS 20            /* how often a stop looks whether it is through */
#define REFUSING_MS 500            /* for the last answers to leave */
#define LOG_LINE_BYTES 512

static void on_mhd_log(void *cls, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));

static void on_mhd_log(void *cls, const char *format, va_list ap)
{
    char line[LOG_LINE_BYTES];

    (void)cls;
    vsnprintf(line, sizeof line, format, ap);
    log_debug("http: %s", line);
}

static void read_proxies(struct http *h)
{
    size_t count = h->settings.trusted_proxy_count;

    h->proxies = mem_alloc(count * sizeof *h->proxies);
    for (size_t i = 0; i < count; i++) {
        if (http_net_parse(h->settings.trusted_proxies[i], &h->proxies[h->proxy_count]) == 0)
            h->proxy_count++;
        else
            log_warning("trusted proxy %s is not an address", h->settings.trusted_proxies[i]);
    }
    h->settings.trusted_proxies = NULL;        /* the caller's */
}

static void set_default(unsigned *value, unsigned if_zero)
{
    if (*value == 0)
        *value = if_zero;
}

struct http *http_new(uv_loop_t *loop, const struct http_settings *settings,
                      void (*handle)(void *arg, struct exchange *x),
                      size_t (*body_bytes_max)(void *arg, enum http_method method, const char *path), void *arg)
{
    struct http *h = mem_alloc(sizeof *h);

    h->loop = loop;
    h->handle = handle;
    h->body_bytes_max = body_bytes_max;
    h->arg = arg;
    if (settings)
        h->settings = *settings;
    set_default(&h->settings.idle_timeout_s, HTTP_IDLE_TIMEOUT_S);
    set_default(&h->settings.receive_timeout_ms, HTTP_RECEIVE_TIMEOUT_MS);
    set_default(&h->settings.answer_timeout_ms, HTTP_ANSWER_TIMEOUT_MS);
    set_default(&h->settings.stop_grace_ms, HTTP_STOP_GRACE_MS);
    read_proxies(h);
    http_clock(h);
    return h;
}

void http_clock(struct http *h)
{
    h->monotonic_ms = clock_monotonic_ms();
    h->wall_ms = clock_wall_ms();
}

static void on_idle(uv_idle_t *idle)
{
    (void)idle;
}

void http_run_soon(struct http_listener *l)
{
    l->run_due = true;
    uv_idle_start(&l->http->idle, on_idle);
}

/* Only from the loop's own callbacks: libmicrohttpd must not be entered twice. */
static void run(struct http_listener *l)
{
    MHD_UNSIGNED_LONG_LONG timeout_ms;

    http_clock(l->http);
    l->run_due = false;
    MHD_run(l->mhd);
    /* Its longer timeouts are whole seconds: the sweep's business. */
    if (MHD_get_timeout(l->mhd, &timeout_ms) == MHD_YES && timeout_ms == 0)
        http_run_soon(l);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    (void)events;
    if (status < 0)
        log_error("http: %s", uv_strerror(status));
    run(poll->data);
}

/* Right before the loop sleeps: all answers given in this turn leave in one MHD_run. */
static void on_prepare(uv_prepare_t *prepare)
{
    struct http *h = prepare->data;

    uv_idle_stop(&h->idle);
    for (struct http_listener *l = h->listeners; l; l = l->next)
        if (l->run_due)
            run(l);
}

static void stop_step(struct http *h);

static void on_sweep(uv_timer_t *timer)
{
    struct http *h = timer->data;

    http_clock(h);
    http_sweep_connections(h);
    http_linger_sweep(h);
    for (struct http_listener *l = h->listeners; l; l = l->next)
        run(l);
    if (h->stage != HTTP_RUNNING)
        stop_step(h);
    else if (!h->connections && !h->lingers)
        uv_timer_stop(timer);
}

static unsigned sweep_ms(const struct http *h)
{
    unsigned quarter = h->settings.answer_timeout_ms / 4 + 1;

    return quarter < HTTP_SWEEP_MS ? quarter : HTTP_SWEEP_MS;
}

void http_sweep_start(struct http *h)
{
    if (h->stage == HTTP_RUNNING && !uv_is_active((uv_handle_t *)&h->sweep))
        uv_timer_start(&h->sweep, on_sweep, sweep_ms(h), sweep_ms(h));
}

static void open_handles(struct http *h)
{
    if (h->handles > 0)
        return;
    uv_prepare_init(h->loop, &h->prepare);
    uv_idle_init(h->loop, &h->idle);
    uv_timer_init(h->loop, &h->sweep);
    h->prepare.data = h->idle.data = h->sweep.data = h;
    h->handles = 3;
    uv_prepare_start(&h->prepare, on_prepare);
}

static struct MHD_Daemon *daemon_start(struct http_listener *l, int fd)
{
    const struct http_settings *s = &l->http->settings;
    unsigned per_address = l->http->proxy_count > 0 ? 0 : HTTP_CONNECTIONS_PER_ADDRESS_MAX;
    /* The logger comes first: the options after it may already have something to say. */
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_mhd_log, NULL},
        {MHD_OPTION_LISTEN_SOCKET, fd, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, HTTP_POOL_BYTES, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, HTTP_CONNECTIONS_MAX, NULL},
        {MHD_OPTION_PER_IP_CONNECTION_LIMIT, per_address, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, s->idle_timeout_s, NULL},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)http_on_connection, l},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)http_on_completed, l},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)http_on_uri, l},
        /* Without this word it copies files piece by piece: sendfile has no flag against the signal. */
        {MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL},
        {MHD_OPTION_END, 0, NULL},
    };

    signal(SIGPIPE, SIG_IGN);
    return MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
                            http_on_request, l, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

static int watch(struct http_listener *l)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(l->mhd, MHD_DAEMON_INFO_EPOLL_FD);

    if (!info || uv_poll_init(l->http->loop, &l->poll, info->epoll_fd) < 0)
        return -1;
    l->poll.data = l;
    l->http->handles++;
    return 0;
}

int http_listen(struct http *h, int fd, enum http_door door, struct err *e)
{
    struct http_listener *l = mem_alloc(sizeof *l);

    *l = (struct http_listener){.http = h, .door = door};
    open_handles(h);
    l->mhd = daemon_start(l, fd);
    if (!l->mhd || watch(l) < 0) {
        if (l->mhd)
            MHD_stop_daemon(l->mhd);
        else
            close(fd);
        free(l);
        return err_set(e, ERR_FAILED, MSG_INTERNAL, NULL, "libmicrohttpd", NULL);
    }
    l->next = h->listeners;
    h->listeners = l;
    uv_poll_start(&l->poll, UV_READABLE, on_poll);
    http_run_soon(l);          /* only that puts the socket under its epoll descriptor */
    return 0;
}

void http_handle_closed(struct http *h)
{
    h->handles--;
    if (h->handles == 0 && h->stage == HTTP_CLOSING)
        h->done(h->done_arg);
}

static void on_closed(uv_handle_t *handle)
{
    http_handle_closed(handle->data);
}

static void on_poll_closed(uv_handle_t *handle)
{
    struct http_listener *l = handle->data;
    struct http *h = l->http;

    free(l);
    http_handle_closed(h);
}

static void quiesce(struct http *h)
{
    for (struct http_listener *l = h->listeners; l; l = l->next)
        close(MHD_quiesce_daemon(l->mhd));
}

/* Everything is answered by now, so nothing is suspended, which MHD_stop_daemon would not survive. */
static void close_all(struct http *h)
{
    h->stage = HTTP_CLOSING;
    while (h->listeners) {
        struct http_listener *l = h->listeners;
        h->listeners = l->next;
        uv_poll_stop(&l->poll);
        MHD_stop_daemon(l->mhd);
        uv_close((uv_handle_t *)&l->poll, on_poll_closed);
    }
    http_linger_end_all(h);
    uv_close((uv_handle_t *)&h->prepare, on_closed);
    uv_close((uv_handle_t *)&h->idle, on_closed);
    uv_close((uv_handle_t *)&h->sweep, on_closed);
}

static bool has_exchange(const struct http *h)
{
    for (const struct http_connection *c = h->connections; c; c = c->next)
        if (c->x)
            return true;
    return false;
}

static void refuse_open(struct http *h)
{
    for (struct http_connection *c = h->connections; c; c = c->next) {
        if (!c->x || c->x->private->phase != HTTP_HANDLING)
            continue;
        c->x->aborted = true;
        h->counts.aborted++;
        http_refuse(c->x, REFUSE_STOPPING);
    }
}

static void set_stage(struct http *h, enum http_stage stage, unsigned due_in_ms)
{
    h->stage = stage;
    h->stage_due_ms = h->monotonic_ms + due_in_ms;
}

static void stop_step(struct http *h)
{
    bool is_due;

    if (h->stage == HTTP_STOP_ASKED) {
        quiesce(h);
        set_stage(h, HTTP_DRAINING, h->settings.stop_grace_ms);
    }
    is_due = h->stage_due_ms <= h->monotonic_ms;
    if (!has_exchange(h)) {
        close_all(h);
    } else if (h->stage == HTTP_DRAINING && is_due) {
        refuse_open(h);
        set_stage(h, HTTP_REFUSING, REFUSING_MS);
    } else if (h->stage == HTTP_REFUSING && is_due) {
        close_all(h);
    }
}

void http_stop(struct http *h, void (*done)(void *arg), void *arg)
{
    assert(h->stage == HTTP_RUNNING);
    open_handles(h);
    h->stage = HTTP_STOP_ASKED;
    h->done = done;
    h->done_arg = arg;
    uv_timer_start(&h->sweep, on_sweep, 0, STOP_STEP_MS);
}

void http_free(struct http *h)
{
    if (!h)
        return;
    assert(!h->listeners);
    for (struct exchange *x = h->open, *next; x; x = next) {       /* the handler's still */
        next = x->private->next;
        x->private->http = NULL;
        x->private->prev = x->private->next = NULL;
    }
    for (struct exchange *x = h->spare, *next; x; x = next) {
        next = x->private->next;
        http_exchange_free(x);
    }
    free(h->proxies);
    free(h);
}

void http_counts_get(const struct http *h, struct http_counts *ret)
{
    *ret = h->counts;
}
