#include "ical_zone.h"

#include "civil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHANGES_MAX 1024            /* zones have some 240 up to 2037, then two a year */
#define REGULAR_CHANGES 56          /* 28 years: every weekday has met every date */
#define RULE_YEAR_FIRST 1970
#define WEEK_DAYS 7
#define LISTED_MIN_S (60LL * 366 * CIVIL_DAY_S) /* enough to see a rule in, however late the first date is */
#define BEFORE_ALL_S (-11644473600LL) /* 1601-01-01: earlier than any change of a clock */

/* A change of the clocks, with the wall time at which it comes, on the clock that it ends. */
struct change {
    struct zone_transition t;
    struct civil at;
    int64_t wall_s;
    bool written;
};

/* When in a year: "the third Sunday", "the last Friday", "the Friday among the days 23 to 29", or "the 21st". */
struct yearly {
    int month;
    int weekday;         /* -1: any */
    int nth;             /* -1: the last; 0: not by number */
    int day_first, day_last;
};

static void read_changes(const struct zone *z, int64_t from_utc_s, int64_t to_utc_s, struct change *ret,
                         size_t *ret_count)
{
    int64_t at = BEFORE_ALL_S;
    struct zone_transition t;
    size_t count = 0;

    while (count < CHANGES_MAX && zone_next_transition(z, at, &t) && t.at_utc_s < to_utc_s) {
        struct change c = {.t = t, .wall_s = t.at_utc_s + t.offset_before_s};
        civil_from_wall(c.wall_s, &c.at);
        at = t.at_utc_s;
        if (t.at_utc_s <= from_utc_s)
            count = 0;      /* only the last one before matters: it is in force */
        ret[count++] = c;
    }
    *ret_count = count;
}

static bool is_alike(const struct change *a, const struct change *b)
{
    return a->t.offset_before_s == b->t.offset_before_s && a->t.offset_after_s == b->t.offset_after_s &&
           a->at.month == b->at.month && a->at.hour == b->at.hour && a->at.minute == b->at.minute &&
           a->at.second == b->at.second && strcmp(a->t.name_after, b->t.name_after) == 0;
}

static int nth_of(const struct civil *at)
{
    return (at->day - 1) / WEEK_DAYS + 1;
}

static bool is_last(const struct civil *at)
{
    return at->day + WEEK_DAYS > civil_days_in_month(at->year, at->month);
}

static bool matches(const struct yearly *y, const struct change *c)
{
    if (c->at.month != y->month || (y->weekday >= 0 && (int)civil_weekday(c->wall_s) != y->weekday))
        return false;
    if (y->nth > 0)
        return nth_of(&c->at) == y->nth;
    if (y->nth < 0)
        return is_last(&c->at);
    return c->at.day >= y->day_first && c->at.day <= y->day_last;
}

/* The rule of the last change and of every second one before it; false if they follow none. */
static bool find_yearly(const struct change *last, struct yearly *ret)
{
    struct yearly y = {last->at.month, (int)civil_weekday(last->wall_s), nth_of(&last->at), last->at.day, last->at.day};
    bool always_last = true;

    for (const struct change *c = last; c > last - REGULAR_CHANGES; c -= 2) {
        if (!is_alike(c, last) || c->at.year != last->at.year - (int)(last - c) / 2)
            return false;
        if ((int)civil_weekday(c->wall_s) != y.weekday)
            y.weekday = -1;
        if (nth_of(&c->at) != y.nth)
            y.nth = 0;
        always_last = always_last && is_last(&c->at);
        y.day_first = c->at.day < y.day_first ? c->at.day : y.day_first;
        y.day_last = c->at.day > y.day_last ? c->at.day : y.day_last;
    }
    if (y.weekday < 0)
        y.nth = 0;
    else if (always_last)
        y.nth = -1;
    *ret = y;
    /* A window that isn't just a week, or crosses a month's end, is no rule that a BY part could say. */
    return y.nth != 0 || y.day_first == y.day_last ||
           (y.weekday >= 0 && y.day_last - y.day_first == WEEK_DAYS - 1);
}

/* The first day of a year that the rule names, at the change's time. */
static int64_t first_of(const struct yearly *y, const struct change *c, int year)
{
    for (int day = 1; day <= civil_days_in_month(year, y->month); day++) {
        struct change probe = {.at = {year, y->month, day, c->at.hour, c->at.minute, c->at.second}};
        probe.wall_s = civil_to_wall(&probe.at);
        if (matches(y, &probe))
            return probe.wall_s;
    }
    return c->wall_s;
}

