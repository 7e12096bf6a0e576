#include "ical_tzid.h"

#include "civil.h"
#include "recur.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAME_BYTES 128
#define YEAR_S (366LL * CIVIL_DAY_S)
#define SAMPLES 84                     /* a month apart: from a year before to six years after */
#define SAMPLE_STEP_S (30LL * CIVIL_DAY_S + 6 * 3600)
#define YEAR_FIRST_S (-2208988800LL)   /* 1900, and … */
#define YEAR_LAST_S 4102444800LL       /* … 2100: between them the rules of a definition are followed */
#define ONSETS_MAX 220                 /* of one rule: once a year, and a few */
#define OFFSET_S_MAX 86400

/*
 * Tried where only the clock is known, in this order. One for each way of keeping time that is in use, the one with
 * most people first: which of several equal ones is taken makes no difference then.
 */
static const char *const candidates[] = {
    "UTC", "Asia/Shanghai", "Europe/Berlin", "Europe/London", "America/New_York", "America/Chicago", "America/Denver",
    "America/Phoenix", "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "America/Halifax",
    "America/St_Johns", "America/Sao_Paulo", "America/Santiago", "America/Caracas", "America/Bogota",
    "America/Mexico_City", "America/Havana", "Asia/Tokyo", "Asia/Kolkata", "Asia/Dubai", "Asia/Karachi", "Asia/Dhaka",
    "Asia/Bangkok", "Asia/Kathmandu", "Asia/Yangon", "Asia/Kabul", "Asia/Tehran", "Asia/Tashkent", "Asia/Yekaterinburg",
    "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka", "Asia/Jerusalem", "Asia/Beirut", "Europe/Moscow",
    "Europe/Kiev", "Europe/Chisinau", "Africa/Cairo", "Africa/Lagos", "Africa/Johannesburg", "Africa/Casablanca",
    "Africa/Nairobi", "Australia/Sydney", "Australia/Brisbane", "Australia/Adelaide", "Australia/Darwin",
    "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Tongatapu", "Pacific/Kiritimati",
    "Pacific/Marquesas", "Pacific/Pago_Pago", "Atlantic/Azores", "Atlantic/Cape_Verde", "America/Noronha",
    "America/Godthab", "America/Adak", "Pacific/Norfolk", "Pacific/Guadalcanal", "Australia/Eucla",
};

static struct ical_vtimezone *definition(struct ical_file *f, const char *tzid)
{
    for (size_t i = 0; i < f->zone_count; i++)
        if (strcmp(f->zones[i].tzid, tzid) == 0)
            return &f->zones[i];
    return NULL;
}

/* By its name */

/* "/freeassociation.sourceforge.net/Asia/Shanghai", "/softwarestudio.org/Olson_20011030_5/America/New_York". */
static const struct zone *by_suffix(const char *name)
{
    const struct zone *z = NULL;

    for (const char *p = strchr(name, '/'); !z && p && strchr(p + 1, '/'); p = strchr(p + 1, '/'))
        z = zone_find(p + 1, NULL);
    return z;
}

static bool has_offset(const struct zone *z, int64_t around_s, int offset_s)
{
    return z && (zone_offset_s(z, around_s) == offset_s || zone_offset_s(z, around_s + YEAR_S / 2) == offset_s);
}

static const struct zone *by_city(const char *city, size_t len, int64_t around_s, int offset_s)
{
    static const char *const regions[] = {"Asia",      "Europe",  "America",  "Africa",
                                          "Australia", "Pacific", "Atlantic", "Indian"};
    char name[NAME_BYTES];

    for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++) {
        const struct zone *z;
        snprintf(name, sizeof name, "%s/%.*s", regions[i], (int)len, city);
        for (char *p = name; *p; p++)
            *p = *p == ' ' ? '_' : *p;
        z = zone_find(name, NULL);
        if (has_offset(z, around_s, offset_s))
            return z;
    }
    return NULL;
}

/* "Eastern Time (US & Canada)" is Windows' "Eastern Standard Time". */
static const struct zone *by_standard(const char *text)
{
    const char *time = strstr(text, " Time");
    char name[NAME_BYTES];
    const char *iana;

    if (!time || time - text > NAME_BYTES / 2)
        return NULL;
    snprintf(name, sizeof name, "%.*s Standard Time", (int)(time - text), text);
    iana = zone_from_windows(name);
    return iana ? zone_find(iana, NULL) : NULL;
}

