#include "export.h"

#include "calendar/civil.h"
#include "calendar/ical_zone.h"
#include "domain/office.h"
#include "occurrence.h"
#include "store/event.h"
#include "store/notice.h"

#include <stdio.h>
#include <string.h>

#define VENUES_MAX 2000
#define BEFORE_START_S (366LL * CIVIL_DAY_S)     /* RDATEs and moved occurrences may lie before the start */

/* One export under way. */
struct export {
    struct call *c;
    struct db *db;
    struct buf out;
    struct ical ical;
    struct objects venues;                       /* struct entry */
    struct event **events;
    size_t event_count;
    const struct event *ev;                      /* the one being written */
    const struct series *s;
};

static struct objects read_venues(struct export *x)
{
    struct stmt *s = db_query(x->db, "SELECT slug, title, address FROM venue ORDER BY position");
    struct entry *list = arena_alloc(&x->c->out, VENUES_MAX * sizeof *list);
    size_t count = 0;

    while (count < VENUES_MAX && stmt_row(s)) {
        list[count] = (struct entry){.slug = stmt_text(s, 0, &x->c->out), .title = stmt_text(s, 1, &x->c->out),
                                     .address = stmt_text(s, 2, &x->c->out)};
        count++;
    }
    stmt_done(s);
    return (struct objects){list, count, true};
}

/* For other programs its name, for kepu its slug. */
static void put_venue(struct export *x, const char *venue)
{
    const struct entry *list = x->venues.items;

    for (size_t i = 0; i < x->venues.count; i++) {
        if (strcmp(list[i].slug, venue) != 0)
            continue;
        ical_text(&x->ical, "LOCATION", list[i].title);
        ical_text(&x->ical, "X-KEPU-VENUE", venue);
        return;
    }
    if (venue[0])
        ical_text(&x->ical, "LOCATION", venue);
}

static void put_given(struct export *x, const char *name, const char *text)
{
    if (text && text[0])
        ical_text(&x->ical, name, text);
}

static void put_texts(struct export *x, const char *name, const struct texts *list)
{
    for (size_t i = 0; i < list->count; i++)
        ical_text(&x->ical, name, list->items[i]);
}

/* ":skills=讲解+英语" */
static const char *skills_text(struct export *x, const struct texts *skills)
{
    const char *text = "";

    for (size_t i = 0; i < skills->count; i++)
        text = arena_printf(&x->c->out, "%s%s%s", text, i ? "+" : ":skills=", skills->items[i]);
    return text;
}

/* ":waitlist=9" */
static const char *line_text(struct export *x, int64_t most)
{
    return most == FIELD_INT_ABSENT ? "" : arena_printf(&x->c->out, ":waitlist=%lld", (long long)most);
}

static void put_roles(struct export *x, const struct objects *roles)
{
    const struct role *list = roles->items;

    for (size_t i = 0; i < roles->count; i++)
        ical_text(&x->ical, "X-KEPU-ROLE",
                  arena_printf(&x->c->out, "%s=%lld/%lld%s%s%s", list[i].name, (long long)list[i].capacity,
                               (long long)list[i].minimum, list[i].participant ? ":participant" : "",
                               line_text(x, list[i].waitlist_max), skills_text(x, &list[i].skills)));
}

/* Whole days that are left out of a timed series are dates; the rest is of DTSTART's kind. */
static void put_dates(struct export *x, const char *name, const int64_t *walls, const bool *are_dates, size_t count)
{
    int64_t *timed = arena_alloc(&x->c->out, (count + 1) * sizeof *timed);
    int64_t *days = arena_alloc(&x->c->out, (count + 1) * sizeof *days);
    size_t timed_count = 0, day_count = 0;

    for (size_t i = 0; i < count; i++) {
        if (x->s->all_day || (are_dates && are_dates[i]))
            days[day_count++] = walls[i];
        else
            timed[timed_count++] = walls[i];
    }
    ical_locals(&x->ical, name, x->s->zone, false, timed, timed_count);
    ical_locals(&x->ical, name, x->s->zone, true, days, day_count);
}

static void put_series(struct export *x)
{
    const struct recur_set *set = &x->s->set;

    if (x->s->rule)
        ical_rule(&x->ical, x->s->rule, x->s->zone, x->s->all_day);
    put_dates(x, "RDATE", set->rdates, NULL, set->rdate_count);
    put_dates(x, "EXDATE", set->exdates, set->exdate_is_date, set->exdate_count);
}

static const char *status_of(enum event_status status)
{
    static const char *const names[] = {
        [EVENT_CONFIRMED] = "CONFIRMED", [EVENT_TENTATIVE] = "TENTATIVE", [EVENT_CANCELLED] = "CANCELLED"};

    return names[status];
}

