/*
 * Thirty simulated days from each seed: people, robots, clocks, disks and deaths; what was promised is held against
 * what happened. `sim --seed N` runs one seed again, `--say` tells what happens.
 */
#include "world.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DAYS 30
#define ROUND_MS (6 * HOUR_MS)
#define CALM_DAYS 3                      /* afterwards: everything comes to its end */
#define JOBS_MAX 16
#define FIRST_MS 1772323200000LL         /* 2026-03-01 */
#define DISTRUSTED_MS (15 * MINUTE_MS)   /* a jump ahead by more is waited with */

void world_say(struct world *w, const char *format, ...)
{
    va_list ap;

    if (!w->talks)
        return;
    printf("%12.3f ", (double)(w->boot_ms) / 1000);
    va_start(ap, format);
    vprintf(format, ap);
    va_end(ap);
    putchar('\n');
}

void world_wrong(struct world *w, const char *format, ...)
{
    va_list ap;

    printf("sim: seed %llu at %.3f s: ", (unsigned long long)w->seed, (double)w->boot_ms / 1000);
    va_start(ap, format);
    vprintf(format, ap);
    va_end(ap);
    printf("\nto run it again: build/sim/sim --seed %llu --say\n", (unsigned long long)w->seed);
    fflush(stdout);
    if (w->talks)
        db_reset(w->db), db_script(w->db, "VACUUM INTO 'build/sim.db'", NULL);
    _exit(1);
}

/* What comes over the world */

static void again(struct world *w, int64_t low_ms, int64_t high_ms, void (*run)(struct world *, void *))
{
    if (w->wild)
        world_at(w, world_between(w, low_ms, high_ms), run, NULL);
}

static void on_order(struct world *w, void *arg)
{
    if (w->up && w->wild && w->boot_ms >= w->distrust_until_ms) {
        w->order_ms = w->boot_ms;
        people_order(w);
    }
    if (!arg)
        again(w, MINUTE_MS, 20 * HOUR_MS, on_order);
}

static void on_mood(struct world *w, void *arg)
{
    (void)arg;
    if (w->wild)
        robots_mood(w);
    again(w, MINUTE_MS, 14 * HOUR_MS, on_mood);
}

static void on_death(struct world *w, void *arg)
{
    (void)arg;
    if (w->wild)
        daemon_kill(w);
    again(w, HOUR_MS, 5 * DAY_MS, on_death);
}

static void on_full_disk(struct world *w, void *arg)
{
    (void)arg;
    if (!w->wild)
        return;
    w->disk_full_until_ms = w->boot_ms + world_between(w, SECOND_MS, world_chance(w, 50) ? HOUR_MS : MINUTE_MS);
    world_upset(w, w->disk_full_until_ms - w->boot_ms + 5 * SECOND_MS);
    again(w, DAY_MS, 20 * DAY_MS, on_full_disk);
}

static void set_clock(struct world *w, int64_t by_ms)
{
    world_step_clock(w, by_ms);
    w->distrust_until_ms = by_ms > DISTRUSTED_MS && w->up ? w->boot_ms + MINUTE_MS - SECOND_MS : 0;
}

static void set_right(struct world *w, void *arg)
{
    (void)arg;
    set_clock(w, w->wrong_by_ms);
    w->wrong_by_ms = 0;
}

/* What is hurried just before its deadline meets a slow disk. */
static void on_deadline(struct world *w, void *arg)
{
    (void)arg;
    if (!w->up || !w->wild)
        return;
    people_hurry(w);
    w->slow = true;
}

/* Small steps stay; a clock that is far off is set right again. */
static void on_clock(struct world *w, void *arg)
{
    static const int64_t sizes_ms[] = {5 * SECOND_MS, MINUTE_MS, 14 * MINUTE_MS, 2 * HOUR_MS, 3 * DAY_MS, 730 * DAY_MS};
    int64_t size_ms = sizes_ms[world_below(w, 6)], by_ms = world_between(w, -size_ms, size_ms);

    (void)arg;
    if (!w->wrong_by_ms && w->wild) {
        if (size_ms > 14 * MINUTE_MS) {
            int64_t most_ms = world_chance(w, 500) ? 58 * SECOND_MS : 4 * HOUR_MS;
            w->wrong_by_ms = -by_ms;
            world_at(w, world_between(w, SECOND_MS, most_ms), set_right, NULL);
        }
        if (w->up && world_chance(w, 300))
            people_send_many(w);         /* a robot that is busy when the clock is set */
        set_clock(w, by_ms);
    }
    again(w, HOUR_MS, 8 * DAY_MS, on_clock);
}

