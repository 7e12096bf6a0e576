/* A store in a temporary directory, a service, and calls to it: for the tests of people. Each test has its own. */
#ifndef KEPU_TESTS_PEOPLE_FIXTURE_H
#define KEPU_TESTS_PEOPLE_FIXTURE_H

#include "base/crypto.h"
#include "service/call.h"
#include "service/signup.h"
#include "service/volunteer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#define NOW_MS 1789952400000LL                 /* 2026-09-21T09:00 in Shanghai */
#define HOUR_MS 3600000LL
#define DAY_MS (24 * HOUR_MS)

#ifndef FIXTURE_RETENTION_MS
#define FIXTURE_RETENTION_MS 0
#endif

struct fixture {
    uv_loop_t loop;
    char dir[64];
    struct store *store;
    struct service *service;
    struct call call;                          /* the last one */
    enum principal_role role;
    bool force, dry_run;
    int64_t now_ms;
};

static void on_fatal(void *arg, const struct err *e)
{
    (void)arg;
    (void)e;
    abort();
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct settings settings = {.public_url = "https://kepu.test", .tz = "Asia/Shanghai",
                                .privacy.retention_ms = FIXTURE_RETENTION_MS};
    struct crypto_keys keys;
    struct err e = {0};
    char text[128];

    assert_int_equal(crypto_init(), 0);
    snprintf(f->dir, sizeof f->dir, "/tmp/kepu-people-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(text, sizeof text, "%s/key", f->dir);
    assert_int_equal(crypto_keys_load(text, true, &keys, &e), 0);
    uv_loop_init(&f->loop);
    snprintf(text, sizeof text, "sqlite:%s/kepu.db", f->dir);
    f->store = store_open(&f->loop, text, on_fatal, NULL, &e);
    assert_non_null(f->store);
    f->service = service_new(f->store, &keys, &settings);
    f->role = ROLE_ADMIN;
    f->now_ms = NOW_MS;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"key", "kepu.db", "kepu.db-wal", "kepu.db-shm"};

    call_release(&f->call);
    store_close(f->store, NULL, NULL);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    uv_loop_close(&f->loop);
    service_free(f->service);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", f->dir, names[i]);
        unlink(path);
    }
    rmdir(f->dir);
    free(f);
    return 0;
}

/* The result, or NULL with the error in f->call.err. Valid until the next call. */
static inline void *ask(struct fixture *f, const struct operation *op, void *input)
{
    call_release(&f->call);
    f->call = (struct call){.op = op, .input = input};
    f->call.req = (struct request){.principal = {.role = f->role, .name = "test"},
                                   .now_ms = f->now_ms,
                                   .force = f->force,
                                   .dry_run = f->dry_run,
                                   .if_version = FIELD_INT_ABSENT};
    return service_call_now(f->service, &f->call) == 0 ? f->call.result : NULL;
}

static inline void refused(struct fixture *f, const struct operation *op, void *input, enum err_code code,
                           const char *field)
{
    assert_null(ask(f, op, input));
    assert_int_equal(f->call.err.code, code);
    assert_string_equal(f->call.err.field, field);
}

/* One statement, run by itself. */
struct sql_job {
    struct job job;
    const char *sql;
    int64_t value;
};

static int run_sql(struct job *job, struct db *db, struct err *e)
{
    struct sql_job *s = (struct sql_job *)(void *)job;

    s->value = db_int(db, -1, s->sql);
    return db_check(db, e);
}

static void sql_done(struct job *job)
{
    (void)job;
}

/* Runs a literal; the first row's first number. */
static inline int64_t sql(struct fixture *f, const char *text)
{
    struct sql_job s = {.job = {.write = true, .run = run_sql, .done = sql_done}, .sql = text};

    if (store_run_now(f->store, &s.job))
        fail_msg("%s: %s", text, s.job.err.args[0]);
    return s.value;
}

static inline struct volunteer_input person(const char *name, const char *phone)
{
    struct volunteer_input in;

    fields_clear(&volunteer_input_fields, &in);
    in.name = (char *)(uintptr_t)name;
    in.phone = (char *)(uintptr_t)phone;
    return in;
}

/* A new volunteer's id; the caller frees it. */
static inline char *add_person(struct fixture *f, const char *name, const char *phone)
{
    struct volunteer_input in = person(name, phone);
    struct volunteer *v = ask(f, &op_volunteer_add, &in);

    assert_non_null(v);
    return strdup(v->id);
}

#endif
