/* What both databases promise alike, and several daemons on one; PostgreSQL is $KEPU_TEST_POSTGRES. */
#include "base/mem.h"
#include "store/driver.h"
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define URL_BYTES 400
#define JOBS 60

enum which { SQLITE, POSTGRES };

struct desk {
    uv_loop_t loop;
    char url[URL_BYTES], name[32], dir[32];
    struct store *store, *second;
};

static void on_fatal(void *arg, const struct err *e)
{
    (void)arg;
    (void)e;
    abort();
}

static void administer(const char *what, const char *name)
{
    struct err e = {0};
    struct db *db = db_open(getenv("KEPU_TEST_POSTGRES"), true, &e);
    char sql[100];

    assert_non_null(db);
    snprintf(sql, sizeof sql, "%s %s", what, name);
    assert_int_equal(db_script(db, sql, &e), 0);
    db_close(db);
}

/* "postgresql://user@/postgres?host=…" with another database. */
static void name_database(struct desk *d)
{
    const char *url = getenv("KEPU_TEST_POSTGRES"), *query = strchr(url, '?'), *slash = strrchr(url, '/');

    if (query)
        for (slash = query; *slash != '/'; slash--)
            ;
    crypto_code(10, d->name + snprintf(d->name, sizeof d->name, "unit_"));
    snprintf(d->url, sizeof d->url, "%.*s/%s%s", (int)(slash - url), url, d->name, query ? query : "");
    administer("CREATE DATABASE", d->name);
}

static struct store *open_store(struct desk *d)
{
    struct err e = {0};
    struct store *s = store_open(&d->loop, d->url, on_fatal, NULL, &e);

    assert_non_null(s);
    store_started(s);
    return s;
}

static void close_stores(struct desk *d)
{
    if (d->second)
        store_close(d->second, NULL, NULL);
    store_close(d->store, NULL, NULL);
    uv_run(&d->loop, UV_RUN_DEFAULT);
}

static void on(enum which which, void (*test)(struct desk *d))
{
    struct desk d = {0};

    if (which == POSTGRES && !getenv("KEPU_TEST_POSTGRES")) {
        print_message("$KEPU_TEST_POSTGRES is not set\n");
        skip();
    }
    assert_int_equal(crypto_init(), 0);
    uv_loop_init(&d.loop);
    snprintf(d.dir, sizeof d.dir, "/tmp/kepu-store-XXXXXX");
    assert_non_null(mkdtemp(d.dir));
    if (which == POSTGRES)
        name_database(&d);
    else
        snprintf(d.url, sizeof d.url, "sqlite:%s/db", d.dir);
    d.store = open_store(&d);
    test(&d);
    close_stores(&d);
    uv_loop_close(&d.loop);
    if (which == POSTGRES) {
        administer("DROP DATABASE", d.name);
    } else {
        char path[64];
        static const char *const ends[] = {"db", "db-wal", "db-shm"};
        for (int i = 0; i < 3; i++) {
            snprintf(path, sizeof path, "%s/%s", d.dir, ends[i]);
            unlink(path);
        }
    }
    rmdir(d.dir);
}

/* A job that runs a function; several may be under way. */
struct work {
    struct job job;
    int (*run)(struct db *db, struct work *w, struct err *e);
    struct desk *desk;
    struct arena arena;
    int wrong;                           /* the line of the first EXPECT that was not met */
    bool done;
};

/* cmocka's own asserts belong to the test's thread. */
#define EXPECT(w, condition)                              \
    do {                                                  \
        if (!(condition) && !(w)->wrong)                  \
            (w)->wrong = __LINE__;                        \
    } while (0)


static int run_work(struct job *job, struct db *db, struct err *e)
{
    struct work *w = (struct work *)(void *)job;

    w->wrong = 0;
    return w->run(db, w, e) ? -1 : db_check(db, e);
}

static void work_done(struct job *job)
{
    ((struct work *)(void *)job)->done = true;
}

static struct work work(int (*run)(struct db *, struct work *, struct err *))
{
    return (struct work){.job = {.write = true, .run = run_work, .done = work_done}, .run = run};
}

static int run_now(struct desk *d, int (*run)(struct db *, struct work *, struct err *))
{
    struct work w = work(run);
    int status = store_run_now(d->store, &w.job);

    arena_release(&w.arena);
    assert_int_equal(w.wrong, 0);
    return status;
}

/* Values */

static const char bytes[] = {0, 1, (char)0xff, 'x', 0};