/* The machine sleeps: its wall clock goes on, libuv's stands still. */
static void on_suspend(struct world *w, void *arg)
{
    int64_t ms = world_between(w, SECOND_MS, 20 * HOUR_MS);

    (void)arg;
    if (!w->wild)
        return;
    world_say(w, "the machine sleeps for %lld s", (long long)(ms / 1000));
    w->boot_ms += ms;
    world_step_clock(w, 0);
    again(w, DAY_MS, 20 * DAY_MS, on_suspend);
}

static void on_look(struct world *w, void *arg)
{
    (void)arg;
    promise_nothing_waits(w);
}

/* Now and then: those that fall due until the next time are looked after then. */
static void on_round(struct world *w, void *arg)
{
    struct stmt *s = db_query(w->db, "SELECT DISTINCT due_ms FROM delivery WHERE state = 'scheduled' AND due_ms > $1"
                                     " AND due_ms <= $2 ORDER BY due_ms",
                              p_int(world_wall(w)), p_int(world_wall(w) + ROUND_MS));

    (void)arg;
    while (stmt_row(s)) {
        int64_t in_ms = stmt_int(s, 0) - world_wall(w);
        world_at(w, in_ms + 31 * SECOND_MS, on_look, NULL);
        world_at(w, in_ms + 100 * SECOND_MS, on_look, NULL);
        if (w->wild && world_chance(w, 100))   /* changes that meet what is being sent */
            world_at(w, in_ms + world_below(w, 500), on_order, w);
        if (w->wild && world_chance(w, 60))    /* deaths too */
            world_at(w, in_ms + world_below(w, 500), on_death, NULL);
    }
    s = db_query(w->db, "SELECT DISTINCT deadline_ms FROM delivery WHERE state IN ('retrying', 'ambiguous')"
                        " AND deadline_ms > $1 AND deadline_ms <= $2 ORDER BY deadline_ms",
                 p_int(world_wall(w)), p_int(world_wall(w) + ROUND_MS));
    while (stmt_row(s))
        if (w->wild && world_chance(w, 200))
            world_at(w, stmt_int(s, 0) - world_wall(w) - world_below(w, 8 * SECOND_MS), on_deadline, NULL);
    promise_nothing_waits(w);
    world_at(w, ROUND_MS, on_round, NULL);
}

static void on_day(struct world *w, void *arg)
{
    (void)arg;
    promise_plan(w);
    if (w->up)
        people_daily(w);
    world_at(w, DAY_MS, on_day, NULL);
}

/* A seed's life */

static void begin(struct world *w, uint64_t seed)
{
    w->seed = w->random = seed;
    crypto_id_forget();
    world_random(w);
    w->mono_ms = 100 * SECOND_MS;
    w->boot_ms = 200 * SECOND_MS;
    w->wall_ahead_ms = FIRST_MS + world_below(w, 3 * 365) * DAY_MS + world_below(w, DAY_MS) - w->boot_ms;
    w->highest_wall_ms = world_wall(w);
    w->wild = true;
    strcpy(w->settings.public_url, "https://kepu.test");
    strcpy(w->settings.tz, "Asia/Shanghai");
    w->settings.hold_unknown = world_chance(w, 200);
    memset(&w->keys, 7, sizeof w->keys);
    uv_loop_init(&w->loop);
    uv_async_init(&w->loop, &w->store.wake_loop, NULL);
    disk_clear(w);
    robots_reset(w);
    daemon_start(w);
    people_begin(w);
    world_at(w, MINUTE_MS, on_order, NULL);
    world_at(w, HOUR_MS, on_mood, NULL);
    world_at(w, DAY_MS, on_death, NULL);
    world_at(w, 0, on_round, NULL);
    world_at(w, DAY_MS, on_day, NULL);
    again(w, HOUR_MS, 10 * DAY_MS, on_clock);
    again(w, DAY_MS, 30 * DAY_MS, on_suspend);
    again(w, DAY_MS, 30 * DAY_MS, on_full_disk);
}

