/* What must be true: SPEC.md 8 and the invariants of WIRE.md 6, seen from outside the daemon's code. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOON_MS (30 * SECOND_MS)         /* overdue sends start within this of a start */
#define DISTRUST_MS (60 * SECOND_MS)     /* a clock that jumped ahead */
#define OPEN "('scheduled', 'sending', 'retrying', 'ambiguous')"

/* So many in any such time, as the vendors say. */
static const struct limit {
    const char *kind;
    size_t count;
    int64_t in_ms;
} limits[] = {{"wecom", 20, 60000}, {"feishu", 100, 60000}, {"feishu", 5, 1000}, {"slack", 1, 990}};

struct track *promise_track(struct world *w, const char *code)
{
    for (size_t i = w->track_count; i-- > 0;)
        if (strcmp(w->tracks[i].code, code) == 0)
            return &w->tracks[i];
    WRONG_IF(w, w->track_count == TRACKS_MAX, "more deliveries than the world keeps track of");
    strcpy(w->tracks[w->track_count].code, code);
    return &w->tracks[w->track_count++];
}

static void within_the_rate(struct world *w, struct robot *r)
{
    r->sends_ms[r->sends++ % SENDS_KEPT] = w->boot_ms;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        const struct limit *l = &limits[i];
        if (strcmp(l->kind, r->kind) != 0 || r->sends <= l->count)
            continue;
        WRONG_IF(w, w->boot_ms - r->sends_ms[(r->sends - 1 - l->count) % SENDS_KEPT] < l->in_ms,
                 "%s gets more than %zu messages in %lld ms", r->kind, l->count, (long long)l->in_ms);
    }
}

/* Quiet hours */

struct hours {
    int64_t begin_ms, end_ms;        /* of the office's day; the end may be on the next one */
    bool given;
};

static struct hours quiet_of(struct world *w, const char *code)
{
    struct stmt *s = db_query(w->db, "SELECT c.quiet FROM channel c JOIN delivery d ON d.channel_id = c.id"
                                     " WHERE d.code = $1 AND d.kind NOT IN ('test', 'notice')", p_text(code));
    struct arena a = {0};
    int from_h, from_m, to_h, to_m;
    struct hours q = {0};

    if (stmt_row(s) && sscanf(stmt_text(s, 0, &a), "%d:%d-%d:%d", &from_h, &from_m, &to_h, &to_m) == 4)
        q = (struct hours){from_h * HOUR_MS + from_m * MINUTE_MS, to_h * HOUR_MS + to_m * MINUTE_MS, true};
    if (q.end_ms < q.begin_ms)
        q.end_ms += DAY_MS;
    stmt_done(s);
    arena_release(&a);
    return q;
}

/* How long the quiet that holds at this time goes on, and how long it has been; false: it isn't quiet. */
static bool in_quiet(const struct hours *q, int64_t wall_ms, int64_t *ret_for_ms, int64_t *ret_since_ms)
{
    int64_t day_ms = (wall_ms + 8 * HOUR_MS) % DAY_MS;

    for (int64_t at_ms = day_ms; q->given && at_ms <= day_ms + DAY_MS; at_ms += DAY_MS) {
        if (at_ms < q->begin_ms || at_ms >= q->end_ms)
            continue;
        *ret_for_ms = q->end_ms - at_ms;
        *ret_since_ms = at_ms - q->begin_ms;
        return true;
    }
    return false;
}

static bool may_be_early(const struct hours *q, int64_t due_ms, int64_t now_ms)
{
    int64_t for_ms, since_ms;

    return in_quiet(q, due_ms, &for_ms, &since_ms) && now_ms >= due_ms - since_ms - MINUTE_MS;
}

static void not_into_the_quiet(struct world *w, const struct track *t, const struct hours *q, int64_t deadline_ms)
{
    int64_t now_ms = w->claimed_wall_ms, for_ms, since_ms, last_ms = deadline_ms;
    int64_t start_ms = db_int(w->db, 0, "SELECT o.start_ms FROM delivery d JOIN occurrence o ON o.id = d.occurrence_id"
                                        " WHERE d.code = $1", p_text(t->code));

    if (start_ms > now_ms && start_ms < last_ms)
        last_ms = start_ms;
    WRONG_IF(w, in_quiet(q, now_ms, &for_ms, &since_ms) && now_ms + for_ms <= last_ms - MINUTE_MS,
             "%s goes out in quiet hours and could have waited", t->code);
}

static void only_the_latest(struct world *w, const struct track *t)
{
    WRONG_IF(w,
             db_int(w->db, 0,
                    "SELECT 1 FROM delivery d JOIN delivery n ON n.occurrence_id = d.occurrence_id"
                    " AND n.channel_id = d.channel_id AND n.kind = 'upcoming' AND n.state IN " OPEN
                    " WHERE d.code = $1 AND d.kind = 'upcoming' AND n.due_ms <= $2 AND n.due_ms > d.due_ms LIMIT 1",
                    p_text(t->code), p_int(w->claimed_wall_ms)) != 0,
             "%s goes out although a later one of its occurrence is due as well", t->code);
}

