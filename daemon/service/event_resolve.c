#include "event_resolve.h"

#include "calendar/civil.h"
#include "calendar/words.h"
#include "signup_rules.h"
#include "store/event.h"
#include "store/register.h"

#include <stdio.h>
#include <string.h>

#define DURATION_DEFAULT_S 3600
#define DURATION_DAYS_MAX 366
#define NAMES_MAX 500

/* One query a table: their names can't be parameters. */
static struct stmt *slugs_of(struct db *db, const char *table)
{
    if (strcmp(table, "department") == 0)
        return db_query(db, "SELECT slug FROM department ORDER BY slug");
    if (strcmp(table, "category") == 0)
        return db_query(db, "SELECT slug FROM category ORDER BY slug");
    if (strcmp(table, "audience") == 0)
        return db_query(db, "SELECT slug FROM audience ORDER BY slug");
    if (strcmp(table, "unit") == 0)
        return db_query(db, "SELECT slug FROM unit ORDER BY slug");
    return db_query(db, "SELECT DISTINCT slug FROM indicator ORDER BY slug");
}

int check_slug(struct call *c, struct db *db, const char *table, const char *field, const char *slug, struct err *e)
{
    const char *names[NAMES_MAX], *near;
    const char *noun = strcmp(table, "indicator") == 0 ? "target" : table;
    size_t count = 0;
    bool found = !slug[0];
    struct stmt *s;

    if (found || (strcmp(table, "unit") == 0 && store_entry_find(db, REGISTER_UNIT, slug, &c->out)))
        return 0;
    s = slugs_of(db, table);
    while (!found && count < NAMES_MAX && stmt_row(s)) {
        names[count] = stmt_text(s, 0, &c->out);
        found = strcmp(names[count++], slug) == 0;
    }
    stmt_done(s);
    if (found || db_check(db, e))
        return found ? 0 : -1;
    near = names_nearest(slug, names, count);
    if (near)
        return err_set(e, ERR_NOT_FOUND, MSG_THING_NOT_FOUND_NEAR, field, noun, slug, near, NULL);
    return err_set(e, ERR_NOT_FOUND, MSG_THING_NOT_FOUND, field, noun, slug, NULL);
}

static int check_slugs(struct call *c, struct db *db, const char *table, const char *field, const struct texts *list,
                       struct err *e)
{
    char most[24];

    snprintf(most, sizeof most, "%d", EVENT_LIST_MAX);
    if (list->count > EVENT_LIST_MAX)
        return err_set(e, ERR_INVALID, MSG_TOO_LONG, field, field, most, NULL);
    for (size_t i = 0; i < list->count; i++)
        if (check_slug(c, db, table, field, list->items[i], e))
            return -1;
    return 0;
}

static int take_text(const char *given, char **to, const char *field, size_t chars_max, bool lines, struct err *e)
{
    if (!given)
        return 0;
    if (given[0] && text_check(given, field, chars_max, lines, e))
        return -1;
    *to = (char *)(uintptr_t)given;
    return 0;
}

static int resolve_texts(const struct event_input *in, struct event *ev, struct err *e)
{
    if (in->title && text_check(in->title, "title", EVENT_TITLE_CHARS_MAX, false, e))
        return -1;
    if (in->title)
        ev->title = in->title;
    if (!ev->title)
        return err_set(e, ERR_USAGE, MSG_TITLE_NEEDED, "title", NULL);
    return take_text(in->description, &ev->description, "description", EVENT_DESCRIPTION_BYTES_MAX, true, e) ||
                   take_text(in->venue, &ev->venue, "venue", EVENT_VENUE_CHARS_MAX, false, e)
               ? -1
               : 0;
}

static void take_list(const struct texts *given, struct texts *to)
{
    if (given->given)
        *to = *given;
}

/* A village can't fill a school's cell: of the open plans' indicators that are counted over units. */
static int check_unit_kind(struct call *c, struct db *db, const struct event *ev, struct err *e)
{
    for (size_t i = 0; ev->unit[0] && i < ev->indicators.count; i++) {
        struct stmt *s = db_query(db,
                                  "SELECT u.kind, i.per FROM indicator i JOIN plan p ON p.slug = i.plan JOIN unit u ON"
                                  " u.slug = $2 WHERE i.slug = $1 AND i.measure = 'coverage' AND p.state = 'open'"
                                  " ORDER BY p.start_date DESC, p.slug LIMIT 1",
                                  p_text(ev->indicators.items[i]), p_text(ev->unit));
        char *kind, *per;
        if (!stmt_row(s))
            continue;
        kind = stmt_text(s, 0, &c->out);
        per = stmt_text(s, 1, &c->out);
        stmt_done(s);
        per[strcspn(per, " ")] = 0;
        if (strcmp(kind, per) != 0)
            return err_set(e, ERR_INVALID, MSG_UNIT_NOT_OF_TARGET, "unit", ev->unit, kind, ev->indicators.items[i], per,
                           NULL);
    }
    return 0;
}

