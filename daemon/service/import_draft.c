/* One event of a file: what kepu would keep of it, before anything is written. Declared in import_private.h. */
#include "import_private.h"

#include "calendar/civil.h"
#include "domain/office.h"
#include "event_resolve.h"
#include "signup_rules.h"
#include "store/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static char *empty(void)
{
    return (char *)(uintptr_t)"";
}

struct import_override *import_override_new(struct import *m, struct import_draft *d, const struct ical_component *from)
{
    struct import_override *o;

    /* Full at every power of two. */
    if ((d->override_count & (d->override_count - 1)) == 0) {
        size_t room = d->override_count ? d->override_count * 2 : 1;
        struct import_override *more = arena_alloc(&m->c->out, room * sizeof *more);
        if (d->override_count)
            memcpy(more, d->overrides, d->override_count * sizeof *more);
        d->overrides = more;
    }
    o = &d->overrides[d->override_count++];
    *o = (struct import_override){.from = from, .row = &m->rows[from - m->file->components]};
    return o;
}

/* What is said in words ------------------------------------------------------------------------------------------- */

static bool matches(const char *given, const char *name)
{
    return name && name[0] && strcasecmp(given, name) == 0;
}

/* The first of the file's categories that is one here, by slug or name. */
static char *category_of(struct import *m, const struct ical_component *from)
{
    const struct entry *list = m->categories.items;

    for (size_t i = 0; i < from->categories.count; i++)
        for (size_t k = 0; k < m->categories.count; k++)
            if (matches(from->categories.items[i], list[k].slug) || matches(from->categories.items[i], list[k].title) ||
                matches(from->categories.items[i], list[k].title_en))
                return list[k].slug;
    return NULL;
}

static void take_category(struct import *m, const struct import_draft *d, struct event *want)
{
    char *slug = category_of(m, d->from);

    if (slug)
        want->category = slug;
    else if (d->from->categories.count && !d->existing)
        import_note(m, d->row, MSG_ICAL_NOTE_CATEGORY, d->from->categories.items[0], NULL);
}

static void take_texts(struct import *m, const struct import_draft *d, struct event *want)
{
    char *title = import_text(m, d->row, d->from->title, EVENT_TITLE_CHARS_MAX, false);

    if (title[0])
        want->title = title;
    else if (!want->title)
        want->title = arena_strdup(&m->c->out, catalogue_text(WORD_UNTITLED, m->c->req.lang));
    want->description = import_text(m, d->row, d->from->description, EVENT_DESCRIPTION_BYTES_MAX, true);
    want->venue = import_text(m, d->row, d->from->location, EVENT_VENUE_CHARS_MAX, false);
}

static void take_status(const struct ical_component *from, struct event *want)
{
    if (!from->status)
        return;
    if (strcasecmp(from->status, "CANCELLED") == 0)
        want->status = EVENT_CANCELLED;
    else if (strcasecmp(from->status, "TENTATIVE") == 0)
        want->status = EVENT_TENTATIVE;
    else
        want->status = EVENT_CONFIRMED;
}

/* What an export of ours says besides ----------------------------------------------------------------------------- */

static char *own_rule(const struct import_draft *d, const char *name)
{
    const char *text = ical_own(d->from, name);

    return (char *)(uintptr_t)(text ? text : "");
}

/* A name that the office has not is left out, and said. */
static bool is_known(struct import *m, const struct import_draft *d, const char *table, const char *slug)
{
    struct err e;

    if (strlen(slug) <= SLUG_BYTES_MAX && check_slug(m->c, m->db, table, table, slug, &e) == 0)
        return true;
    import_note(m, d->row, MSG_ICAL_NOTE_NAME, table, slug);
    return false;
}

static char *own_slug(struct import *m, const struct import_draft *d, const char *name, const char *table,
                      char *otherwise)
{
    const char *slug = ical_own(d->from, name);

    return slug && is_known(m, d, table, slug) ? (char *)(uintptr_t)slug : otherwise;
}

static struct texts own_slugs(struct import *m, const struct import_draft *d, const char *name, const char *table)
{
    struct texts all = ical_own_all(d->from, name, &m->c->out);
    size_t kept = 0;

    for (size_t i = 0; i < all.count && kept < EVENT_LIST_MAX; i++)
        if (is_known(m, d, table, all.items[i]))
            all.items[kept++] = all.items[i];
    all.count = kept;
    return all;
}

