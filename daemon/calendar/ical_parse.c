#include "ical_parse.h"

#include "civil.h"

#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DURATION_S_MAX (100LL * 366 * 86400)
#define OWN_PREFIX "X-KEPU-"
#define TEXTS_ROOM 8

/* The properties wanted, with what it means that one is there but can't be read. */
#define PROPERTIES(X)                                                                                          \
    X("UID", 0, false) X("SUMMARY", 0, false) X("DESCRIPTION", 0, false) X("LOCATION", 0, false)               \
    X("URL", 0, false)                                                                                         \
    X("STATUS", 0, false) X("SEQUENCE", 0, false) X("DTSTAMP", 0, false) X("LAST-MODIFIED", 0, false)          \
    X("DTSTART", ICAL_BAD_START, false) X("DTEND", ICAL_BAD_END, false)                                        \
    X("DURATION", ICAL_BAD_DURATION, true) X("RECURRENCE-ID", ICAL_BAD_RECURRENCE, false)                      \
    X("RDATE", ICAL_BAD_RDATE, false) X("EXDATE", ICAL_BAD_EXDATE, false)                                      \
    X("RRULE", 0, true) X("EXRULE", 0, true) X("CATEGORIES", 0, true)                                          \
    X("X-MICROSOFT-CDO-ALLDAYEVENT", 0, true)                                                                  \
    X("TZID", 0, false) X("TZOFFSETFROM", 0, false) X("TZOFFSETTO", 0, false)                                  \
    X("X-LIC-LOCATION", 0, true) X("X-TZINFO", 0, true)

static const struct { const char *name; unsigned bad; bool raw; } properties[] = {
#define X(name, bad, raw) {name, bad, raw},
    PROPERTIES(X)
#undef X
};
#define OTHER_BIT (1u << 30)

unsigned ical_parse_wants(const char *name, bool *ret_raw)
{
    *ret_raw = false;
    for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
        if (strcmp(properties[i].name, name) != 0)
            continue;
        *ret_raw = properties[i].raw;
        return 1u << i;
    }
    if (strncmp(name, ICAL_RAW_PREFIX, strlen(ICAL_RAW_PREFIX)) == 0)
        return 0;
    return strncmp(name, OWN_PREFIX, strlen(OWN_PREFIX)) == 0 ? OTHER_BIT : 0;
}

static void add_text(struct texts *list, const char *text, struct arena *a)
{
    if (list->count >= ICAL_VALUES_MAX)
        return;
    /* Full whenever the count is a power of two from TEXTS_ROOM on. */
    if (list->count == 0 || (list->count >= TEXTS_ROOM && (list->count & (list->count - 1)) == 0)) {
        size_t room = list->count ? list->count * 2 : TEXTS_ROOM;
        char **items = arena_alloc(a, room * sizeof *items);
        if (list->count)
            memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
    }
    list->items[list->count++] = arena_strdup(a, text);
}

static void add_time(struct ical_times *list, struct ical_time t, struct arena *a)
{
    if (list->count >= ICAL_VALUES_MAX)
        return;
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : TEXTS_ROOM;
        struct ical_time *items = arena_alloc(a, room * sizeof *items);
        if (list->count)
            memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = t;
}

static bool take_time(const struct icaltimetype *t, struct ical_time *ret)
{
    struct civil c = {t->year, t->month, t->day, 0, 0, 0};

    if (!t->is_date) {
        c.hour = t->hour;
        c.minute = t->minute;
        c.second = t->second == 60 ? 59 : t->second;   /* a leap second */
    }
    if (!civil_valid(&c))
        return false;
    *ret = (struct ical_time){.wall_s = civil_to_wall(&c), .set = true, .date = t->is_date,
                              .utc = !t->is_date && icaltime_is_utc(*t)};
    return true;
}

