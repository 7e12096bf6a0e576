#include "hours.h"

#include "calendar/civil.h"
#include "calendar/words.h"
#include "calendar/zone.h"
#include "domain/event.h"
#include "event.h"
#include "ledger.h"
#include "occurrence.h"
#include "store/hours.h"
#include "store/signup.h"
#include "volunteer.h"

#include <stdio.h>
#include <string.h>

static char *none(struct call *c)
{
    return arena_strdup(&c->out, "");
}

static char *or_null(char *text)
{
    return text && *text ? text : NULL;
}

void hours_dress(struct call *c, struct hours_entry *h)
{
    char hex[2 * CRYPTO_HASH_BYTES + 1];

    hours_hex(h->hash, hex);
    h->hash_text = arena_strdup(&c->out, hex);
    h->state = arena_strdup(&c->out, strcmp(h->kind, "manual") == 0 && !h->approved_by ? "pending" : "counted");
    h->signup = or_null(h->signup);
    h->event = or_null(h->event);
}

static int find_volunteer(struct call *c, struct db *db, const char *id, struct volunteer_id *ret, struct err *e)
{
    if (store_volunteer_lock(db, id ? id : "", &c->out, ret))
        return 0;
    return db_check(db, e) ? -1 : volunteer_unknown(c, db, id, e);
}

static int find_entry(struct call *c, struct db *db, const char *id, const char *field, struct hours_entry **ret,
                      struct err *e)
{
    *ret = store_hours_by_code(db, id ? id : "", &c->out);
    if (*ret)
        return 0;
    return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_HOURS_NOT_FOUND, field, id ? id : "", NULL);
}

/* Listing */

static int read_filter(struct call *c, struct db *db, const struct hours_filter *f, struct hours_query *q,
                       struct err *e)
{
    struct volunteer_row *who;

    *q = (struct hours_query){.volunteer = f->volunteer, .event = f->event, .pending = -1};
    if (cursor_read(f->cursor, &q->after, e) || call_limit(f->limit, &q->limit, e))
        return -1;
    if (f->state && strcmp(f->state, "pending") != 0 && strcmp(f->state, "counted") != 0)
        return err_set(e, ERR_INVALID, MSG_HOURS_STATE_BAD, "state", f->state, NULL);
    if (f->state)
        q->pending = strcmp(f->state, "pending") == 0;
    return f->volunteer ? volunteer_find(c, db, f->volunteer, &who, e) : 0;
}

static int run_list(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct hours_query q;
    struct list_builder b = {0};
    struct hours_entry row;
    struct stmt *s;
    char *next = NULL;

    if (read_filter(c, db, input, &q, e))
        return -1;
    q.limit++;
    s = store_hours_list(db, &q);
    while (store_hours_next(s, &c->out, &row)) {
        if ((int64_t)b.count == q.limit - 1) {
            const struct hours_entry *all = (void *)b.items;
            next = arena_printf(&c->out, "%lld", (long long)all[b.count - 1].number);
            stmt_done(s);
            break;
        }
        hours_dress(c, &row);
        *(struct hours_entry *)list_add(c, &b, sizeof row) = row;
    }
    *ret = list_end(c, &b, next);
    return db_check(db, e);
}

/* By hand */

static int out_of_range(int64_t minutes, int least, struct err *e)
{
    char given[24], from[24], to[24];

    snprintf(given, sizeof given, "%lld", (long long)minutes);
    snprintf(from, sizeof from, "%d", least);
    snprintf(to, sizeof to, "%d", HOURS_MINUTES_MAX);
    return err_set(e, ERR_INVALID, MSG_HOURS_RANGE, "minutes", given, from, to, NULL);
}

