/* The database and its threads: jobs go in from the loop, run in transactions, and come back to the loop committed. */
#ifndef KEPU_STORE_STORE_H
#define KEPU_STORE_STORE_H

#include "base/err.h"
#include "db.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#define STORE_BATCH_MAX 256        /* jobs that share a commit */
#define STORE_QUEUE_MAX 10000      /* more waiting jobs are refused: ERR_UNAVAILABLE */
#define STORE_READERS 2            /* SQLite's, beside its one writer */
#define STORE_REQUEST_OWN "~"      /* begins the ids of table `request` that nobody asks again with */
#define STORE_WORKERS 8            /* PostgreSQL's: each has a connection and runs reads and writes */

struct store;

/*
 * One unit of work, embedded in the caller's struct; it must stay until `done` has run.
 * run: on a store thread, inside a transaction; changes nothing but the database and its own result, for it may be run
 *      again when a shared transaction is lost. Returning -1 rolls back what it did. A statement that failed does not
 *      return to it: memory it needs across statements is its owner's or db_scratch's, and it holds no lock then.
 * done: on the loop, exactly once, never from within store_submit; only after the commit that it depends on.
 */
struct job {
    bool write;
    bool rows;                  /* a write whose row locks and conditions keep it right among others (DB_WRITE_ROWS) */
    bool alone;                 /* SQLite: a write outside any transaction, between two others */
    bool discard;               /* roll back even on success (dry run) */
    /*
     * The row of table `request` that a write of a shared database makes; it tells afterwards whether a COMMIT whose
     * answer never came was done. NULL: that stays unknown.
     */
    const char *request_id;
    int (*run)(struct job *job, struct db *db, struct err *e);
    void (*done)(struct job *job);
    /* set when done runs */
    int status;                 /* 0 or -1 */
    struct err err;
    int64_t data_version;       /* what it read: reads; the version it made: writes */
    bool finished;              /* the store's, as is the next */
    struct job *next;
};

/* Opens (creating, migrating) the database at `url` and starts the threads. `fatal` runs on the loop when a commit's
 * outcome is unknown and cannot be found out: the process must end. Until store_started nobody else starts on a shared
 * database. */
struct store *store_open(uv_loop_t *loop, const char *url, void (*fatal)(void *arg, const struct err *e), void *arg,
                         struct err *e);
/* What kepu needs before it serves is there: another daemon may start on this database. */
void store_started(struct store *s);
void store_submit(struct store *s, struct job *job);
/* Runs what was submitted, then stops the threads; `done` on the loop after the last job's done. */
void store_close(struct store *s, void (*done)(void *arg), void *arg);

/* Runs one job now, on this thread: for the start, before the loop runs. */
int store_run_now(struct store *s, struct job *job);

/*
 * Grows with each commit that changed something. A rendering made from data version n is current while no job that
 * touched it has a greater one.
 */
int64_t store_data_version(const struct store *s);
const char *store_kind(const struct store *s);   /* "sqlite", "postgresql" */

/* Whether other daemons may work on this database too. */
bool store_is_shared(const struct store *s);
/*
 * What another daemon's transaction gave to db_tell, on the loop, after it committed; "" when anything may have changed
 * while nobody listened. One listener.
 */
void store_listen(struct store *s, void (*on_told)(void *arg, const char *changes), void *arg);

struct store_counts { uint64_t jobs, batches, failures; int64_t queued; };
void store_counts_get(struct store *s, struct store_counts *ret);

#endif
