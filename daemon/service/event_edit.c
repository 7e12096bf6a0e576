/* Editing an event: all of it, one occurrence, or the series from a date on (which splits it). */
#include "event.h"

#include "calendar/civil.h"
#include "event_resolve.h"
#include "event_view.h"
#include "occurrence.h"
#include "planner.h"
#include "store/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum scope { SCOPE_ALL, SCOPE_THIS, SCOPE_FUTURE };

static int read_scope(const struct event_input *in, const struct event *ev, enum scope *ret, struct err *e)
{
    bool repeats = ev->rrule[0] || ev->rdates.count > 0;

    if (!in->scope && repeats)
        return err_set(e, ERR_USAGE, MSG_SCOPE_NEEDED, "scope", ev->slug, NULL);
    if (!in->scope || strcmp(in->scope, "all") == 0)
        *ret = SCOPE_ALL;
    else if (strcmp(in->scope, "this") == 0)
        *ret = SCOPE_THIS;
    else if (strcmp(in->scope, "future") == 0)
        *ret = SCOPE_FUTURE;
    else
        return err_set(e, ERR_INVALID, MSG_SCOPE_BAD, "scope", in->scope, NULL);
    if (*ret == SCOPE_ALL)
        return 0;
    if (!repeats)
        return err_set(e, ERR_USAGE, MSG_EVENT_SINGLE, "scope", ev->slug, NULL);
    return in->on ? 0 : err_set(e, ERR_USAGE, MSG_ON_NEEDED, "on", NULL);
}

static bool changes_dates(const struct event_input *in)
{
    return in->start || in->end || in->duration || in->repeat || in->tz || in->all_day >= 0 || in->rdates.given ||
           in->exdates.given || in->holiday_policy;
}

/* What calendars show of both is the same. */
static bool shows_same(const struct event *a, const struct event *b)
{
    const char *const texts[][2] = {
        {a->title, b->title}, {a->description, b->description}, {a->category, b->category}, {a->lead, b->lead},
        {a->venue, b->venue}, {a->start_local, b->start_local}, {a->end_local, b->end_local}, {a->tz, b->tz},
        {a->rrule, b->rrule}, {a->holiday_policy, b->holiday_policy},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(texts[i][0], texts[i][1]) != 0)
            return false;
    return a->all_day == b->all_day && a->start_is_extra == b->start_is_extra && a->status == b->status &&
           texts_same(&a->rdates, &b->rdates) && texts_same(&a->exdates, &b->exdates);
}

/* Texts and lists said as they are: whoever keeps events in line with a list of his own says them every day. */
static bool changes_nothing(const struct event_input *in, const struct event *was, const struct event *ev)
{
    return !changes_dates(in) && in->provisional < 0 && !in->roles.given && !in->indicators.given &&
           event_words_same(was, ev);
}

/* Only what a calendar shows moves SEQUENCE (RFC 5545 3.8.7.4); the version moves with anything. */
static int save(struct call *c, struct db *db, const struct event_input *in, const struct event *was,
                struct event *ev, struct err *e)
{
    ev->sequence += !shows_same(was, ev);
    ev->version++;
    ev->updated_ms = c->req.now_ms;
    store_event_update(db, ev);
    if (in->provisional >= 0)
        db_exec(db, "UPDATE occurrence SET status = $2, version = version + 1 WHERE event_id = $1"
                    " AND status IN ('scheduled', 'tentative')",
                p_int(ev->id), p_text(in->provisional ? "tentative" : "scheduled"));
    if (changes_dates(in) && occurrences_realign(c, db, ev, e))
        return -1;
    if (in->indicators.given && occurrences_keep_counted(c, db, ev, e))
        return -1;
    if (in->roles.given && occurrences_put_roles(c, db, ev, e))
        return -1;
    planner_event(c, db, ev->id);
    call_changed(c, CHANGE_EVENT, ev->id);
    return event_view_one(c, db, ev, e);
}

static int edit_all(struct call *c, struct db *db, const struct event_input *in, struct event *ev, struct err *e)
{
    struct event_input plain = *in;
    struct event was = *ev;

    plain.slug = NULL;
    if (event_resolve(c, db, &plain, ev, e) || event_may_change(c, ev, e))
        return -1;
    if (changes_nothing(in, &was, ev))
        return event_view_one(c, db, ev, e);
    call_audit(c, ev->slug, "all");
    if (save(c, db, in, &was, ev, e))
        return -1;
    /* A change of dates is told where they are realigned, and says the venue too. */
    if (in->venue && strcmp(was.venue, ev->venue) != 0 && !changes_dates(in))
        planner_tell_venue(c, db, ev, was.venue);
    return db_check(db, e);
}