static int values_come_back(struct db *db, struct work *w, struct err *e)
{
    static const int64_t numbers[] = {0, 1, -1, INT64_MAX, INT64_MIN + 1, 1LL << 40};

    (void)e;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        EXPECT(w, db_int(db, 7, "SELECT CAST($1 AS bigint)", p_int(numbers[i])) == numbers[i]);
    EXPECT(w, db_int(db, 7, "SELECT CAST($1 AS bigint)", p_int(DB_NULL_INT)) == DB_NULL_INT);
    EXPECT(w, db_int(db, 7, "SELECT 1 WHERE $1 = 2", p_int(1)) == 7);
    EXPECT(w, db_int(db, 7, "SELECT -5") == -5);
    EXPECT(w, db_int(db, 7, "SELECT CAST(-6 AS smallint)") == -6);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        EXPECT(w, db_int(db, 7, "SELECT SUM(n) FROM (SELECT CAST($1 AS bigint) AS n UNION ALL SELECT 0) AS t",
                         p_int(numbers[i])) == numbers[i]);
    EXPECT(w, db_int(db, 7, "SELECT SUM(n) FROM (SELECT 99990000 AS n UNION ALL SELECT 10000) AS t") == 100000000);
    EXPECT(w, db_int(db, 7, "SELECT CASE WHEN $1 = 1 THEN 1 ELSE 0 END", p_int(1)) == 1);
    EXPECT(w, db_int(db, 7, "SELECT COUNT(*) FROM meta WHERE name = 'nothing'") == 0);
    db_exec(db, "INSERT INTO request (id, at_ms, operation, answer_sealed) VALUES ($2, $1, $3, $4)", p_int(5),
            p_text("编号"), p_text(""), p_blob(bytes, sizeof bytes));
    struct stmt *s = db_query(db, "SELECT id, at_ms, operation, answer_sealed, NULL FROM request WHERE id = $1",
                              p_text("编号"));
    EXPECT(w, stmt_row(s));
    EXPECT(w, strcmp(stmt_text(s, 0, &w->arena), "编号") == 0);
    EXPECT(w, stmt_int(s, 1) == 5);
    EXPECT(w, strcmp(stmt_text(s, 2, &w->arena), "") == 0);
    struct bytes b = stmt_blob(s, 3, &w->arena);
    EXPECT(w, b.len == sizeof bytes);
    EXPECT(w, memcmp(b.data, bytes, sizeof bytes) == 0);
    EXPECT(w, !stmt_text(s, 4, &w->arena));
    EXPECT(w, !stmt_row(s));
    return 0;
}

static int a_null_needs_no_cast_to_be_stored(struct db *db, struct work *w, struct err *e)
{
    (void)e;
    db_exec(db,
            "INSERT INTO token (name, hash, role, department, expires_ms, created_ms, version)"
            " VALUES ($1, $2, 'admin', '', $3, 0, 1)",
            p_text("t"), p_blob(bytes, sizeof bytes), p_int(DB_NULL_INT));
    EXPECT(w, db_int(db, 7, "SELECT expires_ms FROM token WHERE name = $1", p_text("t")) == DB_NULL_INT);
    return 0;
}

static void put(struct db *db, const char *name, const char *value)
{
    db_exec(db, "INSERT INTO meta (name, value) VALUES ($1, $2)", p_text(name), p_text(value));
}

static int order_and_search_are_alike(struct db *db, struct work *w, struct err *e)
{
    static const char *const sorted[] = {"B", "_", "a", "b", "é", "中"};
    struct stmt *s;

    (void)e;
    for (int i = 5; i >= 0; i--)
        put(db, sorted[i], "Lecture On Moons 50%");
    s = db_query(db, "SELECT name FROM meta WHERE value LIKE $1 ESCAPE '!' ORDER BY name", p_text("%lecture ON%50!%"));
    for (int i = 0; i < 6; i++) {
        EXPECT(w, stmt_row(s));
        EXPECT(w, strcmp(stmt_text(s, 0, &w->arena), sorted[i]) == 0);
    }
    EXPECT(w, !stmt_row(s));
    return 0;
}

static int statements_nest(struct db *db, struct work *w, struct err *e)
{
    int pairs = 0;

    (void)e;
    put(db, "one", "");
    put(db, "two", "");
    for (int round = 0; round < 3; round++) {
        struct stmt *s[2];
        for (int i = 0; i < 2; i++) {
            static const char sql[] = "SELECT name FROM meta WHERE value = $1 ORDER BY name";
            s[i] = db_query(db, sql, p_text(""));
        }
        while (stmt_row(s[0]))
            pairs += stmt_row(s[1]);
        stmt_done(s[1]);
    }
    EXPECT(w, pairs == 6);
    EXPECT(w, db_exec(db, "UPDATE meta SET value = 'x' WHERE value = ''") == 2);
    EXPECT(w, db_exec(db, "DELETE FROM meta WHERE value = 'nowhere'") == 0);
    return 0;
}