static int resolve_names(struct call *c, struct db *db, const struct event_input *in, struct event *ev, struct err *e)
{
    enum holiday_policy policy;

    if (in->category)
        ev->category = in->category;
    if (in->lead)
        ev->lead = in->lead;
    if (in->unit)
        ev->unit = in->unit;
    if (in->holiday_policy)
        ev->holiday_policy = in->holiday_policy;
    take_list(&in->partners, &ev->partners);
    take_list(&in->audiences, &ev->audiences);
    take_list(&in->indicators, &ev->indicators);
    if (!holiday_policy_parse(ev->holiday_policy, &policy))
        return err_set(e, ERR_INVALID, MSG_POLICY_BAD, "holiday_policy", ev->holiday_policy, NULL);
    if (check_slug(c, db, "category", "category", ev->category, e) ||
        check_slug(c, db, "department", "lead", ev->lead, e) || check_slug(c, db, "unit", "unit", ev->unit, e))
        return -1;
    if (check_slugs(c, db, "department", "partners", &ev->partners, e) ||
        check_slugs(c, db, "audience", "audiences", &ev->audiences, e))
        return -1;
    if (check_slugs(c, db, "indicator", "indicators", &ev->indicators, e))
        return -1;
    return in->unit || in->indicators.given ? check_unit_kind(c, db, ev, e) : 0;
}

static int resolve_roles(struct call *c, const struct event_input *in, struct event *ev, struct err *e)
{
    const struct role_input *given = in->roles.items;
    struct role *roles;

    if (!in->roles.given)
        return 0;
    if (roles_check(&in->roles, e))
        return -1;
    roles = arena_alloc(&c->out, (in->roles.count + 1) * sizeof *roles);
    for (size_t i = 0; i < in->roles.count; i++)
        roles[i] = (struct role){.name = given[i].name,
                                 .capacity = given[i].capacity,
                                 .minimum = given[i].minimum == FIELD_INT_ABSENT ? 0 : given[i].minimum,
                                 .participant = given[i].participant == 1,
                                 .skills = given[i].skills,
                                 .waitlist_max = given[i].waitlist_max,
                                 .free = given[i].capacity};
    ev->roles = (struct objects){roles, in->roles.count, true};
    return 0;
}

/* The times while they are being worked out; wall times, -1 lengths = not given. */
struct times {
    const struct zone *zone;
    struct words_context words;
    int64_t start_s, length_s;
    bool all_day;
    bool start_is_date;
};

static int read_start(const struct event_input *in, const struct event *ev, struct times *t, struct err *e)
{
    struct words_when when;

    if (!in->start && !ev->start_local)
        return err_set(e, ERR_USAGE, MSG_START_NEEDED, "start", NULL);
    if (!in->start) {
        t->start_s = local_wall(ev->start_local);
        t->length_s = local_wall(ev->end_local) - t->start_s;
        return 0;
    }
    /* "10:00" alone gives an event another time, not another day. */
    if (ev->start_local ? words_when_on(in->start, &t->words, local_wall(ev->start_local), &when, e)
                        : words_when(in->start, &t->words, &when, e)) {
        err_field(e, "start");
        return -1;
    }
    t->start_s = when.wall_s;
    t->start_is_date = when.date;
    if (ev->start_local)
        t->length_s = local_wall(ev->end_local) - local_wall(ev->start_local);
    return 0;
}

/* An end that names only a day is that day's last for an all-day event: it is included, as people mean it. */
static int read_end(const struct event_input *in, struct times *t, struct err *e)
{
    struct words_when when;

    if (words_when_on(in->end, &t->words, t->start_s, &when, e)) {
        err_field(e, "end");
        return -1;
    }
    t->length_s = when.wall_s - t->start_s + (t->all_day && when.date ? CIVIL_DAY_S : 0);
    if (t->length_s <= 0)
        return err_set(e, ERR_INVALID, MSG_END_BEFORE_START, "end", NULL);
    return 0;
}

