#include "expand.h"

#include "civil.h"
#include "recur.h"
#include "zone.h"

#include <stdio.h>
#include <string.h>

/* The longest text of a time, or of the start of a period. */
#define TIME_TEXT_BYTES 24

/* A time as it was written. */
struct moment {
    int64_t wall_s;
    bool date, utc;
};

/* What the input says, read. */
struct reading {
    struct recur_set set;
    bool utc;               /* dtstart had a Z */
    int64_t from_s;
};

static int refuse_time(struct err *e, const char *field, const char *text)
{
    return err_set(e, ERR_INVALID, MSG_EXPAND_TIME, field, text, NULL);
}

static int refuse_many(struct err *e, const char *field, const char *what, int max)
{
    char text[16];

    snprintf(text, sizeof text, "%d", max);
    return err_set(e, ERR_INVALID, MSG_RULE_TOO_MANY, field, what, text, NULL);
}

/* `len` bytes of `text`, with an optional Z. */
static int read_moment(const char *text, size_t len, const char *field, struct moment *ret, struct err *e)
{
    char copy[TIME_TEXT_BYTES];

    if (len == 0 || len >= sizeof copy)
        return refuse_time(e, field, text);
    memcpy(copy, text, len);
    copy[len] = 0;
    ret->utc = copy[len - 1] == 'Z' || copy[len - 1] == 'z';
    if (ret->utc)
        copy[len - 1] = 0;
    if (!civil_parse(copy, &ret->wall_s, &ret->date) || (ret->date && ret->utc))
        return refuse_time(e, field, text);
    return 0;
}

/* As a wall time of the set. */
static int64_t to_wall(const struct reading *r, const struct moment *m)
{
    if (m->utc && r->set.zone && !r->set.date)
        return zone_to_wall(r->set.zone, m->wall_s);
    return r->set.date ? civil_midnight(m->wall_s) : m->wall_s;
}

static int read_value(const char *value, struct moment *start, struct err *e)
{
    if (!value)
        return 0;
    if (strcasecmp(value, "DATE") == 0) {
        start->date = true;
        start->utc = false;
        start->wall_s = civil_midnight(start->wall_s);
        return 0;
    }
    if (strcasecmp(value, "DATE-TIME") == 0 && !start->date)
        return 0;
    return err_set(e, ERR_INVALID, MSG_EXPAND_VALUE, "value", value, NULL);
}

static int read_zone(const struct expand_input *in, const struct moment *start, struct reading *r, struct err *e)
{
    const char *iana = in->tzid ? zone_from_windows(in->tzid) : NULL;

    if (start->date)
        return 0;
    if (start->utc || in->tzid)
        r->set.zone = zone_find(start->utc ? "UTC" : iana ? iana : in->tzid, e);
    return (start->utc || in->tzid) && !r->set.zone ? -1 : 0;
}

static int read_start(const struct expand_input *in, struct reading *r, struct err *e)
{
    struct moment start, from;

    if (!in->dtstart)
        return refuse_time(e, "dtstart", "");
    if (read_moment(in->dtstart, strlen(in->dtstart), "dtstart", &start, e) < 0 ||
        read_value(in->value, &start, e) < 0 || read_zone(in, &start, r, e) < 0)
        return -1;
    r->set.start_s = start.wall_s;
    r->set.date = start.date;
    r->utc = start.utc;
    r->from_s = CIVIL_WALL_MIN;
    if (!in->from)
        return 0;
    if (read_moment(in->from, strlen(in->from), "from", &from, e) < 0)
        return -1;
    r->from_s = to_wall(r, &from);
    return 0;
}

static int read_rules(const struct expand_texts *texts, struct arena *a, struct recur_rule *const **ret,
                      size_t *ret_count, struct err *e)
{
    struct recur_rule **rules;

    if (texts->count > RECUR_RULES_MAX)
        return refuse_many(e, "repeat", "RRULE", RECUR_RULES_MAX);
    rules = arena_alloc(a, texts->count * sizeof(struct recur_rule *));
    for (size_t i = 0; i < texts->count; i++)
        if (recur_parse(texts->texts[i], a, &rules[i], e) < 0)
            return -1;
    *ret = rules;
    *ret_count = texts->count;
    return 0;
}

