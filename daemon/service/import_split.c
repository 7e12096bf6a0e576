/*
 * RANGE=THISANDFUTURE: the series ends before the occurrence, and from there on there is another, as `event edit
 * --this-and-future` has it. Its UID is made of the first one's, so that the next import finds it again. Declared in
 * import_private.h.
 */
#include "import_private.h"

#include "calendar/civil.h"
#include "calendar/recur.h"

#include <stdlib.h>
#include <string.h>

/* A rule's text without one of its parts. */
static char *without(struct import *m, const char *rule, const char *part)
{
    const char *at = strstr(rule, part);

    if (!at || at == rule)
        return (char *)(uintptr_t)rule;
    return arena_printf(&m->c->out, "%.*s%s", (int)(at - rule - 1), rule, at + strcspn(at, ";"));
}

static char *canonical(struct import *m, char *text)
{
    struct recur_rule *rule;

    return recur_parse(text, &m->c->out, &rule, NULL) ? text : recur_format(rule, &m->c->out);
}

static char *rule_before(struct import *m, const struct import_draft *d, int64_t split_s)
{
    char until[CIVIL_TEXT_BYTES];
    char *rule = without(m, without(m, d->want->rrule, "COUNT="), "UNTIL=");

    if (!rule[0])
        return rule;
    if (d->series->all_day)
        civil_format_basic(civil_midnight(split_s) - CIVIL_DAY_S, true, until);
    else
        civil_format_basic(zone_to_utc(d->series->zone, split_s) - 1, false, until);
    return canonical(m, arena_printf(&m->c->out, "%s;UNTIL=%s%s", rule, until, d->series->all_day ? "" : "Z"));
}

/* A COUNT is shared out between the two. */
static char *rule_after(struct import *m, const struct import_draft *d, int64_t split_s)
{
    char *rule = d->want->rrule, *count = strstr(rule, "COUNT=");
    struct series plain = *d->series;
    struct series_walk w;
    struct series_date date;
    long long used = 0;

    if (!count)
        return rule;
    plain.set.rdate_count = plain.set.exdate_count = 0;
    plain.policy = HOLIDAY_KEEP;
    if (series_walk_begin(&plain, plain.start_s, &w, NULL))
        return rule;
    while (series_walk_next(&w, &date) && date.original_s < split_s)
        used++;
    series_walk_end(&w);
    return canonical(m, arena_printf(&m->c->out, "%s;COUNT=%lld", without(m, rule, "COUNT="),
                                     strtoll(count + 6, NULL, 10) - used));
}

static struct texts dates_before(struct import *m, const struct texts *list, int64_t split_s)
{
    struct texts kept = {arena_alloc(&m->c->out, (list->count + 1) * sizeof(char *)), 0, true};

    for (size_t i = 0; i < list->count; i++)
        if (local_wall(list->items[i]) < split_s)
            kept.items[kept.count++] = list->items[i];
    return kept;
}

/* A whole day that is left out moves by whole days. */
static int dates_after(struct import *m, const struct texts *list, int64_t split_s, int64_t shift_s, struct texts *ret,
                       struct err *e)
{
    for (size_t i = 0; i < list->count; i++) {
        bool date = strchr(list->items[i], 'T') == NULL;
        int64_t wall_s = local_wall(list->items[i]);
        if (wall_s < (date ? civil_midnight(split_s) : split_s))
            continue;
        wall_s = date ? civil_midnight(wall_s + shift_s + CIVIL_DAY_S / 2) : wall_s + shift_s;
        if (import_add_date(m, ret, wall_s, date, e))
            return -1;
    }
    return 0;
}

static bool only_one_weekday(const char *rule)
{
    const char *by = strstr(rule, "BYDAY=");

    return strstr(rule, "FREQ=WEEKLY") && by && !memchr(by, ',', strcspn(by, ";")) && !strstr(by + 1, ";BY");
}