/* A request is about to go out. */
void promise_started(struct world *w, const struct robot *robot, struct track *t)
{
    int64_t lag_ms = w->boot_ms - w->claimed_boot_ms, now_ms = w->claimed_wall_ms + lag_ms;
    int64_t due_ms = db_int(w->db, 0, "SELECT due_ms FROM delivery WHERE code = $1", p_text(t->code));
    int64_t deadline_ms = w->claimed_deadline_ms[w->claimed_at - 1];
    bool quiet = w->boot_ms - w->order_ms > SOON_MS;
    struct hours hours = quiet_of(w, t->code);

    t->started++;
    WRONG_IF(w, db_trouble(w->db), "the database is in trouble: %s", w->db->err.args[0]);
    WRONG_IF(w, t->over, "%s goes out after somebody was told that it would not", t->code);
    WRONG_IF(w, now_ms >= deadline_ms, "%s goes out %lld ms after its deadline", t->code,
             (long long)(now_ms - deadline_ms));
    WRONG_IF(w, quiet && !t->hurried && w->claimed_wall_ms < due_ms &&
                    !may_be_early(&hours, due_ms, w->claimed_wall_ms),
             "%s goes out %lld ms early", t->code,
             (long long)(due_ms - w->claimed_wall_ms));
    WRONG_IF(w, w->claimed_boot_ms > w->step_ms && w->boot_ms < w->distrust_until_ms,
             "%s goes out while the clock is not to be trusted", t->code);
    WRONG_IF(w,
             db_int(w->db, 0,
                    "SELECT COUNT(*) FROM attempt a JOIN delivery d ON d.id = a.delivery_id AND d.attempts = a.number"
                    " WHERE d.code = $1 AND a.outcome IS NULL",
                    p_text(t->code)) != 1,
             "%s goes out and its attempt is not written down", t->code);
    within_the_rate(w, (struct robot *)(uintptr_t)robot);
    if (!quiet)
        return;
    only_the_latest(w, t);
    not_into_the_quiet(w, t, &hours, deadline_ms);
}

/* Final states */

struct finals {
    struct job job;
    struct arena arena;
    struct world *world;
    size_t count;
    struct { char *code, *state; } items[];
};

static void on_told(struct job *job)
{
    struct finals *f = (struct finals *)(void *)job;

    for (size_t i = 0; i < f->count; i++) {
        struct track *t = promise_track(f->world, f->items[i].code);
        WRONG_IF(f->world, t->over && strcmp(t->state, f->items[i].state) != 0, "%s was %s and is %s", t->code,
                 t->state, f->items[i].state);
        strcpy(t->state, f->items[i].state);
        t->over = true;
    }
    arena_release(&f->arena);
    free(f);
}

/* What is final now is known to those whose orders are answered before this job is. */
struct job *promise_finals(struct world *w)
{
    size_t room = (size_t)db_int(w->db, 0, "SELECT COUNT(*) FROM delivery WHERE final_ms IS NOT NULL");
    struct finals *f = calloc(1, sizeof *f + room * sizeof f->items[0]);
    struct stmt *s = db_query(w->db, "SELECT code, state FROM delivery WHERE final_ms IS NOT NULL ORDER BY id");

    f->world = w;
    f->job.done = on_told;
    while (f->count < room && stmt_row(s)) {
        f->items[f->count].code = stmt_text(s, 0, &f->arena);
        f->items[f->count++].state = stmt_text(s, 1, &f->arena);
    }
    stmt_done(s);
    return &f->job;
}

/* Planning */

#define NONE(w, what, ...)                                                                       \
    do {                                                                                         \
        struct stmt *found_ = db_query((w)->db, __VA_ARGS__);                                    \
        struct arena arena_ = {0};                                                               \
        if (stmt_row(found_))                                                                    \
            world_wrong(w, "%s %s", stmt_text(found_, 0, &arena_), what);                        \
        arena_release(&arena_);                                                                  \
    } while (0)

#define DUE "(CASE WHEN r.kind = 'thanks' THEN o.end_ms ELSE o.start_ms END + r.offset_ms)"

