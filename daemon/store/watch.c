/*
 * Watching a shared database from a thread with a connection of its own: hears what other daemons changed, lets them
 * know of ours, and finds the database again when it went away.
 *
 * What changed stands in table change_log, written by the transactions themselves. NOTIFY is only a bell, rung after
 * commits and no more often than every BELL_MS: in the transactions it would make all commits wait for each other. Who
 * misses the bell looks every LOOK_MS. Rows appear in the order of commits, not of their ids, so each look begins with
 * the oldest transaction that was still running at the last one and passes over the rows that were there already.
 */
#include "store_private.h"

#include "base/clock.h"
#include "base/log.h"
#include "postgres.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define BELL_MS 50
#define LOOK_MS 1000
#define PATIENCE_MS 5000             /* for answers that take a moment where there is a server */
#define KEEP_MS 600000               /* of the log; a daemon that was cut off longer takes everything as changed */
#define OWN_REQUESTS_MS 3600000      /* rows of requests without an id of their own, which tell of a COMMIT */
#define TRIM_MS 60000
#define ROWS_MAX 10000               /* more at one look are told as "everything" */
#define RECONNECT_MS_MIN 100
#define RECONNECT_MS_MAX 2000

struct watch {
    struct store *store;
    struct db *db;
    uv_thread_t thread;
    bool started;
    int wake_fd;
    _Atomic bool rung;               /* something of ours was committed */
    _Atomic bool asked;              /* a worker lost its connection */
    bool connected;
    int64_t oldest;                  /* the transaction that the next look begins with */
    int64_t *seen;                   /* the rows from there on that were told, in order */
    size_t seen_count, seen_room;
    int64_t bell_ms, look_ms, trim_ms, reconnect_ms;
};

static void wake(struct watch *w)
{
    uint64_t one = 1;

    if (write(w->wake_fd, &one, sizeof one) < 0)
        log_warning("waking the watch of the database failed");
}

void watch_ring(struct watch *w)
{
    if (!atomic_exchange(&w->rung, true))
        wake(w);
}

void watch_look(struct watch *w)
{
    if (!atomic_exchange(&w->asked, true))
        wake(w);
}

/* Hearing */

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static bool was_seen(const struct watch *w, int64_t id)
{
    return w->seen_count && bsearch(&id, w->seen, w->seen_count, sizeof id, compare);
}

/* The rows of one look. */
struct look {
    int64_t oldest;
    int64_t ids[ROWS_MAX];
    size_t count, fresh;
    char *changes[ROWS_MAX];         /* of those not seen before */
    bool too_many;
    struct arena arena;
};

static void read_rows(struct watch *w, struct look *l)
{
    struct stmt *s = db_query(w->db,
                              "SELECT now.oldest, c.id, c.changes FROM (SELECT"
                              " CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT) AS oldest) AS now"
                              " LEFT JOIN change_log c ON c.xid >= $1 AND c.origin <> $2 ORDER BY c.id LIMIT $3",
                              p_int(w->oldest), p_text(w->store->origin), p_int(ROWS_MAX + 1));

    while (stmt_row(s)) {
        int64_t id = stmt_int(s, 1);
        l->oldest = stmt_int(s, 0);
        if (id == DB_NULL_INT)
            continue;
        if (l->count == ROWS_MAX) {
            l->too_many = true;
            continue;
        }
        l->ids[l->count++] = id;
        if (!was_seen(w, id))
            l->changes[l->fresh++] = stmt_text(s, 2, &l->arena);
    }
}

static void keep_seen(struct watch *w, const struct look *l)
{
    if (l->count > w->seen_room) {
        w->seen_room = ROWS_MAX;
        w->seen = mem_realloc(w->seen, w->seen_room * sizeof *w->seen);
    }
    if (l->count)
        memcpy(w->seen, l->ids, l->count * sizeof *w->seen);
    w->seen_count = l->count;
    w->oldest = l->oldest;
}

static int look(struct watch *w)
{
    struct look *l = mem_alloc(sizeof *l);
    struct err e;
    int failed;

    db_reset(w->db);
    read_rows(w, l);
    failed = db_check(w->db, &e);
    if (!failed) {
        if (l->too_many)
            store_tell(w->store, "");
        else
            for (size_t i = 0; i < l->fresh; i++)
                store_tell(w->store, l->changes[i]);
        keep_seen(w, l);
    }
    arena_release(&l->arena);
    free(l);
    return failed;
}