/* To another day: what the rule says of days no longer holds. Where it must, the dates are spelled out. */
static int shift_rule(struct import *m, const struct import_draft *d, struct event *later, int64_t split_s,
                      int64_t shift_s, struct err *e)
{
    bool same_day = civil_midnight(split_s) == civil_midnight(split_s + shift_s);
    const char *by = strstr(later->rrule, ";BY");

    if (!by || same_day)
        return 0;
    if (only_one_weekday(later->rrule)) {
        later->rrule = canonical(m, without(m, later->rrule, "BYDAY="));
        return 0;
    }
    if (!strstr(later->rrule, "COUNT=") && !strstr(later->rrule, "UNTIL="))
        return err_set(e, ERR_INVALID, MSG_ICAL_FUTURE, "repeat", NULL);
    if (import_spell_out(m, d->want, d->want->rrule, split_s + 1, shift_s, &later->rdates, e))
        return -1;
    later->rrule = (char *)(uintptr_t)"";
    return 0;
}

static int find_split(struct import *m, const struct import_draft *d, struct import_override *o, int64_t *ret,
                      struct err *e)
{
    const struct series *s = d->series;
    struct series_date date;
    struct series_walk w;
    bool found;

    *ret = o->placed ? o->original_s : import_wall(m, &o->from->recurrence, s->zone, s->all_day);
    if (!s->repeats || series_walk_begin(s, *ret, &w, e))
        return err_set(e, ERR_INVALID, MSG_ICAL_FUTURE, "repeat", NULL);
    found = series_walk_next(&w, &date) && civil_midnight(date.original_s) == civil_midnight(*ret);
    series_walk_end(&w);
    if (!found || (date.original_s != *ret && !o->from->recurrence.date))
        return err_set(e, ERR_INVALID, MSG_ICAL_FUTURE, "repeat", NULL);
    *ret = date.original_s;
    return 0;
}

static void take_words(struct import *m, struct import_override *o, struct event *later)
{
    const struct ical_component *from = o->from;

    if (from->title)
        later->title = import_text(m, o->row, from->title, EVENT_TITLE_CHARS_MAX, false);
    if (from->description)
        later->description = import_text(m, o->row, from->description, EVENT_DESCRIPTION_BYTES_MAX, true);
    if (from->location)
        later->venue = import_text(m, o->row, from->location, EVENT_VENUE_CHARS_MAX, false);
    if (from->status && strcmp(from->status, "CANCELLED") == 0)
        later->status = EVENT_CANCELLED;
}

static struct event *later_event(struct import *m, const struct import_draft *d, int64_t split_s,
                                 struct event **ret_here)
{
    struct event *later = arena_alloc(&m->c->out, sizeof *later);
    char text[CIVIL_TEXT_BYTES];
    int64_t id;

    civil_format_basic(split_s, d->series->all_day, text);
    *later = *d->want;
    later->uid = arena_printf(&m->c->out, "%s-%s", text, d->want->uid);
    id = db_int(m->db, 0, "SELECT id FROM event WHERE uid = $1", p_text(later->uid));
    *ret_here = id ? event_get(m->c, m->db, id) : NULL;
    later->id = id;
    later->slug = *ret_here ? (*ret_here)->slug : NULL;
    later->stored_until = *ret_here ? (*ret_here)->stored_until : (char *)(uintptr_t)"";
    later->created_ms = *ret_here ? (*ret_here)->created_ms : m->c->req.now_ms;
    later->version = *ret_here ? (*ret_here)->version : 1;
    later->rdates = later->exdates = (struct texts){0};
    return later;
}

/* Times, rule and dates of the later part. */
static int shape_later(struct import *m, const struct import_draft *d, struct import_override *o, int64_t split_s,
                       struct event *later, int64_t *ret_shift_s, struct err *e)
{
    int64_t shift_s;