static void times_are_those_of_the_table(struct world *w)
{
    NONE(w, "is not due when its rule says",
         "SELECT d.code FROM delivery d JOIN occurrence o ON o.id = d.occurrence_id JOIN reminder r"
         " ON r.id = d.reminder_id WHERE d.state IN " OPEN " AND r.kind IN ('upcoming', 'thanks')"
         " AND d.due_ms <> " DUE);
    NONE(w, "has another deadline than SPEC.md 8 gives it",
         "SELECT d.code FROM delivery d JOIN occurrence o ON o.id = d.occurrence_id JOIN reminder r"
         " ON r.id = d.reminder_id WHERE d.state IN " OPEN " AND d.kind = 'upcoming' AND d.deadline_ms <>"
         " min(d.due_ms + max(600000, -r.offset_ms / 4), max(o.start_ms, d.due_ms + 120000))");
    NONE(w, "has another deadline than SPEC.md 8 gives it",
         "SELECT code FROM delivery WHERE (kind = 'thanks' AND deadline_ms <> due_ms + 86400000)"
         " OR (kind = 'notice' AND deadline_ms <> due_ms + 3600000)"
         " OR (kind = 'changed' AND deadline_ms > due_ms + 86400000)"
         " OR (kind IN ('digest', 'ask') AND reminder_id IS NOT NULL AND deadline_ms <> due_ms + 86400000)");
}

/* Of an event, else of its category, else of all. */
#define APPLIES                                                                                                  \
    " (r.event_id = e.id OR (r.event_id IS NULL AND NOT EXISTS"                                                  \
    "  (SELECT 1 FROM reminder x WHERE x.kind = r.kind AND x.event_id = e.id) AND (r.category = e.category"      \
    "   OR (r.category IS NULL AND NOT EXISTS (SELECT 1 FROM reminder x WHERE x.kind = r.kind"                   \
    "    AND x.event_id IS NULL AND x.category = e.category)))))"
#define WANTED                                                                                                   \
    " (r.every_channel = 1 OR EXISTS (SELECT 1 FROM reminder_channel x WHERE x.reminder_id = r.id"               \
    "  AND x.channel_id = c.id)) AND (NOT EXISTS (SELECT 1 FROM channel_filter f WHERE f.channel_id = c.id)"     \
    "  OR EXISTS (SELECT 1 FROM channel_filter f WHERE f.channel_id = c.id AND f.slug = e.category))"

static void nothing_is_missing(struct world *w)
{
    NONE(w, "lacks a delivery that its rules ask for",
         "SELECT e.slug FROM occurrence o JOIN event e ON e.id = o.event_id JOIN reminder r ON" APPLIES
         " JOIN channel c ON" WANTED " WHERE r.kind IN ('upcoming', 'thanks') AND o.status <> 'cancelled'"
         " AND e.status <> 'cancelled' AND " DUE " > $1"
         " AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.occurrence_id = o.id AND d.reminder_id = r.id"
         "  AND d.channel_id = c.id AND (d.state IN " OPEN " OR ((d.moves = o.moves OR r.kind = 'thanks')"
         /* What was attempted may have been heard: it is not planned again. */
         "   AND (d.attempts > 0 OR d.reason NOT IN ('rule no longer applies', 'channel no longer concerned')))))",
         p_int(w->highest_wall_ms));
    NONE(w, "waits for what was cancelled",
         "SELECT d.code FROM delivery d LEFT JOIN occurrence o ON o.id = d.occurrence_id"
         " LEFT JOIN event e ON e.id = o.event_id WHERE d.state IN ('scheduled', 'retrying', 'ambiguous')"
         " AND d.kind IN ('upcoming', 'thanks') AND (o.id IS NULL OR o.status = 'cancelled' OR e.status = 'cancelled'"
         "  OR d.reminder_id IS NULL OR d.channel_id IS NULL)");
    NONE(w, "was told more often than it was moved",
         "SELECT MIN(d.code) FROM delivery d JOIN occurrence o ON o.id = d.occurrence_id WHERE d.kind = 'upcoming'"
         " AND d.state = 'delivered' AND d.reminder_id IS NOT NULL AND d.channel_id IS NOT NULL"
         " GROUP BY d.occurrence_id, d.reminder_id, d.channel_id HAVING COUNT(*) > 1 + MAX(o.moves)");
}

static void once_a_week(struct world *w)
{
    NONE(w, "is told a second time in its week",
         "SELECT MAX(code) FROM delivery WHERE kind IN ('digest', 'ask') AND reminder_id IS NOT NULL"
         " AND channel_id IS NOT NULL AND state = 'delivered'"
         /* Of an event that is gone its identity tells: two may have been asked for in one week. */
         " AND (event_id IS NOT NULL OR identity NOT LIKE '%:e%')"
         " GROUP BY reminder_id, channel_id, COALESCE(event_id, 0), subject HAVING COUNT(*) > 1");
}

void promise_plan(struct world *w)
{
    once_a_week(w);
    times_are_those_of_the_table(w);
    nothing_is_missing(w);
}

/* Waiting */

static bool has_room(const struct world *w, const struct robot *r)
{
    return r->sends == 0 || (w->boot_ms - r->sends_ms[(r->sends - 1) % SENDS_KEPT] > 10 * SECOND_MS &&
                             (r->sends < 15 || w->boot_ms - r->sends_ms[(r->sends - 15) % SENDS_KEPT] > 70000));
}