static void check_values(struct desk *d)
{
    assert_int_equal(run_now(d, values_come_back), 0);
    assert_int_equal(run_now(d, a_null_needs_no_cast_to_be_stored), 0);
    assert_int_equal(run_now(d, order_and_search_are_alike), 0);
    assert_int_equal(run_now(d, statements_nest), 0);
}

/* Failing */

static int fails_in_the_middle(struct db *db, struct work *w, struct err *e)
{
    put(db, "before", "");
    db_exec(db, "INSERT INTO no_such_table (a) VALUES (1)");
    EXPECT(w, db_int(db, 7, "SELECT 1") == 7);
    return err_set(e, ERR_NOT_FOUND, MSG_INTERNAL, NULL, "what a job makes of missing rows", NULL);
}

static int sees_nothing_of_it(struct db *db, struct work *w, struct err *e)
{
    (void)e;
    EXPECT(w, db_int(db, -1, "SELECT COUNT(*) FROM meta WHERE name = 'before'") == 0);
    return 0;
}

static int puts_before(struct db *db, struct work *w, struct err *e)
{
    (void)w;
    (void)e;
    put(db, "before", "");
    return 0;
}

static void check_failing(struct desk *d)
{
    struct work failing = work(fails_in_the_middle), dry = work(puts_before);

    assert_int_equal(store_run_now(d->store, &failing.job), -1);
    assert_int_equal(failing.job.err.code, ERR_FAILED);
    assert_int_equal(run_now(d, sees_nothing_of_it), 0);
    dry.job.discard = true;
    assert_int_equal(store_run_now(d->store, &dry.job), 0);
    assert_int_equal(run_now(d, sees_nothing_of_it), 0);
}

/* Meeting others */

static int counts_by_reading_first(struct db *db, struct work *w, struct err *e)
{
    int64_t n = db_int(db, 0, "SELECT version FROM plan WHERE slug = 'p'");

    (void)w;
    (void)e;
    db_exec(db, "UPDATE plan SET version = $1 WHERE slug = 'p'", p_int(n + 1));
    return 0;
}

static int takes_one_of_seven(struct db *db, struct work *w, struct err *e)
{
    (void)w;
    return db_exec(db, "UPDATE plan SET version = version + 1 WHERE slug = 'p' AND version < 7") == 1
               ? 0
               : err_set(e, ERR_FULL, MSG_INTERNAL, NULL, "full", NULL);
}

static int makes_a_plan(struct db *db, struct work *w, struct err *e)
{
    (void)w;
    (void)e;
    db_exec(db, "DELETE FROM plan");
    db_exec(db, "INSERT INTO plan (slug, title, title_en, start_date, end_date, state, version)"
                " VALUES ('p', '', '', '', '', 'open', 0)");
    return 0;
}

static int64_t plan_version;

static int reads_the_plan(struct db *db, struct work *w, struct err *e)
{
    (void)w;
    (void)e;
    plan_version = db_int(db, -1, "SELECT version FROM plan WHERE slug = 'p'");
    return 0;
}

/* Runs JOBS at once, on both stores where there are two; how many went well. */
static int run_many(struct desk *d, bool rows, int (*run)(struct db *, struct work *, struct err *))
{
    struct work *all = mem_alloc(JOBS * sizeof *all);
    int well = 0, left = JOBS;

    for (int i = 0; i < JOBS; i++) {
        all[i] = work(run);
        all[i].job.rows = rows;
        store_submit(i % 2 && d->second ? d->second : d->store, &all[i].job);
    }
    while (left > 0) {
        uv_run(&d->loop, UV_RUN_ONCE);
        left = 0;
        for (int i = 0; i < JOBS; i++)
            left += !all[i].done;
    }
    for (int i = 0; i < JOBS; i++)
        well += all[i].job.status == 0;
    free(all);
    return well;
}

static void check_meeting(struct desk *d)
{
    assert_int_equal(run_now(d, makes_a_plan), 0);
    assert_int_equal(run_many(d, false, counts_by_reading_first), JOBS);
    assert_int_equal(run_now(d, reads_the_plan), 0);
    assert_int_equal(plan_version, JOBS);
    assert_int_equal(run_now(d, makes_a_plan), 0);
    assert_int_equal(run_many(d, true, takes_one_of_seven), 7);
    assert_int_equal(run_now(d, reads_the_plan), 0);
    assert_int_equal(plan_version, 7);
}

static void check_meeting_of_two(struct desk *d)
{
    d->second = open_store(d);
    check_meeting(d);
}

