/* How an event goes out: one master with its overrides, or, where clients can't compute its dates, every instance. */
#include "feed_write.h"

#include "calendar/civil.h"
#include "series.h"

#include <string.h>

/* One event on its way out. */
struct outgoing {
    struct feed_writer *w;
    const struct event *ev;
    const struct series *s;
    const struct feed_event *of;
};

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t cancelled_at(const struct occurrence *o)
{
    return o->cancelled_ms == FIELD_INT_ABSENT ? o->updated_ms : o->cancelled_ms;
}

static char *url_of(const struct outgoing *g)
{
    return arena_printf(&g->w->c->out, "%s/events/%s", service_settings(g->w->c->service)->public_url, g->ev->slug);
}

/* Of its page: the day, and the time where a day has several. RDATEs alone can bring that about. */
static char *url_of_date(const struct outgoing *g, int64_t original_s)
{
    char text[CIVIL_TEXT_BYTES];
    bool several = false;

    for (size_t i = 0; i < g->s->set.rdate_count; i++)
        several = several || (g->s->set.rdates[i] != original_s &&
                              civil_midnight(g->s->set.rdates[i]) == civil_midnight(original_s));
    civil_format(original_s, !several, text);
    if (several)
        memmove(text + 13, text + 14, 2);
    return arena_printf(&g->w->c->out, "%s/%.*s", url_of(g), several ? 15 : 10, text);
}

/* SPEC.md 6: the original start in basic form, a hyphen, the event's uid. */
static char *uid_of_date(const struct outgoing *g, int64_t original_s)
{
    char text[CIVIL_TEXT_BYTES];

    civil_format_basic(original_s, g->s->all_day, text);
    return arena_printf(&g->w->c->out, "%s-%s", text, g->ev->uid);
}

static struct feed_vevent vevent_of(const struct outgoing *g)
{
    const struct event *ev = g->ev;

    return (struct feed_vevent){
        .uid = ev->uid, .zone = g->s->zone, .date = g->s->all_day, .start_s = g->s->start_s,
        .end_s = g->s->start_s + g->s->length_s, .title = ev->title, .description = ev->description,
        .venue = ev->venue, .category = ev->category, .lead = ev->lead, .reason = ev->reason, .status = ev->status,
        .sequence = ev->sequence, .created_ms = ev->created_ms, .modified_ms = ev->updated_ms, .url = url_of(g),
    };
}

static enum event_status status_of(const struct event *ev, const struct occurrence *o)
{
    if (ev->status == EVENT_CANCELLED || o->status == OCCURRENCE_CANCELLED)
        return EVENT_CANCELLED;
    if (o->status == OCCURRENCE_TENTATIVE)
        return EVENT_TENTATIVE;
    return o->status == OCCURRENCE_SCHEDULED ? EVENT_CONFIRMED : ev->status;
}

/* What a stored occurrence says otherwise than its event. */
static void put_on(struct feed_vevent *v, const struct event *ev, const struct occurrence *o)
{
    v->start_s = local_wall(o->start_local);
    v->end_s = local_wall(o->end_local);
    v->status = status_of(ev, o);
    if (o->own_title)
        v->title = o->title;
    if (o->own_description)
        v->description = o->description;
    if (o->own_venue)
        v->venue = o->venue;
    if (o->status == OCCURRENCE_CANCELLED)
        v->reason = o->reason;
    v->sequence = ev->sequence + o->sequence;
    v->modified_ms = later(ev->updated_ms, o->updated_ms);
}

/* By itself: `o` NULL is as the rule has it. */
static void put_instance(const struct outgoing *g, const struct series_date *d, const struct occurrence *o)
{
    struct feed_vevent v = vevent_of(g);

    v.start_s = d->start_s;
    v.end_s = d->end_s;
    if (o)
        put_on(&v, g->ev, o);
    if (g->s->repeats) {
        v.uid = uid_of_date(g, d->original_s);
        v.url = url_of_date(g, d->original_s);
    }
    feed_put(g->w, &v);
}

