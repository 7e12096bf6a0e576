/* Operations on one occurrence, and lists of them. */
#include "occurrence.h"

#include "calendar/civil.h"
#include "calendar/words.h"
#include "domain/attendance.h"
#include "event_resolve.h"
#include "measure.h"
#include "planner.h"
#include "signup_hooks.h"
#include "store/event.h"
#include "store/hours.h"
#include "store/register.h"

#include <stdio.h>
#include <string.h>

#define COUNT_DEFAULT_ENDLESS 10
#define AGENDA_AHEAD_MS (400LL * 86400000)
#define AGENDA_TURNS 8                   /* of LIST_LIMIT_MAX rows: what a filter leaves out is looked past */

/* --on: the original local date, or date-time. */
static int read_on(const char *on, int64_t *ret_from_s, int64_t *ret_to_s, struct err *e)
{
    char text[CIVIL_TEXT_BYTES];
    size_t len = strlen(on);
    bool date;

    /* "2027-05-12T0900" is how addresses write it, "2027-05-12 09:00" how people do. */
    if (len == 15 && on[10] == 'T')
        snprintf(text, sizeof text, "%.13s:%s:00", on, on + 13);
    else if (len == 16 && (on[10] == 'T' || on[10] == ' '))
        snprintf(text, sizeof text, "%.10sT%s:00", on, on + 11);
    else
        snprintf(text, sizeof text, "%s", len < sizeof text ? on : "");
    if (!civil_parse(text, ret_from_s, &date))
        return err_set(e, ERR_INVALID, MSG_DATE_BAD, "on", on, NULL);
    *ret_to_s = *ret_from_s + (date ? CIVIL_DAY_S : 1);
    return 0;
}

/* Stored rows keep their date even where the rule has changed since. */
static struct occurrence *stored_on(struct call *c, struct db *db, const struct event *ev, int64_t from_s, int64_t to_s)
{
    struct occurrence_rows rows = store_occurrence_range(db, ev->id, local_text(from_s, ev->all_day, &c->out),
                                                         local_text(to_s, ev->all_day, &c->out), &c->out);

    return rows.count == 1 ? rows.items[0] : NULL;
}

static int by_rule(struct call *c, struct db *db, const struct event *ev, const struct series *s, int64_t from_s,
                   int64_t to_s, const char *on, struct occurrence **ret, struct err *e)
{
    struct series_date d, other;
    struct series_walk w;
    bool found, several;

    if (series_walk_begin(s, from_s, &w, e))
        return -1;
    found = series_walk_next(&w, &d) && d.original_s < to_s;
    several = found && series_walk_next(&w, &other) && other.original_s < to_s;
    series_walk_end(&w);
    if (several)
        return err_set(e, ERR_CONFLICT, MSG_OCCURRENCE_SEVERAL, "on", ev->slug, on, NULL);
    *ret = found ? occurrence_at(c, db, ev, s, &d) : NULL;
    return 0;
}

int event_occurrence(struct call *c, struct db *db, const struct event *ev, const char *on, bool keep,
                     struct occurrence **ret, struct err *e)
{
    struct series *s;
    struct occurrence *o;
    int64_t from_s, to_s;

    if (read_on(on, &from_s, &to_s, e) || series_read(ev, db, &c->out, &s, e) ||
        by_rule(c, db, ev, s, from_s, to_s, on, &o, e))
        return -1;
    if (!o && (o = stored_on(c, db, ev, from_s, to_s)))
        occurrence_complete(c, db, ev, s, o);
    if (!o)
        return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_OCCURRENCE_NOT_FOUND, "on", ev->slug, on, NULL);
    if (keep && !o->id)
        occurrence_keep(c, db, o);
    *ret = o;
    return db_check(db, e);
}

struct occurrence *occurrence_get(struct call *c, struct db *db, int64_t id)
{
    struct occurrence *o = store_occurrence_by_id(db, id, &c->out);
    struct event *ev = o ? event_get(c, db, o->event_id) : NULL;
    struct series *s;

    if (!ev || series_read(ev, db, &c->out, &s, NULL))
        return NULL;
    occurrence_complete(c, db, ev, s, o);
    return o;
}

/* An event may happen once and then needs no --on. */
static int find(struct call *c, struct db *db, const struct event_ref *in, bool keep, struct event **ret_ev,
                struct occurrence **ret, struct err *e)
{
    struct event *ev;
    const char *on = in->on;

    if (event_find(c, db, in->slug, &ev, e))
        return -1;
    if (!on && (ev->rrule[0] || ev->rdates.count > 0))
        return err_set(e, ERR_USAGE, MSG_ON_NEEDED, "on", NULL);
    *ret_ev = ev;
    return event_occurrence(c, db, ev, on ? on : ev->start_local, keep, ret, e);
}