/* Of a property with a date, a time or a period; of the last its start. */
static bool read_time(icalproperty *p, struct arena *a, struct ical_time *ret)
{
    icalvalue *v = icalproperty_get_value(p);
    icalparameter *zone = icalproperty_get_first_parameter(p, ICAL_TZID_PARAMETER);
    struct icaltimetype t;

    switch (v ? icalvalue_isa(v) : ICAL_NO_VALUE) {
    case ICAL_DATE_VALUE:
        t = icalvalue_get_date(v);
        t.is_date = 1;
        break;
    case ICAL_DATETIME_VALUE:
        t = icalvalue_get_datetime(v);
        break;
    case ICAL_DATETIMEPERIOD_VALUE: {
        struct icaldatetimeperiodtype both = icalvalue_get_datetimeperiod(v);
        t = icaltime_is_null_time(both.time) ? both.period.start : both.time;
        break;
    }
    case ICAL_PERIOD_VALUE:
        t = icalvalue_get_period(v).start;
        break;
    default:
        return false;
    }
    if (!take_time(&t, ret))
        return false;
    if (zone && !ret->date && !ret->utc && icalparameter_get_tzid(zone))
        ret->tzid = arena_strdup(a, icalparameter_get_tzid(zone));
    return true;
}

static const char *read_text(icalproperty *p, struct arena *a)
{
    icalvalue *v = icalproperty_get_value(p);
    char *made;
    const char *text;

    if (v && icalvalue_isa(v) == ICAL_TEXT_VALUE)
        return arena_strdup(a, icalvalue_get_text(v));
    if (v && icalvalue_isa(v) == ICAL_X_VALUE)
        return arena_strdup(a, icalvalue_get_x(v));
    made = icalproperty_get_value_as_string_r(p);
    text = arena_strdup(a, made);
    icalmemory_free_buffer(made);
    return text;
}

/* RFC 5545 3.3.6, with any of its parts in order; negative and absurd ones are refused. */
static bool read_duration(const char *text, int64_t *ret)
{
    static const struct { char letter; int64_t unit_s; } units[] = {
        {'W', 604800}, {'D', 86400}, {'H', 3600}, {'M', 60}, {'S', 1}};
    int64_t total = 0;

    text += *text == '+';
    if (*text++ != 'P' || !*text)
        return false;
    for (size_t unit = 0; *text;) {
        char *end;
        long long n;
        if (*text == 'T' && text[1])
            text++;
        if (*text < '0' || *text > '9')
            return false;
        n = strtoll(text, &end, 10);
        while (unit < sizeof units / sizeof units[0] && units[unit].letter != *end)
            unit++;
        if (unit == sizeof units / sizeof units[0] || n > DURATION_S_MAX)
            return false;
        total += n * units[unit++].unit_s;
        if (total > DURATION_S_MAX)
            return false;
        text = end + 1;
    }
    *ret = total;
    return true;
}

/* Categories are separated by commas; those that belong to a name have a backslash before them. */
static void split_categories(char *text, struct texts *ret, struct arena *a)
{
    char *to = text, *from = text;

    for (char *p = text;; p++) {
        if (*p == '\\' && p[1]) {
            *to++ = *++p == 'n' || *p == 'N' ? ' ' : *p;
        } else if (*p == ',' || !*p) {
            bool last = !*p;
            *to = 0;
            if (*from)
                add_text(ret, from, a);
            if (last)
                return;
            from = to = p + 1;
        } else {
            *to++ = *p;
        }
    }
}

static void take_raw(const char *name, char *value, struct arena *a, struct ical_component *c)
{
    if (strcmp(name, "RRULE") == 0)
        add_text(&c->rules, value, a);
    else if (strcmp(name, "EXRULE") == 0)
        add_text(&c->exrules, value, a);
    else if (strcmp(name, "CATEGORIES") == 0)
        split_categories(value, &c->categories, a);
    else if (strcmp(name, "X-MICROSOFT-CDO-ALLDAYEVENT") == 0)
        c->all_day_hint = strcasecmp(value, "TRUE") == 0;
    else if (strcmp(name, "DURATION") == 0 && !read_duration(value, &c->duration_s))
        c->bad |= ICAL_BAD_DURATION;
}