#define SKILLS ":skills="
#define LINE ":waitlist="

static struct texts read_skills(struct import *m, char *text)
{
    struct texts skills = {arena_alloc(&m->c->out, (ROLE_SKILLS_MAX + 1) * sizeof(char *)), 0, true};
    char *one;

    while (skills.count <= ROLE_SKILLS_MAX && (one = strsep(&text, "+")))
        skills.items[skills.count++] = one;
    return skills;
}

/* Cuts ":waitlist=9" off. */
static bool read_line(char *text, int64_t *ret_most)
{
    char *line = strstr(text, LINE), *end = NULL;

    if (!line)
        return true;
    *line = 0;
    *ret_most = strtoll(line + strlen(LINE), &end, 10);
    return !*end;
}

/*
 * "讲解员=30/3:participant:waitlist=9:skills=讲解+英语", as a command has it; read from its end, since a name may hold
 * anything.
 */
static bool read_role(struct import *m, const char *text, struct role_input *ret)
{
    char *name = arena_strdup(&m->c->out, text), *skills = strstr(name, SKILLS), *equals, *end;

    *ret = (struct role_input){.name = name, .minimum = 0, .waitlist_max = FIELD_INT_ABSENT};
    if (skills) {
        *skills = 0;
        ret->skills = read_skills(m, skills + strlen(SKILLS));
    }
    if (!read_line(name, &ret->waitlist_max))
        return false;
    equals = strrchr(name, '=');
    if (!equals)
        return false;
    *equals = 0;
    ret->capacity = strtoll(equals + 1, &end, 10);
    if (*end == '/')
        ret->minimum = strtoll(end + 1, &end, 10);
    ret->participant = strcmp(end, ":participant") == 0;
    return !*end || ret->participant;
}

struct objects import_roles(struct import *m, const struct ical_component *from, struct import_component *row)
{
    struct texts given = ical_own_all(from, "ROLE", &m->c->out);
    struct role_input *inputs = arena_alloc(&m->c->out, (given.count + 1) * sizeof *inputs);
    struct role *roles = arena_alloc(&m->c->out, (given.count + 1) * sizeof *roles);
    struct objects list = {inputs, 0, true};
    struct err e;

    for (size_t i = 0; i < given.count; i++)
        if (read_role(m, given.items[i], &inputs[list.count]))
            list.count++;
    if (list.count != given.count || roles_check(&list, &e)) {
        import_note(m, row, MSG_ICAL_NOTE_UNREAD, "X-KEPU-ROLE", NULL);
        list.count = 0;
    }
    for (size_t i = 0; i < list.count; i++)
        roles[i] = (struct role){.name = inputs[i].name, .capacity = inputs[i].capacity, .minimum = inputs[i].minimum,
                                 .participant = inputs[i].participant == 1, .skills = inputs[i].skills,
                                 .waitlist_max = inputs[i].waitlist_max,
                                 .free = inputs[i].capacity};
    return (struct objects){roles, list.count, true};
}

/* In the form that they are kept in; what isn't is left out. */
static void take_signup_rules(struct import *m, const struct import_draft *d, struct event *want)
{
    const char *limit = ical_own(d->from, "SIGNUP-LIMIT");
    struct event_input in;
    struct err e;

    fields_clear(&event_input_fields, &in);
    in.signup_opens = own_rule(d, "SIGNUP-OPENS");
    in.signup_closes = own_rule(d, "SIGNUP-CLOSES");
    in.cancel_until = own_rule(d, "CANCEL-UNTIL");
    want->signup_limit = FIELD_INT_ABSENT;
    if (limit)
        in.signup_limit = strtoll(limit, NULL, 10);
    /* A local time reads the same in every zone. */
    if (signup_rules_take(m->c, &in, zone_find(service_settings(m->c->service)->tz, NULL), want, &e))
        import_note(m, d->row, MSG_ICAL_NOTE_UNREAD, "X-KEPU-SIGNUP", NULL);
}