static int find_to_change(struct call *c, struct db *db, const struct event_ref *in, struct event **ret_ev,
                          struct occurrence **ret, struct err *e)
{
    if (find(c, db, in, true, ret_ev, ret, e) || event_may_change(c, *ret_ev, e) ||
        call_check_version(c, in->slug, (*ret)->version, e))
        return -1;
    if ((*ret_ev)->status == EVENT_CANCELLED)
        return err_set(e, ERR_CONFLICT, MSG_EVENT_CANCELLED, "event", in->slug, NULL);
    return 0;
}

static int show_saved(struct call *c, struct db *db, const struct event *ev, struct occurrence *o, void **ret,
                      struct err *e)
{
    struct series *s;

    if (series_read(ev, db, &c->out, &s, e))
        return -1;
    occurrence_complete(c, db, ev, s, o);
    *ret = o;
    return db_check(db, e);
}

int occurrence_save(struct call *c, struct db *db, const struct event *ev, struct occurrence *o, bool told, void **ret,
                    struct err *e)
{
    const struct occurrence *was = told ? occurrence_get(c, db, o->id) : NULL;

    o->sequence++;
    o->version++;
    o->updated_ms = c->req.now_ms;
    store_occurrence_update(db, o);
    if (told)
        planner_occurrence_changed(c, db, o->id, was);
    if (o->status == OCCURRENCE_CANCELLED && signup_occurrence_off(c, db, o->id, o->reason, e))
        return -1;
    if (o->status == OCCURRENCE_MOVED && told)
        signup_occurrence_moved(c, db, o, &o->notes);
    call_changed(c, CHANGE_EVENT, ev->id);
    return show_saved(c, db, ev, o, ret, e);
}

static int run_show(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct occurrence *o;
    struct event *ev;

    if (find(c, db, input, false, &ev, &o, e))
        return -1;
    *ret = o;
    return 0;
}

static int run_cancel(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct event_ref *in = input;
    struct occurrence *o;
    struct event *ev;

    if (find_to_change(c, db, in, &ev, &o, e))
        return -1;
    if (o->status == OCCURRENCE_CANCELLED)
        return err_set(e, ERR_CONFLICT, MSG_OCCURRENCE_CANCELLED, "on", ev->slug, o->recurrence_local, NULL);
    if (in->reason && text_check(in->reason, "reason", EVENT_REASON_CHARS_MAX, false, e))
        return -1;
    o->status = OCCURRENCE_CANCELLED;
    o->cancelled_ms = c->req.now_ms;
    if (in->reason)
        o->reason = in->reason;
    call_audit(c, ev->slug, "%s %s", o->recurrence_local, o->reason);
    return occurrence_save(c, db, ev, o, true, ret, e);
}

/* A time alone keeps the day, a day alone the time of day. */
static int move(struct call *c, const struct series *s, const char *to, const char *field, struct occurrence *o,
                struct err *e)
{
    struct words_context words = {c->req.now_ms, s->zone};
    struct words_when when;
    int64_t length_s = local_wall(o->end_local) - local_wall(o->start_local);

    if (words_when_on(to, &words, o->start.wall_s, &when, e)) {
        err_field(e, "%s", field);
        return -1;
    }
    if (when.date && !s->all_day)
        when.wall_s += o->start.wall_s - civil_midnight(o->start.wall_s);
    if (s->all_day)
        when.wall_s = civil_midnight(when.wall_s);
    o->start_local = local_text(when.wall_s, s->all_day, &c->out);
    o->end_local = local_text(when.wall_s + length_s, s->all_day, &c->out);
    o->start_ms = series_ms(s, when.wall_s);
    o->end_ms = series_ms(s, when.wall_s + length_s);
    o->status = OCCURRENCE_MOVED;
    o->moves++;
    return 0;
}

static int find_to_move(struct call *c, struct db *db, const struct event_ref *in, struct event **ret_ev,
                        struct series **ret_series, struct occurrence **ret, struct err *e)
{
    if (find_to_change(c, db, in, ret_ev, ret, e) || series_read(*ret_ev, db, &c->out, ret_series, e))
        return -1;
    if ((*ret)->status != OCCURRENCE_CANCELLED)
        return 0;
    return err_set(e, ERR_CONFLICT, MSG_OCCURRENCE_CANCELLED, "on", in->slug, (*ret)->recurrence_local, NULL);
}