/* The rule's own last date before the split, in the form UNTIL has for this event. */
static char *rule_until(struct call *c, const struct event *ev, const struct series *s, int64_t split_s)
{
    struct recur_rule *cut;
    char until[CIVIL_TEXT_BYTES];
    char *text = ev->rrule, *count = strstr(text, ";COUNT="), *old = strstr(text, ";UNTIL=");
    char *drop = count ? count : old, *rest;

    if (s->all_day)
        civil_format_basic(civil_midnight(split_s) - CIVIL_DAY_S, true, until);
    else
        civil_format_basic(zone_to_utc(s->zone, split_s) - 1, false, until);
    if (drop) {
        rest = strchr(drop + 1, ';');
        text = arena_printf(&c->out, "%.*s%s", (int)(drop - ev->rrule), ev->rrule, rest ? rest : "");
    }
    text = arena_printf(&c->out, "%s;UNTIL=%s%s", text, until, s->all_day ? "" : "Z");
    return recur_parse(text, &c->out, &cut, NULL) ? text : recur_format(cut, &c->out);
}

/* The rule by itself: without what was added, left out or shifted from a holiday, which all counts as its dates. */
static struct series rule_alone(const struct series *s)
{
    struct series alone = *s;

    alone.set.exdate_count = alone.set.rdate_count = 0;
    alone.set.start_always = false;
    alone.policy = HOLIDAY_KEEP;
    return alone;
}

/*
 * The later part's rule and its first date, which is the split's own unless that one was added to the rule. A COUNT is
 * shared out: the later part gets what the earlier did not use. "" where the rule has no date left.
 */
static char *rule_after(struct call *c, const struct event *ev, const struct series *s, int64_t split_s,
                        int64_t *ret_start_s)
{
    struct series alone = rule_alone(s);
    char *count = strstr(ev->rrule, ";COUNT="), *rest;
    struct series_walk w;
    struct series_date d;
    long long used = 0, had;
    bool any;

    *ret_start_s = split_s;
    if (!s->rule || series_walk_begin(&alone, count ? s->start_s : split_s, &w, NULL))
        return (char *)(uintptr_t)"";
    while ((any = series_walk_next(&w, &d)) && d.original_s < split_s)
        used++;
    series_walk_end(&w);
    if (!any)
        return (char *)(uintptr_t)"";
    *ret_start_s = d.original_s;
    if (!count)
        return ev->rrule;
    had = strtoll(count + 7, &rest, 10);
    return arena_printf(&c->out, "%.*s;COUNT=%lld%s", (int)(count - ev->rrule), ev->rrule, had - used, rest);
}

/* A day that is left out has no time to compare. */
static bool is_later(const char *date, const char *split)
{
    return (strlen(date) < strlen(split) ? strncmp(date, split, strlen(date)) : strcmp(date, split)) >= 0;
}

static struct texts dates_where(struct call *c, const struct texts *list, bool later, const char *split)
{
    struct texts kept = {arena_alloc(&c->out, (list->count + 1) * sizeof(char *)), 0, true};

    for (size_t i = 0; i < list->count; i++)
        if (is_later(list->items[i], split) == later)
            kept.items[kept.count++] = list->items[i];
    return kept;
}

/* Ends *ev before the split and makes the later part an event of its own, with the stored occurrences from there on. */
static int split(struct call *c, struct db *db, struct event *ev, const struct series *s, const struct occurrence *at,
                 struct event **ret, struct err *e)
{
    struct event *later = arena_alloc(&c->out, sizeof *later);
    int64_t split_s = local_wall(at->recurrence_local), start_s;
    char token[CRYPTO_TOKEN_BYTES];