static const struct occurrence *row_at(const struct outgoing *g, int64_t original_s)
{
    const char *original = local_text(original_s, g->s->all_day, &g->w->c->out);
    size_t low = 0, high = g->of->row_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(g->of->rows[middle].recurrence_local, original);
        if (order == 0)
            return &g->of->rows[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* An instance of its own, unless it was cancelled too long ago. */
static void put_date(const struct outgoing *g, const struct series_date *d)
{
    const struct occurrence *o = row_at(g, d->original_s);

    if (!o || o->status != OCCURRENCE_CANCELLED || feed_shows_cancelled(g->w, cancelled_at(o)))
        put_instance(g, d, o);
}

/* The date of the rule (and RDATEs, without EXDATEs) at this very time. */
static bool has_date(const struct outgoing *g, int64_t original_s, struct series_date *ret)
{
    struct series_walk walk;
    bool found;

    if (series_walk_begin(g->s, original_s, &walk, NULL))
        return false;
    found = series_walk_next(&walk, ret) && ret->original_s == original_s;
    series_walk_end(&walk);
    return found;
}

/* Where the rule has lost its date: `event occurrences` lists it too, for it was moved, or people came. */
static bool is_stray(const struct occurrence *o)
{
    return o->status != OCCURRENCE_CANCELLED;
}

static void put_stray(const struct outgoing *g, const struct occurrence *o)
{
    put_instance(g, &(struct series_date){.original_s = local_wall(o->recurrence_local)}, o);
}

/* Explicit instances */

static int64_t months_from(int64_t day_s, int months)
{
    struct civil c;
    int month;

    civil_from_wall(day_s, &c);
    month = c.year * 12 + c.month - 1 + months;
    c.year = month / 12;
    c.month = month % 12 + 1;
    if (c.day > civil_days_in_month(c.year, c.month))
        c.day = civil_days_in_month(c.year, c.month);
    return civil_to_wall(&c);
}

static int put_window(const struct outgoing *g, int64_t from_s, int64_t to_s, struct err *e)
{
    struct series_walk walk;
    struct series_date d;

    if (series_walk_begin(g->s, from_s - SERIES_SHIFT_S, &walk, e))
        return -1;
    while (series_walk_next(&walk, &d) && d.original_s < to_s + SERIES_SHIFT_S) {
        const struct occurrence *o = row_at(g, d.original_s);
        int64_t start_s = o ? local_wall(o->start_local) : d.start_s;
        if (start_s >= from_s && start_s < to_s)
            put_date(g, &d);
    }
    series_walk_end(&walk);
    return 0;
}

/* Those that came into the window from far away, or that no longer have a date of the rule. */
static void put_moved_in(const struct outgoing *g, int64_t from_s, int64_t to_s)
{
    for (size_t i = 0; i < g->of->row_count; i++) {
        const struct occurrence *o = &g->of->rows[i];
        int64_t original_s = local_wall(o->recurrence_local), start_s = local_wall(o->start_local);
        bool walked = original_s >= from_s - SERIES_SHIFT_S && original_s < to_s + SERIES_SHIFT_S;
        struct series_date d;
        if (is_stray(o) && start_s >= from_s && start_s < to_s && !(walked && has_date(g, original_s, &d)))
            put_stray(g, o);
    }
}

static int put_instances(const struct outgoing *g, struct err *e)
{
    int64_t from_s = months_from(g->w->day_s, -FEED_PAST_MONTHS);
    int64_t to_s = months_from(g->w->day_s, FEED_AHEAD_MONTHS) + CIVIL_DAY_S;

    if (put_window(g, from_s, to_s, e))
        return -1;
    put_moved_in(g, from_s, to_s);
    return 0;
}

/* Master and overrides */

/* The first date of the rule alone at or after a time. */
static bool next_of_rule(const struct series *s, int64_t from_s, int64_t *ret)
{
    struct series plain = *s;
    struct series_walk walk;
    struct series_date d;
    bool found;

    plain.set.start_always = false;
    plain.set.rdate_count = plain.set.exdate_count = 0;
    if (!s->rule || series_walk_begin(&plain, from_s, &walk, NULL))
        return false;
    found = series_walk_next(&walk, &d);
    series_walk_end(&walk);
    if (found)
        *ret = d.original_s;
    return found;
}

/* Where the master starts. Without a rule, the start. */
static bool first_of_rule(const struct series *s, int64_t *ret)
{
    *ret = s->start_s;
    return !s->rule || next_of_rule(s, s->start_s, ret);
}

static void add_date(struct outgoing *g, int64_t **list, size_t *count, int64_t wall_s)
{
    for (size_t i = 0; i < *count; i++)
        if ((*list)[i] == wall_s)
            return;
    if ((*count & (*count - 1)) == 0) {
        int64_t *grown = arena_alloc(&g->w->c->out, (*count ? *count * 2 : 1) * sizeof *grown);
        if (*count)
            memcpy(grown, *list, *count * sizeof *grown);
        *list = grown;
    }
    (*list)[(*count)++] = wall_s;
}

/* Not those that the rule has too: RFC 5545 3.8.5.2 counts such a date once, ical.js shows it twice. */
static void add_rdates(struct outgoing *g, struct feed_series *m, int64_t start_s)
{
    const struct recur_set *set = &g->s->set;

    for (size_t i = 0; i < set->rdate_count; i++) {
        int64_t at_s = set->rdates[i], next_s;
        if (at_s > start_s && !(next_of_rule(g->s, at_s, &next_s) && next_s == at_s))
            add_date(g, &m->rdates, &m->rdate_count, at_s);
    }
}

/* A day that is left out is said as the times that it has: an EXDATE is of DTSTART's kind. */
static void add_exdates(struct outgoing *g, struct feed_series *m, int64_t start_s)
{
    const struct recur_set *set = &g->s->set;

    for (size_t i = 0; i < set->exdate_count; i++) {
        int64_t at_s = set->exdates[i];
        if (g->s->all_day || !set->exdate_is_date[i]) {
            add_date(g, &m->exdates, &m->exdate_count, at_s);
            continue;
        }
        add_date(g, &m->exdates, &m->exdate_count, at_s + start_s - civil_midnight(start_s));
        for (size_t k = 0; k < set->rdate_count; k++)
            if (civil_midnight(set->rdates[k]) == at_s)
                add_date(g, &m->exdates, &m->exdate_count, set->rdates[k]);
    }
}

/* One that was moved back too: programs that saw it elsewhere forget that only for what is newer. */
static bool differs(const struct outgoing *g, const struct series_date *d, const struct occurrence *o)
{
    return o->status == OCCURRENCE_MOVED || o->own_title || o->own_description || o->own_venue ||
           status_of(g->ev, o) != g->ev->status || local_wall(o->start_local) != d->start_s ||
           local_wall(o->end_local) != d->end_s;
}

static bool is_cancelled_long_ago(const struct outgoing *g, const struct occurrence *o)
{
    return o->status == OCCURRENCE_CANCELLED && !feed_shows_cancelled(g->w, cancelled_at(o));
}

/* Those cancelled long ago become EXDATEs, and from that day on the master is another. */
static void add_cancelled(struct outgoing *g, struct feed_series *m, int64_t start_s, int64_t *modified_ms)
{
    for (size_t i = 0; i < g->of->row_count; i++) {
        const struct occurrence *o = &g->of->rows[i];
        int64_t original_s = local_wall(o->recurrence_local);
        struct series_date d;
        if (!is_cancelled_long_ago(g, o) || original_s < start_s || !has_date(g, original_s, &d))
            continue;
        add_date(g, &m->exdates, &m->exdate_count, original_s);
        *modified_ms = later(*modified_ms, cancelled_at(o) + FEED_CANCELLED_MS);
    }
}

static void put_override(const struct outgoing *g, int64_t original_s, const struct occurrence *o)
{
    struct feed_vevent v = vevent_of(g);

    v.is_override = true;
    v.recurrence_s = original_s;
    v.url = url_of_date(g, original_s);
    put_on(&v, g->ev, o);
    feed_put(g->w, &v);
}

static void put_overrides(const struct outgoing *g, int64_t start_s)
{
    for (size_t i = 0; i < g->of->row_count; i++) {
        const struct occurrence *o = &g->of->rows[i];
        int64_t original_s = local_wall(o->recurrence_local);
        struct series_date d;
        if (!has_date(g, original_s, &d)) {
            if (is_stray(o))
                put_stray(g, o);
        } else if (original_s >= start_s && differs(g, &d, o) && !is_cancelled_long_ago(g, o)) {
            put_override(g, original_s, o);
        }
    }
}

/*
 * Dates before the master's first: an imported start that no rule matches, an early RDATE. Programs disagree about
 * instances before DTSTART, so these are events of their own.
 */
static void put_early(const struct outgoing *g, int64_t start_s)
{
    int64_t from_s = g->s->start_s;
    struct series_walk walk;
    struct series_date d;

    for (size_t i = 0; i < g->s->set.rdate_count; i++)
        from_s = g->s->set.rdates[i] < from_s ? g->s->set.rdates[i] : from_s;
    if (from_s == start_s || series_walk_begin(g->s, from_s, &walk, NULL))
        return;
    while (series_walk_next(&walk, &d) && d.original_s < start_s)
        put_date(g, &d);
    series_walk_end(&walk);
}

static void put_series(struct outgoing *g)
{
    struct feed_series m = {.rule = g->s->rule};
    struct feed_vevent v = vevent_of(g);
    bool any = first_of_rule(g->s, &v.start_s);

    if (!any) {
        put_early(g, INT64_MAX);
        put_overrides(g, INT64_MAX);
        return;
    }
    v.end_s = v.start_s + g->s->length_s;
    add_rdates(g, &m, v.start_s);
    add_exdates(g, &m, v.start_s);
    add_cancelled(g, &m, v.start_s, &v.modified_ms);
    v.series = &m;
    feed_put(g->w, &v);
    put_overrides(g, v.start_s);
    put_early(g, v.start_s);
}

/* Happens once, wherever it was moved to. */
static void put_single(const struct outgoing *g)
{
    struct series_date d;

    if (has_date(g, g->s->start_s, &d))
        put_date(g, &d);
    for (size_t i = 0; i < g->of->row_count; i++)
        if (is_stray(&g->of->rows[i]) && !has_date(g, local_wall(g->of->rows[i].recurrence_local), &d))
            put_stray(g, &g->of->rows[i]);
}

int feed_put_event(struct feed_writer *w, const struct feed_event *of, struct err *e)
{
    struct outgoing g = {.w = w, .ev = &of->event, .of = of};
    struct series *s;

    if (of->event.status == EVENT_CANCELLED && !feed_shows_cancelled(w, of->event.updated_ms))
        return 0;
    if (series_read(&of->event, w->db, &w->c->out, &s, e))
        return -1;
    g.s = s;
    if (!s->repeats)
        put_single(&g);
    else if (s->policy != HOLIDAY_KEEP || (s->rule && recur_is_lunar(s->rule)))
        return put_instances(&g, e);
    else
        put_series(&g);
    return 0;
}

/* Alone */

int feed_put_occurrence(struct feed_writer *w, const struct event *ev, const struct occurrence *o, struct err *e)
{
    struct outgoing g = {.w = w, .ev = ev};
    struct series *s;

    if (series_read(ev, w->db, &w->c->out, &s, e))
        return -1;
    g.s = s;
    put_instance(&g, &(struct series_date){.original_s = local_wall(o->recurrence_local)}, o);
    return 0;
}

/* The sign-up's own UID: one may have two roles in one occurrence, and follow the office's calendar beside this one. */
int feed_put_shift(struct feed_writer *w, const struct feed_shift *shift, struct err *e)
{
    const struct occurrence *o = &shift->occurrence;
    struct outgoing g = {.w = w, .ev = &shift->event};
    struct feed_vevent v;
    struct series *s;

    if (series_read(&shift->event, w->db, &w->c->out, &s, e))
        return -1;
    g.s = s;
    v = vevent_of(&g);
    put_on(&v, &shift->event, o);
    if (v.status == EVENT_CANCELLED && !feed_shows_cancelled(w, o->status == OCCURRENCE_CANCELLED
                                                                     ? cancelled_at(o) : shift->event.updated_ms))
        return 0;
    if (v.status == EVENT_CONFIRMED && strcmp(shift->state, "offered") == 0)
        v.status = EVENT_TENTATIVE;
    v.uid = arena_printf(&w->c->out, "%s@kepu", shift->code);
    v.url = url_of_date(&g, local_wall(o->recurrence_local));
    v.title = feed_words(w, WORD_FEED_SHIFT, v.title, shift->role);
    v.role = shift->role;
    v.busy = true;
    v.sequence += shift->version;
    v.created_ms = shift->created_ms;
    v.modified_ms = later(v.modified_ms, shift->updated_ms);
    feed_put(w, &v);
    return 0;
}
