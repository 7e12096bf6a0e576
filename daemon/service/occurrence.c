#include "occurrence.h"

#include "calendar/civil.h"
#include "signup_rules.h"
#include "store/event.h"

#include <stdlib.h>
#include <string.h>

#define NEVER_S (CIVIL_WALL_MAX + 1)

static char *url_of(struct call *c, const char *slug, int64_t original_s)
{
    char text[CIVIL_TEXT_BYTES];

    civil_format(original_s, true, text);
    return arena_printf(&c->out, "%s/events/%s/%s", service_settings(c->service)->public_url, slug, text);
}

static const char *status_shown(const struct call *c, const struct event *ev, const struct occurrence *o)
{
    if (o->status == OCCURRENCE_CANCELLED || ev->status == EVENT_CANCELLED)
        return occurrence_status_name(OCCURRENCE_CANCELLED);
    if (o->end_ms <= c->req.now_ms)
        return occurrence_status_name(OCCURRENCE_PAST);
    return occurrence_status_name(o->status);
}

/* What both kinds, stored and not, take from their event. */
static void dress(struct call *c, const struct event *ev, const struct series *s, struct occurrence *o)
{
    int64_t original_s = local_wall(o->recurrence_local);

    o->event = ev->slug;
    o->category = ev->category;
    o->tz = ev->tz;
    if (!o->own_title)
        o->title = ev->title;
    if (!o->own_description)
        o->description = ev->description;
    if (!o->own_venue)
        o->venue = ev->venue;
    o->recurrence_id = series_moment(s, original_s);
    o->start = series_moment(s, local_wall(o->start_local));
    o->end = series_moment(s, local_wall(o->end_local));
    o->status_name = (char *)(uintptr_t)status_shown(c, ev, o);
    if (o->status != OCCURRENCE_CANCELLED && ev->status == EVENT_CANCELLED)
        o->reason = ev->reason;
    o->signup_opens_ms = signup_rule_ms(c, SIGNUP_OPENS, ev->signup_opens, ev->tz, o->start_ms);
    o->signup_closes_ms = signup_rule_ms(c, SIGNUP_CLOSES, ev->signup_closes, ev->tz, o->start_ms);
    o->url = url_of(c, ev->slug, original_s);
}

struct occurrence *occurrence_from_date(struct call *c, const struct event *ev, const struct series *s,
                                        const struct series_date *d)
{
    struct occurrence *o = arena_alloc(&c->out, sizeof *o);

    o->event_id = ev->id;
    o->recurrence_local = local_text(d->original_s, s->all_day, &c->out);
    o->start_local = local_text(d->start_s, s->all_day, &c->out);
    o->end_local = local_text(d->end_s, s->all_day, &c->out);
    o->start_ms = series_ms(s, d->start_s);
    o->end_ms = series_ms(s, d->end_s);
    o->status = ev->status == EVENT_TENTATIVE ? OCCURRENCE_TENTATIVE : OCCURRENCE_SCHEDULED;
    o->roles = ev->roles;
    o->headcount = FIELD_INT_ABSENT;
    o->cancelled_ms = FIELD_INT_ABSENT;
    o->updated_ms = ev->updated_ms;
    o->version = 1;
    o->reason = (char *)(uintptr_t)"";
    dress(c, ev, s, o);
    return o;
}

void occurrence_complete(struct call *c, struct db *db, const struct event *ev, const struct series *s,
                         struct occurrence *o)
{
    o->roles = store_occurrence_roles(db, o->id, &c->out);
    dress(c, ev, s, o);
}

void occurrence_keep(struct call *c, struct db *db, struct occurrence *o)
{
    o->updated_ms = c->req.now_ms;
    store_occurrence_insert(db, o);
}

struct occurrence *occurrence_at(struct call *c, struct db *db, const struct event *ev, const struct series *s,
                                 const struct series_date *d)
{
    struct occurrence *o =
        store_occurrence_find(db, ev->id, local_text(d->original_s, s->all_day, &c->out), &c->out);

    if (!o)
        return occurrence_from_date(c, ev, s, d);
    occurrence_complete(c, db, ev, s, o);
    return o;
}

/* A growing list of pointers. */
struct found {
    struct occurrence **items;
    size_t count, room;
};

static void found_add(struct call *c, struct found *f, struct occurrence *o)
{
    if (f->count == f->room) {
        struct occurrence **items = arena_alloc(&c->out, (f->room = f->room ? f->room * 2 : 32) * sizeof(void *));
        if (f->count)
            memcpy(items, f->items, f->count * sizeof(void *));
        f->items = items;
    }
    f->items[f->count++] = o;
}

static int by_start(const void *a, const void *b)
{
    const struct occurrence *x = *(struct occurrence *const *)a, *y = *(struct occurrence *const *)b;

    if (x->start_ms != y->start_ms)
        return x->start_ms < y->start_ms ? -1 : 1;
    return strcmp(x->recurrence_local, y->recurrence_local);
}

/* Of those that start with the window, only the ones after a given one, in the order of by_start. */
static bool is_after(const struct occurrence *o, const struct window *w)
{
    return o->start.wall_s > w->from_s || !w->after || strcmp(o->recurrence_local, w->after) > 0;
}