    *later = *ev;
    crypto_token(token);
    later->uid = arena_printf(&c->out, "%s@kepu", token);
    later->slug = event_next_slug(c, db, ev->slug);
    later->split_from = ev->slug;
    later->rrule = rule_after(c, ev, s, split_s, &start_s);
    later->start_local = local_text(start_s, s->all_day, &c->out);
    later->end_local = local_text(start_s + s->length_s, s->all_day, &c->out);
    later->rdates = dates_where(c, &ev->rdates, true, at->recurrence_local);
    later->exdates = dates_where(c, &ev->exdates, true, at->recurrence_local);
    later->sequence = 0;
    later->version = 1;
    later->created_ms = later->updated_ms = c->req.now_ms;
    if (s->rule)
        ev->rrule = rule_until(c, ev, s, split_s);
    ev->rdates = dates_where(c, &ev->rdates, false, at->recurrence_local);
    ev->exdates = dates_where(c, &ev->exdates, false, at->recurrence_local);
    if (!store_event_insert(db, later))
        return db_check(db, e) ? -1 : err_set(e, ERR_EXISTS, MSG_SLUG_TAKEN, "slug", later->slug, NULL);
    db_exec(db, "UPDATE occurrence SET event_id = $2 WHERE event_id = $1 AND recurrence_id >= $3", p_int(ev->id),
            p_int(later->id), p_text(at->recurrence_local));
    db_exec(db, "UPDATE delivery SET event_id = $2 WHERE event_id = $1 AND occurrence_id IN"
                " (SELECT id FROM occurrence WHERE event_id = $2)", p_int(ev->id), p_int(later->id));
    *ret = later;
    return db_check(db, e);
}

static void copy_reminders(struct db *db, int64_t from_id, int64_t to_id, int64_t now_ms)
{
    struct stmt *s = db_query(db, "SELECT id FROM reminder WHERE event_id = $1 ORDER BY id", p_int(from_id));

    while (stmt_row(s)) {
        char code[CRYPTO_ID_BYTES];
        int64_t old = stmt_int(s, 0), new;
        crypto_id('r', code);
        new = db_int(
            db, 0,
            "INSERT INTO reminder (code, event_id, category, kind, offset_ms, template, every_channel, created_ms,"
            " version) SELECT $1, $2, category, kind, offset_ms, template, every_channel, $3, 1 FROM reminder"
            " WHERE id = $4 RETURNING id",
            p_text(code), p_int(to_id), p_int(now_ms), p_int(old));
        db_exec(db, "INSERT INTO reminder_channel (reminder_id, channel_id)"
                    " SELECT $1, channel_id FROM reminder_channel WHERE reminder_id = $2", p_int(new), p_int(old));
        /* What is planned for occurrences that moved over keeps its identity and follows the new rule. */
        db_exec(db, "UPDATE delivery SET reminder_id = $1 WHERE reminder_id = $2 AND event_id = $3", p_int(new),
                p_int(old), p_int(to_id));
    }
}

static int edit_future(struct call *c, struct db *db, const struct event_input *in, struct event *ev,
                       struct event **ret, struct err *e)
{
    struct event_input change = *in;
    struct event *later, was;
    struct occurrence *at;
    struct series *s;

    if (series_read(ev, db, &c->out, &s, e) || event_occurrence(c, db, ev, in->on, true, &at, e))
        return -1;
    change.slug = NULL;
    if (local_wall(at->recurrence_local) <= s->start_s) {
        *ret = ev;
        return edit_all(c, db, in, ev, e);
    }
    if (split(c, db, ev, s, at, &later, e))
        return -1;
    ev->sequence++;
    ev->version++;
    ev->updated_ms = c->req.now_ms;
    store_event_update(db, ev);
    copy_reminders(db, ev->id, later->id, c->req.now_ms);
    call_changed(c, CHANGE_EVENT, ev->id);
    was = *later;
    if (event_resolve(c, db, &change, later, e) || event_may_change(c, later, e))
        return -1;
    call_audit(c, ev->slug, "from %s: %s", at->recurrence_local, later->slug);
    *ret = later;
    return save(c, db, in, &was, later, e);
}

static int run_edit(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct event_input *in = input;
    struct event *ev, *result;
    enum scope scope;

    if (event_find(c, db, in->slug, &ev, e) || event_may_change(c, ev, e) ||
        call_check_version(c, in->slug, ev->version, e) || read_scope(in, ev, &scope, e))
        return -1;
    result = ev;
    if (scope == SCOPE_THIS)
        return err_set(e, ERR_INVALID, MSG_SCOPE_BAD, "scope", "this", NULL);
    if (scope == SCOPE_ALL ? edit_all(c, db, in, ev, e) : edit_future(c, db, in, ev, &result, e))
        return -1;
    *ret = result;
    return 0;
}

/* One occurrence */

