/* Stored occurrences after their event's rule, times or roles changed; declared in occurrence.h. */
#include "occurrence.h"

#include "calendar/civil.h"
#include "planner.h"
#include "signup_hooks.h"
#include "store/event.h"

#include <stdio.h>
#include <string.h>

#define ORPHANS_NAMED 5

static bool is_past(const struct call *c, const struct occurrence *o)
{
    return o->end_ms <= c->req.now_ms;
}

/* The rule's date for a row: the row's own, or else one on its local date that no other row has. False: none. */
static bool date_for(struct call *c, struct db *db, const struct series *s, const struct occurrence *o,
                     struct series_date *ret)
{
    int64_t own_s = local_wall(o->recurrence_local), midnight_s = civil_midnight(own_s);
    bool found = false, own = false;
    struct series_walk w;
    struct series_date d;

    if (series_walk_begin(s, midnight_s, &w, NULL))
        return false;
    while (!own && series_walk_next(&w, &d) && d.original_s < midnight_s + CIVIL_DAY_S) {
        own = d.original_s == own_s;
        if (!own && (found || store_occurrence_find(db, o->event_id, local_text(d.original_s, s->all_day, &c->out),
                                                    &c->out)))
            continue;
        *ret = d;
        found = true;
    }
    series_walk_end(&w);
    return found;
}

static bool is_date(const char *local)
{
    return strchr(local, 'T') == NULL;
}

/* One that was moved stays where it is, in the form and the zone that its event has now. */
static void keep_moved(const struct series *s, const struct occurrence *o, struct series_date *d)
{
    d->start_s = local_wall(o->start_local);
    d->end_s = local_wall(o->end_local);
    if (is_date(o->start_local) == s->all_day)
        return;
    d->start_s = civil_midnight(d->start_s) + (s->start_s - civil_midnight(s->start_s));
    d->end_s = d->start_s + s->length_s;
}

/* `told`: how many dates the groups were told of. The next few stand for all, and who only knew the rule knows it. */
static void redate(struct call *c, struct db *db, const struct series *s, struct series_date d, struct occurrence *o,
                   struct texts *notes, int *told)
{
    struct occurrence was = *o;

    if (o->status == OCCURRENCE_MOVED)
        keep_moved(s, o, &d);
    o->recurrence_local = local_text(d.original_s, s->all_day, &c->out);
    o->start_local = local_text(d.start_s, s->all_day, &c->out);
    o->end_local = local_text(d.end_s, s->all_day, &c->out);
    o->start_ms = series_ms(s, d.start_s);
    o->end_ms = series_ms(s, d.end_s);
    if (strcmp(o->recurrence_local, was.recurrence_local) == 0 && strcmp(o->start_local, was.start_local) == 0 &&
        strcmp(o->end_local, was.end_local) == 0 && o->start_ms == was.start_ms && o->end_ms == was.end_ms)
        return;
    /* Who was told of the old time is told of the new one too (planner.c). */
    o->moves += o->start_ms != was.start_ms;
    o->updated_ms = c->req.now_ms;
    o->version++;
    store_occurrence_update(db, o);
    if (o->start_ms != was.start_ms && o->status != OCCURRENCE_CANCELLED && o->end_ms > c->req.now_ms &&
        ++*told <= TOLD_OF_SERIES_MAX)
        planner_tell_changed(c, db, o->id, &was);
    if (o->moves > was.moves && o->status != OCCURRENCE_CANCELLED)
        signup_occurrence_moved(c, db, o, notes);
}

static int cancel_orphan(struct call *c, struct db *db, struct occurrence *o, struct err *e)
{
    o->status = OCCURRENCE_CANCELLED;
    o->cancelled_ms = o->updated_ms = c->req.now_ms;
    o->sequence++;
    o->version++;
    store_occurrence_update(db, o);
    planner_tell_changed(c, db, o->id, NULL);
    return signup_occurrence_off(c, db, o->id, o->reason, e);
}

static void remove_row(struct call *c, struct db *db, int64_t id)
{
    planner_occurrence_removed(c, db, id);
    store_occurrence_delete(db, id);
}

/* What happened stays on record without the rule; its sequence says that it isn't the rule's (store/feed.h). */
static void keep_past(struct db *db, struct occurrence *o)
{
    o->sequence++;
    o->version++;
    store_occurrence_update(db, o);
}