/* One of minutes and hours; nought only for what takes the place of something. */
static int read_minutes(struct call *c, const struct hours_input *in, int64_t *ret, struct err *e)
{
    int least = in->corrects ? 0 : 1;
    int64_t minutes = in->minutes;
    char given[24];

    if (in->minutes != FIELD_INT_ABSENT && in->hours_milli != FIELD_INT_ABSENT)
        return err_set(e, ERR_INVALID, MSG_HOURS_BOTH, "hours", NULL);
    if (in->hours_milli != FIELD_INT_ABSENT) {
        if (in->hours_milli < 0 || in->hours_milli > HOURS_MINUTES_MAX * 1000LL / 60)
            return out_of_range(in->hours_milli * 60 / 1000, least, e);
        minutes = (in->hours_milli * 60 + 500) / 1000;
    } else if (minutes == FIELD_INT_ABSENT) {
        return err_set(e, ERR_INVALID, MSG_HOURS_NEEDED, "minutes", NULL);
    }
    if (minutes < least || minutes > HOURS_MINUTES_MAX)
        return out_of_range(minutes, least, e);
    snprintf(given, sizeof given, "%lld", (long long)minutes);
    if (minutes > HOURS_MINUTES_ASKED && !c->req.force)
        return err_set(e, ERR_CONFLICT, MSG_MINUTES_MANY, "minutes", given, NULL);
    *ret = ledger_round(c, minutes);
    return 0;
}

static int check_past(struct call *c, const char *day, const char *tz, struct err *e)
{
    const struct zone *z = zone_find(tz, e);
    char today[CIVIL_TEXT_BYTES];

    if (!z)
        return -1;
    civil_format(civil_midnight(zone_to_wall(z, c->req.now_ms / 1000)), true, today);
    return strcmp(day, today) <= 0 ? 0 : err_set(e, ERR_INVALID, MSG_HOURS_FUTURE, "on", day, NULL);
}

/* Without an event, `on` is any day that has passed; today by default. */
static int read_day(struct call *c, const char *on, struct hours_entry *h, struct err *e)
{
    const char *tz = service_settings(c->service)->tz;
    struct words_context ctx = {c->req.now_ms, zone_find(tz, e)};
    struct words_when when = {.date = true};
    char day[CIVIL_TEXT_BYTES];

    if (!ctx.zone)
        return -1;
    when.wall_s = zone_to_wall(ctx.zone, c->req.now_ms / 1000);
    if (on && words_when(on, &ctx, &when, e)) {
        err_field(e, "on");
        return -1;
    }
    civil_format(civil_midnight(when.wall_s), true, day);
    h->day = arena_strdup(&c->out, day);
    h->event = h->occurrence = none(c);
    return check_past(c, h->day, tz, e);
}

static int read_event(struct call *c, struct db *db, const struct hours_input *in, struct hours_entry *h,
                      struct err *e)
{
    struct event *ev;
    struct occurrence *o;
    char given[24];
    int64_t minutes;

    if (event_find(c, db, in->event, &ev, e) || event_may_change(c, ev, e))
        return -1;
    if (!in->on && (ev->rrule[0] || ev->rdates.count > 0))
        return err_set(e, ERR_USAGE, MSG_ON_NEEDED, "on", NULL);
    if (event_occurrence(c, db, ev, in->on ? in->on : ev->start_local, true, &o, e))
        return -1;
    h->event = ev->slug;
    h->occurrence = o->recurrence_local;
    h->day = arena_strndup(&c->out, o->start_local, strcspn(o->start_local, "T"));
    minutes = store_hours_at(db, h->volunteer, h->event, h->occurrence);
    snprintf(given, sizeof given, "%lld", (long long)minutes);
    if (minutes > 0 && !c->req.force)
        return err_set(e, ERR_CONFLICT, MSG_HOURS_THERE, "event", h->volunteer, given, NULL);
    return check_past(c, h->day, ev->tz, e);
}

/* What is corrected keeps its matter: the same service, another amount. */
static int read_corrected(struct call *c, struct db *db, const struct hours_input *in, struct hours_entry *h,
                          struct err *e)
{
    struct hours_entry *old, *root;
    struct event *ev;

    if (find_entry(c, db, in->corrects, "corrects", &old, e))
        return -1;
    if (in->volunteer && strcmp(in->volunteer, old->volunteer) != 0)
        return err_set(e, ERR_INVALID, MSG_HOURS_OTHER_PERSON, "corrects", in->corrects, NULL);
    root = store_hours_by_number(db, old->root, &c->out);
    if (!root)
        return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_HOURS_NOT_FOUND, "corrects", in->corrects, NULL);
    if (root->event[0] && event_find(c, db, root->event, &ev, NULL) == 0 && event_may_change(c, ev, e))
        return -1;
    h->root = old->root;
    h->refers = old->number;
    h->volunteer = old->volunteer;
    h->signup = root->signup;
    h->event = root->event;
    h->occurrence = root->occurrence;
    h->day = root->day;
    return 0;
}