static void put_head(struct export *x, int64_t sequence, int64_t updated_ms)
{
    ical_begin(&x->ical, "VEVENT");
    ical_text(&x->ical, "UID", x->ev->uid);
    ical_instant(&x->ical, "DTSTAMP", updated_ms);
    ical_instant(&x->ical, "LAST-MODIFIED", updated_ms);
    ical_int(&x->ical, "SEQUENCE", sequence);
}

static void put_times(struct export *x, int64_t start_s, int64_t end_s)
{
    ical_local(&x->ical, "DTSTART", x->s->zone, x->s->all_day, start_s);
    ical_local(&x->ical, "DTEND", x->s->zone, x->s->all_day, end_s);
}

static void put_own(struct export *x)
{
    const struct event *ev = x->ev;

    ical_text(&x->ical, "X-KEPU-SLUG", ev->slug);
    put_given(x, "X-KEPU-CATEGORY", ev->category);
    put_given(x, "X-KEPU-LEAD", ev->lead);
    put_texts(x, "X-KEPU-PARTNER", &ev->partners);
    put_texts(x, "X-KEPU-AUDIENCE", &ev->audiences);
    put_texts(x, "X-KEPU-INDICATOR", &ev->indicators);
    put_given(x, "X-KEPU-UNIT", ev->unit);
    put_given(x, "X-KEPU-SIGNUP-OPENS", ev->signup_opens);
    put_given(x, "X-KEPU-SIGNUP-CLOSES", ev->signup_closes);
    put_given(x, "X-KEPU-CANCEL-UNTIL", ev->cancel_until);
    if (ev->signup_limit != FIELD_INT_ABSENT)
        put_given(x, "X-KEPU-SIGNUP-LIMIT", arena_printf(&x->c->out, "%lld", (long long)ev->signup_limit));
    put_given(x, "X-KEPU-HOLIDAY-POLICY", ev->holiday_policy);
    put_given(x, "X-KEPU-PRESET", ev->preset);
    put_given(x, "X-KEPU-REASON", ev->reason);
    put_given(x, "X-KEPU-SPLIT-FROM", ev->split_from);
    put_roles(x, &ev->roles);
}

static void put_master(struct export *x)
{
    const struct event *ev = x->ev;

    put_head(x, ev->sequence, ev->updated_ms);
    ical_instant(&x->ical, "CREATED", ev->created_ms);
    put_times(x, x->s->start_s, x->s->start_s + x->s->length_s);
    put_series(x);
    ical_text(&x->ical, "SUMMARY", ev->title);
    put_given(x, "DESCRIPTION", ev->description);
    put_venue(x, ev->venue);
    put_given(x, "CATEGORIES", ev->category);
    ical_raw(&x->ical, "STATUS", status_of(ev->status));
    put_own(x);
    ical_end(&x->ical, "VEVENT");
}

/* Does a stored occurrence say anything that its series doesn't? */
static bool differs(const struct export *x, const struct occurrence *o, const struct series_date *d)
{
    enum occurrence_status usual = x->ev->status == EVENT_TENTATIVE ? OCCURRENCE_TENTATIVE : OCCURRENCE_SCHEDULED;

    return o->status != usual || o->own_title || o->own_description || o->own_venue || o->own_roles || o->reason[0] ||
           local_wall(o->start_local) != d->start_s || local_wall(o->end_local) != d->end_s;
}

static enum event_status occurrence_status(const struct export *x, const struct occurrence *o)
{
    if (o->status == OCCURRENCE_CANCELLED)
        return EVENT_CANCELLED;
    if (o->status == OCCURRENCE_TENTATIVE)
        return EVENT_TENTATIVE;
    return o->status == OCCURRENCE_MOVED && x->ev->status == EVENT_TENTATIVE ? EVENT_TENTATIVE : EVENT_CONFIRMED;
}

static void put_override(struct export *x, const struct occurrence *o)
{
    const struct event *ev = x->ev;

    put_head(x, ev->sequence + o->sequence, o->updated_ms);
    ical_local(&x->ical, "RECURRENCE-ID", x->s->zone, x->s->all_day, local_wall(o->recurrence_local));
    put_times(x, local_wall(o->start_local), local_wall(o->end_local));
    ical_text(&x->ical, "SUMMARY", o->own_title ? o->title : ev->title);
    put_given(x, "DESCRIPTION", o->own_description ? o->description : ev->description);
    put_venue(x, o->own_venue ? o->venue : ev->venue);
    ical_raw(&x->ical, "STATUS", status_of(occurrence_status(x, o)));
    put_given(x, "X-KEPU-REASON", o->reason);
    if (o->own_roles) {
        struct objects roles = store_occurrence_roles(x->db, o->id, &x->c->out);
        ical_raw(&x->ical, "X-KEPU-OWN-ROLES", "1");
        put_roles(x, &roles);
    }
    ical_end(&x->ical, "VEVENT");
}

