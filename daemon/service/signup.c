#include "signup.h"

#include "base/names.h"
#include "calendar/civil.h"
#include "calendar/zone.h"
#include "event.h"
#include "planner.h"
#include "signup_hooks.h"
#include "signup_rules.h"
#include "store/event.h"
#include "store/hours.h"
#include "store/mail.h"
#include "volunteer.h"

#include <stdio.h>
#include <string.h>

int signup_dress(struct call *c, struct signup *s, struct err *e)
{
    const struct zone *z = zone_find(s->tz, e);
    struct { const char *local; struct moment *moment; } times[] = {
        {s->recurrence_local, &s->recurrence_id}, {s->start_local, &s->start}, {s->end_local, &s->end}};

    if (!z)
        return -1;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct moment *m = times[i].moment;
        m->set = civil_parse(times[i].local, &m->wall_s, &m->date);
        m->offset_s = zone_offset_s(z, m->wall_s);
    }
    s->cancel_until_ms = signup_rule_ms(c, CANCEL_UNTIL, s->cancel_rule, s->tz, s->start_ms);
    s->state_name = arena_strdup(&c->out, signup_state_name(s->state));
    s->url = arena_printf(&c->out, "%s/events/%s/%.10s", service_settings(c->service)->public_url, s->event,
                          s->recurrence_local);
    return 0;
}

