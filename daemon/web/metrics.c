/* /metrics: Prometheus' text format 0.0.4. */
#include "pages.h"

#include "base/clock.h"
#include "feeds.h"
#include "service/figures.h"
#include "service/lateness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A proxy on this machine that nobody told us of looks like a neighbour; what it forwards comes from anywhere. */
static bool is_near(const struct exchange *x)
{
    return web_is_loopback(x->address) && !http_header(x, "X-Forwarded-For") && !http_header(x, "Forwarded");
}

static bool may_see(const struct web *w, const struct exchange *x)
{
    if (x->door == HTTP_DOOR_UNIX)
        return true;
    switch (w->metrics) {
    case WEB_METRICS_SOCKET:
        return false;
    case WEB_METRICS_LOOPBACK:
        return is_near(x);
    case WEB_METRICS_PUBLIC:
        return true;
    }
    return false;
}

static void put_head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP kepu_%s %s\n# TYPE kepu_%s %s\n", name, help, name, type);
}

static void put(struct buf *out, const char *name, const char *type, const char *help, double value)
{
    put_head(out, name, type, help);
    buf_printf(out, "kepu_%s %.15g\n", name, value);
}

static void put_states(struct buf *out, const char *name, const char *help, const struct figure *f, size_t count)
{
    put_head(out, name, "gauge", help);
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "kepu_%s{state=\"%s\"} %lld\n", name, f[i].name, (long long)f[i].count);
}

/* A label's value: quotes, backslashes and line ends escaped (text format 0.0.4). */
static void put_label(struct buf *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (*p == '\n')
            buf_adds(out, "\\n");
        else
            buf_printf(out, "%s%c", *p == '"' || *p == '\\' ? "\\" : "", *p);
    }
}

static void put_channels(const struct figures *f, struct buf *out)
{
    put_head(out, "channel_deliveries", "gauge", "Deliveries by channel and state.");
    for (size_t i = 0; i < f->channel_count; i++) {
        buf_adds(out, "kepu_channel_deliveries{channel=\"");
        put_label(out, f->channels[i].channel);
        buf_printf(out, "\",kind=\"%s\",state=\"%s\"} %lld\n", f->channels[i].kind, f->channels[i].state,
                   (long long)f->channels[i].count);
    }
    put(out, "deliveries_due", "gauge", "Deliveries that are due and not final.", (double)f->due);
    put(out, "deliveries_oldest_due_seconds", "gauge", "How long the oldest of them has been waiting.",
        f->oldest_due_ms ? (double)(clock_wall_ms() - f->oldest_due_ms) / 1000 : 0);
}

static void put_lateness(const struct web *w, struct buf *out)
{
    static const int64_t bounds_ms[LATENESS_BOUNDS] = LATENESS_BOUNDS_MS;
    const struct lateness *l = service_lateness(w->service);
    uint64_t below = 0;

    put(out, "deliveries_sent_total", "counter", "Deliveries whose first attempt began.", (double)l->sent);
    put(out, "deliveries_late_total", "counter", "Of them, more than a minute late.", (double)l->late);
    put_head(out, "delivery_lateness_seconds", "histogram", "From a delivery's time to its first attempt.");
    for (size_t i = 0; i < LATENESS_BOUNDS; i++) {
        below += l->counts[i];
        buf_printf(out, "kepu_delivery_lateness_seconds_bucket{le=\"%g\"} %llu\n", (double)bounds_ms[i] / 1000,
                   (unsigned long long)below);
    }
    buf_printf(out,
               "kepu_delivery_lateness_seconds_bucket{le=\"+Inf\"} %llu\nkepu_delivery_lateness_seconds_sum %.15g\n"
               "kepu_delivery_lateness_seconds_count %llu\n",
               (unsigned long long)l->sent, (double)l->sum_ms / 1000, (unsigned long long)l->sent);
}

static void put_figures(const struct figures *f, struct buf *out)
{
    put(out, "volunteers", "gauge", "Volunteers, neither resting nor erased.", (double)f->volunteers);
    put(out, "events", "gauge", "Events that are not cancelled.", (double)f->events);
    put(out, "occurrences_ahead", "gauge", "Stored occurrences that are not over.", (double)f->occurrences_ahead);
    put(out, "channels_paused", "gauge", "Channels that are paused.", (double)f->channels_paused);
    put_states(out, "deliveries", "Deliveries by state.", f->deliveries, f->delivery_states);
    put_channels(f, out);
    put_states(out, "signups", "Sign-ups by state.", f->signups, f->signup_states);
    put(out, "store_bytes", "gauge", "What the database takes on disk.", (double)f->store_bytes);
}