static void take_own(struct import *m, const struct import_draft *d, struct event *want)
{
    const char *policy = ical_own(d->from, "HOLIDAY-POLICY"), *preset = ical_own(d->from, "PRESET");
    const char *venue = ical_own(d->from, "VENUE"), *reason = ical_own(d->from, "REASON");
    const char *split = ical_own(d->from, "SPLIT-FROM");
    enum holiday_policy known;

    want->category = own_slug(m, d, "CATEGORY", "category", want->category);
    want->lead = own_slug(m, d, "LEAD", "department", d->existing ? empty() : want->lead);
    want->unit = own_slug(m, d, "UNIT", "unit", empty());
    want->partners = own_slugs(m, d, "PARTNER", "department");
    want->audiences = own_slugs(m, d, "AUDIENCE", "audience");
    want->indicators = own_slugs(m, d, "INDICATOR", "indicator");
    take_signup_rules(m, d, want);
    want->holiday_policy = (char *)(uintptr_t)(policy && holiday_policy_parse(policy, &known) ? policy : "keep");
    want->preset = preset && slug_valid(preset) ? (char *)(uintptr_t)preset : empty();
    if (venue)
        want->venue = import_text(m, d->row, venue, EVENT_VENUE_CHARS_MAX, false);
    want->reason = import_text(m, d->row, reason, EVENT_REASON_CHARS_MAX, false);
    want->roles = import_roles(m, d->from, d->row);
    if (!d->existing && split && store_event_slug_taken(m->db, split))
        want->split_from = (char *)(uintptr_t)split;
}

/* The event ------------------------------------------------------------------------------------------------------- */

static struct event *blank(struct import *m, const char *uid)
{
    struct event *ev = arena_alloc(&m->c->out, sizeof *ev);
    const char *department = m->c->req.principal.department;

    *ev = (struct event){.uid = (char *)(uintptr_t)uid, .description = empty(), .category = (char *)(uintptr_t)"other",
                         .lead = department[0] ? arena_strdup(&m->c->out, department) : empty(), .venue = empty(),
                         .rrule = empty(), .holiday_policy = (char *)(uintptr_t)"keep", .unit = empty(),
                         .preset = empty(), .reason = empty(), .stored_until = empty(), .free = FIELD_INT_ABSENT,
                         .signup_opens = empty(), .signup_closes = empty(), .cancel_until = empty(),
                         .signup_limit = FIELD_INT_ABSENT,
                         .version = 1, .created_ms = m->c->req.now_ms, .updated_ms = m->c->req.now_ms};
    return ev;
}

static void note_unread(struct import *m, const struct ical_component *from, struct import_component *row)
{
    static const struct { unsigned bad; const char *name; } names[] = {
        {ICAL_BAD_END, "DTEND"}, {ICAL_BAD_DURATION, "DURATION"}, {ICAL_BAD_EXDATE, "EXDATE"}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (from->bad & names[i].bad)
            import_note(m, row, MSG_ICAL_NOTE_UNREAD, names[i].name, NULL);
}

static int take_master(struct import *m, struct import_draft *d, struct err *e)
{
    const struct zone *z;

    if (!d->from->start.set)
        return err_set(e, ERR_INVALID, MSG_ICAL_START, "start", NULL);
    if (d->from->bad & ICAL_BAD_RDATE)
        return err_set(e, ERR_INVALID, MSG_ICAL_PROPERTY, "rdates", "RDATE", NULL);
    note_unread(m, d->from, d->row);
    take_texts(m, d, d->want);
    take_category(m, d, d->want);
    take_status(d->from, d->want);
    if (d->own)
        take_own(m, d, d->want);
    return import_zone(m, d->from, d->row, &z, e) || import_times(m, d->from, d->row, z, d->want, e) ||
                   import_rules(m, d->from, d->row, z, d->want, e)
               ? -1
               : 0;
}

int import_draft_make(struct import *m, struct import_draft *d, const char *uid, struct err *e)
{
    int64_t id = db_int(m->db, 0, "SELECT id FROM event WHERE uid = $1", p_text(uid));

    d->existing = id ? event_get(m->c, m->db, id) : NULL;
    d->want = blank(m, uid);
    if (d->existing)
        *d->want = *d->existing;
    d->own = d->from && ical_own(d->from, "SLUG");
    if (d->from && take_master(m, d, e))
        return -1;
    return series_read(d->want, m->db, &m->c->out, &d->series, e);
}

/* Overrides ------------------------------------------------------------------------------------------------------- */

/* The rule's own date at this time; of a day alone, the only one on it. */
static bool find_date(const struct series *s, int64_t original_s, bool day, struct series_date *ret)
{
    int64_t from_s = day ? civil_midnight(original_s) : original_s;
    struct series_date other;
    struct series_walk w;
    bool found;

    if (series_walk_begin(s, from_s, &w, NULL))
        return false;
    found = series_walk_next(&w, ret) && ret->original_s < (day ? from_s + CIVIL_DAY_S : from_s + 1);
    if (found && day && series_walk_next(&w, &other) && other.original_s < from_s + CIVIL_DAY_S)
        found = false;
    series_walk_end(&w);
    return found;
}

static bool remove_date(struct texts *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i], text) != 0)
            continue;
        memmove(&list->items[i], &list->items[i + 1], (list->count - i - 1) * sizeof(char *));
        list->count--;
        return true;
    }
    return false;
}