/* X-KEPU-…: texts passed by, and what an export of ours says. */
static void take_own(icalproperty *p, struct arena *a, struct ical_component *c)
{
    const char *name = icalproperty_get_x_name(p);
    size_t raw = strlen(ICAL_RAW_PREFIX), own = strlen(OWN_PREFIX);
    char *value = (char *)(uintptr_t)read_text(p, a);

    if (!name || !value)
        return;
    if (strncmp(name, ICAL_RAW_PREFIX, raw) == 0) {
        take_raw(name + raw, value, a, c);
        return;
    }
    if (strncmp(name, OWN_PREFIX, own) != 0 || c->own_count >= ICAL_VALUES_MAX)
        return;
    if (c->own_count == 0 || (c->own_count >= TEXTS_ROOM && (c->own_count & (c->own_count - 1)) == 0)) {
        size_t room = c->own_count ? c->own_count * 2 : TEXTS_ROOM;
        struct ical_pair *pairs = arena_alloc(a, room * sizeof *pairs);
        if (c->own_count)
            memcpy(pairs, c->own, c->own_count * sizeof *pairs);
        c->own = pairs;
    }
    c->own[c->own_count++] = (struct ical_pair){arena_strdup(a, name + own), value};
}

/* The first of a kind counts where there should be only one. */
static void take_once(const char **at, icalproperty *p, struct arena *a)
{
    const char *text = *at ? NULL : read_text(p, a);

    if (text)
        *at = text;
}

static void take_when(struct ical_time *at, unsigned bad, icalproperty *p, struct arena *a, struct ical_component *c)
{
    if (!at->set && !read_time(p, a, at))
        c->bad |= bad;
}

static void take_modified(icalproperty *p, bool stamp, struct arena *a, struct ical_component *c)
{
    struct ical_time t;

    if ((!stamp || c->modified_s == ICAL_SECONDS_NONE) && read_time(p, a, &t) && !t.tzid)
        c->modified_s = t.wall_s;
}

static void take_sequence(icalproperty *p, struct ical_component *c)
{
    int sequence = icalproperty_get_sequence(p);

    c->sequence = sequence > 0 ? sequence : 0;
}

static bool is_future(icalproperty *p)
{
    icalparameter *range = icalproperty_get_first_parameter(p, ICAL_RANGE_PARAMETER);

    return range && icalparameter_get_range(range) == ICAL_RANGE_THISANDFUTURE;
}

static void take_dates(struct ical_times *list, unsigned bad, icalproperty *p, struct arena *a,
                       struct ical_component *c)
{
    struct ical_time t;

    if (read_time(p, a, &t))
        add_time(list, t, a);
    else
        c->bad |= bad;
}

static void take_property(icalproperty *p, struct arena *a, struct ical_component *c)
{
    switch (icalproperty_isa(p)) {
    case ICAL_UID_PROPERTY:
        take_once(&c->uid, p, a);
        break;
    case ICAL_SUMMARY_PROPERTY:
        take_once(&c->title, p, a);
        break;
    case ICAL_DESCRIPTION_PROPERTY:
        take_once(&c->description, p, a);
        break;
    case ICAL_LOCATION_PROPERTY:
        take_once(&c->location, p, a);
        break;
    case ICAL_URL_PROPERTY:
        take_once(&c->url, p, a);
        break;
    case ICAL_STATUS_PROPERTY:
        take_once(&c->status, p, a);
        break;
    case ICAL_SEQUENCE_PROPERTY:
        take_sequence(p, c);
        break;
    case ICAL_DTSTAMP_PROPERTY:
        take_modified(p, true, a, c);
        break;
    case ICAL_LASTMODIFIED_PROPERTY:
        take_modified(p, false, a, c);
        break;
    case ICAL_DTSTART_PROPERTY:
        take_when(&c->start, ICAL_BAD_START, p, a, c);
        break;
    case ICAL_DTEND_PROPERTY:
        take_when(&c->end, ICAL_BAD_END, p, a, c);
        break;
    case ICAL_RECURRENCEID_PROPERTY:
        take_when(&c->recurrence, ICAL_BAD_RECURRENCE, p, a, c);
        c->and_future = c->and_future || is_future(p);
        break;
    case ICAL_RDATE_PROPERTY:
        take_dates(&c->rdates, ICAL_BAD_RDATE, p, a, c);
        break;
    case ICAL_EXDATE_PROPERTY:
        take_dates(&c->exdates, ICAL_BAD_EXDATE, p, a, c);
        break;
    case ICAL_X_PROPERTY:
        take_own(p, a, c);
        break;
    default:
        break;
    }
}