/* RDATE or EXDATE; `dates` is told which of them are whole days, where that is wanted. */
static int read_dates(const struct expand_texts *texts, const char *field, const struct reading *r, struct arena *a,
                      int64_t **ret, bool **ret_dates, struct err *e)
{
    struct moment m;

    *ret = arena_alloc(a, texts->count * sizeof **ret);
    *ret_dates = arena_alloc(a, texts->count * sizeof **ret_dates);
    for (size_t i = 0; i < texts->count; i++) {
        const char *text = texts->texts[i];
        /* Of a period, "start/end" or "start/duration", the start counts. */
        if (read_moment(text, strcspn(text, "/"), field, &m, e) < 0)
            return -1;
        (*ret)[i] = to_wall(r, &m);
        (*ret_dates)[i] = m.date;
    }
    return 0;
}

static int read_all_dates(const struct expand_input *in, struct reading *r, struct arena *a, struct err *e)
{
    int64_t *rdates, *exdates;
    bool *whole_days;

    if (in->rdate.count > RECUR_DATES_MAX || in->exdate.count > RECUR_DATES_MAX)
        return refuse_many(e, "repeat", "RDATE, EXDATE", RECUR_DATES_MAX);
    if (read_dates(&in->rdate, "rdate", r, a, &rdates, &whole_days, e) < 0)
        return -1;
    /* An RDATE that is a date among times takes the time of day from DTSTART. */
    for (size_t i = 0; i < in->rdate.count; i++)
        if (whole_days[i] && !r->set.date)
            rdates[i] += r->set.start_s - civil_midnight(r->set.start_s);
    r->set.rdates = rdates;
    r->set.rdate_count = in->rdate.count;
    if (read_dates(&in->exdate, "exdate", r, a, &exdates, &whole_days, e) < 0)
        return -1;
    r->set.exdates = exdates;
    r->set.exdate_count = in->exdate.count;
    r->set.exdate_is_date = whole_days;
    return 0;
}

static int read_input(const struct expand_input *in, struct arena *a, struct reading *r, struct err *e)
{
    if (read_start(in, r, e) < 0 || read_rules(&in->rrule, a, &r->set.rules, &r->set.rule_count, e) < 0 ||
        read_rules(&in->exrule, a, &r->set.exrules, &r->set.exrule_count, e) < 0)
        return -1;
    return read_all_dates(in, r, a, e);
}

static char *instance_text(const struct reading *r, int64_t wall_s, struct arena *a)
{
    char text[CIVIL_TEXT_BYTES];

    civil_format_basic(wall_s, r->set.date, text);
    return r->utc ? arena_printf(a, "%sZ", text) : arena_strdup(a, text);
}

static char *utc_text(const struct reading *r, int64_t wall_s, struct arena *a)
{
    char text[CIVIL_TEXT_BYTES];

    civil_format_basic(zone_to_utc(r->set.zone, wall_s), false, text);
    return arena_printf(a, "%sZ", text);
}

static void write_result(const struct reading *r, const int64_t *walls, struct arena *a, struct expand_result *ret)
{
    ret->instances = arena_alloc(a, ret->count * sizeof *ret->instances);
    ret->utc = r->set.zone ? arena_alloc(a, ret->count * sizeof *ret->utc) : NULL;
    for (size_t i = 0; i < ret->count; i++) {
        ret->instances[i] = instance_text(r, walls[i], a);
        if (ret->utc)
            ret->utc[i] = utc_text(r, walls[i], a);
    }
}

int expand(const struct expand_input *in, struct arena *a, struct expand_result *ret, struct err *e)
{
    struct reading r = {0};
    struct recur_iter *it;
    size_t limit = in->limit ? in->limit : EXPAND_LIMIT_DEFAULT;
    int64_t *walls, one_more;

    if (limit > EXPAND_LIMIT_MAX)
        return refuse_many(e, "limit", "limit", EXPAND_LIMIT_MAX);
    if (read_input(in, a, &r, e) < 0 || !(it = recur_iter_new(&r.set, r.from_s, e)))
        return -1;
    *ret = (struct expand_result){0};
    walls = arena_alloc(a, limit * sizeof *walls);
    while (ret->count < limit && recur_iter_next(it, &walls[ret->count]))
        ret->count++;
    ret->complete = !recur_iter_next(it, &one_more) && recur_iter_complete(it);
    recur_iter_free(it);
    write_result(&r, walls, a, ret);
    return 0;
}
