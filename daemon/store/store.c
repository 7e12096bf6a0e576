/* The store's side on the loop: queues, threads, and what comes back from them. */
#include "base/log.h"
#include "migrate.h"
#include "store_private.h"

#include <stdlib.h>
#include <string.h>

static void queue_init(struct queue *q)
{
    *q = (struct queue){.end = &q->first};
    uv_cond_init(&q->filled);
}

static void queue_add(struct queue *q, struct job *job)
{
    job->next = NULL;
    *q->end = job;
    q->end = &job->next;
    q->count++;
    if (q->waiting > 0)              /* a busy thread looks again by itself */
        uv_cond_signal(&q->filled);
}

static struct job *queue_take(struct queue *q, int64_t most)
{
    struct job *first = q->first, **last = &q->first;

    if (first && first->alone)
        most = 1;
    while (*last && most-- > 0 && (!(*last)->alone || *last == first)) {
        last = &(*last)->next;
        q->count--;
    }
    q->first = *last;
    *last = NULL;
    if (!q->first)
        q->end = &q->first;
    return first;
}

static void finish(struct store *s, struct job *jobs)
{
    uv_mutex_lock(&s->lock);
    while (jobs) {
        struct job *next = jobs->next;
        s->counts.jobs++;
        s->counts.failures += jobs->status != 0;
        queue_add(&s->finished, jobs);
        jobs = next;
    }
    s->counts.batches++;
    uv_mutex_unlock(&s->lock);
    uv_async_send(&s->wake_loop);
}

/* With the lock held. */
static void wait_for_work(struct worker *w)
{
    struct queue *q = w->source;

    q->waiting++;
    while (!q->first && !w->store->stopping)
        uv_cond_wait(&q->filled, &w->store->lock);
    q->waiting--;
}

static void work(void *arg)
{
    struct worker *w = arg;
    struct store *s = w->store;

    uv_mutex_lock(&s->lock);
    for (;;) {
        struct job *jobs;
        wait_for_work(w);
        jobs = queue_take(w->source, w->batch);
        if (!jobs)
            break;
        uv_mutex_unlock(&s->lock);
        w->run(w, jobs);
        finish(s, jobs);
        db_checkpoint(w->db);
        uv_mutex_lock(&s->lock);
    }
    uv_mutex_unlock(&s->lock);
}

static void join(struct worker *w)
{
    if (w->started)
        uv_thread_join(&w->thread);
    w->started = false;
    db_close(w->db);
    w->db = NULL;
}

static void release(struct store *s)
{
    struct queue *queues[] = {&s->writes, &s->reads, &s->finished};

    for (size_t i = 0; i < sizeof queues / sizeof queues[0]; i++)
        uv_cond_destroy(&queues[i]->filled);
    uv_mutex_destroy(&s->lock);
    free(s);
}

static void on_async_closed(uv_handle_t *h)
{
    struct store *s = h->data;
    void (*closed)(void *) = s->closed;
    void *arg = s->closed_arg;

    release(s);
    if (closed)
        closed(arg);
}

static struct told *take_told(struct store *s)
{
    struct told *told = s->told;

    s->told = NULL;
    s->told_end = &s->told;
    return told;
}

static void hear(struct store *s, struct told *told)
{
    while (told) {
        struct told *next = told->next;
        atomic_fetch_add(&s->data_version, 1);
        if (s->on_told)
            s->on_told(s->told_arg, told->changes);
        free(told);
        told = next;
    }
}

static void stop_threads(struct store *s)
{
    uv_mutex_lock(&s->lock);
    s->stopping = true;
    uv_cond_broadcast(&s->writes.filled);
    uv_cond_broadcast(&s->reads.filled);
    uv_mutex_unlock(&s->lock);
    /* SQLite's writer, the first, goes last: it folds the log. */
    for (int i = s->worker_count - 1; i >= 0; i--)
        join(&s->workers[i]);
    store_started(s);
    watch_stop(s->watch);
    s->on_told = NULL;
    hear(s, take_told(s));
}

static void close_if_idle(struct store *s)
{
    if (!s->closing || s->in_flight > 0)
        return;
    s->closing = false;
    stop_threads(s);
    uv_close((uv_handle_t *)&s->wake_loop, on_async_closed);
}

static void on_wake(uv_async_t *h)
{
    struct store *s = h->data;
    struct job *jobs;
    struct told *told;
    bool fatal;

    uv_mutex_lock(&s->lock);
    jobs = queue_take(&s->finished, INT64_MAX);
    told = take_told(s);
    fatal = s->is_fatal;
    s->is_fatal = false;
    uv_mutex_unlock(&s->lock);
    if (fatal)
        s->fatal(s->fatal_arg, &s->fatal_err);
    hear(s, told);
    while (jobs) {
        struct job *next = jobs->next;
        s->in_flight--;
        jobs->finished = true;
        jobs->done(jobs);
        jobs = next;
    }
    close_if_idle(s);
}

/* Starting */

struct db *store_connect(struct store *s, const char *url, bool writer, struct err *e)
{
    struct db *db = db_open(url, writer, e);

    if (db)
        memcpy(db->origin, s->origin, sizeof db->origin);
    return db;
}