/* A property that was given but isn't there afterwards, libical has taken out as not readable. */
static unsigned missing(unsigned given, const struct ical_component *c)
{
    const struct { unsigned bad; bool there; } wanted[] = {
        {ICAL_BAD_START, c->start.set}, {ICAL_BAD_END, c->end.set}, {ICAL_BAD_RECURRENCE, c->recurrence.set},
        {ICAL_BAD_RDATE, c->rdates.count > 0}, {ICAL_BAD_EXDATE, c->exdates.count > 0}};
    unsigned bad = 0;

    for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++)
        for (size_t k = 0; (given >> i & 1) && k < sizeof wanted / sizeof wanted[0]; k++)
            if (wanted[k].bad == properties[i].bad && !wanted[k].there)
                bad |= wanted[k].bad;
    return bad;
}

static icalcomponent *parse(const char *text)
{
    icalerror_set_errors_are_fatal(0);
    return icalparser_parse_string(text);
}

void ical_parse_component(const char *text, unsigned given, struct arena *a, struct ical_component *c)
{
    icalcomponent *parsed = parse(text);
    icalproperty *p = parsed ? icalcomponent_get_first_property(parsed, ICAL_ANY_PROPERTY) : NULL;

    for (; p; p = icalcomponent_get_next_property(parsed, ICAL_ANY_PROPERTY))
        take_property(p, a, c);
    c->bad |= missing(given, c);
    if (parsed)
        icalcomponent_free(parsed);
}

static void take_zone_property(icalproperty *p, struct arena *a, struct ical_vtimezone *z)
{
    const char *name = icalproperty_get_x_name(p);

    if (icalproperty_isa(p) == ICAL_TZID_PROPERTY)
        take_once(&z->tzid, p, a);
    else if (name && strncmp(name, ICAL_RAW_PREFIX, strlen(ICAL_RAW_PREFIX)) == 0)
        take_once(&z->location, p, a);
}

static void take_part(icalcomponent *part, struct arena *a, struct ical_observance *o)
{
    icalproperty *p = icalcomponent_get_first_property(part, ICAL_ANY_PROPERTY);
    struct ical_time t;

    for (; p; p = icalcomponent_get_next_property(part, ICAL_ANY_PROPERTY)) {
        if (icalproperty_isa(p) == ICAL_DTSTART_PROPERTY && read_time(p, a, &t))
            o->start_s = t.wall_s;
        else if (icalproperty_isa(p) == ICAL_TZOFFSETFROM_PROPERTY)
            o->from_s = icalproperty_get_tzoffsetfrom(p);
        else if (icalproperty_isa(p) == ICAL_TZOFFSETTO_PROPERTY)
            o->to_s = icalproperty_get_tzoffsetto(p);
        else if (icalproperty_isa(p) == ICAL_RDATE_PROPERTY && read_time(p, a, &t))
            add_time(&o->rdates, t, a);
        else if (icalproperty_isa(p) == ICAL_X_PROPERTY)
            take_once(&o->rule, p, a);
    }
}

void ical_parse_zone(const char *text, struct arena *a, struct ical_vtimezone *ret)
{
    icalcomponent *parsed = parse(text), *part;
    icalproperty *p = parsed ? icalcomponent_get_first_property(parsed, ICAL_ANY_PROPERTY) : NULL;

    if (!parsed)
        return;
    for (; p; p = icalcomponent_get_next_property(parsed, ICAL_ANY_PROPERTY))
        take_zone_property(p, a, ret);
    ret->count = (size_t)icalcomponent_count_components(parsed, ICAL_ANY_COMPONENT);
    if (ret->count > ICAL_VALUES_MAX)
        ret->count = ICAL_VALUES_MAX;
    ret->parts = arena_alloc(a, (ret->count + 1) * sizeof *ret->parts);
    part = icalcomponent_get_first_component(parsed, ICAL_ANY_COMPONENT);
    for (size_t i = 0; part && i < ret->count; i++, part = icalcomponent_get_next_component(parsed, ICAL_ANY_COMPONENT))
        take_part(part, a, &ret->parts[i]);
    icalcomponent_free(parsed);
}