static int refuse_orphans(struct db *db, const struct occurrence_rows *orphans, struct err *e)
{
    char dates[150] = "", count[24];
    size_t used = 0;

    (void)db;
    snprintf(count, sizeof count, "%zu", orphans->count);
    for (size_t i = 0; i < orphans->count && i < ORPHANS_NAMED; i++)
        used += (size_t)snprintf(dates + used, sizeof dates - used, "%s%.10s", i ? ", " : "",
                                 orphans->items[i]->recurrence_local);
    return err_set(e, ERR_CONFLICT, MSG_ORPHANS, "repeat", count, dates, NULL);
}

int occurrences_realign(struct call *c, struct db *db, struct event *ev, struct err *e)
{
    struct occurrence_rows rows = store_occurrence_range(db, ev->id, "", "", &c->out);
    struct occurrence_rows orphans = {arena_alloc(&c->out, (rows.count + 1) * sizeof(void *)), 0};
    struct series *s;
    struct series_date d;
    int told = 0;

    if (series_read(ev, db, &c->out, &s, e))
        return -1;
    for (size_t i = 0; i < rows.count; i++) {
        struct occurrence *o = rows.items[i];
        if (date_for(c, db, s, o, &d))
            redate(c, db, s, d, o, &ev->notes, &told);
        else if (store_occurrence_signups(db, o->id) == 0 && o->headcount == FIELD_INT_ABSENT)
            remove_row(c, db, o->id);
        else if (!is_past(c, o) && o->status != OCCURRENCE_CANCELLED)
            orphans.items[orphans.count++] = o;
        else if (o->status != OCCURRENCE_CANCELLED && o->sequence == 0)
            keep_past(db, o);
    }
    if (orphans.count && !c->req.yes)
        return refuse_orphans(db, &orphans, e);
    for (size_t i = 0; i < orphans.count; i++)
        if (cancel_orphan(c, db, orphans.items[i], e))
            return -1;
    ev->stored_until = (char *)(uintptr_t)"";
    return occurrences_extend(c, db, ev, e);
}

static const struct role *role_named(const struct objects *roles, const char *name)
{
    const struct role *list = roles->items;

    for (size_t i = 0; i < roles->count; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

static int check_shrink(const struct call *c, const struct role *old, const struct role *new, struct err *e)
{
    char taken[24], capacity[24];

    snprintf(taken, sizeof taken, "%lld", (long long)(old->taken + old->waitlisted));
    if (!new && old->taken + old->waitlisted > 0)
        return err_set(e, ERR_CONFLICT, MSG_ROLE_TAKEN, "roles", old->name, taken, NULL);
    if (!new || new->capacity >= old->taken || c->req.force)
        return 0;
    snprintf(taken, sizeof taken, "%lld", (long long)old->taken);
    snprintf(capacity, sizeof capacity, "%lld", (long long)new->capacity);
    return err_set(e, ERR_CONFLICT, MSG_CAPACITY_TAKEN, "roles", old->name, taken, capacity, NULL);
}

int occurrence_put_roles(struct call *c, struct db *db, int64_t occurrence_id, const struct objects *roles,
                         struct err *e)
{
    struct objects old = store_occurrence_roles(db, occurrence_id, &c->out);
    const struct role *had = old.items, *wanted = roles->items;

    for (size_t i = 0; i < old.count; i++) {
        const struct role *new = role_named(roles, had[i].name);
        if (check_shrink(c, &had[i], new, e))
            return -1;
        if (!new)
            store_occurrence_role_delete(db, occurrence_id, had[i].name);
    }
    for (size_t i = 0; i < roles->count; i++) {
        const struct role *before = role_named(&old, wanted[i].name);
        store_occurrence_role_put(db, occurrence_id, (int64_t)i, &wanted[i]);
        if (before && before->capacity < wanted[i].capacity && before->waitlisted > 0)
            signup_fill_places(c, db, occurrence_id, wanted[i].name);
        planner_role(c, db, occurrence_id, wanted[i].name);
    }
    return db_check(db, e);
}

int occurrences_put_roles(struct call *c, struct db *db, const struct event *ev, struct err *e)
{
    struct occurrence_rows rows = store_occurrence_range(db, ev->id, "", "", &c->out);

    for (size_t i = 0; i < rows.count; i++)
        if (!rows.items[i]->own_roles && !is_past(c, rows.items[i]) &&
            occurrence_put_roles(c, db, rows.items[i]->id, &ev->roles, e))
            return -1;
    return 0;
}