static int add_worker(struct store *s, struct db *db, struct worker as, struct err *e)
{
    struct worker *w = &s->workers[s->worker_count];

    if (!db)
        return -1;
    *w = as;
    w->store = s;
    w->db = db;
    s->worker_count++;
    if (uv_thread_create(&w->thread, work, w))
        return err_set(e, ERR_FAILED, MSG_INTERNAL, NULL, "uv_thread_create", NULL);
    w->started = true;
    return 0;
}

static int start_shared(struct store *s, const char *url, struct err *e)
{
    const struct worker equal = {.source = &s->writes, .batch = 1, .run = run_shared};

    s->read_queue = &s->writes;
    if (watch_start(s, url, e))
        return -1;
    for (int i = 0; i < STORE_WORKERS; i++)
        if (add_worker(s, store_connect(s, url, true, e), equal, e))
            return -1;
    return 0;
}

static int start_sqlite(struct store *s, const char *url, struct err *e)
{
    const struct worker writer = {.source = &s->writes, .batch = STORE_BATCH_MAX, .run = run_writes};
    const struct worker reader = {.source = &s->reads, .batch = 1, .run = run_read};
    struct db *db = s->start;

    s->start = NULL;
    if (add_worker(s, db, writer, e))
        return -1;
    for (int i = 0; i < STORE_READERS; i++)
        if (add_worker(s, store_connect(s, url, false, e), reader, e))
            return -1;
    return 0;
}

static int start(struct store *s, const char *url, struct err *e)
{
    s->start = store_connect(s, url, true, e);
    if (!s->start || db_start_alone(s->start, e) || migrate(s->start, e))
        return -1;
    s->shared = db_is_shared(s->start);
    s->kind = s->shared ? "postgresql" : "sqlite";
    return s->shared ? start_shared(s, url, e) : start_sqlite(s, url, e);
}

struct store *store_open(uv_loop_t *loop, const char *url, void (*fatal)(void *, const struct err *), void *arg,
                         struct err *e)
{
    struct store *s = mem_alloc(sizeof *s);

    s->fatal = fatal;
    s->fatal_arg = arg;
    crypto_code(DB_ORIGIN_BYTES - 1, s->origin);
    uv_mutex_init(&s->lock);
    queue_init(&s->writes);
    queue_init(&s->reads);
    queue_init(&s->finished);
    s->read_queue = &s->reads;
    s->told_end = &s->told;
    uv_async_init(loop, &s->wake_loop, on_wake);
    s->wake_loop.data = s;
    if (start(s, url, e)) {
        stop_threads(s);
        uv_close((uv_handle_t *)&s->wake_loop, on_async_closed);
        return NULL;
    }
    return s;
}

void store_started(struct store *s)
{
    db_close(s->start);
    s->start = NULL;
}

void store_listen(struct store *s, void (*on_told)(void *, const char *), void *arg)
{
    s->on_told = on_told;
    s->told_arg = arg;
}

/* From other threads */

bool store_is_stopping(struct store *s)
{
    bool stopping;

    uv_mutex_lock(&s->lock);
    stopping = s->stopping;
    uv_mutex_unlock(&s->lock);
    return stopping;
}

void store_set_away(struct store *s, const struct err *e)
{
    uv_mutex_lock(&s->lock);
    s->away_err = *e;
    uv_mutex_unlock(&s->lock);
    if (!atomic_exchange(&s->away, true))
        log_err("the database went away", e);
    watch_look(s->watch);
}

void store_tell(struct store *s, const char *changes)
{
    struct told *told = mem_alloc(sizeof *told + strlen(changes) + 1);

    strcpy(told->changes, changes);
    uv_mutex_lock(&s->lock);
    *s->told_end = told;
    s->told_end = &told->next;
    uv_mutex_unlock(&s->lock);
    uv_async_send(&s->wake_loop);
}

/* From the loop */

void store_submit(struct store *s, struct job *job)
{
    struct queue *q = job->write ? &s->writes : s->read_queue;
    struct err refused;

    job->finished = false;
    s->in_flight++;
    err_set(&refused, ERR_UNAVAILABLE, MSG_STORE_BUSY, NULL, NULL);
    uv_mutex_lock(&s->lock);
    if (atomic_load(&s->away)) {
        refused = s->away_err;
    } else if (q->count < STORE_QUEUE_MAX) {
        queue_add(q, job);
        uv_mutex_unlock(&s->lock);
        return;
    }
    uv_mutex_unlock(&s->lock);
    job->next = NULL;
    refuse_all(job, &refused);
    finish(s, job);
}

void store_close(struct store *s, void (*done)(void *), void *arg)
{
    s->closing = true;
    s->closed = done;
    s->closed_arg = arg;
    close_if_idle(s);
}

int store_run_now(struct store *s, struct job *job)
{
    uv_loop_t *loop = s->wake_loop.loop;

    store_submit(s, job);
    while (!job->finished)
        uv_run(loop, UV_RUN_ONCE);
    return job->status;
}

int64_t store_data_version(const struct store *s)
{
    return atomic_load(&((struct store *)(uintptr_t)s)->data_version);
}

const char *store_kind(const struct store *s)
{
    return s->kind;
}

bool store_is_shared(const struct store *s)
{
    return s->shared;
}

void store_counts_get(struct store *s, struct store_counts *ret)
{
    uv_mutex_lock(&s->lock);
    *ret = s->counts;
    ret->queued = s->writes.count + s->reads.count;
    uv_mutex_unlock(&s->lock);
}