/* The rule's date at the row's own; a row that has lost it goes out all the same if it was moved elsewhere. */
static bool worth_saying(const struct export *x, const struct occurrence *o)
{
    int64_t original_s = local_wall(o->recurrence_local);
    struct series_date d;
    struct series_walk w;
    bool found;

    if (series_walk_begin(x->s, original_s, &w, NULL))
        return false;
    found = series_walk_next(&w, &d) && d.original_s == original_s;
    series_walk_end(&w);
    return found ? differs(x, o, &d) : o->status == OCCURRENCE_MOVED;
}

static int put_event(struct export *x, struct event *ev, struct err *e)
{
    struct occurrence_rows rows = store_occurrence_range(x->db, ev->id, "", "", &x->c->out);
    struct series *s;

    if (series_read(ev, x->db, &x->c->out, &s, e))
        return -1;
    x->ev = ev;
    x->s = s;
    put_master(x);
    for (size_t i = 0; i < rows.count; i++)
        if (worth_saying(x, rows.items[i]))
            put_override(x, rows.items[i]);
    return 0;
}

static bool zone_was_put(const struct export *x, size_t until)
{
    for (size_t i = 0; i < until; i++)
        if (!x->events[i]->all_day && strcmp(x->events[i]->tz, x->events[until]->tz) == 0)
            return true;
    return false;
}

/* A VTIMEZONE for each zone in use, right from its first event on. */
static void put_zones(struct export *x)
{
    for (size_t i = 0; i < x->event_count; i++) {
        const struct event *ev = x->events[i];
        const struct zone *z = zone_find(ev->tz, NULL);
        int64_t from_s = local_wall(ev->start_local);
        if (!z || ev->all_day || strcmp(ev->tz, "UTC") == 0 || zone_was_put(x, i))
            continue;
        for (size_t k = i + 1; k < x->event_count; k++)
            if (strcmp(x->events[k]->tz, ev->tz) == 0 && local_wall(x->events[k]->start_local) < from_s)
                from_s = local_wall(x->events[k]->start_local);
        from_s -= BEFORE_START_S;
        ical_zone(&x->ical, z, zone_to_utc(z, from_s > CIVIL_WALL_MIN ? from_s : CIVIL_WALL_MIN));
    }
}

static int find_named(struct export *x, const struct texts *slugs, struct err *e)
{
    x->events = arena_alloc(&x->c->out, slugs->count * sizeof(struct event *));
    for (size_t i = 0; i < slugs->count; i++)
        if (event_find(x->c, x->db, slugs->items[i], &x->events[x->event_count++], e))
            return -1;
    return 0;
}

static int find_all(struct export *x, struct err *e)
{
    struct ids ids = store_read_ids(db_query(x->db, "SELECT id FROM event ORDER BY id"), &x->c->out);

    x->events = arena_alloc(&x->c->out, (ids.count + 1) * sizeof(struct event *));
    for (size_t i = 0; i < ids.count; i++)
        x->events[x->event_count++] = event_get(x->c, x->db, ids.items[i]);
    return db_check(x->db, e);
}

static int put_file(struct export *x, struct err *e)
{
    ical_begin(&x->ical, "VCALENDAR");
    ical_raw(&x->ical, "VERSION", "2.0");
    ical_raw(&x->ical, "PRODID", "-//kepu//kepu " KEPU_VERSION "//ZH");
    ical_raw(&x->ical, "CALSCALE", "GREGORIAN");
    put_zones(x);
    for (size_t i = 0; i < x->event_count && !x->out.overflow; i++)
        if (put_event(x, x->events[i], e))
            return -1;
    ical_end(&x->ical, "VCALENDAR");
    if (x->out.overflow)
        return err_set(e, ERR_TOO_LARGE, MSG_ICAL_EXPORT_LARGE, "slug", NULL);
    return db_check(x->db, e);
}

static int run_export(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct export_input *in = input;
    struct export x = {.c = c, .db = db};
    int failed;

    if (in->slugs.count ? find_named(&x, &in->slugs, e) : find_all(&x, e))
        return -1;
    buf_init(&x.out, EXPORT_BYTES_MAX);
    x.ical.out = &x.out;
    x.venues = read_venues(&x);
    failed = put_file(&x, e);
    if (failed == 0)
        *ret = arena_strdup(&c->out, buf_text(&x.out));
    buf_release(&x.out);
    return failed;
}

const struct operation op_export = {"export", ROLE_VIEWER, false, run_export};