static bool is_day(const char *text)
{
    static const char shape[] = "0000-00-00";
    size_t i = 0;

    while (text[i] && i < sizeof shape && (shape[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == shape[i]))
        i++;
    return i == sizeof shape - 1 && !text[i];
}

/* Any date of the rule; it is stored, so that a sign-up can hang on it. */
static int occasion_of_rule(struct call *c, struct db *db, const char *event, const char *on, struct occasion *ret,
                            struct err *e)
{
    struct event *ev;
    struct occurrence *o;

    if (event_find(c, db, event, &ev, e) || event_occurrence(c, db, ev, on, true, &o, e))
        return -1;
    *ret = (struct occasion){o->id, ev->id, o->start_ms, o->end_ms, o->recurrence_local, o->start_local, o->end_local,
                             ev->tz, ev->slug, o->title, o->venue, ev->lead, o->status == OCCURRENCE_CANCELLED,
                             ev->status == EVENT_CANCELLED, ev->signup_opens, ev->signup_closes, ev->signup_limit};
    return 0;
}

char *signup_day(struct call *c, const struct occasion *o)
{
    return arena_strndup(&c->out, o->recurrence_local, strcspn(o->recurrence_local, "T"));
}

static int check_open(struct call *c, const struct occasion *o, struct err *e)
{
    if (o->event_off)
        return err_set(e, ERR_CONFLICT, MSG_EVENT_CANCELLED, "event", o->event, NULL);
    if (o->occurrence_off)
        return err_set(e, ERR_CONFLICT, MSG_OCCURRENCE_CANCELLED, "on", o->event, signup_day(c, o), NULL);
    if (o->end_ms <= c->req.now_ms)
        return err_set(e, ERR_CONFLICT, MSG_OCCURRENCE_PAST, "on", o->event, signup_day(c, o), NULL);
    return 0;
}

int signup_occasion(struct call *c, struct db *db, const char *event, const char *on, struct occasion *ret,
                    struct err *e)
{
    if (!event || !*event)
        return err_set(e, ERR_INVALID, MSG_EMPTY, "event", "event", NULL);
    if (!on || !*on)
        return err_set(e, ERR_INVALID, MSG_ON_NEEDED, "on", NULL);
    if (!(is_day(on) && store_occasion_find(db, event, on, &c->out, ret)) && occasion_of_rule(c, db, event, on, ret, e))
        return -1;
    return check_open(c, ret, e);
}

/* "讲解员, 引导员" */
static char *names_of(struct call *c, const struct objects *roles)
{
    const struct role *r = roles->items;
    char *all = arena_strdup(&c->out, "");

    for (size_t i = 0; i < roles->count; i++)
        all = arena_printf(&c->out, "%s%s%s", all, i ? ", " : "", r[i].name);
    return all;
}

static int unknown_role(struct call *c, const struct occasion *o, const struct objects *roles, const char *given,
                        struct err *e)
{
    const struct role *r = roles->items;
    const char *names[EVENT_ROLES_MAX], *nearest;

    for (size_t i = 0; i < roles->count; i++)
        names[i] = r[i].name;
    nearest = names_nearest(given, names, roles->count);
    return err_set(e, ERR_NOT_FOUND, nearest ? MSG_ROLE_UNKNOWN_NEAR : MSG_ROLE_UNKNOWN, "role", o->event, given,
                   names_of(c, roles), nearest, NULL);
}

int signup_role(struct call *c, struct db *db, const char *given, struct enrolment *in, struct err *e)
{
    const struct occasion *o = &in->occasion;
    bool is_given = given && *given;
    struct objects roles;

    if (is_given && (in->skills = store_role_skills(db, o->occurrence_id, given, &c->out))) {
        in->role = arena_strdup(&c->out, given);
        return 0;
    }
    if (!is_given && store_role_only(db, o->occurrence_id, &c->out, &in->role, &in->skills))
        return 0;
    roles = store_occurrence_roles(db, o->occurrence_id, &c->out);
    if (db_check(db, e))
        return -1;
    if (roles.count == 0)
        return err_set(e, ERR_CONFLICT, MSG_SIGNUP_NO_ROLES, "event", o->event, signup_day(c, o), NULL);
    if (is_given)
        return unknown_role(c, o, &roles, given, e);
    return err_set(e, ERR_INVALID, MSG_ROLE_WHICH, "role", o->event, names_of(c, &roles), NULL);
}

/* Free places with people in line are left by a line that could not move at the time; it moves before a newcomer. */
static bool take_place(struct call *c, struct db *db, const struct enrolment *in)
{
    int64_t id = in->occasion.occurrence_id;

    if (store_place_take(db, id, in->role))
        return true;
    signup_fill_places(c, db, id, in->role);
    return store_place_take(db, id, in->role);
}

/* Not more in line than the role, or else the office, says. */
static int check_line(struct call *c, struct db *db, const struct enrolment *in, struct err *e)
{
    const struct occasion *o = &in->occasion;
    int64_t most, waiting = store_place_waitlisted(db, o->occurrence_id, in->role, &most);
    char text[24];

    if (most == FIELD_INT_ABSENT)
        most = service_settings(c->service)->waitlist_max;
    if (most == 0 || waiting < most)
        return 0;
    snprintf(text, sizeof text, "%lld", (long long)most);
    return err_set(e, ERR_FULL, MSG_WAITLIST_FULL, "role", o->title, signup_day(c, o), in->role, text, NULL);
}

static int take(struct call *c, struct db *db, const struct enrolment *in, struct signup *s, struct err *e)
{
    const struct occasion *o = &in->occasion;

    s->position = FIELD_INT_ABSENT;
    s->state = SIGNUP_CONFIRMED;
    if (take_place(c, db, in))
        return 0;
    if (!in->waitlist)
        return err_set(e, ERR_FULL, MSG_SIGNUP_FULL, "role", o->title, signup_day(c, o), in->role, NULL);
    if (check_line(c, db, in, e))
        return -1;
    s->state = SIGNUP_WAITLISTED;
    s->position = store_place_queue(db, o->occurrence_id, in->role);
    return 0;
}

static struct signup *begin(struct call *c, const struct enrolment *in)
{
    const struct occasion *o = &in->occasion;
    struct signup *s = arena_alloc(&c->out, sizeof *s);
    char code[CRYPTO_ID_BYTES];

    crypto_id('s', code);
    *s = (struct signup){.volunteer_row = in->who.id, .occurrence_row = o->occurrence_id, .event_row = o->event_id,
                         .id = arena_strdup(&c->out, code), .volunteer = in->who.code, .name = in->who.name,
                         .event = o->event, .title = o->title, .venue = o->venue, .role = in->role,
                         .created_ms = c->req.now_ms, .reason = arena_strdup(&c->out, ""),
                         .offer_until_ms = FIELD_INT_ABSENT, .cancel_until_ms = FIELD_INT_ABSENT,
                         .checked_in_ms = DB_NULL_INT, .checked_out_ms = DB_NULL_INT,
                         .version = 1, .recurrence_local = o->recurrence_local, .start_local = o->start_local,
                         .end_local = o->end_local, .tz = o->tz, .start_ms = o->start_ms, .end_ms = o->end_ms};
    return s;
}

int signup_would_be(struct call *c, struct db *db, const struct enrolment *in, struct signup **ret, struct err *e)
{
    struct signup *s = begin(c, in);
    bool line;

    if (take(c, db, in, s, e))
        return -1;
    line = s->state == SIGNUP_WAITLISTED;
    store_place_count(db, s->occurrence_row, s->role, line ? 0 : -1, 0, line ? -1 : 0);
    *ret = s;
    return db_check(db, e);
}

int signup_enrol(struct call *c, struct db *db, const struct enrolment *in, struct signup **ret, struct err *e)
{
    struct signup *s;
    char *passed;

    if (signup_rules_check(c, db, in, &passed, e))
        return -1;
    s = begin(c, in);
    if (take(c, db, in, s, e))
        return -1;
    store_signup_insert(db, s, in->link_hash);
    call_audit(c, s->id, "%s %s %s: %s%s%s", s->event, s->recurrence_local, s->role, signup_state_name(s->state),
               passed[0] ? ", forced: " : in->force ? ", forced" : "", passed);
    call_changed(c, CHANGE_PLACES, s->event_row);
    call_changed(c, CHANGE_PERSON, s->volunteer_row);
    planner_role(c, db, s->occurrence_row, s->role);
    *ret = s;
    return signup_dress(c, s, e) || db_check(db, e) ? -1 : 0;
}

int signup_may_change(struct call *c, struct db *db, int64_t event_id, struct err *e)
{
    if (c->req.principal.role != ROLE_ORGANIZER || !c->req.principal.department[0])
        return 0;
    return event_may_change(c, event_get(c, db, event_id), e);
}

static int run_add(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct signup_input *in = input;
    struct enrolment enrolment = {.waitlist = in->waitlist == 1, .force = c->req.force};
    const char *who = in->volunteer ? in->volunteer : "";
    struct signup *s;

    if (!store_volunteer_lock(db, who, &c->out, &enrolment.who))
        return db_check(db, e) ? -1 : volunteer_unknown(c, db, who, e);
    if (signup_occasion(c, db, in->event, in->on, &enrolment.occasion, e) ||
        signup_may_change(c, db, enrolment.occasion.event_id, e) ||
        signup_role(c, db, in->role, &enrolment, e) || signup_enrol(c, db, &enrolment, &s, e))
        return -1;
    *ret = s;
    return 0;
}

const struct operation op_signup_add = {"signup add", ROLE_ORGANIZER, OPERATION_WRITES_ROWS, run_add};

int signup_find(struct call *c, struct db *db, const char *id, struct signup **ret, struct err *e)
{
    *ret = store_signup_by_code(db, id, &c->out);
    if (*ret)
        return 0;
    return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_SIGNUP_NOT_FOUND, "id", id, NULL);
}