static bool is_cancelled(const struct ical_component *from)
{
    return from->status && strcasecmp(from->status, "CANCELLED") == 0;
}

static bool has_text(const struct texts *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

/*
 * Where the rule has nothing there, the file still says that it happens: a date of its own. But a row that is here and
 * was moved from a date that its rule has lost stays what it is.
 */
static int add_extra(struct import *m, struct import_draft *d, struct import_override *o, struct err *e)
{
    char *original = local_text(o->original_s, d->series->all_day, &m->c->out);

    if (d->existing && !has_text(&d->existing->rdates, original) &&
        store_occurrence_find(m->db, d->existing->id, original, &m->c->out))
        return 0;
    if (is_cancelled(o->from))
        return err_set(e, ERR_INVALID, MSG_ICAL_NOTHING_TO_CANCEL, NULL, NULL);
    if (!remove_date(&d->want->exdates, original)) {
        /* The list may be the database's, which has no room. */
        struct texts own = {0};
        for (size_t i = 0; i < d->want->rdates.count; i++)
            if (import_add_date(m, &own, local_wall(d->want->rdates.items[i]), d->want->all_day, e))
                return -1;
        if (import_add_date(m, &own, o->original_s, d->series->all_day, e))
            return -1;
        import_sort_dates(&own);
        d->want->rdates = own;
        import_note(m, o->row, MSG_ICAL_NOTE_EXTRA, original, NULL);
    }
    if (series_read(d->want, m->db, &m->c->out, &d->series, e))
        return -1;
    o->dated = find_date(d->series, o->original_s, false, &o->date);
    return 0;
}

/* A text that is the series' own is not the occurrence's. */
static const char *own_text(struct import *m, struct import_override *o, const char *given, size_t most, bool lines,
                            const char *of_event)
{
    char *text = given ? import_text(m, o->row, given, most, lines) : empty();

    return text[0] && strcmp(text, of_event) != 0 ? text : NULL;
}

static void take_override_texts(struct import *m, const struct import_draft *d, struct import_override *o)
{
    const char *venue = ical_own(o->from, "VENUE");

    o->title = own_text(m, o, o->from->title, EVENT_TITLE_CHARS_MAX, false, d->want->title);
    o->description = own_text(m, o, o->from->description, EVENT_DESCRIPTION_BYTES_MAX, true, d->want->description);
    o->venue = own_text(m, o, venue ? venue : o->from->location, EVENT_VENUE_CHARS_MAX, false, d->want->venue);
}

static int settle(struct import *m, struct import_draft *d, struct import_override *o, struct err *e)
{
    const struct ical_time *t = &o->from->recurrence;
    const struct series *s = d->series;
    bool day;

    if (!o->placed)
        o->original_s = import_wall(m, t, s->zone, s->all_day);
    day = !s->all_day && (t->date || o->original_s == civil_midnight(o->original_s));
    o->dated = find_date(s, o->original_s, false, &o->date) || (day && find_date(s, o->original_s, true, &o->date));
    if (o->dated)
        o->original_s = o->date.original_s;
    else if (add_extra(m, d, o, e))
        return -1;
    note_unread(m, o->from, o->row);
    import_override_times(m, o, d->series);
    take_override_texts(m, d, o);
    return 0;
}

int import_draft_settle(struct import *m, struct import_draft *d, struct err *e)
{
    size_t kept = 0;

    for (size_t i = 0; i < d->override_count; i++) {
        struct err own = {0};
        if (settle(m, d, &d->overrides[i], &own) == 0)
            d->overrides[kept++] = d->overrides[i];
        else
            import_refuse(m, d->overrides[i].row, &own);
    }
    d->override_count = kept;
    return db_check(m->db, e);
}
