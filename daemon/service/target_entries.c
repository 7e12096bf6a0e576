/* What a target's value is made of, down to the sign-up: what was entered first, then what was counted, in pages. */
#include "calendar/civil.h"
#include "measure_private.h"
#include "series.h"
#include "target.h"

#include <stdio.h>
#include <string.h>

#define MILLI 1000

struct phase {
    enum measure_parts parts;
    const char *kind;
};

/* Which parts a measure's value has, in the order of the list. */
static const struct {
    struct phase phases[2];
    size_t count;
} phases_of[MEASURE_COUNT] = {
    [MEASURE_PERSONS] = {{{PARTS_PERSONS, "person"}}, 1},
    [MEASURE_ATTENDANCES] = {{{PARTS_HEADCOUNTS, "headcount"}, {PARTS_SIGNUPS, "signup"}}, 2},
    [MEASURE_SESSIONS] = {{{PARTS_SESSIONS, "session"}}, 1},
    [MEASURE_COVERAGE] = {{{PARTS_SESSIONS, "session"}}, 1},
};

struct walk {
    struct call *c;
    struct db *db;
    struct measuring m;
    struct target t;
    int64_t limit;
    int phase;                        /* 0: what was entered; then phases_of, from 1 */
    struct measure_cursor after;
    struct list_builder items;
};

static int read_cursor(const char *text, struct walk *w, struct err *e)
{
    long long at_ms, id;
    int end = 0;

    w->after = (struct measure_cursor){INT64_MIN + 1, 0};
    if (!text)
        return 0;
    if (sscanf(text, "%1d.%20lld.%19lld%n", &w->phase, &at_ms, &id, &end) != 3 || text[end] || w->phase < 0)
        return err_set(e, ERR_INVALID, MSG_CURSOR_BAD, "cursor", NULL);
    w->after = (struct measure_cursor){at_ms, id};
    return 0;
}

static struct target_part *add(struct walk *w, const char *kind)
{
    struct target_part *p = list_add(w->c, &w->items, sizeof *p);

    fields_clear(&target_part_fields, p);
    p->kind = (char *)(uintptr_t)kind;
    return p;
}

static char *given(const char *text)
{
    return text && text[0] ? (char *)(uintptr_t)text : NULL;
}

/* A value that was set took the place of what had been counted by then. */
static void add_entry(struct walk *w, const struct target_entry *x)
{
    struct target_part *p = add(w, x->kind);

    p->at = (struct moment){.wall_s = measure_day(x->at) * CIVIL_DAY_S, .date = true, .set = true};
    p->amount_milli = x->amount_milli - x->counted_milli;
    p->of_milli = x->of_milli;
    p->unit = given(x->unit);
    p->name = given(x->name);
    p->level = given(x->level);
    p->note = given(x->note);
    p->who = given(x->who);
}

static char *cursor_text(struct walk *w, int phase, int64_t at_ms, int64_t id)
{
    return arena_printf(&w->c->out, "%d.%lld.%lld", phase, (long long)at_ms, (long long)id);
}

/* The cursor's at_ms is how many of them were shown. */
static char *list_entered(struct walk *w)
{
    const struct target_entry *list, *set = measuring_last_set(&w->m, &w->t);
    size_t count = measuring_entries(&w->m, w->t.slug, &list);
    bool grid = target_measure(&w->t) == MEASURE_COVERAGE;
    int64_t seen = 0, shown = w->after.at_ms > 0 ? w->after.at_ms : 0;

    for (size_t i = 0; i < count; i++) {
        if (!grid && !measuring_takes(&w->m, &w->t, set, &list[i]))
            continue;
        if (seen++ < shown)
            continue;
        if ((int64_t)w->items.count == w->limit)
            return cursor_text(w, 0, seen - 1, 0);
        add_entry(w, &list[i]);
    }
    return NULL;
}

static struct moment moment_at(const struct zone *z, const char *local)
{
    int64_t wall_s;
    bool date;

    return civil_parse(local, &wall_s, &date) ? moment_of(z, wall_s, date) : (struct moment){0};
}

static void add_part(struct walk *w, const char *kind, const struct measure_part *x)
{
    struct target_part *p = add(w, kind);
    const struct zone *z = x->tz[0] ? zone_find(x->tz, NULL) : NULL;

    z = z ? z : w->m.zone;
    p->amount_milli = strcmp(kind, "person") == 0 ? MILLI : x->amount * MILLI;
    p->at = x->start[0] ? moment_at(z, x->start) : moment_of(z, zone_to_wall(z, x->at_ms / 1000), false);
    if (x->recurrence[0])
        p->recurrence_id = moment_at(z, x->recurrence);
    p->event = given(x->event);
    p->title = given(x->title);
    p->unit = given(x->unit);
    p->signup = given(x->signup);
    p->volunteer = given(x->volunteer);
}

static char *list_phase(struct walk *w, const struct phase *phase, int number)
{
    int64_t room = w->limit - (int64_t)w->items.count;
    struct measure_part *parts = arena_alloc(&w->c->out, (size_t)(room + 1) * sizeof *parts);
    struct measure_span span = w->m.span;
    size_t count;

    if (target_period(&w->t) == PERIOD_YEAR && strcmp(span.year_from, span.from) > 0)
        span.from = span.year_from;
    count = store_measure_parts(w->db, phase->parts, &span, w->t.slug, &w->after, room + 1, &w->c->out, parts);
    for (size_t i = 0; i < count && (int64_t)i < room; i++)
        add_part(w, phase->kind, &parts[i]);
    w->after = (struct measure_cursor){INT64_MIN + 1, 0};
    if ((int64_t)count <= room)
        return NULL;
    return room > 0 ? cursor_text(w, number, parts[room - 1].at_ms, parts[room - 1].id)
                    : cursor_text(w, number, INT64_MIN + 1, 0);
}

static char *list_all(struct walk *w)
{
    static const struct phase people = {PARTS_PEOPLE, "person"};
    enum measure m = target_measure(&w->t);
    const struct phase *phases = target_is_people(&w->t) ? &people : phases_of[m].phases;
    size_t count = target_is_people(&w->t) ? 1 : phases_of[m].count;
    char *next = NULL;

    if (w->phase == 0) {
        next = list_entered(w);
        w->after = (struct measure_cursor){INT64_MIN + 1, 0};
        w->phase = 1;
    }
    for (; !next && (size_t)w->phase <= count; w->phase++)
        next = list_phase(w, &phases[w->phase - 1], w->phase);
    return next;
}

static int run_entries(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct target_ref *ref = input;
    struct walk w = {.c = c, .db = db};
    char *plan, *next;

    if (plan_named(c, db, ref->plan, &plan, e) || target_named(c, db, plan, ref->slug, &w.t, e) ||
        call_limit(ref->limit, &w.limit, e) || read_cursor(ref->cursor, &w, e) ||
        measuring_begin(c, db, plan, 0, 0, &w.m, e))
        return -1;
    next = list_all(&w);
    *ret = list_end(c, &w.items, next);
    return db_check(db, e);
}

const struct operation op_target_entries = {"target entries", ROLE_VIEWER, false, run_entries};