/* Attempted as soon as it can be, if anything can be sent at all. */
void promise_nothing_waits(struct world *w)
{
    int64_t now_ms = world_wall(w);
    struct arena a = {0};
    struct stmt *s;

    if (!w->up || w->boot_ms - w->calm_ms < SOON_MS || w->boot_ms - w->step_ms < DISTRUST_MS + SOON_MS)
        return;
    s = db_query(w->db,
                 "SELECT d.code, c.name FROM delivery d JOIN channel c ON c.id = d.channel_id WHERE d.attempts = 0"
                 " AND d.state = 'scheduled' AND d.due_ms < $1 AND d.created_ms < $1 AND d.deadline_ms > $2"
                 " AND c.state = 'enabled' AND COALESCE(c.breaker_until_ms, 0) < $1",
                 p_int(now_ms - SOON_MS), p_int(now_ms));
    while (stmt_row(s)) {
        const char *code = stmt_text(s, 0, &a);
        const struct robot *r = robots_named(w, stmt_text(s, 1, &a));
        struct hours q = quiet_of(w, code);
        int64_t for_ms, since_ms;
        if (in_quiet(&q, now_ms, &for_ms, &since_ms) || in_quiet(&q, now_ms - SOON_MS, &for_ms, &since_ms))
            continue;
        WRONG_IF(w, has_room(w, r), "%s is due for %lld s and was not attempted", code, (long long)(SOON_MS / 1000));
    }
    arena_release(&a);
    s = db_query(w->db, "SELECT code FROM delivery WHERE state IN " OPEN " AND state <> 'sending' AND deadline_ms < $1",
                 p_int(now_ms - SOON_MS));
    if (stmt_row(s))
        world_wrong(w, "%s is past its deadline and has no final state", stmt_text(s, 0, &a));
}

/* The end */

static void one_delivery(struct world *w, struct stmt *s, struct arena *a)
{
    const char *code = stmt_text(s, 0, a), *state = stmt_text(s, 1, a);
    int64_t deadline_ms = stmt_int(s, 2), final_ms = stmt_int(s, 3), attempts = stmt_int(s, 4), rows = stmt_int(s, 5);
    int64_t ok = stmt_int(s, 6), unknown = stmt_int(s, 7), open = stmt_int(s, 8);
    const struct track *t = promise_track(w, code);
    bool delivered = strcmp(state, "delivered") == 0;
    enum delivery_state known;

    WRONG_IF(w, !delivery_state_parse(state, &known), "%s is %s", code, state);
    WRONG_IF(w, delivery_is_final(known) != (final_ms != DB_NULL_INT), "%s is %s and ended at %lld", code, state,
             (long long)final_ms);
    WRONG_IF(w, !delivery_is_final(known) && deadline_ms < world_wall(w) - SOON_MS,
             "%s is past its deadline and %s", code, state);
    WRONG_IF(w, t->over && strcmp(t->state, state) != 0, "%s was %s and is %s", code, t->state, state);
    WRONG_IF(w, open != 0, "%s has an attempt without an outcome", code);
    WRONG_IF(w, attempts != rows || t->started > attempts, "%s: %lld attempts, %lld written, %d made", code,
             (long long)attempts, (long long)rows, t->started);
    WRONG_IF(w, delivered && t->heard == 0, "%s is called delivered and nobody heard it", code);
    WRONG_IF(w, ok > 1 || ok > t->heard || delivered != (ok == 1 && !strcmp(state, "delivered")),
             "%s: %lld well, %d heard, %s", code, (long long)ok, t->heard, state);
    WRONG_IF(w, t->heard > ok + unknown, "%s was heard %d times with %lld unknown outcomes and %lld good ones", code,
             t->heard, (long long)unknown, (long long)ok);
    w->digest = w->digest * 31 + (uint64_t)known;
}

void promise_end(struct world *w)
{
    struct stmt *s = db_query(
        w->db, "SELECT code, state, deadline_ms, final_ms, attempts,"
               " (SELECT COUNT(*) FROM attempt a WHERE a.delivery_id = d.id),"
               " (SELECT COUNT(*) FROM attempt a WHERE a.delivery_id = d.id AND outcome = 'ok'),"
               " (SELECT COUNT(*) FROM attempt a WHERE a.delivery_id = d.id AND outcome = 'unknown'),"
               " (SELECT COUNT(*) FROM attempt a WHERE a.delivery_id = d.id AND outcome IS NULL)"
               " FROM delivery d ORDER BY id");
    struct arena a = {0};

    while (stmt_row(s)) {
        one_delivery(w, s, &a);
        w->counts.deliveries++;
    }
    arena_release(&a);
    promise_plan(w);
}
