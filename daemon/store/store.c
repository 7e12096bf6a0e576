#include "store.h"

#include "base/log.h"
#include "driver.h"
#include "migrate.h"

#include <stdatomic.h>
#include <stdlib.h>

/* A first-in first-out list of jobs. */
struct queue {
    struct job *first, **end;
    int64_t count;
    uv_cond_t filled;
    int waiting;                     /* threads that sleep on `filled` */
};

struct worker {
    struct store *store;
    struct db *db;
    uv_thread_t thread;
    struct queue *source;
    bool writer;
    bool started;
};

struct store {
    struct worker writer;
    struct worker readers[STORE_READERS];
    uv_mutex_t lock;                 /* guards the three queues, stopping, counts */
    struct queue writes, reads, finished;
    bool stopping;
    struct store_counts counts;
    uv_async_t wake_loop;
    _Atomic int64_t data_version;
    int64_t in_flight;               /* loop only: submitted, done not yet called */
    void (*fatal)(void *, const struct err *);
    void *fatal_arg;
    struct err fatal_err;            /* under lock */
    bool is_fatal;
    bool closing;                    /* loop only */
    void (*closed)(void *);
    void *closed_arg;
};

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

    while (*last && most-- > 0) {
        last = &(*last)->next;
        q->count--;
    }
    q->first = *last;
    *last = NULL;
    if (!q->first)
        q->end = &q->first;
    return first;
}

static void run_in_savepoint(struct job *job, struct db *db)
{
    db_savepoint(db);
    job->status = job->run(job, db, &job->err);
    if (job->status == 0 && db_check(db, &job->err))
        job->status = -1;
    if (job->status || job->discard)
        db_rollback_savepoint(db);
    else
        db_release(db);
}

static void refuse_all(struct job *jobs, const struct err *e)
{
    for (struct job *job = jobs; job; job = job->next) {
        job->status = -1;
        job->err = *e;
    }
}

/* All jobs in one transaction. False if the database gave it up: nothing of it stands. */
static bool run_together(struct worker *w, struct job *jobs, enum db_commit *ret_commit, struct err *e)
{
    struct store *s = w->store;
    int64_t version = atomic_load(&s->data_version) + 1;

    *ret_commit = DB_COMMIT_REFUSED;
    if (db_begin(w->db, true, e))
        return false;
    db_set_data_version(w->db, version);
    for (struct job *job = jobs; job; job = job->next) {
        err_clear(&job->err);
        job->data_version = version;
        run_in_savepoint(job, w->db);
        if (!db_in_transaction(w->db)) {
            *e = job->err;
            return false;
        }
    }
    *ret_commit = db_commit(w->db, e);
    if (*ret_commit == DB_COMMITTED)
        atomic_store(&s->data_version, version);
    else
        db_rollback(w->db);
    return *ret_commit == DB_COMMITTED;
}

static void stop_fatally(struct store *s, const struct err *e)
{
    uv_mutex_lock(&s->lock);
    s->is_fatal = true;
    s->fatal_err = *e;
    uv_mutex_unlock(&s->lock);
    uv_async_send(&s->wake_loop);
}

static void run_alone(struct worker *w, struct job *job)
{
    enum db_commit commit;
    struct err e = {0};
    struct job *rest = job->next;

    job->next = NULL;
    if (!run_together(w, job, &commit, &e)) {
        refuse_all(job, &e);
        if (commit == DB_COMMIT_UNKNOWN)
            stop_fatally(w->store, &e);
    }
    job->next = rest;
}

static void run_writes(struct worker *w, struct job *jobs)
{
    enum db_commit commit;
    struct err e = {0};

    if (run_together(w, jobs, &commit, &e))
        return;
    if (commit == DB_COMMIT_UNKNOWN) {
        refuse_all(jobs, &e);
        stop_fatally(w->store, &e);
        return;
    }
    db_rollback(w->db);
    for (struct job *job = jobs; job; job = job->next)
        run_alone(w, job);
}