/* Hearing */

/* What one store heard. */
struct ear {
    int times;
    char last[64];
};

static void on_told(void *arg, const char *changes)
{
    struct ear *ear = arg;

    ear->times++;
    snprintf(ear->last, sizeof ear->last, "%s", changes);
}

static int tells(struct db *db, struct work *w, struct err *e)
{
    (void)w;
    (void)e;
    db_tell(db, "event:12");
    return 0;
}

static void tell(struct store *s, bool dry)
{
    struct work w = work(tells);

    w.job.discard = dry;
    assert_int_equal(store_run_now(s, &w.job), 0);
}

static void wait_for(struct desk *d, const struct ear *ear, int times)
{
    while (ear->times < times)
        uv_run(&d->loop, UV_RUN_ONCE);
    assert_int_equal(ear->times, times);
}

static void check_hearing(struct desk *d)
{
    struct ear first = {0}, second = {0};
    int64_t before;

    d->second = open_store(d);
    store_listen(d->store, on_told, &first);
    store_listen(d->second, on_told, &second);
    before = store_data_version(d->second);
    tell(d->store, true);
    tell(d->store, false);
    wait_for(d, &second, 1);
    assert_string_equal(second.last, "event:12");
    assert_int_equal(store_data_version(d->second), before + 1);
    tell(d->second, false);
    wait_for(d, &first, 1);              /* its own was not told to it */
}

/* Its id is the lower one, and its transaction began before; it ends after all others. */
static void check_hearing_in_any_order(struct desk *d)
{
    struct ear first = {0}, second = {0};
    struct err e = {0};
    struct db *slow = db_open(d->url, true, &e);

    assert_non_null(slow);
    d->second = open_store(d);
    store_listen(d->store, on_told, &first);
    store_listen(d->second, on_told, &second);
    assert_int_equal(db_begin(slow, DB_WRITE_ROWS, &e), 0);
    db_tell(slow, "event:99");
    for (int i = 1; i <= 3; i++) {
        tell(d->store, false);
        wait_for(d, &second, i);
    }
    assert_int_equal(db_commit(slow, &e), DB_COMMITTED);
    wait_for(d, &second, 4);
    assert_string_equal(second.last, "event:99");
    wait_for(d, &first, 1);
    db_close(slow);
}

static void check_kinds(struct desk *d)
{
    bool shared = strncmp(d->url, "postgresql", 10) == 0;

    assert_string_equal(store_kind(d->store), shared ? "postgresql" : "sqlite");
    assert_int_equal(store_is_shared(d->store), shared);
}

#define BOTH(promise, check)                         \
    static void promise##_in_sqlite(void **state)    \
    {                                                \
        (void)state;                                 \
        on(SQLITE, check);                           \
    }                                                \
    static void promise##_in_postgresql(void **state) \
    {                                                \
        (void)state;                                 \
        on(POSTGRES, check);                         \
    }

BOTH(values_go_in_and_come_back_the_same, check_values)
BOTH(a_failure_stays_and_takes_all_of_its_job_along, check_failing)
BOTH(jobs_at_once_lose_nothing_of_each_other, check_meeting)
BOTH(it_says_what_it_is, check_kinds)

static void jobs_of_two_daemons_lose_nothing_of_each_other(void **state)
{
    (void)state;
    on(POSTGRES, check_meeting_of_two);
}

static void what_was_committed_is_heard_by_the_other_daemon_once(void **state)
{
    (void)state;
    on(POSTGRES, check_hearing);
}

static void a_transaction_that_ends_late_is_heard_too_and_no_other_twice(void **state)
{
    (void)state;
    on(POSTGRES, check_hearing_in_any_order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_go_in_and_come_back_the_same_in_sqlite),
        cmocka_unit_test(values_go_in_and_come_back_the_same_in_postgresql),
        cmocka_unit_test(a_failure_stays_and_takes_all_of_its_job_along_in_sqlite),
        cmocka_unit_test(a_failure_stays_and_takes_all_of_its_job_along_in_postgresql),
        cmocka_unit_test(jobs_at_once_lose_nothing_of_each_other_in_sqlite),
        cmocka_unit_test(jobs_at_once_lose_nothing_of_each_other_in_postgresql),
        cmocka_unit_test(it_says_what_it_is_in_sqlite),
        cmocka_unit_test(it_says_what_it_is_in_postgresql),
        cmocka_unit_test(jobs_of_two_daemons_lose_nothing_of_each_other),
        cmocka_unit_test(what_was_committed_is_heard_by_the_other_daemon_once),
        cmocka_unit_test(a_transaction_that_ends_late_is_heard_too_and_no_other_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
