/* How SQLite's threads run jobs: writes share a transaction, each in a savepoint of its own; reads have a snapshot. */
#include "store_private.h"

void refuse_all(struct job *jobs, const struct err *e)
{
    for (struct job *job = jobs; job; job = job->next) {
        job->status = -1;
        job->err = *e;
    }
}

static void run_in_savepoint(struct job *job, struct db *db)
{
    db_savepoint(db);
    job->status = job->run(job, db, &job->err);
    /* After a failure rows are missing: what the job made of that is not the reason. */
    if (db_check(db, &job->err))
        job->status = -1;
    if (job->status || job->discard)
        db_rollback_savepoint(db);
    else
        db_release(db);
}

/* All jobs in one transaction. False if the database gave it up: nothing of it stands. */
static bool run_together(struct worker *w, struct job *jobs, enum db_commit *ret_commit, struct err *e)
{
    struct store *s = w->store;
    int64_t version = atomic_load(&s->data_version) + 1;

    *ret_commit = DB_COMMIT_REFUSED;
    if (db_begin(w->db, DB_WRITE, e))
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

void run_writes(struct worker *w, struct job *jobs)
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

void run_read(struct worker *w, struct job *job)
{
    struct err e = {0};

    /* Taken before the snapshot: at worst it claims to be older than it is. */
    job->data_version = atomic_load(&w->store->data_version);
    err_clear(&job->err);
    if (db_begin(w->db, DB_READ, &e)) {
        refuse_all(job, &e);
        return;
    }
    db_set_data_version(w->db, job->data_version);
    job->status = job->run(job, w->db, &job->err);
    if (db_check(w->db, &job->err))
        job->status = -1;
    db_rollback(w->db);
}