static int read_duration(const struct event_input *in, struct times *t, struct err *e)
{
    int64_t ms;

    if (words_span(in->duration, &ms, e)) {
        err_field(e, "duration");
        return -1;
    }
    t->length_s = ms / 1000;
    if (t->all_day && t->length_s % CIVIL_DAY_S)
        return err_set(e, ERR_INVALID, MSG_DURATION_DAYS, "duration", NULL);
    return 0;
}

static int read_length(const struct event_input *in, struct times *t, struct err *e)
{
    char most[24];

    if (in->end && in->duration)
        return err_set(e, ERR_USAGE, MSG_DURATION_TWICE, "duration", NULL);
    if (in->end && read_end(in, t, e))
        return -1;
    if (in->duration && read_duration(in, t, e))
        return -1;
    if (t->length_s < 0)
        t->length_s = t->all_day ? CIVIL_DAY_S : DURATION_DEFAULT_S;
    if (t->all_day && t->length_s % CIVIL_DAY_S)
        t->length_s = (t->length_s / CIVIL_DAY_S + 1) * CIVIL_DAY_S;
    snprintf(most, sizeof most, "%d", DURATION_DAYS_MAX);
    if (t->length_s > (int64_t)DURATION_DAYS_MAX * CIVIL_DAY_S)
        return err_set(e, ERR_INVALID, MSG_DURATION_LONG, "duration", most, NULL);
    return 0;
}

/* "每周三 14:00": the rule's time is the start's, unless the start says another. */
static int take_time_of_rule(const struct event_input *in, struct times *t, int time_s, struct err *e)
{
    int64_t midnight_s = civil_midnight(t->start_s);

    if (in->start && !t->start_is_date && t->start_s != midnight_s + time_s)
        return err_set(e, ERR_INVALID, MSG_TIMES_DIFFER, "repeat", in->start, in->repeat, NULL);
    t->start_s = midnight_s + time_s;
    t->start_is_date = false;
    return 0;
}

static int read_repeat(struct call *c, const struct event_input *in, struct event *ev, struct times *t, struct err *e)
{
    struct recur_rule *rule;
    int time_s = -1;

    if (!in->repeat)
        return 0;
    if (!in->repeat[0] || strcmp(in->repeat, "none") == 0) {
        ev->rrule = (char *)(uintptr_t)"";
        return 0;
    }
    if (words_rule(in->repeat, &t->words, &c->out, &ev->rrule, &time_s, e) ||
        recur_parse(ev->rrule, &c->out, &rule, e)) {
        err_field(e, "repeat");
        return -1;
    }
    if (recur_is_subdaily(rule))
        return err_set(e, ERR_INVALID, MSG_RULE_SUBDAILY, "repeat", ev->rrule, NULL);
    return time_s >= 0 && !t->all_day ? take_time_of_rule(in, t, time_s, e) : 0;
}

static int read_dates(struct call *c, const struct texts *given, const char *field, const struct times *t,
                      struct texts *to, struct err *e)
{
    if (!given->given)
        return 0;
    if (given->count > EVENT_DATES_MAX)
        return err_set(e, ERR_INVALID, MSG_TOO_LONG, field, field, "1000", NULL);
    *to = (struct texts){arena_alloc(&c->out, (given->count + 1) * sizeof(char *)), given->count, true};
    for (size_t i = 0; i < given->count; i++) {
        struct words_when when;
        if (words_when(given->items[i], &t->words, &when, e)) {
            err_field(e, "%s", field);
            return -1;
        }
        if (when.date && !t->all_day && strcmp(field, "rdates") == 0) {
            when.wall_s += t->start_s - civil_midnight(t->start_s);
            when.date = false;
        }
        to->items[i] = local_text(when.wall_s, when.date || t->all_day, &c->out);
    }
    return 0;
}

static int read_zone(struct call *c, const struct event_input *in, struct event *ev, struct times *t, struct err *e)
{
    if (in->tz)
        ev->tz = in->tz;
    t->zone = zone_find(ev->tz, e);
    if (!t->zone) {
        err_field(e, "tz");
        return -1;
    }
    ev->tz = (char *)(uintptr_t)zone_id(t->zone);
    t->words = (struct words_context){c->req.now_ms, t->zone};
    return 0;
}