static void calm(struct world *w)
{
    w->wild = false;
    robots_calm(w);
    w->disk_full_until_ms = 0;
    world_upset(w, 0);
    if (!w->up)
        daemon_start(w);
}

static void end(struct world *w)
{
    promise_end(w);
    daemon_kill(w);
    w->heap_count = 0;
    while (w->calls) {
        struct network_call *next = w->calls->next;
        free(w->calls);
        w->calls = next;
    }
    uv_close((uv_handle_t *)&w->store.wake_loop, NULL);
    uv_run(&w->loop, UV_RUN_NOWAIT);
    WRONG_IF(w, uv_loop_close(&w->loop) != 0, "something of the daemon is still open");
    free(w->heap);
}

static uint64_t run_seed(struct world *kept, uint64_t seed)
{
    struct world *w = calloc(1, sizeof *w);
    uint64_t digest;

    w->talks = kept->talks;
    w->db = kept->db;
    the_world = w;
    begin(w, seed);
    world_run(w, DAYS * DAY_MS);
    calm(w);
    world_run(w, CALM_DAYS * DAY_MS);
    end(w);
    digest = w->digest;
    for (size_t i = 0; i < sizeof w->counts / sizeof(int64_t); i++)
        ((int64_t *)&kept->counts)[i] += ((int64_t *)&w->counts)[i];
    the_world = kept;
    free(w);
    return digest;
}

static void report(const struct world *w, uint64_t seeds)
{
    printf("%llu seeds of %d days: %lld deliveries, %lld requests, %lld orders (%lld refused), %lld deaths, "
           "%lld clock steps, %lld disk faults\n",
           (unsigned long long)seeds, DAYS, (long long)w->counts.deliveries, (long long)w->counts.calls,
           (long long)w->counts.orders, (long long)w->counts.refused, (long long)w->counts.kills,
           (long long)w->counts.steps, (long long)w->counts.faults);
}

/* One process's share: every `jobs`-th seed. */
static int run_share(struct world *w, uint64_t from, uint64_t count, uint64_t share, uint64_t jobs)
{
    uint64_t seeds = 0;

    disk_open(w);
    for (uint64_t i = share; i < count; i += jobs, seeds++) {
        uint64_t digest = run_seed(w, from + i);
        if (i < jobs && run_seed(w, from + i) != digest)
            world_wrong(w, "seed %llu does not run the same way twice", (unsigned long long)(from + i));
    }
    disk_close(w);
    report(w, seeds);
    return 0;
}

static int run_all(struct world *w, uint64_t from, uint64_t count, uint64_t jobs)
{
    int failed = 0, status;

    if (jobs <= 1)
        return run_share(w, from, count, 0, 1);
    for (uint64_t share = 0; share < jobs; share++)
        if (fork() == 0)
            exit(run_share(w, from, count, share, jobs));
    for (uint64_t share = 0; share < jobs; share++)
        if (wait(&status) < 0 || status != 0)
            failed = 1;
    return failed;
}

/* The line of totals that summary.py adds up. */
static void write_totals(const char *path, bool failed)
{
    FILE *f = path ? fopen(path, "we") : NULL;

    if (!f)
        return;
    fprintf(f, "%d passed, %d failed, 0 skipped\n", !failed, failed);
    fclose(f);
}

static const char *option_text(int argc, char **argv, const char *name)
{
    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return argv[i + 1];
    return NULL;
}

static uint64_t option(int argc, char **argv, const char *name, uint64_t otherwise)
{
    const char *text = option_text(argc, argv, name);

    return text ? strtoull(text, NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    static struct world w;
    uint64_t seed = option(argc, argv, "--seed", 0), from = option(argc, argv, "--from", 1);
    int quiet = open("/dev/null", O_WRONLY), failed;

    for (int i = 1; i < argc; i++)
        w.talks |= strcmp(argv[i], "--say") == 0;
    if (!w.talks)
        dup2(quiet, STDERR_FILENO);      /* the daemon's log: thousands of simulated troubles */
    the_world = &w;
    w.random = 1;
    world_dice();
    if (crypto_init())
        return 1;
    if (seed)
        return run_all(&w, seed, 1, 1);
    failed = run_all(&w, from, option(argc, argv, "--seeds", 100), option(argc, argv, "--jobs", 2));
    write_totals(option_text(argc, argv, "--results"), failed);
    return failed;
}
