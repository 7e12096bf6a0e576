#include "fetch_call.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <signal.h>
#include <stdlib.h>
#include <uv.h>

#define WATCHDOG_PERIOD_MS 250
#define STARTS_PER_TURN 32   /* of the loop: a thousand at once would hold it up for a tenth of a second */

/*
 * libcurl is entered in five places: the starter, cancel, free, a socket's event, and the timer. Its own callbacks only
 * note things down; results are handed out after it has returned, so a caller may start and cancel from a result.
 */
struct fetch {
    uv_loop_t *loop;
    bool initialised;               /* libcurl */
    CURLM *multi;
    CURLSH *share;                  /* TLS sessions: every request connects anew, resumption keeps that cheap */
    uv_timer_t timer;               /* libcurl's */
    uv_timer_t watchdog;
    uv_idle_t starter;              /* runs while something is waiting */
    struct ring waiting, running;
    struct ring finished;           /* out of libcurl, result not handed out yet */
    int active;                     /* in all three */
    int handles;                    /* of libuv, open or closing */
    void (*freed)(void *arg);
    void *freed_arg;
};

/* A socket of libcurl's under uv_poll; lives until its close callback. */
struct watch {
    uv_poll_t poll;
    struct fetch *fetch;
    curl_socket_t socket;
    int events;
    bool closing;
};

static void ring_init(struct ring *head)
{
    head->next = head->prev = head;
}

static void ring_remove(struct ring *r)
{
    r->next->prev = r->prev;
    r->prev->next = r->next;
    ring_init(r);
}

static void ring_append(struct ring *head, struct ring *r)
{
    r->next = head;
    r->prev = head->prev;
    r->prev->next = r->next->prev = r;
}

/* NULL if it is empty. */
static struct network_call *ring_first(struct ring *head)
{
    return head->next == head ? NULL : (struct network_call *)head->next;
}

static void drop(struct fetch *f, struct network_call *call)
{
    ring_remove(&call->ring);
    call_free(call, f->multi);
    f->active--;
}

static void finish(struct fetch *f, struct network_call *call, CURLcode code)
{
    call_write_result(call, code);
    call_leave(call, f->multi);
    ring_remove(&call->ring);
    ring_append(&f->finished, &call->ring);
}

/* The callback may start, cancel and even free: nothing is kept over it but f, which lives until its handles close. */
static void hand_out(struct fetch *f)
{
    struct network_call *call;

    while ((call = ring_first(&f->finished))) {
        ring_remove(&call->ring);
        f->active--;
        call->done(call->arg, &call->result);
        call_free(call, NULL);
    }
    if (!ring_first(&f->running))
        uv_timer_stop(&f->watchdog);
}

static void collect(struct fetch *f)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(f->multi, &left))) {
        /* Copied first: the message is gone with its handle. */
        CURLcode code = message->data.result;
        char *call = NULL;

        if (message->msg == CURLMSG_DONE && !curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call) && call)
            finish(f, (struct network_call *)(void *)call, code);
    }
    hand_out(f);
}

static void on_closed(struct fetch *f)
{
    if (--f->handles > 0)
        return;
    if (f->freed)
        f->freed(f->freed_arg);
    if (f->initialised)
        curl_global_cleanup();
    free(f);
}

static void on_watch_closed(uv_handle_t *handle)
{
    struct watch *w = handle->data;
    struct fetch *f = w->fetch;

    free(w);
    on_closed(f);
}

static void on_handle_closed(uv_handle_t *handle)
{
    on_closed(handle->data);
}

static void on_poll(uv_poll_t *handle, int status, int events)
{
    struct watch *w = handle->data;
    struct fetch *f = w->fetch;
    int flags = 0, running;

    /*
     * After an error libuv has stopped the watcher and says nothing of readiness; what was asked for is passed on
     * together with the error, so that an answer that came before a reset is still read.
     */
    if (status < 0) {
        events = w->events;
        flags = CURL_CSELECT_ERR;
    }
    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    curl_multi_socket_action(f->multi, w->socket, flags, &running);
    if (status < 0 && !w->closing)
        uv_poll_start(&w->poll, w->events, on_poll);
    collect(f);
}

static struct watch *watch_new(struct fetch *f, curl_socket_t socket)
{
    struct watch *w = mem_alloc(sizeof *w);

    w->fetch = f;
    w->socket = socket;
    w->poll.data = w;
    if (uv_poll_init_socket(f->loop, &w->poll, socket) != 0) {
        log_error("a socket cannot be watched");
        free(w);
        return NULL;
    }
    f->handles++;
    curl_multi_assign(f->multi, socket, w);
    return w;
}

/* The descriptor is about to be closed and may come back at once: the watcher lets go of it here, and dies later. */
static void watch_close(struct fetch *f, struct watch *w)
{
    uv_poll_stop(&w->poll);
    curl_multi_assign(f->multi, w->socket, NULL);
    w->closing = true;
    uv_close((uv_handle_t *)&w->poll, on_watch_closed);
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *arg, void *assigned)
{
    struct fetch *f = arg;
    struct watch *w = assigned;

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (w)
            watch_close(f, w);
        return 0;
    }
    if (!w)
        w = watch_new(f, socket);
    if (!w)
        return -1;
    w->events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return uv_poll_start(&w->poll, w->events, on_poll) == 0 ? 0 : -1;
}

