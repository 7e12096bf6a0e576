#include "event_view.h"

#include "calendar/words.h"
#include "occurrence.h"
#include "store/event.h"

static void view(struct call *c, struct event *ev, const struct series *s)
{
    ev->start = series_moment(s, s->start_s);
    ev->end = series_moment(s, s->start_s + s->length_s);
    ev->status_name = (char *)(uintptr_t)event_status_name(ev->status);
    ev->url = arena_printf(&c->out, "%s/events/%s", service_settings(c->service)->public_url, ev->slug);
    ev->rule_text = ev->rrule[0] ? words_describe(ev->rrule, c->req.lang, &c->out) : (char *)(uintptr_t)"";
}

static int64_t free_places(const struct occurrence *o)
{
    const struct role *roles = o->roles.items;
    int64_t places = 0;

    if (o->roles.count == 0)
        return FIELD_INT_ABSENT;
    for (size_t i = 0; i < o->roles.count; i++)
        places += roles[i].free;
    return places;
}

/* The next occurrence, from the stored rows: cheap enough for every row of a list. */
static void view_next(struct call *c, struct db *db, struct event *ev, const struct series *s)
{
    struct occurrence *o;
    int64_t id = db_int(db, 0,
                        "SELECT id FROM occurrence WHERE event_id = $1 AND end_ms > $2 AND status <> 'cancelled'"
                        " ORDER BY start_ms, id LIMIT 1",
                        p_int(ev->id), p_int(c->req.now_ms));

    if (!id || ev->status == EVENT_CANCELLED)
        return;
    o = store_occurrence_by_id(db, id, &c->out);
    occurrence_complete(c, db, ev, s, o);
    ev->next_start = o->start;
    ev->free = free_places(o);
}

int event_view_row(struct call *c, struct db *db, struct event *ev, struct err *e)
{
    struct series *s;

    if (series_read(ev, db, &c->out, &s, e))
        return -1;
    view(c, ev, s);
    view_next(c, db, ev, s);
    return db_check(db, e);
}

int event_view_one(struct call *c, struct db *db, struct event *ev, struct err *e)
{
    struct event_date *dates = arena_alloc(&c->out, EVENT_NEXT_DATES * sizeof *dates);
    struct occurrence **found;
    struct series *s;
    struct window ahead = {.to_s = INT64_MAX / 4};
    size_t count;
    bool more;

    if (series_read(ev, db, &c->out, &s, e))
        return -1;
    view(c, ev, s);
    view_next(c, db, ev, s);
    ahead.from_s = zone_to_wall(s->zone, c->req.now_ms / 1000) - s->length_s;
    if (occurrences_between(c, db, ev, s, &ahead, EVENT_NEXT_DATES, &found, &count, &more, e))
        return -1;
    ev->next = (struct objects){dates, 0, true};
    for (size_t i = 0; i < count; i++)
        if (found[i]->status != OCCURRENCE_CANCELLED)
            dates[ev->next.count++].start = found[i]->start;
    return db_check(db, e);
}