static void put_counts(const struct web *w, struct buf *out)
{
    struct http_counts http;
    struct store_counts store;

    http_counts_get(w->http, &http);
    store_counts_get(service_store(w->service), &store);
    put(out, "http_requests_total", "counter", "Requests that were handled.", (double)http.requests);
    put(out, "http_connections", "gauge", "Connections that are open.", (double)http.connections);
    put(out, "http_aborted_total", "counter", "Requests whose client went, or that took too long.",
        (double)http.aborted);
    put(out, "http_refused_total", "counter", "Requests that HTTP itself refused.", (double)http.refused);
    put(out, "store_jobs_total", "counter", "Jobs of the database.", (double)store.jobs);
    put(out, "store_batches_total", "counter", "Commits that jobs shared.", (double)store.batches);
    put(out, "store_failures_total", "counter", "Jobs that failed.", (double)store.failures);
    put(out, "store_queue", "gauge", "Jobs that wait.", (double)store.queued);
}

static void put_feeds(const struct web *w, struct buf *out)
{
    struct feeds_counts feeds;

    feeds_counts_get(w->feeds, &feeds);
    put(out, "feeds_kept", "gauge", "Feeds kept in memory.", (double)feeds.kept);
    put(out, "feeds_kept_bytes", "gauge", "Memory that they take.", (double)feeds.kept_bytes);
    put(out, "feeds_kept_bytes_max", "gauge", "Memory that they may take; the least used go.", FEEDS_KEPT_BYTES_MAX);
    put(out, "feeds_hits_total", "counter", "Feeds answered from memory.", (double)feeds.hits);
    put(out, "feeds_renderings_total", "counter", "Feeds rendered.", (double)feeds.renderings);
}

/* Pages of memory that are resident: the second number of statm. */
static double resident_bytes(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    long long pages = 0;

    if (f && fscanf(f, "%*d %lld", &pages) != 1)
        pages = 0;
    if (f)
        fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void put_process(const struct web *w, struct buf *out)
{
    put_head(out, "info", "gauge", "What runs.");
    buf_printf(out, "kepu_info{version=\"%s\",store=\"%s\"} 1\n", KEPU_VERSION, store_kind(service_store(w->service)));
    put(out, "uptime_seconds", "gauge", "Since the start.", (double)(clock_monotonic_ms() - w->started_ms) / 1000);
    put(out, "loop_busy_max_seconds", "gauge", "The longest that the loop was held up, since the start.",
        (double)w->loop_watch.ever_ms / 1000);
    put(out, "loop_busy_recent_max_seconds", "gauge", "The same, of the last minute or two.",
        (double)loop_watch_recent_ms(&w->loop_watch) / 1000);
    put(out, "resident_memory_bytes", "gauge", "Memory in use.", resident_bytes());
}

static void done(struct call *c)
{
    static const struct http_answer_header headers[] = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
                                                        {"Cache-Control", "no-store"}};
    struct page *p = c->data;
    struct buf body = {0};

    /* Without the database the rest still tells. */
    put(&body, "up", "gauge", "1 if the database can be read.", c->status == 0);
    if (c->status == 0)
        put_figures(c->result, &body);
    put_lateness(p->web, &body);
    put_counts(p->web, &body);
    put_feeds(p->web, &body);
    put_process(p->web, &body);
    call_release(c);
    http_answer(p->x, 200, headers, 2, &body);
}

void page_metrics(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_figures};
    struct page *p;
    struct err e;

    (void)r;
    (void)params;
    if (!may_see(w, x)) {
        err_set(&e, ERR_NOT_ALLOWED, MSG_METRICS_CLOSED, NULL, NULL);
        web_answer_error(w, x, &e);
        return;
    }
    p = page_new(w, x, &kind, NULL);
    p->call.done = done;
    p->call.data = p;
    service_call(w->service, &p->call);
}