/*
 * What Outlook shows people: "(GMT+10:00) Canberra, Melbourne, Sydney". The offset says which city of a name is meant;
 * of several the last, which is more often the one that the tz database is kept under.
 */
static const struct zone *by_display(const char *name, int64_t around_s)
{
    int hours, minutes, at = 0, offset_s;
    const struct zone *z, *city;

    if ((sscanf(name, "(GMT%3d:%2d)%n", &hours, &minutes, &at) != 2 &&
         sscanf(name, "(UTC%3d:%2d)%n", &hours, &minutes, &at) != 2) || at == 0)
        return NULL;
    offset_s = hours * 3600 + (name[4] == '-' ? -minutes : minutes) * 60;
    name += at;
    name += strspn(name, " ");
    z = by_standard(name);
    for (bool standard = z != NULL; !standard && *name; name += strspn(name, ", ")) {
        size_t len = strcspn(name, ",");
        city = len < NAME_BYTES / 2 ? by_city(name, len, around_s, offset_s) : NULL;
        z = city ? city : z;
        name += len;
    }
    return has_offset(z, around_s, offset_s) ? z : NULL;
}

static const struct zone *by_name(const char *name, int64_t around_s)
{
    const struct zone *z = zone_find(name, NULL);
    const char *iana;

    if (!z && (iana = zone_from_windows(name)))
        z = zone_find(iana, NULL);
    if (!z)
        z = by_suffix(name);
    return z ? z : by_display(name, around_s);
}

/* "Europe/London[2024a]" is what one program writes beside its own name. */
static const struct zone *by_location(const struct ical_vtimezone *def)
{
    char name[NAME_BYTES];

    if (!def || !def->location)
        return NULL;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(def->location, "["), def->location);
    return by_name(name, 0);
}

/* By its clock */

static bool offset_ok(int offset_s)
{
    return offset_s > -OFFSET_S_MAX && offset_s < OFFSET_S_MAX;
}

static int by_wall(const void *a, const void *b)
{
    const struct ical_onset *x = a, *y = b;

    return (x->wall_s > y->wall_s) - (x->wall_s < y->wall_s);
}

static void add_onset(struct ical_vtimezone *def, const struct ical_observance *o, int64_t wall_s)
{
    def->onsets[def->onset_count++] = (struct ical_onset){wall_s, o->from_s, o->to_s};
}

/* By the part's rule, within the years looked at: before them it may have set in every year for centuries. */
static int add_onsets(struct ical_vtimezone *def, const struct ical_observance *o, struct arena *a)
{
    struct recur_set set = {.start_s = o->start_s, .rule_count = 1};
    struct recur_rule *rules[1];
    struct recur_iter *it;
    int64_t at_s;

    if (recur_parse(o->rule, a, &rules[0], NULL) || recur_is_subdaily(rules[0]))
        return -1;
    set.rules = rules;
    it = recur_iter_new(&set, YEAR_FIRST_S, NULL);
    for (int i = 0; it && i < ONSETS_MAX && recur_iter_next(it, &at_s) == 1 && at_s < YEAR_LAST_S; i++)
        add_onset(def, o, at_s);
    recur_iter_free(it);
    return 0;
}

/* When which offset sets in, in order; once for each definition. False if it can't be used. */
static bool read_clock(struct ical_vtimezone *def, struct arena *a)
{
    size_t room = 0;

    if (def->clock_read)
        return def->onset_count > 0;
    def->clock_read = true;
    for (size_t i = 0; i < def->count; i++)
        room += 1 + def->parts[i].rdates.count + (def->parts[i].rule ? ONSETS_MAX : 0);
    def->onsets = arena_alloc(a, (room + 1) * sizeof *def->onsets);
    for (size_t i = 0; i < def->count; i++) {
        const struct ical_observance *o = &def->parts[i];
        add_onset(def, o, o->start_s);
        for (size_t k = 0; k < o->rdates.count; k++)
            add_onset(def, o, o->rdates.items[k].wall_s);
        if (!offset_ok(o->from_s) || !offset_ok(o->to_s) || (o->rule && add_onsets(def, o, a))) {
            def->onset_count = 0;
            return false;
        }
    }
    if (def->onset_count)
        qsort(def->onsets, def->onset_count, sizeof *def->onsets, by_wall);
    return def->onset_count > 0;
}