static int run_move(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct event_ref *in = input;
    struct occurrence *o;
    struct series *s;
    struct event *ev;
    int64_t was_ms;

    if (find_to_move(c, db, in, &ev, &s, &o, e))
        return -1;
    if (!in->to)
        return err_set(e, ERR_USAGE, MSG_EMPTY, "to", "--to", NULL);
    was_ms = o->status == OCCURRENCE_MOVED ? o->start_ms : FIELD_INT_ABSENT;
    if (move(c, s, in->to, "to", o, e))
        return -1;
    if (o->start_ms == was_ms) {
        o->moves--;
        return show_saved(c, db, ev, o, ret, e);      /* it is there already: nobody is told again */
    }
    call_audit(c, ev->slug, "%s to %s", o->recurrence_local, o->start_local);
    return occurrence_save(c, db, ev, o, true, ret, e);
}

/* With a start: the date that was announced instead of the usual one. */
static int run_confirm(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct event_ref *in = input;
    struct occurrence *o;
    struct series *s;
    struct event *ev;

    if (find_to_move(c, db, in, &ev, &s, &o, e))
        return -1;
    if (o->status == OCCURRENCE_TENTATIVE)
        o->status = OCCURRENCE_SCHEDULED;
    if (in->start && move(c, s, in->start, "start", o, e))
        return -1;
    call_audit(c, ev->slug, "%s", o->recurrence_local);
    return occurrence_save(c, db, ev, o, true, ret, e);
}

static const char *count_text(struct call *c, int64_t count)
{
    return count == FIELD_INT_ABSENT ? "" : arena_printf(&c->out, "%lld", (long long)count);
}

/* No calendar shows how many came: neither SEQUENCE nor LAST-MODIFIED moves. */
static int run_headcount(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct event_ref *in = input;
    struct occurrence *o;
    struct event *ev;

    if (find_to_change(c, db, in, &ev, &o, e))
        return -1;
    if (in->count == FIELD_INT_ABSENT || in->count < 0 || in->count > 100000000)
        return err_set(e, ERR_INVALID, MSG_OUT_OF_RANGE, "count", count_text(c, in->count), "0", "100000000", NULL);
    if (in->note && in->note[0] && text_check(in->note, "note", EVENT_REASON_CHARS_MAX, false, e))
        return -1;
    if (in->count > HEADCOUNT_ASKED && !c->req.force)
        return err_set(e, ERR_CONFLICT, MSG_HEADCOUNT_MANY, "count", count_text(c, in->count), NULL);
    o->headcount = in->count;
    store_headcount_add(db, o->id, in->count, in->note ? in->note : "", c->req.principal.name, c->req.now_ms);
    if (in->note)
        store_occurrence_note(db, o->id, in->note);
    o->version++;
    store_occurrence_update(db, o);
    call_audit(c, ev->slug, "%s: %lld", o->recurrence_local, (long long)in->count);
    call_changed(c, CHANGE_PLACES, ev->id);
    targets_of_event_changed(c, db, ev->id);
    return show_saved(c, db, ev, o, ret, e);
}

/* Lists */

static int read_when(struct call *c, const char *text, const char *field, const struct zone *z, int64_t *ret,
                     struct err *e)
{
    struct words_context words = {c->req.now_ms, z};
    struct words_when when;

    if (!text)
        return 0;
    if (words_when(text, &words, &when, e)) {
        err_field(e, "%s", field);
        return -1;
    }
    *ret = when.wall_s;
    return 0;
}

/* "START.RECURRENCE": the last one of the page before. */
static int read_cursor(struct call *c, const char *text, struct window *w, struct err *e)
{
    const char *dot = text ? strchr(text, '.') : NULL;
    int64_t ignored_s;
    bool date;

    if (!text)
        return 0;
    if (!dot || !civil_parse(arena_strndup(&c->out, text, (size_t)(dot - text)), &w->from_s, &date) ||
        !civil_parse(dot + 1, &ignored_s, &date))
        return err_set(e, ERR_INVALID, MSG_CURSOR_BAD, "cursor", NULL);
    w->after = dot + 1;
    return 0;
}

/* All there is: added dates may come before the start, and a policy may shift them. */
static struct window everything(const struct series *s)
{
    struct window w = {s->start_s, CIVIL_WALL_MAX + 1, NULL};

    for (size_t i = 0; i < s->set.rdate_count; i++)
        if (s->set.rdates[i] < w.from_s)
            w.from_s = s->set.rdates[i];
    w.from_s -= SERIES_SHIFT_S;
    return w;
}

