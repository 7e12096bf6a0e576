#include "signup_rules.h"

#include "calendar/civil.h"
#include "calendar/words.h"
#include "series.h"
#include "store/event.h"

#include <stdio.h>
#include <string.h>

static int read_rule(struct call *c, const char *said, const char *field, const struct zone *z, char **to,
                     struct err *e)
{
    struct words_context words = {c->req.now_ms, z};
    struct words_when when;
    int64_t span_ms;

    if (!said)
        return 0;
    if (!said[0]) {
        *to = arena_strdup(&c->out, "");
        return 0;
    }
    if (words_span(said, &span_ms, NULL) == 0) {
        *to = words_span_format(span_ms, &c->out);
        return 0;
    }
    if (words_when(said, &words, &when, e)) {
        err_field(e, "%s", field);
        return -1;
    }
    *to = local_text(when.wall_s, when.date, &c->out);
    return 0;
}

int signup_rules_take(struct call *c, const struct event_input *in, const struct zone *z, struct event *ev,
                      struct err *e)
{
    char given[24], most[24];

    if (read_rule(c, in->signup_opens, "signup_opens", z, &ev->signup_opens, e) ||
        read_rule(c, in->signup_closes, "signup_closes", z, &ev->signup_closes, e) ||
        read_rule(c, in->cancel_until, "cancel_until", z, &ev->cancel_until, e))
        return -1;
    if (in->signup_limit == FIELD_INT_ABSENT)
        return 0;
    snprintf(given, sizeof given, "%lld", (long long)in->signup_limit);
    snprintf(most, sizeof most, "%d", SIGNUP_LIMIT_MAX);
    if (in->signup_limit < 0 || in->signup_limit > SIGNUP_LIMIT_MAX)
        return err_set(e, ERR_INVALID, MSG_OUT_OF_RANGE, "signup_limit", given, "0", most, NULL);
    ev->signup_limit = in->signup_limit;
    return 0;
}

static int64_t office_ms(const struct call *c, enum signup_rule rule)
{
    const struct settings *s = service_settings(c->service);

    switch (rule) {
    case SIGNUP_OPENS:
        return s->signup_opens_ms;
    case SIGNUP_CLOSES:
        return s->signup_closes_ms;
    case CANCEL_UNTIL:
        return s->cancel_until_ms;
    }
    return 0;
}

int64_t signup_rule_ms(const struct call *c, enum signup_rule rule, const char *kept, const char *tz,
                       int64_t start_ms)
{
    int64_t span_ms = office_ms(c, rule), wall_s;
    const struct zone *z;
    bool date;

    if (!kept || !kept[0])
        return span_ms > 0 ? start_ms - span_ms : FIELD_INT_ABSENT;
    if (words_span(kept, &span_ms, NULL) == 0)
        return start_ms - span_ms;
    z = zone_find(tz, NULL);
    if (!z || !civil_parse(kept, &wall_s, &date))
        return FIELD_INT_ABSENT;
    return zone_to_utc(z, wall_s + (date && rule != SIGNUP_OPENS ? CIVIL_DAY_S : 0)) * 1000;
}

/* Checking. A check refuses, or with force notes what it would have refused and passes. */

struct checking {
    struct call *c;
    const struct enrolment *in;
    char *passed;
};

static bool pass(struct checking *k, const char *what)
{
    if (!k->in->force)
        return false;
    k->passed = arena_printf(&k->c->out, "%s%s%s", k->passed, k->passed[0] ? ", " : "", what);
    return true;
}

static char *time_text(struct call *c, const struct occasion *o, int64_t ms)
{
    const struct zone *z = zone_find(o->tz, NULL);
    char text[CIVIL_TEXT_BYTES];

    civil_format(zone_to_wall(z, ms / 1000), false, text);
    return arena_printf(&c->out, "%.10s %.5s", text, text + 11);
}