static int read_added(struct call *c, struct db *db, const struct hours_input *in, struct hours_entry *h,
                      struct err *e)
{
    struct volunteer_id who;

    if (in->corrects)
        return read_corrected(c, db, in, h, e);
    if (find_volunteer(c, db, in->volunteer, &who, e))
        return -1;
    h->volunteer = who.code;
    h->signup = none(c);
    if (in->event && *in->event)
        return read_event(c, db, in, h, e);
    if (!h->note || !*h->note)
        return err_set(e, ERR_INVALID, MSG_HOURS_WHAT_FOR, "note", NULL);
    return read_day(c, in->on, h, e);
}

static int show(struct call *c, struct db *db, const char *id, void **ret, struct err *e)
{
    struct hours_entry *h;

    if (find_entry(c, db, id, "id", &h, e))
        return -1;
    hours_dress(c, h);
    *ret = h;
    return 0;
}

static int run_add(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct hours_input *in = input;
    struct hours_entry h = {.kind = "manual", .how = "hand", .who = c->req.principal.name};

    if (person_text_check(in->note, "note", HOURS_NOTE_CHARS_MAX, &c->out, &h.note, e) ||
        read_minutes(c, in, &h.minutes, e) || read_added(c, db, in, &h, e) || ledger_append(c, db, &h, e))
        return -1;
    call_audit(c, h.id, "%s: %lld min, to be approved", h.volunteer, (long long)h.minutes);
    return show(c, db, h.id, ret, e);
}

/* Approving */

static int check_approval(struct call *c, struct db *db, const struct hours_entry *h, struct err *e)
{
    struct event *ev;

    if (strcmp(h->kind, "manual") != 0)
        return err_set(e, ERR_CONFLICT, MSG_HOURS_NOT_BY_HAND, "id", h->id, h->kind, NULL);
    if (h->approved_by)
        return err_set(e, ERR_CONFLICT, MSG_HOURS_APPROVED, "id", h->id, h->approved_by, NULL);
    if (strcmp(h->who, c->req.principal.name) == 0)
        return err_set(e, ERR_NOT_ALLOWED, MSG_HOURS_SAME_PERSON, "id", h->id, h->who, NULL);
    if (h->event[0] && event_find(c, db, h->event, &ev, NULL) == 0 && event_may_change(c, ev, e))
        return -1;
    if (store_hours_outdated(db, h->root, h->number))
        return err_set(e, ERR_CONFLICT, MSG_HOURS_OUTDATED, "id", h->id, NULL);
    return 0;
}

/* Said of somebody who was merged into another since. */
static char *now_called(struct call *c, struct db *db, const struct hours_entry *h)
{
    const struct volunteer_row *who = store_volunteer_by_code(db, h->volunteer, &c->out);

    return who && who->merged_into ? who->merged_into : h->volunteer;
}

static int run_approve(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct hours_ref *in = input;
    struct hours_entry *h, a;
    struct volunteer_id who;

    if (find_entry(c, db, in->id, "id", &h, e))
        return -1;
    store_volunteer_lock(db, h->volunteer, &c->out, &who);
    if (check_approval(c, db, h, e))
        return -1;
    a = (struct hours_entry){.kind = "approval", .root = h->root, .refers = h->number,
                             .volunteer = now_called(c, db, h),
                             .signup = h->signup, .event = h->event, .occurrence = h->occurrence, .day = h->day,
                             .minutes = h->minutes, .how = "hand", .who = c->req.principal.name};
    a.counted = h->minutes - store_hours_of_root(db, h->root).counted;
    if (person_text_check(in->note, "note", HOURS_NOTE_CHARS_MAX, &c->out, &a.note, e) || ledger_append(c, db, &a, e))
        return -1;
    if (h->signup[0])
        store_signup_minutes(db, h->signup, h->minutes);
    call_audit(c, h->id, "approved: %lld min", (long long)a.counted);
    call_changed(c, CHANGE_EVERYTHING, 0);
    return show(c, db, h->id, ret, e);
}

const struct operation op_hours_list = {"hours list", ROLE_VIEWER, OPERATION_READS, run_list};
const struct operation op_hours_add = {"hours add", ROLE_ORGANIZER, OPERATION_WRITES, run_add};
const struct operation op_hours_approve = {"hours approve", ROLE_ORGANIZER, OPERATION_WRITES, run_approve};
