/* The store on this thread: its real transactions on a real SQLite, with latency and faults, in place of store.c. */
#include "world.h"

#include "store/migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLES_MAX 100
#define LAG_REMEMBERED_MS (2 * MINUTE_MS)    /* so long paced robots are given more room after a slow commit */

static struct world *world_of(struct store *s)
{
    return (struct world *)(void *)s;
}

/* All jobs are those of calls here. */
static struct call *call_of(struct job *job)
{
    return (struct call *)(void *)((char *)job - offsetof(struct call, job));
}

/* Faults */

static const struct db_driver *plain = &db_sqlite;

static bool start_statement(struct stmt *s, const struct param *params)
{
    struct world *w = the_world;

    if (w->fault == FAULT_STATEMENT && w->statements_left-- <= 0) {
        db_fail(s->db, DB_BROKEN, ERR_UNAVAILABLE, MSG_STORE_DISK, "simulated");
        return false;
    }
    return plain->start(s, params);
}

static enum db_commit commit(struct db *db)
{
    struct world *w = the_world;
    enum fault fault = w->fault;

    if (fault == FAULT_NONE || fault == FAULT_STATEMENT)
        return plain->commit(db);
    if (fault != FAULT_REFUSED)
        w->fault = FAULT_NONE;
    if (fault == FAULT_UNKNOWN_KEPT)
        plain->commit(db);
    db_fail(db, DB_BROKEN, ERR_UNAVAILABLE, MSG_STORE_DISK, "simulated");
    return fault == FAULT_REFUSED ? DB_COMMIT_REFUSED : DB_COMMIT_UNKNOWN;
}

static enum fault next_fault(struct world *w)
{
    if (!w->wild)
        return FAULT_NONE;
    if (w->boot_ms < w->disk_full_until_ms)
        return FAULT_REFUSED;
    return world_chance(w, 12) ? (enum fault)world_between(w, 1, FAULT_COUNT - 1) : FAULT_NONE;
}

static void tell_next(struct world *w, void *arg);

static struct job *take(struct queue *q, int64_t most)
{
    struct job *first = q->first, **last = &q->first;

    while (*last && most-- > 0)
        last = &(*last)->next;
    q->first = *last;
    *last = NULL;
    if (!q->first)
        q->end = &q->first;
    return first;
}

static void append(struct job ***end, struct job *job)
{
    job->next = NULL;
    **end = job;
    *end = &job->next;
}

/* The results go to the loop a moment later, one by one: the daemon may die between any two. */
static void ran(struct world *w, struct job *jobs)
{
    while (jobs) {
        struct job *next = jobs->next;
        append(&w->done_end, jobs);
        jobs = next;
    }
    if (!w->telling && w->done_first) {
        w->telling = true;
        world_at(w, world_below(w, 3), tell_next, NULL);
    }
}

/* What was claimed is sent in this order once the dispatcher hears of it. */
static void look_at_claim(struct world *w, struct job *job)
{
    struct call *c = call_of(job);

    if (job->run && job->status == 0 && c->op == &op_dispatch_claim)
        robots_claimed(w, c);
}

static void tell_next(struct world *w, void *arg)
{
    struct job *job = w->done_first;

    (void)arg;
    w->telling = false;
    if (!job)
        return;
    w->done_first = job->next;
    if (!w->done_first)
        w->done_end = &w->done_first;
    w->store.in_flight--;
    look_at_claim(w, job);
    job->done(job);
    if (!w->telling && w->done_first) {
        w->telling = true;
        world_at(w, 0, tell_next, NULL);
    }
}

static bool has_orders(struct job *jobs)
{
    for (struct job *job = jobs; job; job = job->next)
        if (strncmp(call_of(job)->op->name, "dispatch", 8) != 0)
            return true;
    return false;
}

static int64_t latency_ms(struct world *w)
{
    bool slow = w->slow || (w->wild && world_chance(w, 3));

    w->slow = false;
    if (slow)
        return world_between(w, 500, 20000);        /* a disk that is busy with something else */
    return world_between(w, 0, 8);
}

static void work(struct world *w, void *arg)
{
    struct worker *worker = &w->store.workers[0];
    struct job *jobs;
    bool orders;

    (void)arg;
    w->writing = false;
    while ((jobs = take(&w->store.reads, 1))) {
        run_read(worker, jobs);
        ran(w, jobs);
    }
    jobs = take(&w->store.writes, STORE_BATCH_MAX);
    if (!jobs)
        return;
    w->fault = next_fault(w);
    w->statements_left = (int)world_below(w, 60);
    if (w->fault) {
        w->counts.faults++;
        world_upset(w, 0);
    }
    run_writes(worker, jobs);
    w->fault = FAULT_NONE;
    orders = has_orders(jobs);
    ran(w, jobs);
    if (orders)
        ran(w, promise_finals(w));
}

