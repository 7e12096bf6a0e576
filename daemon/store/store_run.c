/* How SQLite's threads run jobs: writes share a transaction, reads have a snapshot. */
#include "store_private.h"

#define CAREFUL_BATCHES 16

void refuse_all(struct job *jobs, const struct err *e)
{
    for (struct job *job = jobs; job; job = job->next) {
        job->status = -1;
        job->err = *e;
    }
}

void run_job(struct job *job, struct db *db)
{
    jmp_buf failed;

    err_clear(&job->err);
    db->escape = &failed;
    if (setjmp(failed) == 0)
        job->status = job->run(job, db, &job->err);
    db->escape = NULL;
    if (db_check(db, &job->err))
        job->status = -1;
}

static void run_in_savepoint(struct job *job, struct db *db)
{
    db_savepoint(db);
    run_job(job, db);
    if (job->status || job->discard)
        db_rollback_savepoint(db);
    else
        db_release(db);
}

/* False if it was refused after it had written something, which is still there. */
static bool run_bare(struct job *job, struct db *db)
{
    int64_t before = db_changes_total(db);

    run_job(job, db);
    if (job->status == 0)
        return true;
    db_reset(db);
    return db_changes_total(db) == before;
}

/*
 * All jobs in one transaction. False if the database gave it up, or if a job without a savepoint of its own left
 * something to undo: nothing of it stands.
 */
static bool run_together(struct worker *w, struct job *jobs, bool savepoints, enum db_commit *ret_commit,
                         struct err *e)
{
    struct store *s = w->store;
    int64_t version = atomic_load(&s->data_version) + 1;

    *ret_commit = DB_COMMIT_REFUSED;
    if (db_begin(w->db, DB_WRITE, e))
        return false;
    db_set_data_version(w->db, version);
    for (struct job *job = jobs; job; job = job->next) {
        bool clean = true;
        job->data_version = version;
        if (savepoints || job->discard)
            run_in_savepoint(job, w->db);
        else
            clean = run_bare(job, w->db);
        /* Trouble that is left is that of a savepoint itself: which job stands and which doesn't is anyone's guess. */
        if (!clean || !db_in_transaction(w->db) || db_trouble(w->db)) {
            *e = job->err;
            db_check(w->db, e);
            db_rollback(w->db);
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
    if (!run_together(w, job, true, &commit, &e)) {
        refuse_all(job, &e);
        if (commit == DB_COMMIT_UNKNOWN)
            stop_fatally(w->store, &e);
    }
    job->next = rest;
}

/*
 * A savepoint costs a small write a quarter of its time: SQLite keeps what each page was before. Nearly all refusals
 * come before anything was written, so a batch goes without; if one comes later, the batch is run again with
 * savepoints, and so are the next few, for it rarely comes alone.
 */
static void run_outside(struct worker *w, struct job *job)
{
    struct store *s = w->store;

    job->data_version = atomic_load(&s->data_version) + 1;
    db_set_data_version(w->db, job->data_version);
    run_job(job, w->db);
    db_reset(w->db);
    atomic_store(&s->data_version, job->data_version);
}

void run_writes(struct worker *w, struct job *jobs)
{
    bool savepoints = w->careful_batches > 0;
    enum db_commit commit;
    struct err e = {0};

    if (jobs->alone) {
        run_outside(w, jobs);
        return;
    }
    if (savepoints)
        w->careful_batches--;
    if (run_together(w, jobs, savepoints, &commit, &e))
        return;
    if (!savepoints && commit == DB_COMMIT_REFUSED) {
        db_rollback(w->db);
        w->careful_batches = CAREFUL_BATCHES;
        if (run_together(w, jobs, true, &commit, &e))
            return;
    }
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
    if (db_begin(w->db, DB_READ, &e)) {
        refuse_all(job, &e);
        return;
    }
    db_set_data_version(w->db, job->data_version);
    run_job(job, w->db);
    db_rollback(w->db);
}