static int refuse_series_fields(const struct event_input *in, struct err *e)
{
    const struct { bool given; const char *name; } only_series[] = {
        {in->repeat != NULL, "repeat"}, {in->tz != NULL, "tz"}, {in->all_day >= 0, "all_day"},
        {in->category != NULL, "category"}, {in->lead != NULL, "lead"}, {in->partners.given, "partners"},
        {in->audiences.given, "audiences"}, {in->indicators.given, "indicators"}, {in->unit != NULL, "unit"},
        {in->holiday_policy != NULL, "holiday_policy"}, {in->signup_opens != NULL, "signup_opens"},
        {in->signup_closes != NULL, "signup_closes"}, {in->cancel_until != NULL, "cancel_until"},
        {in->signup_limit != FIELD_INT_ABSENT, "signup_limit"}, {in->rdates.given, "rdates"},
        {in->exdates.given, "exdates"},
    };

    for (size_t i = 0; i < sizeof only_series / sizeof only_series[0]; i++)
        if (only_series[i].given)
            return err_set(e, ERR_INVALID, MSG_ONLY_SERIES, only_series[i].name, only_series[i].name, NULL);
    return 0;
}

/* The occurrence's times as if it were an event of its own; its new start, if it gets one, is a move. */
static int edit_times(struct call *c, struct db *db, const struct event_input *in, const struct event *ev,
                      struct occurrence *o, struct err *e)
{
    struct event alone = *ev;
    struct event_input times;
    struct series *s;

    if (!in->start && !in->end && !in->duration)
        return 0;
    fields_clear(&event_input_fields, &times);
    times.start = in->start;
    times.end = in->end;
    times.duration = in->duration;
    alone.rrule = (char *)(uintptr_t)"";
    alone.rdates.count = alone.exdates.count = 0;
    alone.holiday_policy = (char *)(uintptr_t)"keep";
    alone.start_local = o->start_local;
    alone.end_local = o->end_local;
    if (event_resolve(c, db, &times, &alone, e) || series_read(&alone, db, &c->out, &s, e))
        return -1;
    o->start_local = alone.start_local;
    o->end_local = alone.end_local;
    o->start_ms = series_ms(s, s->start_s);
    o->end_ms = series_ms(s, s->start_s + s->length_s);
    o->moves++;
    o->status = OCCURRENCE_MOVED;
    return 0;
}

static int edit_texts(const struct event_input *in, struct occurrence *o, struct err *e)
{
    if (in->title && text_check(in->title, "title", EVENT_TITLE_CHARS_MAX, false, e))
        return -1;
    if (in->venue && in->venue[0] && text_check(in->venue, "venue", EVENT_VENUE_CHARS_MAX, false, e))
        return -1;
    if (in->description && in->description[0] &&
        text_check(in->description, "description", EVENT_DESCRIPTION_BYTES_MAX, true, e))
        return -1;
    if (in->title) {
        o->title = in->title;
        o->own_title = true;
    }
    if (in->venue) {
        o->venue = in->venue;
        o->own_venue = true;
    }
    if (in->description) {
        o->description = in->description;
        o->own_description = true;
    }
    return 0;
}

static int edit_roles(struct call *c, struct db *db, const struct event_input *in, struct occurrence *o, struct err *e)
{
    const struct role_input *given = in->roles.items;
    struct role *roles;

    if (!in->roles.given)
        return 0;
    if (roles_check(&in->roles, e))
        return -1;
    roles = arena_alloc(&c->out, (in->roles.count + 1) * sizeof *roles);
    for (size_t i = 0; i < in->roles.count; i++)
        roles[i] = (struct role){.name = given[i].name, .capacity = given[i].capacity,
                                 .minimum = given[i].minimum == FIELD_INT_ABSENT ? 0 : given[i].minimum,
                                 .participant = given[i].participant == 1,
                                 .skills = given[i].skills, .waitlist_max = given[i].waitlist_max};
    o->own_roles = true;
    return occurrence_put_roles(c, db, o->id, &(struct objects){roles, in->roles.count, true}, e);
}

static int run_edit_one(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct event_input *in = input;
    struct occurrence *o;
    struct event *ev;
    enum scope scope;

    if (event_find(c, db, in->slug, &ev, e) || event_may_change(c, ev, e) || read_scope(in, ev, &scope, e) ||
        refuse_series_fields(in, e) || event_occurrence(c, db, ev, in->on, true, &o, e) ||
        call_check_version(c, in->slug, o->version, e))
        return -1;
    if (edit_texts(in, o, e) || edit_times(c, db, in, ev, o, e) || edit_roles(c, db, in, o, e))
        return -1;
    call_audit(c, ev->slug, "%s", o->recurrence_local);
    return occurrence_save(c, db, ev, o, in->start || in->end || in->duration || in->venue, ret, e);
}

const struct operation op_event_edit = {"event edit", ROLE_ORGANIZER, true, run_edit};
const struct operation op_event_edit_one = {"event edit --this", ROLE_ORGANIZER, true, run_edit_one};