/* Onsets are compared by their wall times: changes lie further apart than any offset. */
static int clock_offset(const struct ical_vtimezone *def, int64_t wall_s)
{
    size_t low = 0, high = def->onset_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (def->onsets[middle].wall_s <= wall_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? def->onsets[low - 1].to_s : def->onsets[0].from_s;
}

static int64_t sample_at(int64_t around_s, int i)
{
    int64_t at_s = around_s - YEAR_S + i * SAMPLE_STEP_S;

    return at_s < CIVIL_WALL_MIN + YEAR_S ? CIVIL_WALL_MIN + YEAR_S : at_s;
}

static bool reads_alike(const struct zone *z, const int *offsets, int64_t around_s)
{
    for (int i = 0; i < SAMPLES; i++)
        if (zone_offset_s(z, sample_at(around_s, i)) != offsets[i])
            return false;
    return true;
}

static const struct zone *fixed_zone(int offset_s)
{
    char name[32];

    if (offset_s % 3600)
        return NULL;
    snprintf(name, sizeof name, "Etc/GMT%+d", -offset_s / 3600);
    return zone_find(name, NULL);
}

static const struct zone *by_clock(struct ical_vtimezone *def, const struct zone *home, int64_t around_s,
                                   struct arena *a)
{
    int offsets[SAMPLES];
    const struct zone *z;
    bool fixed = true;

    if (!def || !read_clock(def, a))
        return NULL;
    for (int i = 0; i < SAMPLES; i++) {
        offsets[i] = clock_offset(def, sample_at(around_s, i));
        fixed = fixed && offsets[i] == offsets[0];
    }
    if (reads_alike(home, offsets, around_s))
        return home;
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++)
        if ((z = zone_find(candidates[i], NULL)) && reads_alike(z, offsets, around_s))
            return z;
    return fixed ? fixed_zone(offsets[0]) : NULL;
}

bool ical_zone_instant(struct ical_file *f, const char *tzid, int64_t wall_s, int64_t *ret_utc_s)
{
    struct ical_vtimezone *def = definition(f, tzid);

    if (!def || !read_clock(def, f->arena))
        return false;
    *ret_utc_s = wall_s - clock_offset(def, wall_s);
    return true;
}

/* Both */

static struct ical_tzid understand(struct ical_file *f, const char *tzid, const struct zone *home,
                                   int64_t around_s)
{
    struct ical_tzid t = {tzid, by_name(tzid, around_s), ICAL_ZONE_NAMED};

    if (!t.zone)
        t.zone = by_location(definition(f, tzid));
    if (t.zone)
        return t;
    t.zone = by_clock(definition(f, tzid), home, around_s, f->arena);
    t.how = t.zone ? ICAL_ZONE_MATCHED : ICAL_ZONE_UNKNOWN;
    return t;
}

const struct zone *ical_zone_of(struct ical_file *f, const char *tzid, const struct zone *home, int64_t around_s,
                                enum ical_zone_how *ret_how)
{
    struct ical_tzid found = {0};
    size_t i = 0;

    while (i < f->tzid_count && strcmp(f->tzids[i].tzid, tzid) != 0)
        i++;
    if (i < f->tzid_count) {
        found = f->tzids[i];
    } else if (f->tzid_count < ICAL_TZIDS_MAX) {
        found = understand(f, tzid, home, around_s);
        f->tzids[f->tzid_count++] = found;
    } else {
        found.how = ICAL_ZONE_UNKNOWN;
    }
    *ret_how = found.how;
    return found.zone;
}

const struct zone *ical_zone_home(struct ical_file *f, const struct zone *home, int64_t around_s)
{
    const struct zone *only = NULL, *z;
    enum ical_zone_how how;

    if (f->zone_name && (z = ical_zone_of(f, f->zone_name, home, around_s, &how)))
        return z;
    for (size_t i = 0; i < f->zone_count; i++) {
        z = ical_zone_of(f, f->zones[i].tzid, home, around_s, &how);
        if (!z || strcmp(zone_id(z), "UTC") == 0 || z == only)
            continue;
        if (only)
            return home;
        only = z;
    }
    return only ? only : home;
}