static void run_read(struct worker *w, struct job *job)
{
    struct err e = {0};

    /* Taken before the snapshot: at worst it claims to be older than it is. */
    job->data_version = atomic_load(&w->store->data_version);
    err_clear(&job->err);
    if (db_begin(w->db, false, &e)) {
        refuse_all(job, &e);
        return;
    }
    db_set_data_version(w->db, job->data_version);
    job->status = job->run(job, w->db, &job->err);
    if (job->status == 0 && db_check(w->db, &job->err))
        job->status = -1;
    db_rollback(w->db);
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
        jobs = queue_take(w->source, w->writer ? STORE_BATCH_MAX : 1);
        if (!jobs)
            break;
        uv_mutex_unlock(&s->lock);
        if (w->writer)
            run_writes(w, jobs);
        else
            run_read(w, jobs);
        finish(s, jobs);
        if (w->writer)
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
    uv_cond_destroy(&s->writes.filled);
    uv_cond_destroy(&s->reads.filled);
    uv_cond_destroy(&s->finished.filled);
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

static void stop_threads(struct store *s)
{
    uv_mutex_lock(&s->lock);
    s->stopping = true;
    uv_cond_broadcast(&s->writes.filled);
    uv_cond_broadcast(&s->reads.filled);
    uv_mutex_unlock(&s->lock);
    for (int i = 0; i < STORE_READERS; i++)
        join(&s->readers[i]);
    join(&s->writer);
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
    bool fatal;

    uv_mutex_lock(&s->lock);
    jobs = queue_take(&s->finished, INT64_MAX);
    fatal = s->is_fatal;
    s->is_fatal = false;
    uv_mutex_unlock(&s->lock);
    if (fatal)
        s->fatal(s->fatal_arg, &s->fatal_err);
    while (jobs) {
        struct job *next = jobs->next;
        s->in_flight--;
        jobs->done(jobs);
        jobs = next;
    }
    close_if_idle(s);
}

static int start_worker(struct store *s, struct worker *w, const char *url, struct queue *source, struct err *e)
{
    w->store = s;
    w->source = source;
    if (!w->db)
        w->db = db_open(url, w->writer, e);
    if (!w->db)
        return -1;
    if (uv_thread_create(&w->thread, work, w))
        return err_set(e, ERR_FAILED, MSG_INTERNAL, NULL, "uv_thread_create", NULL);
    w->started = true;
    return 0;
}

static int start(struct store *s, const char *url, struct err *e)
{
    s->writer.writer = true;
    s->writer.db = db_open(url, true, e);
    if (!s->writer.db || migrate(s->writer.db, e))
        return -1;
    for (int i = 0; i < STORE_READERS; i++)
        if (start_worker(s, &s->readers[i], url, &s->reads, e))
            return -1;
    return start_worker(s, &s->writer, url, &s->writes, e);
}

struct store *store_open(uv_loop_t *loop, const char *url, void (*fatal)(void *, const struct err *), void *arg,
                         struct err *e)
{
    struct store *s = mem_alloc(sizeof *s);

    s->fatal = fatal;
    s->fatal_arg = arg;
    uv_mutex_init(&s->lock);
    queue_init(&s->writes);
    queue_init(&s->reads);
    queue_init(&s->finished);
    uv_async_init(loop, &s->wake_loop, on_wake);
    s->wake_loop.data = s;
    if (start(s, url, e)) {
        stop_threads(s);
        uv_close((uv_handle_t *)&s->wake_loop, on_async_closed);
        return NULL;
    }
    return s;
}

void store_submit(struct store *s, struct job *job)
{
    struct queue *q = job->write ? &s->writes : &s->reads;
    struct err busy;

    s->in_flight++;
    uv_mutex_lock(&s->lock);
    if (q->count < STORE_QUEUE_MAX) {
        queue_add(q, job);
        uv_mutex_unlock(&s->lock);
        return;
    }
    uv_mutex_unlock(&s->lock);
    err_set(&busy, ERR_UNAVAILABLE, MSG_STORE_BUSY, NULL, NULL);
    job->next = NULL;
    refuse_all(job, &busy);
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
    int64_t before = s->in_flight;

    store_submit(s, job);
    while (s->in_flight > before)
        uv_run(loop, UV_RUN_ONCE);
    return job->status;
}

int64_t store_data_version(const struct store *s)
{
    return atomic_load(&((struct store *)(uintptr_t)s)->data_version);
}

const char *store_kind(const struct store *s)
{
    return db_dialect(s->writer.db);
}

void store_counts_get(struct store *s, struct store_counts *ret)
{
    uv_mutex_lock(&s->lock);
    *ret = s->counts;
    ret->queued = s->writes.count + s->reads.count;
    uv_mutex_unlock(&s->lock);
}