    o->original_s = split_s;
    import_override_times(m, o, d->series);
    shift_s = o->start_s - split_s;
    later->start_local = local_text(o->start_s, d->series->all_day, &m->c->out);
    later->end_local = local_text(o->end_s, d->series->all_day, &m->c->out);
    later->rrule = rule_after(m, d, split_s);
    if (dates_after(m, &d->want->rdates, split_s + 1, shift_s, &later->rdates, e) ||
        dates_after(m, &d->want->exdates, split_s, shift_s, &later->exdates, e) ||
        shift_rule(m, d, later, split_s, shift_s, e) || import_settle_start(m, o->row, later, e))
        return -1;
    import_sort_dates(&later->rdates);
    import_sort_dates(&later->exdates);
    *ret_shift_s = shift_s;
    return 0;
}

static void cut_earlier(struct import *m, struct import_draft *d, int64_t split_s)
{
    d->want->rrule = rule_before(m, d, split_s);
    d->want->rdates = dates_before(m, &d->want->rdates, split_s);
    d->want->exdates = dates_before(m, &d->want->exdates, split_s);
}

/* Overrides from the split on go along; they are known by the dates as they were. */
static void share_overrides(struct import *m, struct import_draft *d, const struct ical_component *at, int64_t split_s,
                            int64_t shift_s)
{
    size_t kept = 0;

    for (size_t i = 0; i < d->override_count; i++) {
        struct import_override *o = &d->overrides[i];
        int64_t original_s = o->placed ? o->original_s
                                       : import_wall(m, &o->from->recurrence, d->series->zone, d->series->all_day);
        if (o->from == at)
            continue;
        if (original_s < split_s) {
            d->overrides[kept++] = *o;
            continue;
        }
        o = import_override_new(m, d->next, o->from);
        o->original_s = original_s + shift_s;
        o->placed = true;
    }
    d->override_count = kept;
}

static int split_at(struct import *m, struct import_draft *d, struct import_override *o, struct err *e)
{
    struct import_draft *next = arena_alloc(&m->c->out, sizeof *next);
    int64_t split_s, shift_s;

    if (find_split(m, d, o, &split_s, e))
        return -1;
    *next = (struct import_draft){.from = o->from, .row = o->row, .split_from = d};
    next->want = later_event(m, d, split_s, &next->existing);
    if (shape_later(m, d, o, split_s, next->want, &shift_s, e) ||
        series_read(next->want, m->db, &m->c->out, &next->series, e))
        return -1;
    take_words(m, o, next->want);
    d->next = next;
    share_overrides(m, d, o->from, split_s, shift_s);
    cut_earlier(m, d, split_s);
    return series_read(d->want, m->db, &m->c->out, &d->series, e);
}

static struct import_override *first_future(struct import *m, struct import_draft *d)
{
    struct import_override *first = NULL;
    int64_t first_s = 0;

    for (size_t i = 0; i < d->override_count; i++) {
        struct import_override *o = &d->overrides[i];
        int64_t at_s = o->placed ? o->original_s
                                 : import_wall(m, &o->from->recurrence, d->series->zone, d->series->all_day);
        if (o->from->and_future && (!first || at_s < first_s)) {
            first = o;
            first_s = at_s;
        }
    }
    return first;
}

static void drop_override(struct import_draft *d, struct import_override *o)
{
    size_t i = (size_t)(o - d->overrides);

    memmove(o, o + 1, (d->override_count - i - 1) * sizeof *o);
    d->override_count--;
}

int import_draft_split(struct import *m, struct import_draft *d, struct err *e)
{
    struct import_override *o;

    while (d && (o = first_future(m, d))) {
        struct err why = {0};
        if (split_at(m, d, o, &why)) {
            import_refuse(m, o->row, &why);
            d->next = NULL;
            drop_override(d, o);
        } else {
            d = d->next;
        }
        if (db_check(m->db, e))
            return -1;
    }
    return 0;
}
