/* What the store's files share: queues and threads. A thread's own part is its worker's; the rest is under a lock. */
#ifndef KEPU_STORE_STORE_PRIVATE_H
#define KEPU_STORE_STORE_PRIVATE_H

#include "driver.h"
#include "store.h"

#include <stdatomic.h>

/* A first-in first-out list of jobs. */
struct queue {
    struct job *first, **end;
    int64_t count;
    uv_cond_t filled;                /* something was queued, or the store stops */
    int waiting;                     /* threads that sleep on `filled` */
};

struct worker {
    struct store *store;
    struct db *db;
    uv_thread_t thread;
    struct queue *source;
    int64_t batch;                   /* jobs it takes at once */
    int careful_batches;             /* so many more with a savepoint for each job */
    void (*run)(struct worker *w, struct job *jobs);
    bool started;
};

/* Something another daemon told, on its way to the loop. */
struct told {
    struct told *next;
    char changes[];
};

struct watch;

struct store {
    struct worker workers[STORE_WORKERS];
    int worker_count;
    struct db *start;                /* holds the lock of db_start_alone; NULL once store_started */
    struct watch *watch;             /* of a shared database; else NULL */
    bool shared;
    const char *kind;
    char origin[DB_ORIGIN_BYTES];
    uv_mutex_t lock;                 /* guards the queues, stopping, counts, told, errors */
    struct queue writes, reads, finished;
    struct queue *read_queue;        /* `reads`, or `writes` where all workers are equal */
    bool stopping;
    struct store_counts counts;
    struct told *told, **told_end;
    uv_async_t wake_loop;
    _Atomic int64_t data_version;
    _Atomic bool away;               /* a shared database was not there when it was last asked */
    struct err away_err;             /* under lock */
    int64_t in_flight;               /* loop only: submitted, done not yet called */
    void (*on_told)(void *, const char *);
    void *told_arg;
    void (*fatal)(void *, const struct err *);
    void *fatal_arg;
    struct err fatal_err;            /* under lock */
    bool is_fatal;
    bool closing;                    /* loop only */
    void (*closed)(void *);
    void *closed_arg;
};

/* Ways of running jobs: each leaves status, err and data_version in them. */
void run_writes(struct worker *w, struct job *jobs);   /* SQLite's writer: all in one transaction */
void run_read(struct worker *w, struct job *job);      /* SQLite's readers */
void run_shared(struct worker *w, struct job *job);    /* PostgreSQL's workers */

/* Runs a job within a transaction; a failure of the database is its status and err. */
void run_job(struct job *job, struct db *db);
void refuse_all(struct job *jobs, const struct err *e);
bool store_is_stopping(struct store *s);
struct db *store_connect(struct store *s, const char *url, bool writer, struct err *e);
/* The database is not there: jobs are refused until the watch finds it again. */
void store_set_away(struct store *s, const struct err *e);
void store_tell(struct store *s, const char *changes); /* from the watch to the loop */

/* Watching a shared database from a thread of its own. */
int watch_start(struct store *s, const char *url, struct err *e);   /* sets s->watch */
void watch_stop(struct watch *w);                      /* waits for it; takes NULL */
void watch_ring(struct watch *w);                      /* something was committed: let the others know */
void watch_look(struct watch *w);                      /* see whether the database is there */

#endif
