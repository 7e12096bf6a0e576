#include "series.h"

#include "calendar/civil.h"
#include "holiday.h"

#include <string.h>

char *local_text(int64_t wall_s, bool date, struct arena *a)
{
    char text[CIVIL_TEXT_BYTES];

    civil_format(wall_s, date, text);
    return arena_strdup(a, text);
}

int64_t local_wall(const char *text)
{
    int64_t wall_s = 0;
    bool date;

    civil_parse(text, &wall_s, &date);
    return wall_s;
}

struct moment moment_of(const struct zone *z, int64_t wall_s, bool date)
{
    return (struct moment){wall_s, zone_offset_s(z, wall_s), date, true};
}

struct moment series_moment(const struct series *s, int64_t wall_s)
{
    return moment_of(s->zone, wall_s, s->all_day);
}

int64_t series_ms(const struct series *s, int64_t wall_s)
{
    return zone_to_utc(s->zone, wall_s) * 1000;
}

static int64_t *read_dates(const struct texts *list, struct arena *a)
{
    int64_t *dates = arena_alloc(a, (list->count + 1) * sizeof *dates);

    for (size_t i = 0; i < list->count; i++)
        dates[i] = local_wall(list->items[i]);
    return dates;
}

static bool *which_are_dates(const struct texts *list, struct arena *a)
{
    bool *are = arena_alloc(a, list->count + 1);

    for (size_t i = 0; i < list->count; i++)
        are[i] = strchr(list->items[i], 'T') == NULL;
    return are;
}

static int read_rule(const struct event *ev, struct series *s, struct arena *a, struct err *e)
{
    struct recur_rule **rules;

    if (!ev->rrule[0])
        return 0;
    if (recur_parse(ev->rrule, a, &s->rule, e))
        return -1;
    rules = arena_alloc(a, sizeof(struct recur_rule *));
    rules[0] = s->rule;
    s->set.rules = rules;
    s->set.rule_count = 1;
    s->endless = recur_is_endless(s->rule);
    return 0;
}

int series_read(const struct event *ev, struct db *db, struct arena *a, struct series **ret, struct err *e)
{
    struct series *s = arena_alloc(a, sizeof *s);

    s->zone = zone_find(ev->tz, e);
    if (!s->zone || read_rule(ev, s, a, e))
        return -1;
    s->all_day = ev->all_day;
    s->start_s = local_wall(ev->start_local);
    s->length_s = local_wall(ev->end_local) - s->start_s;
    s->set.start_s = s->start_s;
    s->set.date = ev->all_day;
    s->set.zone = s->zone;
    s->set.rdates = read_dates(&ev->rdates, a);
    s->set.rdate_count = ev->rdates.count;
    s->set.exdates = read_dates(&ev->exdates, a);
    s->set.exdate_count = ev->exdates.count;
    s->set.exdate_is_date = which_are_dates(&ev->exdates, a);
    s->set.start_always = ev->start_is_extra || !s->rule;
    s->repeats = s->rule || ev->rdates.count > 0;
    holiday_policy_parse(ev->holiday_policy, &s->policy);
    if (s->policy != HOLIDAY_KEEP)
        s->holidays = holidays_load(db, a);
    *ret = s;
    return 0;
}

int series_walk_begin(const struct series *s, int64_t from_s, struct series_walk *ret, struct err *e)
{
    ret->series = s;
    ret->iter = recur_iter_new(&s->set, from_s, e);
    return ret->iter ? 0 : -1;
}

bool series_walk_next(struct series_walk *w, struct series_date *ret)
{
    const struct series *s = w->series;
    int64_t original_s;

    while (recur_iter_next(w->iter, &original_s) == 1) {
        int64_t start_s = original_s;
        if (s->policy != HOLIDAY_KEEP && !holidays_apply(&s->holidays, s->policy, original_s, &start_s))
            continue;
        *ret = (struct series_date){original_s, start_s, start_s + s->length_s};
        return true;
    }
    return false;
}

void series_walk_end(struct series_walk *w)
{
    recur_iter_free(w->iter);
    w->iter = NULL;
}