/* From now on; what changed before is told as "everything". */
static int begin_listening(struct watch *w, struct err *e)
{
    db_reset(w->db);
    w->oldest = db_int(w->db, 0, "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)");
    w->seen_count = 0;
    return db_script(w->db, "LISTEN kepu", e);
}

/* Upkeep */

static int trim(struct watch *w)
{
    struct err e;

    db_reset(w->db);
    db_exec(w->db,
            "DELETE FROM request WHERE id >= '" STORE_REQUEST_OWN "' AND id < '" STORE_REQUEST_OWN STORE_REQUEST_OWN
            "' AND at_ms < $1", p_int(clock_wall_ms() - OWN_REQUESTS_MS));
    db_exec(w->db,
            "DELETE FROM change_log WHERE at_ms < CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) - $1",
            p_int(KEEP_MS));
    return db_check(w->db, &e);
}

static int ring(struct watch *w)
{
    struct err e;

    db_reset(w->db);
    return db_script(w->db, "NOTIFY kepu", &e);
}

static int reconnect(struct watch *w)
{
    struct err e;

    if (db_reopen(w->db, &e) || begin_listening(w, &e)) {
        store_set_away(w->store, &e);
        return -1;
    }
    w->connected = true;
    w->look_ms = 0;
    w->reconnect_ms = RECONNECT_MS_MIN;
    if (atomic_exchange(&w->store->away, false))
        log_info("the database is back");
    store_tell(w->store, "");
    return 0;
}

/* The thread */

static void drain(struct watch *w)
{
    uint64_t count;

    while (read(w->wake_fd, &count, sizeof count) > 0)
        ;
}

static int64_t min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int wait_ms(const struct watch *w, int64_t now_ms)
{
    int64_t at_ms = min(w->look_ms, w->trim_ms);

    if (atomic_load(&w->rung))
        at_ms = min(at_ms, w->bell_ms);
    return at_ms > now_ms ? (int)(at_ms - now_ms) : 0;
}

/* -1 when the connection is gone. */
static int serve(struct watch *w)
{
    int notified = postgres_wait(w->db, w->wake_fd, wait_ms(w, clock_monotonic_ms()));
    int64_t now_ms = clock_monotonic_ms();

    drain(w);
    if (notified < 0)
        return -1;
    if (now_ms >= w->bell_ms && atomic_exchange(&w->rung, false)) {
        w->bell_ms = now_ms + BELL_MS;
        if (ring(w))
            return -1;
    }
    if (notified || now_ms >= w->look_ms || atomic_exchange(&w->asked, false)) {
        w->look_ms = now_ms + LOOK_MS;
        if (look(w))
            return -1;
        if (atomic_exchange(&w->store->away, false))
            log_info("the database is back");
    }
    if (now_ms >= w->trim_ms) {
        w->trim_ms = now_ms + TRIM_MS;
        return trim(w);
    }
    return 0;
}

static void run(void *arg)
{
    struct watch *w = arg;

    while (!store_is_stopping(w->store)) {
        if (w->connected) {
            w->connected = serve(w) == 0;
            continue;
        }
        if (reconnect(w)) {
            uv_sleep((unsigned)w->reconnect_ms);
            w->reconnect_ms = min(w->reconnect_ms * 2, RECONNECT_MS_MAX);
        }
    }
}

int watch_start(struct store *s, const char *url, struct err *e)
{
    struct watch *w = mem_alloc(sizeof *w);

    w->store = s;
    w->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    w->reconnect_ms = RECONNECT_MS_MIN;
    w->trim_ms = clock_monotonic_ms() + TRIM_MS;
    w->db = store_connect(s, url, true, e);
    if (w->db)
        postgres_set_patience(w->db, PATIENCE_MS);
    w->connected = true;
    s->watch = w;
    if (w->wake_fd < 0 || !w->db || begin_listening(w, e) || uv_thread_create(&w->thread, run, w)) {
        if (w->wake_fd < 0 || w->db)
            err_set(e, ERR_FAILED, MSG_INTERNAL, NULL, "watching the database", NULL);
        watch_stop(w);
        s->watch = NULL;
        return -1;
    }
    w->started = true;
    return 0;
}

void watch_stop(struct watch *w)
{
    if (!w)
        return;
    if (w->started) {
        wake(w);
        uv_thread_join(&w->thread);
    }
    if (w->wake_fd >= 0)
        close(w->wake_fd);
    db_close(w->db);
    free(w->seen);
    free(w);
}
