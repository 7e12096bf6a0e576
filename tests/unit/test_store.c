/* Jobs that share a transaction: each all or nothing, whatever becomes of its neighbours. */
#include "base/mem.h"
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define JOBS_MAX 32
#define DATABASE_BYTES 64

/* Writes `number`, then refuses if asked to. */
struct note {
    struct job job;
    int64_t number;
    bool refuses, broken;
    int runs;
    bool done;
};

struct desk {
    uv_loop_t loop;
    struct store *store;
    char path[DATABASE_BYTES];
    struct note notes[JOBS_MAX];
    int count;
};

static int run_note(struct job *job, struct db *db, struct err *e)
{
    struct note *n = (struct note *)(void *)job;

    n->runs++;
    db_exec(db, "INSERT INTO meta (name, value) VALUES ($1, $1)", p_int(n->number));
    if (n->broken)
        db_exec(db, "INSERT INTO meta (name, value) VALUES ($1, $1)", p_int(n->number));
    return n->refuses ? err_set(e, ERR_CONFLICT, MSG_INTERNAL, NULL, "refused", NULL) : 0;
}

static void note_done(struct job *job)
{
    ((struct note *)(void *)job)->done = true;
}

static struct note *note(struct desk *d, int64_t number)
{
    struct note *n = &d->notes[d->count++];

    assert_true(d->count <= JOBS_MAX);
    *n = (struct note){.job = {.write = true, .run = run_note, .done = note_done}, .number = number};
    return n;
}

/* All that was noted, together: the first waits in the thread while the others gather, so they may share a commit. */
static void submit_all(struct desk *d)
{
    int open = d->count;

    for (int i = 0; i < d->count; i++)
        store_submit(d->store, &d->notes[i].job);
    while (open > 0) {
        uv_run(&d->loop, UV_RUN_ONCE);
        open = 0;
        for (int i = 0; i < d->count; i++)
            open += !d->notes[i].done;
    }
}

struct count {
    struct job job;
    int64_t number, found;
};

static int run_count(struct job *job, struct db *db, struct err *e)
{
    struct count *c = (struct count *)(void *)job;

    c->found = db_int(db, -1, "SELECT COUNT(*) FROM meta WHERE name = $1", p_int(c->number));
    return db_check(db, e);
}

static void count_done(struct job *job)
{
    (void)job;
}

static bool stands(struct desk *d, int64_t number)
{
    struct count c = {.job = {.run = run_count, .done = count_done}, .number = number};

    assert_int_equal(store_run_now(d->store, &c.job), 0);
    assert_in_range(c.found, 0, 1);
    return c.found == 1;
}

static void no_fatal(void *arg, const struct err *e)
{
    (void)arg;
    (void)e;
    fail();
}

static int setup(void **state)
{
    struct desk *d = mem_alloc(sizeof *d);
    char url[DATABASE_BYTES + 8];
    struct err e = {0};
    int fd;

    snprintf(d->path, sizeof d->path, "/tmp/kepu-store-XXXXXX");
    fd = mkstemp(d->path);
    close(fd);
    snprintf(url, sizeof url, "sqlite:%s", d->path);
    uv_loop_init(&d->loop);
    d->store = store_open(&d->loop, url, no_fatal, NULL, &e);
    *state = d;
    return d->store ? 0 : -1;
}

static int teardown(void **state)
{
    struct desk *d = *state;
    static const char *const more[] = {"", "-wal", "-shm"};

    store_close(d->store, NULL, NULL);
    uv_run(&d->loop, UV_RUN_DEFAULT);
    uv_loop_close(&d->loop);
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        char name[DATABASE_BYTES + 8];
        snprintf(name, sizeof name, "%s%s", d->path, more[i]);
        unlink(name);
    }
    free(d);
    return 0;
}

static void what_a_refused_job_wrote_is_undone_and_its_neighbours_stay(void **state)
{
    struct desk *d = *state;

    for (int i = 0; i < 20; i++)
        note(d, 100 + i)->refuses = i % 5 == 3;
    submit_all(d);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(d->notes[i].job.status, i % 5 == 3 ? -1 : 0);
        assert_int_equal(stands(d, 100 + i), i % 5 != 3);
    }
    assert_int_equal(d->notes[3].job.err.code, ERR_CONFLICT);
}

static void a_dry_run_leaves_nothing_and_succeeds(void **state)
{
    struct desk *d = *state;

    note(d, 1);
    note(d, 2)->job.discard = true;
    note(d, 3);
    submit_all(d);
    for (int i = 0; i < 3; i++)
        assert_int_equal(d->notes[i].job.status, 0);
    assert_true(stands(d, 1) && !stands(d, 2) && stands(d, 3));
}

static void a_job_that_breaks_a_constraint_fails_alone(void **state)
{
    struct desk *d = *state;

    note(d, 1);
    note(d, 2)->broken = true;
    note(d, 3);
    submit_all(d);
    assert_int_equal(d->notes[0].job.status, 0);
    assert_int_equal(d->notes[1].job.status, -1);
    assert_int_equal(d->notes[2].job.status, 0);
    assert_true(stands(d, 1) && !stands(d, 2) && stands(d, 3));
}

static void one_that_is_refused_alone_leaves_nothing(void **state)
{
    struct desk *d = *state;

    note(d, 1)->refuses = true;
    submit_all(d);
    assert_int_equal(d->notes[0].job.status, -1);
    assert_false(stands(d, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_refused_job_wrote_is_undone_and_its_neighbours_stay, setup, teardown),
        cmocka_unit_test_setup_teardown(a_dry_run_leaves_nothing_and_succeeds, setup, teardown),
        cmocka_unit_test_setup_teardown(a_job_that_breaks_a_constraint_fails_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(one_that_is_refused_alone_leaves_nothing, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