static void note(struct call *c, struct event *ev, enum msg msg, const char *arg)
{
    struct buf text = {0};
    const char *args[] = {arg};

    catalogue_format(&text, catalogue_text(msg, c->req.lang), args, 1);
    if (!ev->notes.items)
        ev->notes.items = arena_alloc(&c->out, 8 * sizeof(char *));
    if (ev->notes.count < 8)
        ev->notes.items[ev->notes.count++] = arena_strdup(&c->out, buf_text(&text));
    buf_release(&text);
}

static void set_times(struct call *c, struct event *ev, int64_t start_s, int64_t length_s)
{
    ev->start_local = local_text(start_s, ev->all_day, &c->out);
    ev->end_local = local_text(start_s + length_s, ev->all_day, &c->out);
}

/* Every master matches its rule (SPEC.md 2): the start moves to the first date that does. */
static int settle_start(struct call *c, struct db *db, struct event *ev, const struct times *t, struct err *e)
{
    struct series *s;
    struct series_walk w;
    struct series_date d;
    char text[CIVIL_TEXT_BYTES];
    bool any;

    if (series_read(ev, db, &c->out, &s, e)) {
        err_field(e, "repeat");
        return -1;
    }
    /* The rule alone decides: a first date that is left out, or shifted from a holiday, still matches. */
    s->policy = HOLIDAY_KEEP;
    s->set.exdate_count = 0;
    if (s->rule)
        s->set.rdate_count = 0;
    if (series_walk_begin(s, t->start_s, &w, e))
        return -1;
    any = series_walk_next(&w, &d);
    series_walk_end(&w);
    civil_format(t->start_s, ev->all_day, text);
    if (!any)
        return err_set(e, ERR_INVALID, MSG_RULE_EMPTY, "repeat", ev->rrule[0] ? ev->rrule : ev->start_local, text,
                       NULL);
    if (!ev->rrule[0] || ev->start_is_extra || d.original_s == t->start_s)
        return 0;
    set_times(c, ev, d.original_s, t->length_s);
    civil_format(d.original_s, ev->all_day, text);
    note(c, ev, MSG_NOTE_START_MOVED, text);
    return 0;
}

/* A new event that is given a day but neither a time nor a length of hours takes the day, and says so. */
static int take_as_all_day(struct call *c, const struct event_input *in, struct event *ev, struct times *t,
                           struct err *e)
{
    int64_t ms;
    bool hours = in->duration && words_span(in->duration, &ms, NULL) == 0 && ms / 1000 % CIVIL_DAY_S;

    if (ev->start_local || in->all_day >= 0 || hours || (in->end && strchr(in->end, ':')))
        return err_set(e, ERR_INVALID, MSG_TIME_NEEDED, "start", in->start, NULL);
    t->all_day = true;
    note(c, ev, MSG_NOTE_ALL_DAY, in->start);
    return 0;
}

static int resolve_times(struct call *c, struct db *db, const struct event_input *in, struct event *ev, struct err *e)
{
    struct times t = {.length_s = -1};

    if (read_zone(c, in, ev, &t, e) || read_start(in, ev, &t, e))
        return -1;
    t.all_day = in->all_day >= 0 ? in->all_day == 1 : ev->all_day;
    if (read_repeat(c, in, ev, &t, e))
        return -1;
    if (t.start_is_date && !t.all_day && take_as_all_day(c, in, ev, &t, e))
        return -1;
    if (t.all_day)
        t.start_s = civil_midnight(t.start_s);
    if (read_length(in, &t, e))
        return -1;
    ev->all_day = t.all_day;
    if (read_dates(c, &in->rdates, "rdates", &t, &ev->rdates, e) ||
        read_dates(c, &in->exdates, "exdates", &t, &ev->exdates, e))
        return -1;
    set_times(c, ev, t.start_s, t.length_s);
    return settle_start(c, db, ev, &t, e);
}

int event_resolve(struct call *c, struct db *db, const struct event_input *in, struct event *ev, struct err *e)
{
    if (in->slug && !slug_valid(in->slug))
        return err_set(e, ERR_INVALID, MSG_SLUG_BAD, "slug", in->slug, NULL);
    if (resolve_texts(in, ev, e) || resolve_names(c, db, in, ev, e) || resolve_roles(c, in, ev, e))
        return -1;
    if (in->provisional >= 0)
        ev->status = in->provisional ? EVENT_TENTATIVE : EVENT_CONFIRMED;
    if (resolve_times(c, db, in, ev, e))
        return -1;
    return signup_rules_take(c, in, zone_find(ev->tz, e), ev, e);
}