static void format_rule(const struct yearly *y, char *text, size_t size)
{
    static const char *const names[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    size_t len = (size_t)snprintf(text, size, "FREQ=YEARLY;BYMONTH=%d", y->month);

    if (y->nth != 0) {
        snprintf(text + len, size - len, ";BYDAY=%d%s", y->nth, names[y->weekday]);
        return;
    }
    len += (size_t)snprintf(text + len, size - len, ";BYMONTHDAY=%d", y->day_first);
    for (int day = y->day_first + 1; day <= y->day_last; day++)
        len += (size_t)snprintf(text + len, size - len, ",%d", day);
    if (y->weekday >= 0)
        snprintf(text + len, size - len, ";BYDAY=%s", names[y->weekday]);
}

/* Writing */

static void put_offset(struct ical *w, const char *name, int offset_s)
{
    int s = abs(offset_s);
    char text[32];
    int len = snprintf(text, sizeof text, "%c%02d%02d", offset_s < 0 ? '-' : '+', s / 3600, s / 60 % 60);

    if (s % 60)
        snprintf(text + len, sizeof text - (size_t)len, "%02d", s % 60);
    ical_raw(w, name, text);
}

static void put_wall(struct ical *w, const char *name, int64_t wall_s)
{
    char text[CIVIL_TEXT_BYTES];

    civil_format_basic(wall_s, false, text);
    ical_raw(w, name, text);
}

/* Whether people would call it summer time; where the database calls the winter so (Dublin), the greater offset is. */
static const char *component_of(const struct zone_transition *t, bool regular)
{
    bool forward = t->offset_after_s > t->offset_before_s;

    return forward && (regular || t->dst_after) ? "DAYLIGHT" : "STANDARD";
}

static void open_observance(struct ical *w, const char *component, const struct zone_transition *t, int64_t wall_s)
{
    ical_begin(w, component);
    put_wall(w, "DTSTART", wall_s);
    put_offset(w, "TZOFFSETFROM", t->offset_before_s);
    put_offset(w, "TZOFFSETTO", t->offset_after_s);
    ical_text(w, "TZNAME", t->name_after);
}

/* One for ever: a zone as it is since its last change, or as it was before its first. */
static void put_fixed(struct ical *w, int offset_s, const char *name, int64_t from_s)
{
    struct zone_transition t = {.offset_before_s = offset_s, .offset_after_s = offset_s};

    snprintf(t.name_after, sizeof t.name_after, "%s", name);
    open_observance(w, "STANDARD", &t, from_s < 0 ? BEFORE_ALL_S : 0);
    ical_end(w, "STANDARD");
}

static void put_regular(struct ical *w, const struct yearly *y, const struct change *c, bool from_the_first)
{
    const char *component = component_of(&c->t, true);
    char text[128];

    open_observance(w, component, &c->t, from_the_first ? first_of(y, c, RULE_YEAR_FIRST) : c->wall_s);
    format_rule(y, text, sizeof text);
    ical_raw(w, "RRULE", text);
    ical_end(w, component);
}

static bool is_same_observance(const struct zone_transition *a, const struct zone_transition *b)
{
    return a->offset_before_s == b->offset_before_s && a->offset_after_s == b->offset_after_s &&
           strcmp(a->name_after, b->name_after) == 0 && strcmp(component_of(a, false), component_of(b, false)) == 0;
}

/*
 * Changes that follow no rule, those to the same time together. The first is said twice where others follow: ical.js
 * and libical leave DTSTART out where there are RDATEs.
 */
static void put_listed(struct ical *w, struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *component = component_of(&changes[i].t, false);
        bool first = true;
        if (changes[i].written)
            continue;
        open_observance(w, component, &changes[i].t, changes[i].wall_s);
        for (size_t k = i + 1; k < count; k++) {
            if (!is_same_observance(&changes[i].t, &changes[k].t))
                continue;
            if (first)
                put_wall(w, "RDATE", changes[i].wall_s);
            first = false;
            put_wall(w, "RDATE", changes[k].wall_s);
            changes[k].written = true;
        }
        ical_end(w, component);
    }
}

/* Where the changes begin to follow the rules of the last two; count if they don't. */
static size_t regular_from(const struct change *changes, size_t count, int64_t to_utc_s, struct yearly ret[2])
{
    size_t from = count;

    if (count < REGULAR_CHANGES + 1 || changes[count - 1].wall_s < to_utc_s - 366LL * CIVIL_DAY_S ||
        !find_yearly(&changes[count - 2], &ret[0]) || !find_yearly(&changes[count - 1], &ret[1]))
        return count;
    for (from = count - 2; from > 0; from--) {
        const struct change *c = &changes[from - 1];
        const struct yearly *y = &ret[(count - from + 1) % 2];
        if (!is_alike(c, &changes[from + 1]) || !matches(y, c) || c->at.year != changes[from + 1].at.year - 1)
            break;
    }
    return from;
}

/* Index i goes by rules[0] if count - i is even. */
static void put_changes(struct ical *w, struct change *changes, size_t count, int64_t from_utc_s, int64_t to_utc_s)
{
    struct yearly rules[2];
    size_t from = regular_from(changes, count, to_utc_s, rules);
    bool from_the_first = from == 0 && changes[0].t.at_utc_s <= from_utc_s && changes[0].at.year >= RULE_YEAR_FIRST;

    if (changes[0].t.at_utc_s > from_utc_s)
        put_fixed(w, changes[0].t.offset_before_s, changes[0].t.name_before, BEFORE_ALL_S);
    put_listed(w, changes, from);
    for (size_t i = from; i < count && i < from + 2; i++)
        put_regular(w, &rules[(count - i) % 2], &changes[i], from_the_first);
}

void ical_zone(struct ical *w, const struct zone *z, int64_t from_utc_s)
{
    struct change *changes = mem_alloc(CHANGES_MAX * sizeof *changes);
    int64_t to_utc_s = civil_days(ICAL_ZONE_YEAR_MAX, 1, 1) * CIVIL_DAY_S;
    size_t count;

    if (to_utc_s < from_utc_s + LISTED_MIN_S)
        to_utc_s = from_utc_s + LISTED_MIN_S;
    read_changes(z, from_utc_s, to_utc_s, changes, &count);
    ical_begin(w, "VTIMEZONE");
    ical_raw(w, "TZID", zone_id(z));
    if (count == 0)
        put_fixed(w, zone_offset_s(z, from_utc_s), zone_id(z), from_utc_s);
    else if (count == 1 && changes[0].t.at_utc_s <= from_utc_s)
        put_fixed(w, changes[0].t.offset_after_s, changes[0].t.name_after, from_utc_s);
    else
        put_changes(w, changes, count, from_utc_s, to_utc_s);
    ical_end(w, "VTIMEZONE");
    free(changes);
}