/* Those that their rule puts into the window and nobody moved: in order of start, so that `most` is enough. */
static int find_by_rule(struct call *c, struct db *db, const struct event *ev, const struct series *s,
                        const struct window *in, size_t most, struct found *f, struct err *e)
{
    struct series_walk w;
    struct series_date d;
    int64_t slack_s = s->policy == HOLIDAY_KEEP ? 0 : SERIES_SHIFT_S;

    if (series_walk_begin(s, in->from_s - slack_s, &w, e))
        return -1;
    while (f->count <= most && series_walk_next(&w, &d) && d.original_s < in->to_s + slack_s) {
        struct occurrence *o;
        if (d.start_s < in->from_s || d.start_s >= in->to_s)
            continue;
        o = occurrence_at(c, db, ev, s, &d);
        if (o->start.wall_s == d.start_s && is_after(o, in))
            found_add(c, f, o);
    }
    series_walk_end(&w);
    return 0;
}

static bool has(const struct found *f, const struct occurrence *o)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->items[i]->id == o->id)
            return true;
    return false;
}

/* Those that were moved into it, and those whose date the rule no longer has; `most` makes what comes later needless.
 */
static void find_stored(struct call *c, struct db *db, const struct event *ev, const struct series *s,
                        const struct window *in, size_t most, struct found *f)
{
    int64_t to_ms = in->to_s >= NEVER_S ? INT64_MAX : series_ms(s, in->to_s);
    struct occurrence_rows rows;

    if (f->count > most && f->items[f->count - 1]->start_ms < to_ms)
        to_ms = f->items[f->count - 1]->start_ms;
    rows = store_occurrence_starting(db, ev->id, series_ms(s, in->from_s), to_ms, &c->out);

    for (size_t i = 0; i < rows.count; i++) {
        if (has(f, rows.items[i]))
            continue;
        occurrence_complete(c, db, ev, s, rows.items[i]);
        if (is_after(rows.items[i], in))
            found_add(c, f, rows.items[i]);
    }
}

int occurrences_between(struct call *c, struct db *db, const struct event *ev, const struct series *s,
                        const struct window *in, size_t most, struct occurrence ***ret, size_t *ret_count,
                        bool *ret_more, struct err *e)
{
    struct found f = {0};

    if (find_by_rule(c, db, ev, s, in, most, &f, e))
        return -1;
    find_stored(c, db, ev, s, in, most, &f);
    if (f.count)
        qsort(f.items, f.count, sizeof(void *), by_start);
    *ret_more = f.count > most;
    *ret_count = f.count > most ? most : f.count;
    *ret = f.items;
    return 0;
}

/* What is stored of an event from a time on, and how it gets what is missing. */
struct kept {
    struct call *c;
    struct db *db;
    const struct event *ev;
    const struct series *s;
    struct texts dates;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void keep_date(const struct kept *k, const struct series_date *d)
{
    const char *date = local_text(d->original_s, k->s->all_day, &k->c->out);
    struct occurrence *o;

    if (k->dates.count && bsearch(&date, k->dates.items, k->dates.count, sizeof date, by_text))
        return;
    o = occurrence_from_date(k->c, k->ev, k->s, d);
    o->updated_ms = k->c->req.now_ms;
    store_occurrence_add(k->db, o);
}

static struct kept kept_from(struct call *c, struct db *db, const struct event *ev, const struct series *s,
                             int64_t from_s)
{
    return (struct kept){c, db, ev, s,
                         store_occurrence_dates(db, ev->id, local_text(from_s, s->all_day, &c->out), &c->out)};
}

/* A plan counts from its first day, however long ago that was. */
int occurrences_keep_counted(struct call *c, struct db *db, struct event *ev, struct err *e)
{
    struct stmt *s = db_query(db, "SELECT MIN(start_date) FROM plan WHERE state = 'open'");
    char *from = stmt_row(s) ? stmt_text(s, 0, &c->out) : NULL;
    struct series *series;
    struct series_walk w;
    struct series_date d;
    int64_t before_s, count = 0;
    struct kept kept;

    stmt_done(s);
    if (!from || ev->indicators.count == 0)
        return db_check(db, e);
    if (series_read(ev, db, &c->out, &series, e))
        return -1;
    before_s = zone_to_wall(series->zone, (c->req.now_ms - EVENT_WINDOW_PAST_MS) / 1000);
    if (series_walk_begin(series, local_wall(from), &w, e))
        return -1;
    kept = kept_from(c, db, ev, series, local_wall(from));
    while (count < EVENT_COUNTED_MAX && series_walk_next(&w, &d) && d.original_s < before_s) {
        count++;
        keep_date(&kept, &d);
    }
    series_walk_end(&w);
    return db_check(db, e);
}

int occurrences_extend(struct call *c, struct db *db, struct event *ev, struct err *e)
{
    int64_t now_s = c->req.now_ms / 1000, from_s, to_s = now_s + EVENT_WINDOW_MS / 1000;
    struct series *s;
    struct series_walk w;
    struct series_date d;
    struct kept kept;
    bool any = false;

    if (!ev->stored_until[0] && occurrences_keep_counted(c, db, ev, e))
        return -1;
    if (series_read(ev, db, &c->out, &s, e))
        return -1;
    to_s = zone_to_wall(s->zone, to_s);
    from_s = ev->stored_until[0] ? local_wall(ev->stored_until)
                                 : zone_to_wall(s->zone, now_s - EVENT_WINDOW_PAST_MS / 1000);
    if (series_walk_begin(s, from_s, &w, e))
        return -1;
    kept = kept_from(c, db, ev, s, from_s);
    /* The first date is always kept, however far away: lists and reminders want to know of it. */
    while (series_walk_next(&w, &d) && (d.original_s < to_s || (!any && !ev->stored_until[0]))) {
        any = true;
        keep_date(&kept, &d);
    }
    series_walk_end(&w);
    ev->stored_until = local_text(to_s, false, &c->out);
    db_exec(db, "UPDATE event SET stored_until = $2 WHERE id = $1", p_int(ev->id), p_text(ev->stored_until));
    return db_check(db, e);
}
