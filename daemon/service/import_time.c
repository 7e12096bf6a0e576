/* Times of a file as kepu keeps them: wall times of one zone for each event. Declared in import_private.h. */
#include "import_private.h"

#include "calendar/civil.h"

#include <string.h>

#define LENGTH_DEFAULT_S 3600
#define LENGTH_DAYS_MAX "366"
#define LENGTH_S_MAX (366LL * CIVIL_DAY_S)

/* From the zone a time names to z. A zone that nothing is known of is taken for z itself. */
static int64_t between_zones(struct import *m, const struct ical_time *t, const struct zone *z)
{
    enum ical_zone_how how;
    const struct zone *from = ical_zone_of(m->file, t->tzid, m->office, t->wall_s, &how);
    int64_t utc_s;

    if (from == z)
        return t->wall_s;
    if (from)
        return zone_to_wall(z, zone_to_utc(from, t->wall_s));
    return ical_zone_instant(m->file, t->tzid, t->wall_s, &utc_s) ? zone_to_wall(z, utc_s) : t->wall_s;
}

/* A day said as a time (Exchange) is the day on that time's own clock; in UTC, on the author's. */
int64_t import_wall(struct import *m, const struct ical_time *t, const struct zone *z, bool all_day)
{
    if (all_day && !t->date)
        return civil_midnight(t->utc ? zone_to_wall(m->home, t->wall_s) : t->wall_s);
    if (t->utc)
        return zone_to_wall(z, t->wall_s);
    return t->tzid ? between_zones(m, t, z) : t->wall_s;
}

/* All that is known is an offset: enough for what happens once. */
static int zone_of_instant(struct import *m, const struct ical_component *from, struct import_component *row,
                           const struct zone **ret, struct err *e)
{
    const char *tzid = from->start.tzid;
    int64_t utc_s;

    if (!ical_zone_instant(m->file, tzid, from->start.wall_s, &utc_s)) {
        import_note(m, row, MSG_ICAL_NOTE_ZONE_UNKNOWN, tzid, zone_id(m->office));
        *ret = m->office;
        return 0;
    }
    if (from->rules.count || from->rdates.count)
        return err_set(e, ERR_INVALID, MSG_ICAL_ZONE_STRANGE, "tz", tzid, NULL);
    import_note(m, row, MSG_ICAL_NOTE_ZONE_UTC, tzid, NULL);
    *ret = zone_find("UTC", e);
    return *ret ? 0 : -1;
}

int import_zone(struct import *m, const struct ical_component *from, struct import_component *row,
                const struct zone **ret, struct err *e)
{
    enum ical_zone_how how;

    *ret = m->office;
    if (from->start.date)
        return 0;
    if (from->start.utc) {
        *ret = zone_find("UTC", e);
        return *ret ? 0 : -1;
    }
    if (!from->start.tzid) {
        import_note(m, row, MSG_ICAL_NOTE_FLOATING, zone_id(m->office), NULL);
        return 0;
    }
    *ret = ical_zone_of(m->file, from->start.tzid, m->office, from->start.wall_s, &how);
    if (how == ICAL_ZONE_MATCHED)
        import_note(m, row, MSG_ICAL_NOTE_ZONE_MATCHED, from->start.tzid, zone_id(*ret));
    return *ret ? 0 : zone_of_instant(m, from, row, ret, e);
}

/* The length as written; -1: none, or none that can be. */
static int64_t length_of(struct import *m, const struct ical_component *from, const struct zone *z, bool all_day,
                         int64_t start_s)
{
    int64_t length_s = -1;

    if (from->end.set)
        length_s = import_wall(m, &from->end, z, all_day) - start_s;
    else if (from->duration_s != ICAL_SECONDS_NONE)
        length_s = from->duration_s;
    if (all_day && length_s > 0)
        length_s = (length_s + CIVIL_DAY_S - 1) / CIVIL_DAY_S * CIVIL_DAY_S;
    return length_s > 0 ? length_s : -1;
}

/* Exchange's way of all day: marked as such, from midnight to midnight. */
static bool is_all_day(const struct ical_component *from)
{
    if (from->start.date)
        return true;
    return from->all_day_hint && !from->start.utc && from->end.set && !from->end.date && !from->end.utc &&
           civil_midnight(from->start.wall_s) == from->start.wall_s &&
           civil_midnight(from->end.wall_s) == from->end.wall_s;
}

int import_times(struct import *m, const struct ical_component *from, struct import_component *row,
                 const struct zone *z, struct event *want, struct err *e)
{
    bool all_day = is_all_day(from);
    int64_t start_s = import_wall(m, &from->start, z, all_day), length_s = length_of(m, from, z, all_day, start_s);

    if (length_s < 0) {
        length_s = all_day ? CIVIL_DAY_S : LENGTH_DEFAULT_S;
        if (!all_day || from->bad & (ICAL_BAD_END | ICAL_BAD_DURATION) || from->end.set)
            import_note(m, row, all_day ? MSG_ICAL_NOTE_LENGTH_DAY : MSG_ICAL_NOTE_LENGTH, NULL, NULL);
    }
    if (length_s > LENGTH_S_MAX)
        return err_set(e, ERR_INVALID, MSG_DURATION_LONG, "duration", LENGTH_DAYS_MAX, NULL);
    if (start_s + length_s > CIVIL_WALL_MAX)
        return err_set(e, ERR_INVALID, MSG_DATE_BAD, "start", "9999-12-31", NULL);
    want->all_day = all_day;
    want->tz = (char *)(uintptr_t)zone_id(z);
    want->start_local = local_text(start_s, all_day, &m->c->out);
    want->end_local = local_text(start_s + length_s, all_day, &m->c->out);
    return 0;
}

void import_override_times(struct import *m, struct import_override *o, const struct series *s)
{
    const struct ical_component *from = o->from;
    int64_t length_s;

    o->start_s = from->start.set ? import_wall(m, &from->start, s->zone, s->all_day) : o->original_s;
    length_s = length_of(m, from, s->zone, s->all_day, o->start_s);
    if (from->start.set && from->start.date != s->all_day && !from->all_day_hint)
        import_note(m, o->row, MSG_ICAL_NOTE_KIND, NULL, NULL);
    if (length_s < 0 && from->end.set)
        import_note(m, o->row, MSG_ICAL_NOTE_LENGTH_SERIES, NULL, NULL);
    if (length_s < 0 || length_s > LENGTH_S_MAX || o->start_s + length_s > CIVIL_WALL_MAX)
        length_s = s->length_s;
    o->end_s = o->start_s + length_s;
}