static void on_timer(uv_timer_t *timer)
{
    struct fetch *f = timer->data;
    int running;

    curl_multi_socket_action(f->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(f);
}

/* Called from inside libcurl, which must not be entered again from here: hence never 0 ms. */
static int on_arm(CURLM *multi, long timeout_ms, void *arg)
{
    struct fetch *f = arg;

    (void)multi;
    if (timeout_ms < 0)
        return uv_timer_stop(&f->timer);
    return uv_timer_start(&f->timer, on_timer, timeout_ms > 0 ? (uint64_t)timeout_ms : 1, 0);
}

static void on_watchdog(uv_timer_t *timer)
{
    struct fetch *f = timer->data;
    int64_t now_ms = clock_monotonic_ms();

    for (struct ring *r = f->running.next, *next; r != &f->running; r = next) {
        struct network_call *call = (struct network_call *)r;

        next = r->next;
        if (now_ms >= call->deadline_ms)
            finish(f, call, CURLE_OPERATION_TIMEDOUT);
    }
    hand_out(f);
}

static void on_starter(uv_idle_t *starter)
{
    struct fetch *f = starter->data;
    struct network_call *call;
    int count = 0, running;

    while (count++ < STARTS_PER_TURN && (call = ring_first(&f->waiting))) {
        ring_remove(&call->ring);
        ring_append(&f->running, &call->ring);
        if (curl_multi_add_handle(f->multi, call->easy) != CURLM_OK)
            finish(f, call, CURLE_OUT_OF_MEMORY);
    }
    if (!ring_first(&f->waiting))
        uv_idle_stop(&f->starter);
    if (!uv_is_active((uv_handle_t *)&f->watchdog))
        uv_timer_start(&f->watchdog, on_watchdog, WATCHDOG_PERIOD_MS, WATCHDOG_PERIOD_MS);
    curl_multi_socket_action(f->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(f);
}

static void close_multi(struct fetch *f)
{
    if (f->multi)
        curl_multi_cleanup(f->multi);
    if (f->share)
        curl_share_cleanup(f->share);
    f->multi = NULL;
    f->share = NULL;
}

/* Not before there is something to send: TLS brings some megabytes along. */
static int open_multi(struct fetch *f)
{
    if (f->multi)
        return 0;
    if (!f->initialised && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return -1;
    f->initialised = true;
    f->multi = curl_multi_init();
    f->share = curl_share_init();
    if (!f->multi || !f->share) {
        close_multi(f);
        return -1;
    }
    curl_share_setopt(f->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
    curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, on_arm);
    curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
    return 0;
}

struct network_call *fetch_start(struct fetch *f, const struct fetch_request *request, fetch_done *done, void *arg)
{
    struct network_call *call;

    if (f->active >= FETCH_ACTIVE_MAX || open_multi(f) != 0)
        return NULL;
    call = call_new(request, f->share, done, arg);
    if (!call)
        return NULL;
    ring_append(&f->waiting, &call->ring);
    f->active++;
    uv_idle_start(&f->starter, on_starter);
    return call;
}

void fetch_cancel(struct fetch *f, struct network_call *call)
{
    drop(f, call);
    if (!ring_first(&f->running))
        uv_timer_stop(&f->watchdog);
}

int fetch_active(const struct fetch *f)
{
    return f->active;
}

static struct network_call *start(void *impl, const struct fetch_request *request, fetch_done *done, void *arg)
{
    return fetch_start(impl, request, done, arg);
}

static void cancel(void *impl, struct network_call *call)
{
    fetch_cancel(impl, call);
}

struct network fetch_network(struct fetch *f)
{
    return (struct network){.impl = f, .start = start, .cancel = cancel};
}

struct fetch *fetch_new(struct uv_loop_s *loop)
{
    struct fetch *f = mem_alloc(sizeof *f);

    signal(SIGPIPE, SIG_IGN);
    f->loop = loop;
    ring_init(&f->waiting);
    ring_init(&f->running);
    ring_init(&f->finished);
    uv_timer_init(loop, &f->timer);
    uv_timer_init(loop, &f->watchdog);
    uv_idle_init(loop, &f->starter);
    f->timer.data = f->watchdog.data = f->starter.data = f;
    f->handles = 3;
    return f;
}

static void drop_all(struct fetch *f, struct ring *head)
{
    struct network_call *call;

    while ((call = ring_first(head)))
        drop(f, call);
}

void fetch_free(struct fetch *f, void (*done)(void *arg), void *arg)
{
    if (!f)
        return;
    f->freed = done;
    f->freed_arg = arg;
    drop_all(f, &f->waiting);
    drop_all(f, &f->running);
    drop_all(f, &f->finished);
    close_multi(f);
    uv_close((uv_handle_t *)&f->timer, on_handle_closed);
    uv_close((uv_handle_t *)&f->watchdog, on_handle_closed);
    uv_close((uv_handle_t *)&f->starter, on_handle_closed);
}