void store_submit(struct store *s, struct job *job)
{
    struct world *w = world_of(s);
    int64_t wait_ms;

    if (call_of(job)->op == &op_dispatch_claim)
        w->claimed_boot_ms = w->boot_ms;
    append(job->write ? &s->writes.end : &s->reads.end, job);
    s->in_flight++;
    if (w->writing || !w->up)
        return;
    w->writing = true;
    wait_ms = latency_ms(w);
    if (wait_ms >= SECOND_MS / 2)
        world_upset(w, wait_ms + LAG_REMEMBERED_MS);
    world_at(w, wait_ms, work, NULL);
}

static void fail_all(struct job *jobs)
{
    while (jobs) {
        struct job *next = jobs->next;
        jobs->status = -1;
        err_set(&jobs->err, ERR_UNAVAILABLE, MSG_STORE_BUSY, NULL, NULL);
        jobs->done(jobs);
        jobs = next;
    }
}

void disk_die(struct world *w)
{
    struct job *jobs;

    while ((jobs = take(&w->store.writes, INT64_MAX)) || (jobs = take(&w->store.reads, INT64_MAX)) ||
           (jobs = w->done_first)) {
        if (jobs == w->done_first) {
            w->done_first = NULL;
            w->done_end = &w->done_first;
        }
        fail_all(jobs);
    }
    w->store.in_flight = 0;
    w->store.is_fatal = false;
}

/* The rest of what store.c offers */

void store_started(struct store *s)
{
    (void)s;
}

void store_listen(struct store *s, void (*on_told)(void *, const char *), void *arg)
{
    (void)s;
    (void)on_told;
    (void)arg;
}

bool store_is_stopping(struct store *s)
{
    (void)s;
    return false;
}

int store_run_now(struct store *s, struct job *job)
{
    (void)s;
    (void)job;
    abort();
}

int64_t store_data_version(const struct store *s)
{
    return s->data_version;
}

const char *store_kind(const struct store *s)
{
    (void)s;
    return "sqlite";
}

bool store_is_shared(const struct store *s)
{
    (void)s;
    return false;
}

void store_counts_get(struct store *s, struct store_counts *ret)
{
    *ret = s->counts;
}

/* The file */

static void run_script(struct world *w, const char *sql)
{
    struct err e = {0};

    if (db_script(w->db, sql, &e))
        world_wrong(w, "%s: %s", sql, e.args[0]);
}

static char clearing[8000];

/* What is empty in a new database is emptied again: far quicker than making a new one. */
static void prepare_clearing(struct world *w)
{
    struct arena a = {0};
    struct stmt *s = db_query(w->db, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'");
    char *names[TABLES_MAX];
    size_t count = 0, used;

    while (count < TABLES_MAX && stmt_row(s))
        names[count++] = stmt_text(s, 0, &a);
    used = (size_t)snprintf(clearing, sizeof clearing, "PRAGMA foreign_keys=OFF; BEGIN;");
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(clearing + used, sizeof clearing - used, "DELETE FROM %s;", names[i]);
    snprintf(clearing + used, sizeof clearing - used, "COMMIT; PRAGMA foreign_keys=ON;");
    arena_release(&a);
}

void disk_open(struct world *w)
{
    struct err e = {0};

    w->db = db_open("sqlite::memory:", true, &e);
    if (!w->db || migrate(w->db, &e))
        world_wrong(w, "the database: %s", e.args[0]);
    w->driver = *plain;
    w->driver.start = start_statement;
    w->driver.commit = commit;
    w->db->driver = &w->driver;
    prepare_clearing(w);
}

void disk_clear(struct world *w)
{
    struct store *s = &w->store;

    run_script(w, clearing);
    run_script(w, "INSERT INTO category (slug, title, title_en, color, position, version)"
                  " VALUES ('talk', '讲座', 'Talk', 'red', 1, 1), ('other', '其他', 'Other', 'blue', 2, 1)");
    s->writes.end = &s->writes.first;
    s->reads.end = &s->reads.first;
    s->workers[0] = (struct worker){.store = s, .db = w->db};
    w->done_end = &w->done_first;
    uv_mutex_init(&s->lock);
}

void disk_close(struct world *w)
{
    db_close(w->db);
}