static int check_window(struct checking *k, struct err *e)
{
    const struct occasion *o = &k->in->occasion;
    int64_t opens_ms = signup_rule_ms(k->c, SIGNUP_OPENS, o->signup_opens, o->tz, o->start_ms);
    int64_t closes_ms = signup_rule_ms(k->c, SIGNUP_CLOSES, o->signup_closes, o->tz, o->start_ms);

    if (opens_ms != FIELD_INT_ABSENT && k->c->req.now_ms < opens_ms && !pass(k, "not open yet"))
        return err_set(e, ERR_CONFLICT, MSG_SIGNUP_NOT_OPEN, "on", o->title, time_text(k->c, o, opens_ms), NULL);
    if (closes_ms != FIELD_INT_ABSENT && k->c->req.now_ms >= closes_ms && !pass(k, "closed"))
        return err_set(e, ERR_CONFLICT, MSG_SIGNUP_CLOSED, "on", o->title, time_text(k->c, o, closes_ms), NULL);
    return 0;
}

static int check_clash(struct checking *k, struct db *db, struct err *e)
{
    const struct occasion *o = &k->in->occasion;
    struct clash clash;

    if (!store_signup_clash(db, k->in->who.id, o, k->in->role, &k->c->out, &clash))
        return 0;
    if (clash.same)
        return err_set(e, ERR_EXISTS, MSG_SIGNUP_TWICE, "volunteer", o->title, signup_day(k->c, o), k->in->role,
                       clash.id, NULL);
    if (pass(k, arena_printf(&k->c->out, "overlaps %s", clash.id)))
        return 0;
    return err_set(e, ERR_OVERLAP, MSG_SIGNUP_OVERLAP, "on", clash.title, clash.day, clash.role, NULL);
}

static int check_limit(struct checking *k, struct db *db, struct err *e)
{
    const struct occasion *o = &k->in->occasion;
    int64_t most = o->signup_limit;
    char text[24];

    if (most == FIELD_INT_ABSENT)
        most = service_settings(k->c->service)->signup_limit;
    if (most == 0 || store_signups_ahead(db, k->in->who.id, o->event_id, k->c->req.now_ms) < most)
        return 0;
    if (pass(k, "past the limit"))
        return 0;
    snprintf(text, sizeof text, "%lld", (long long)most);
    return err_set(e, ERR_CONFLICT, MSG_SIGNUP_LIMIT, "volunteer", o->title, text, NULL);
}

static bool has_skill(const struct texts *skills, const char *skill)
{
    for (size_t i = 0; i < skills->count; i++)
        if (strcmp(skills->items[i], skill) == 0)
            return true;
    return false;
}

static int check_skills(struct checking *k, struct db *db, struct err *e)
{
    struct texts wanted, has;
    char *lacking = arena_strdup(&k->c->out, "");

    if (!k->in->skills || !k->in->skills[0])
        return 0;
    wanted = store_skills_read(k->in->skills, &k->c->out);
    has = store_volunteer_skills(db, k->in->who.id, &k->c->out);
    for (size_t i = 0; i < wanted.count; i++)
        if (!has_skill(&has, wanted.items[i]))
            lacking = arena_printf(&k->c->out, "%s%s%s", lacking, lacking[0] ? ", " : "", wanted.items[i]);
    if (!lacking[0] || pass(k, arena_printf(&k->c->out, "lacks %s", lacking)))
        return 0;
    return err_set(e, ERR_CONFLICT, MSG_SIGNUP_SKILLS, "role", k->in->role, lacking, NULL);
}

/* Whoever is there already hears of that first: it is not new. */
int signup_rules_check(struct call *c, struct db *db, const struct enrolment *in, char **ret_passed, struct err *e)
{
    struct checking k = {c, in, arena_strdup(&c->out, "")};

    if (check_clash(&k, db, e) || check_window(&k, e) || check_limit(&k, db, e) || check_skills(&k, db, e))
        return -1;
    *ret_passed = k.passed;
    return db_check(db, e);
}

int signup_rules_check_all(struct call *c, struct db *db, const struct enrolment *in, struct err *e)
{
    struct checking k = {c, in, arena_strdup(&c->out, "")};

    return check_window(&k, e) || check_skills(&k, db, e) ? -1 : db_check(db, e);
}