static void add_history(struct call *c, struct db *db, struct signup *s)
{
    struct stmt *steps = store_attendance_steps(db, s->row);
    struct list_builder b = {0};
    struct attendance_step step;

    while (store_attendance_step_next(steps, &c->out, &step))
        *(struct attendance_step *)list_add(c, &b, sizeof step) = step;
    s->history = (struct objects){b.items, b.count, true};
}

static void add_mail(struct call *c, struct db *db, struct signup *s)
{
    struct stmt *mails = store_mail_of_signup(db, s->row);
    struct list_builder b = {0};
    struct signup_mail mail;

    while (store_mail_next(mails, &c->out, &mail))
        *(struct signup_mail *)list_add(c, &b, sizeof mail) = mail;
    s->mail = (struct objects){b.items, b.count, true};
}

void signup_add_story(struct call *c, struct db *db, struct signup *s)
{
    add_history(c, db, s);
    add_mail(c, db, s);
}

static int run_show(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct signup_ref *ref = input;
    struct signup *s;

    if (signup_find(c, db, ref->id, &s, e) || signup_dress(c, s, e))
        return -1;
    signup_add_story(c, db, s);
    *ret = s;
    return db_check(db, e);
}

const struct operation op_signup_show = {"signup show", ROLE_VIEWER, false, run_show};

/* An occurrence that isn't stored has no sign-ups: *ret_none. */
static int read_where(struct call *c, struct db *db, const struct signup_filter *f, struct signup_query *q,
                      bool *ret_none, struct err *e)
{
    struct event *ev;
    struct occurrence *o;

    if (!f->event)
        return f->on ? err_set(e, ERR_INVALID, MSG_EMPTY, "event", "event", NULL) : 0;
    if (event_find(c, db, f->event, &ev, e))
        return -1;
    q->event_id = ev->id;
    if (!f->on)
        return 0;
    if (event_occurrence(c, db, ev, f->on, false, &o, e))
        return -1;
    q->occurrence_id = o->id;
    *ret_none = o->id == 0;
    return 0;
}

static int read_filter(struct call *c, struct db *db, const struct signup_filter *f, struct signup_query *q,
                       bool *ret_none, struct err *e)
{
    enum signup_state state;
    const char *code = f->volunteer;
    struct volunteer_row *who;

    if (cursor_read(f->cursor, &q->after_id, e) || call_limit(f->limit, &q->limit, e) ||
        read_where(c, db, f, q, ret_none, e))
        return -1;
    if (f->state && !signup_state_parse(f->state, &state))
        return err_set(e, ERR_INVALID, MSG_SIGNUP_STATE_UNKNOWN, "state", f->state, NULL);
    q->state = f->state;
    if (!code)
        return 0;
    if (volunteer_find(c, db, code, &who, e))
        return -1;
    q->volunteer_id = who->id;
    return 0;
}

static int run_list(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct signup_query q = {0};
    struct list_builder b = {0};
    struct signup row;
    struct stmt *s;
    char *next = NULL;
    bool none = false;

    if (read_filter(c, db, input, &q, &none, e))
        return -1;
    q.limit++;
    s = none ? NULL : store_signup_list(db, &q);
    while (s && store_signup_next(s, &c->out, &row)) {
        if ((int64_t)b.count == q.limit - 1) {
            next = arena_printf(&c->out, "%lld", (long long)((struct signup *)(void *)b.items)[b.count - 1].row);
            stmt_done(s);
            break;
        }
        if (signup_dress(c, &row, e))
            return -1;
        *(struct signup *)list_add(c, &b, sizeof row) = row;
    }
    *ret = list_end(c, &b, next);
    return 0;
}

const struct operation op_signup_list = {"signup list", ROLE_VIEWER, false, run_list};