static int run_list(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct occurrence_filter *in = input;
    struct list_builder items = {0};
    struct occurrence **found;
    struct event *ev;
    struct series *s;
    struct window w;
    int64_t most;
    size_t count;
    bool more;

    if (call_limit(in->limit, &most, e) || event_find(c, db, in->slug, &ev, e) || series_read(ev, db, &c->out, &s, e))
        return -1;
    if (in->count != FIELD_INT_ABSENT && in->count < 1)
        return err_set(e, ERR_INVALID, MSG_OUT_OF_RANGE, "count", count_text(c, in->count), "1", "500", NULL);
    w = everything(s);
    if (read_when(c, in->from, "from", s->zone, &w.from_s, e) || read_when(c, in->to, "to", s->zone, &w.to_s, e) ||
        read_cursor(c, in->cursor, &w, e))
        return -1;
    if (in->count != FIELD_INT_ABSENT)
        most = in->count < LIST_LIMIT_MAX ? in->count : LIST_LIMIT_MAX;
    else if (!in->to && s->endless)
        most = COUNT_DEFAULT_ENDLESS;
    if (occurrences_between(c, db, ev, s, &w, (size_t)most, &found, &count, &more, e))
        return -1;
    for (size_t i = 0; i < count; i++)
        *(struct occurrence *)list_add(c, &items, sizeof(struct occurrence)) = *found[i];
    more = more && in->count == FIELD_INT_ABSENT && (in->to || !s->endless);
    *ret = list_end(c, &items, more ? arena_printf(&c->out, "%s.%s", found[count - 1]->start_local,
                                                   found[count - 1]->recurrence_local) : NULL);
    return db_check(db, e);
}

static bool wanted(const struct event_filter *in, const struct event *ev)
{
    if (in->category && strcmp(in->category, ev->category) != 0)
        return false;
    if (in->lead && strcmp(in->lead, ev->lead) != 0)
        return false;
    for (size_t i = 0; in->audience && i < ev->audiences.count; i++)
        if (strcmp(in->audience, ev->audiences.items[i]) == 0)
            return true;
    return !in->audience;
}

/* Where a registered venue is said to be; of another one, whether its name has the town in it. */
static bool is_in_town(struct call *c, struct db *db, const char *venue, const char *town)
{
    const struct entry *x = slug_valid(venue) ? store_entry_find(db, REGISTER_VENUE, venue, &c->out) : NULL;

    return x ? strcmp(x->town, town) == 0 : strstr(venue, town) != NULL;
}

static int add_wanted(struct call *c, struct db *db, const struct event_filter *in, struct occurrence *o,
                      struct list_builder *items, struct err *e)
{
    struct event *ev = event_get(c, db, o->event_id);
    struct series *s;

    if (!wanted(in, ev) || (in->town && !is_in_town(c, db, o->venue ? o->venue : ev->venue, in->town)))
        return 0;
    if (series_read(ev, db, &c->out, &s, e))
        return -1;
    occurrence_complete(c, db, ev, s, o);
    *(struct occurrence *)list_add(c, items, sizeof *o) = *o;
    return 0;
}

static int run_agenda(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct event_filter *in = input;
    struct list_builder items = {0};
    struct occurrence_rows rows = {.count = LIST_LIMIT_MAX};
    int64_t most, from_ms = c->req.now_ms, to_ms = from_ms + AGENDA_AHEAD_MS, after_ms = INT64_MIN + 1, after_id = 0;

    if (call_limit(in->limit, &most, e))
        return -1;
    if (in->day_end_ms) {
        from_ms = in->day_start_ms > from_ms ? in->day_start_ms : from_ms;
        to_ms = in->day_end_ms;
    }
    for (int turn = 0; turn < AGENDA_TURNS && rows.count == LIST_LIMIT_MAX && items.count < (size_t)most; turn++) {
        rows = store_occurrence_agenda(db, from_ms, to_ms, after_ms, after_id, LIST_LIMIT_MAX, &c->out);
        for (size_t i = 0; i < rows.count && items.count < (size_t)most; i++) {
            after_ms = rows.items[i]->start_ms;
            after_id = rows.items[i]->id;
            if (add_wanted(c, db, in, rows.items[i], &items, e))
                return -1;
        }
    }
    *ret = list_end(c, &items, NULL);
    return db_check(db, e);
}

const struct operation op_occurrence_show = {"occurrence show", ROLE_PUBLIC, false, run_show};
const struct operation op_occurrence_cancel = {"event cancel --on", ROLE_ORGANIZER, true, run_cancel};
const struct operation op_occurrence_move = {"event move", ROLE_ORGANIZER, true, run_move};
const struct operation op_occurrence_confirm = {"event confirm --on", ROLE_ORGANIZER, true, run_confirm};
const struct operation op_occurrence_headcount = {"event headcount", ROLE_ORGANIZER, true, run_headcount};
const struct operation op_occurrence_list = {"event occurrences", ROLE_PUBLIC, false, run_list};
const struct operation op_agenda = {"agenda", ROLE_PUBLIC, false, run_agenda};
