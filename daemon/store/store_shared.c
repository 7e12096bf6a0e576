/*
 * How PostgreSQL's workers run a job: in a transaction of its own, again when it met another one, and again on a new
 * connection when the old one broke. Writes are SERIALIZABLE, so that what a job has read still holds when it commits,
 * whatever other workers and daemons do; those that say `rows` are READ COMMITTED (docs/scaling.md has the reasons).
 */
#include "store_private.h"

#include "base/clock.h"
#include "base/log.h"

#define RUNS_MAX 20                  /* of one job, before it is refused */
#define LOSSES_MAX 3                 /* of the connection, while it runs */
#define PAUSE_MS_MAX 50              /* between runs that met others, at random */
#define FIND_OUT_MS 15000            /* for the outcome of a COMMIT */
#define FIND_OUT_PAUSE_MS 200

#ifdef KEPU_FAULTS
#define FAULTS 4                     /* runs of each job that are made to fail … */
#define FAULT_STATEMENTS 40          /* … at one of their first statements */
#endif

enum ran { RAN, MET_ANOTHER, LOST, UNKNOWN };

static enum ran ran_of(struct worker *w)
{
    enum db_trouble trouble = db_trouble(w->db);

    return trouble == DB_AGAIN ? MET_ANOTHER : trouble == DB_LOST ? LOST : RAN;
}

static void refuse(struct job *job, const struct err *e)
{
    job->next = NULL;
    refuse_all(job, e);
}

static void committed(struct worker *w, struct job *job)
{
    job->data_version = atomic_fetch_add(&w->store->data_version, 1) + 1;
    watch_ring(w->store->watch);
}

static enum ran run_commit(struct worker *w, struct job *job)
{
    struct err e = {0};
    enum ran ran;

    switch (db_commit(w->db, &e)) {
    case DB_COMMITTED:
        committed(w, job);
        return RAN;
    case DB_COMMIT_UNKNOWN:
        return UNKNOWN;
    case DB_COMMIT_REFUSED:
        break;
    }
    ran = ran_of(w);
    db_rollback(w->db);
    refuse(job, &e);
    return ran;
}

static enum ran run_once(struct worker *w, struct job *job)
{
    enum ran ran;

    job->data_version = atomic_load(&w->store->data_version);
    if (db_begin(w->db, !job->write ? DB_READ : job->rows ? DB_WRITE_ROWS : DB_WRITE, &job->err)) {
        job->status = -1;
        return ran_of(w);
    }
    db_set_data_version(w->db, job->data_version);
    run_job(job, w->db);
    if (job->status == 0 && job->write && !job->discard)
        return run_commit(w, job);
    ran = ran_of(w);
    db_rollback(w->db);
    return ran;
}

/* Where the connections are gone everybody would wait in vain: the watch alone goes on trying. */
static int reconnect(struct worker *w, struct err *e)
{
    struct store *s = w->store;

    if (atomic_load(&s->away)) {
        uv_mutex_lock(&s->lock);
        *e = s->away_err;
        uv_mutex_unlock(&s->lock);
        return -1;
    }
    if (db_reopen(w->db, e) == 0)
        return 0;
    store_set_away(s, e);
    return -1;
}

static void pause_ms(uint32_t ms)
{
    uv_sleep(ms);
}

/*
 * Whether the transaction that made this request's row was committed: 1, 0, or -1 if that can't be told now. To insert
 * the same row waits for a transaction that is still under way.
 */
static int look_for(struct worker *w, const char *request_id)
{
    struct err e;
    int64_t missing;

    if (db_begin(w->db, DB_WRITE_ROWS, &e))
        return -1;
    missing = db_int(w->db, 0,
                     "INSERT INTO request (id, at_ms, operation, answer_sealed) VALUES ($1, 0, '', $2)"
                     " ON CONFLICT DO NOTHING RETURNING 1",
                     p_text(request_id), p_blob("", 0));
    if (db_check(w->db, &e)) {
        db_rollback(w->db);
        return -1;
    }
    db_rollback(w->db);
    return missing == 0;
}

static int find_out(struct worker *w, const struct job *job)
{
    int64_t until_ms = clock_monotonic_ms() + FIND_OUT_MS;
    int found = -1;

    if (!job->request_id)
        return -1;
    log_warning("the answer to a COMMIT is missing; looking whether it was done");
    while (found < 0 && clock_monotonic_ms() < until_ms && !store_is_stopping(w->store)) {
        struct err e;
        if (db_reopen(w->db, &e) == 0) {
            found = look_for(w, job->request_id);
            continue;
        }
        store_set_away(w->store, &e);
        pause_ms(FIND_OUT_PAUSE_MS);
    }
    if (found >= 0)
        log_warning("the COMMIT was %s", found ? "done" : "not done; the job runs again");
    return found;
}

/* True when the job is over. */
static bool settle_unknown(struct worker *w, struct job *job)
{
    int found = find_out(w, job);
    struct err e;

    if (found == 0)
        return false;
    if (found > 0) {
        job->status = 0;
        err_clear(&job->err);
        committed(w, job);
        return true;
    }
    err_set(&e, ERR_UNAVAILABLE, MSG_STORE_UNKNOWN, NULL, NULL);
    refuse(job, &e);
    return true;
}

void run_shared(struct worker *w, struct job *job)
{
    struct err e;
    int losses = 0;

    for (uint32_t run = 0; run < RUNS_MAX && losses < LOSSES_MAX; run++) {
#ifdef KEPU_FAULTS
        w->db->fault_in = run < FAULTS ? 1 + crypto_random_below(FAULT_STATEMENTS) : 0;
#endif
        switch (run_once(w, job)) {
        case RAN:
            return;
        case MET_ANOTHER:
            pause_ms(crypto_random_below(run * 4 < PAUSE_MS_MAX ? run * 4 + 1 : PAUSE_MS_MAX));
            break;
        case LOST:
            losses++;
            if (reconnect(w, &e)) {
                refuse(job, &e);
                return;
            }
            break;
        case UNKNOWN:
            if (settle_unknown(w, job))
                return;
            break;
        }
    }
    err_set(&e, ERR_UNAVAILABLE, MSG_STORE_BUSY, NULL, NULL);
    log_warning("a job is refused: it met others, or lost its connection, too often");
    refuse(job, &e);
}
