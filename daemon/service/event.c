/* Operations on events as a whole: add, list, show, cancel, confirm, remove, clone; editing is in event_edit.c. */
#include "event.h"

#include "calendar/civil.h"
#include "calendar/words.h"
#include "event_resolve.h"
#include "event_view.h"
#include "occurrence.h"
#include "planner.h"
#include "signup_hooks.h"
#include "store/event.h"
#include "store/notice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLUGS_LOOKED_AT 1000

static char *empty(void)
{
    return (char *)(uintptr_t)"";
}

int event_find(struct call *c, struct db *db, const char *slug, struct event **ret, struct err *e)
{
    struct texts slugs;
    const char *near;

    *ret = store_event_by_slug(db, slug, &c->out);
    if (*ret || db_check(db, e))
        return *ret ? 0 : -1;
    slugs = store_event_slugs(db, &c->out, SLUGS_LOOKED_AT);
    near = names_nearest(slug, (const char *const *)slugs.items, slugs.count);
    if (near)
        return err_set(e, ERR_NOT_FOUND, MSG_EVENT_NOT_FOUND_NEAR, "event", slug, near, NULL);
    return err_set(e, ERR_NOT_FOUND, MSG_EVENT_NOT_FOUND, "event", slug, NULL);
}

struct event *event_get(struct call *c, struct db *db, int64_t id)
{
    return store_event_by_id(db, id, &c->out);
}

int event_may_change(const struct call *c, const struct event *ev, struct err *e)
{
    const struct principal *p = &c->req.principal;

    if (p->role != ROLE_ORGANIZER || !p->department[0] || strcmp(p->department, ev->lead) == 0)
        return 0;
    for (size_t i = 0; i < ev->partners.count; i++)
        if (strcmp(p->department, ev->partners.items[i]) == 0)
            return 0;
    return err_set(e, ERR_NOT_ALLOWED, MSG_NOT_YOUR_DEPARTMENT, "lead", p->department, ev->lead, NULL);
}

/* Adding */

static void defaults(struct call *c, struct event *ev)
{
    *ev = (struct event){.description = empty(), .category = (char *)(uintptr_t)"other", .lead = empty(),
                         .venue = empty(), .tz = (char *)(uintptr_t)service_settings(c->service)->tz, .rrule = empty(),
                         .holiday_policy = (char *)(uintptr_t)"keep", .unit = empty(), .preset = empty(),
                         .reason = empty(), .stored_until = empty(), .free = FIELD_INT_ABSENT,
                         .signup_opens = empty(), .signup_closes = empty(), .cancel_until = empty(),
                         .signup_limit = FIELD_INT_ABSENT};
    ev->version = 1;
    ev->created_ms = ev->updated_ms = c->req.now_ms;
}

char *event_next_slug(struct call *c, struct db *db, const char *slug)
{
    char *text = NULL;

    for (int n = 2; !text || store_event_slug_taken(db, text); n++)
        text = arena_printf(&c->out, "%s-%d", slug, n);
    return text;
}

static void make_slug(struct call *c, struct db *db, struct event *ev)
{
    char code[7];

    if (!ev->preset[0]) {
        crypto_code(6, code);
        ev->slug = arena_printf(&c->out, "e-%s", code);
        return;
    }
    ev->slug = store_event_slug_taken(db, ev->preset) ? event_next_slug(c, db, ev->preset) : ev->preset;
}

static char *make_uid(struct call *c)
{
    char token[CRYPTO_TOKEN_BYTES];

    crypto_token(token);
    return arena_printf(&c->out, "%s@kepu", token);
}

static int insert(struct call *c, struct db *db, struct event *ev, struct err *e)
{
    if (!ev->slug)
        make_slug(c, db, ev);
    ev->uid = make_uid(c);
    if (!store_event_insert(db, ev))
        return db_check(db, e) ? -1 : err_set(e, ERR_EXISTS, MSG_SLUG_TAKEN, "slug", ev->slug, NULL);
    if (occurrences_extend(c, db, ev, e))
        return -1;
    planner_event(c, db, ev->id);
    call_changed(c, CHANGE_EVENT, ev->id);
    return event_view_one(c, db, ev, e);
}

static int run_add(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct event_input *in = input;
    struct event *ev = arena_alloc(&c->out, sizeof *ev);

    defaults(c, ev);
    ev->slug = in->slug;
    if (in->preset)
        ev->preset = in->preset;
    if (c->req.principal.department[0] && !in->lead)
        ev->lead = arena_strdup(&c->out, c->req.principal.department);
    if (event_resolve(c, db, in, ev, e) || event_may_change(c, ev, e) || insert(c, db, ev, e))
        return -1;
    call_audit(c, ev->slug, "%s %s", ev->start_local, ev->rrule);
    *ret = ev;
    return 0;
}

static int run_clone(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct clone_input *in = input;
    struct event_input change;
    struct event *ev;

    if (event_find(c, db, in->from, &ev, e))
        return -1;
    fields_clear(&event_input_fields, &change);
    change.slug = in->slug;
    change.start = in->start;
    change.title = in->title;
    ev->slug = in->slug ? in->slug : event_next_slug(c, db, in->from);
    ev->split_from = NULL;
    ev->reason = empty();
    if (ev->status == EVENT_CANCELLED)
        ev->status = EVENT_CONFIRMED;
    ev->stored_until = empty();
    ev->sequence = 0;
    ev->version = 1;
    ev->created_ms = ev->updated_ms = c->req.now_ms;
    if (event_resolve(c, db, &change, ev, e) || event_may_change(c, ev, e) || insert(c, db, ev, e))
        return -1;
    call_audit(c, ev->slug, "from %s", in->from);
    *ret = ev;
    return 0;
}

/* Reading */

static int run_show(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct event_ref *in = input;
    struct event *ev;

    if (event_find(c, db, in->slug, &ev, e) || event_view_one(c, db, ev, e))
        return -1;
    *ret = ev;
    return 0;
}

/* "next_ms:id", where the last page ended. */
static int read_cursor(const char *text, int64_t *ret_ms, int64_t *ret_id, struct err *e)
{
    long long ms, id;
    char rest;

    if (!text)
        return 0;
    if (sscanf(text, "%lld.%lld%c", &ms, &id, &rest) != 2 || id < 1)
        return err_set(e, ERR_INVALID, MSG_CURSOR_BAD, "cursor", NULL);
    *ret_ms = ms;
    *ret_id = id;
    return 0;
}

static int read_when(struct call *c, const char *text, const char *field, int64_t *ret_ms, struct err *e)
{
    const struct zone *zone = zone_find(service_settings(c->service)->tz, e);
    struct words_context words = {c->req.now_ms, zone};
    struct words_when when;

    if (!text)
        return 0;
    if (!zone || words_when(text, &words, &when, e)) {
        err_field(e, "%s", field);
        return -1;
    }
    *ret_ms = zone_to_utc(zone, when.wall_s) * 1000;
    return 0;
}

static bool is_status(const char *text)
{
    for (int status = EVENT_CONFIRMED; status <= EVENT_CANCELLED; status++)
        if (strcmp(text, event_status_name((enum event_status)status)) == 0)
            return true;
    return false;
}

static int run_list(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct event_filter *in = input;
    struct event_query q = {.category = in->category, .lead = in->lead, .audience = in->audience, .status = in->status,
                            .words = in->q, .now_ms = c->req.now_ms, .from_ms = INT64_MIN + 1, .to_ms = INT64_MAX};
    struct list_builder items = {0};
    struct event_row *rows;
    size_t count;
    char *next = NULL;

    if (call_limit(in->limit, &q.limit, e) || read_cursor(in->cursor, &q.after_next_ms, &q.after_id, e))
        return -1;
    if (read_when(c, in->from, "from", &q.from_ms, e) || read_when(c, in->to, "to", &q.to_ms, e))
        return -1;
    if (in->status && !is_status(in->status))
        return err_set(e, ERR_INVALID, MSG_EVENT_STATUS_BAD, "status", in->status, NULL);
    if (check_slug(c, db, "category", "category", in->category ? in->category : "", e) ||
        check_slug(c, db, "department", "lead", in->lead ? in->lead : "", e) ||
        check_slug(c, db, "audience", "audience", in->audience ? in->audience : "", e))
        return -1;
    rows = arena_alloc(&c->out, (size_t)q.limit * sizeof *rows);
    count = store_event_list(db, &q, rows);
    for (size_t i = 0; i < count; i++) {
        struct event *ev = list_add(c, &items, sizeof *ev);
        *ev = *store_event_by_id(db, rows[i].id, &c->out);
        if (event_view_row(c, db, ev, e))
            return -1;
    }
    if (count == (size_t)q.limit)
        next = arena_printf(&c->out, "%lld.%lld", (long long)rows[count - 1].next_ms, (long long)rows[count - 1].id);
    *ret = list_end(c, &items, next);
    return 0;
}

/* Changing as a whole */

static int find_to_change(struct call *c, struct db *db, const char *slug, struct event **ret, struct err *e)
{
    if (event_find(c, db, slug, ret, e) || event_may_change(c, *ret, e))
        return -1;
    return call_check_version(c, slug, (*ret)->version, e);
}

static int finish(struct call *c, struct db *db, struct event *ev, void **ret, struct err *e)
{
    ev->sequence++;
    ev->version++;
    ev->updated_ms = c->req.now_ms;
    store_event_update(db, ev);
    planner_event(c, db, ev->id);
    call_changed(c, CHANGE_EVENT, ev->id);
    *ret = ev;
    return event_view_one(c, db, ev, e);
}

static int run_cancel(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct event_ref *in = input;
    struct event *ev;

    if (find_to_change(c, db, in->slug, &ev, e))
        return -1;
    if (ev->status == EVENT_CANCELLED)
        return err_set(e, ERR_CONFLICT, MSG_ALREADY_CANCELLED, "event", ev->slug, NULL);
    if (in->reason && text_check(in->reason, "reason", EVENT_REASON_CHARS_MAX, false, e))
        return -1;
    ev->status = EVENT_CANCELLED;
    if (in->reason)
        ev->reason = in->reason;
    call_audit(c, ev->slug, "%s", ev->reason);
    if (signup_event_off(c, db, ev->id, ev->reason, e) || finish(c, db, ev, ret, e))
        return -1;
    planner_tell_event(c, db, ev->id);
    return db_check(db, e);
}

/* The provisional date nearest to the announced one. */
static struct occurrence *nearest(struct call *c, struct db *db, const struct event *ev, int64_t start_ms)
{
    int64_t id = db_int(db, 0,
                        "SELECT id FROM occurrence WHERE event_id = $1 AND status = 'tentative' AND end_ms > $2"
                        " ORDER BY CASE WHEN start_ms > $3 THEN start_ms - $3 ELSE $3 - start_ms END, id LIMIT 1",
                        p_int(ev->id), p_int(c->req.now_ms), p_int(start_ms));

    return id ? store_occurrence_by_id(db, id, &c->out) : NULL;
}

/* What is announced is one year's date: it takes the place of the usual one, and the rule of the others stays. */
static int confirm_announced(struct call *c, struct db *db, const struct event_ref *in, struct event *ev, void **ret,
                             struct err *e)
{
    const struct zone *zone = zone_find(ev->tz, e);
    struct words_context words = {c->req.now_ms, zone};
    int64_t if_version = c->req.if_version;
    struct event_ref one = *in;
    struct words_when when;
    struct occurrence *o;
    int failed;

    if (!zone || words_when(in->start, &words, &when, e)) {
        err_field(e, "start");
        return -1;
    }
    o = nearest(c, db, ev, zone_to_utc(zone, when.wall_s) * 1000);
    if (!o)
        return err_set(e, ERR_USAGE, MSG_ON_NEEDED, "on", NULL);
    one.on = o->recurrence_local;
    c->req.if_version = FIELD_INT_ABSENT;      /* it was the event's, and is as it should be */
    failed = op_occurrence_confirm.run(c, db, &one, ret, e);
    c->req.if_version = if_version;
    *ret = ev;
    return failed ? -1 : event_view_one(c, db, ev, e);
}

static int run_confirm(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct event_ref *in = input;
    struct event_input change;
    struct event *ev;

    if (find_to_change(c, db, in->slug, &ev, e))
        return -1;
    if (ev->status == EVENT_CANCELLED)
        return err_set(e, ERR_CONFLICT, MSG_EVENT_CANCELLED, "event", ev->slug, NULL);
    if (in->start && ev->rrule[0])
        return confirm_announced(c, db, in, ev, ret, e);
    ev->status = EVENT_CONFIRMED;
    if (in->start) {
        fields_clear(&event_input_fields, &change);
        change.start = in->start;
        if (event_resolve(c, db, &change, ev, e))
            return -1;
    }
    db_exec(db, "UPDATE occurrence SET status = 'scheduled', version = version + 1, updated_ms = $2"
                " WHERE event_id = $1 AND status = 'tentative'", p_int(ev->id), p_int(c->req.now_ms));
    call_audit(c, ev->slug, "confirmed");
    if (in->start && occurrences_realign(c, db, ev, e))
        return -1;
    if (finish(c, db, ev, ret, e))
        return -1;
    planner_tell_event(c, db, ev->id);
    return db_check(db, e);
}

static int run_remove(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct event_ref *in = input;
    struct event *ev;
    int64_t signups;
    char text[24];

    if (find_to_change(c, db, in->slug, &ev, e) || event_view_one(c, db, ev, e))
        return -1;
    signups = store_event_signups(db, ev->id);
    snprintf(text, sizeof text, "%lld", (long long)signups);
    if (signups > 0 && !c->req.force)
        return err_set(e, ERR_CONFLICT, MSG_HAS_SIGNUPS, "event", ev->slug, text, NULL);
    ev->status = EVENT_CANCELLED;
    planner_event_removed(c, db, ev->id);
    store_event_delete(db, ev->id);
    call_audit(c, ev->slug, "with %s sign-ups", text);
    call_changed(c, CHANGE_EVENT, ev->id);
    *ret = ev;
    return 0;
}

void event_extend_window(struct call *c, struct db *db)
{
    struct ids ids = store_read_ids(
        db_query(db, "SELECT id FROM event WHERE status <> 'cancelled' AND (rrule <> '' OR EXISTS"
                     " (SELECT 1 FROM event_date x WHERE x.event_id = event.id AND x.kind = 'rdate')) ORDER BY id"),
        &c->out);

    for (size_t i = 0; i < ids.count; i++) {
        struct event *ev = event_get(c, db, ids.items[i]);
        if (ev && occurrences_extend(c, db, ev, NULL) == 0)
            planner_event(c, db, ev->id);
    }
}

int event_follow_holidays(struct call *c, struct db *db, struct err *e)
{
    struct ids ids = store_read_ids(
        db_query(db, "SELECT id FROM event WHERE holiday_policy <> 'keep' AND status <> 'cancelled' ORDER BY id"),
        &c->out);

    for (size_t i = 0; i < ids.count; i++) {
        struct event *ev = event_get(c, db, ids.items[i]);
        if (!ev)
            return db_check(db, e);
        ev->sequence++;
        ev->version++;
        ev->updated_ms = c->req.now_ms;
        store_event_update(db, ev);
        if (occurrences_realign(c, db, ev, e))
            return -1;
        planner_event(c, db, ev->id);
    }
    return db_check(db, e);
}

const struct operation op_event_add = {"event add", ROLE_ORGANIZER, true, run_add};
const struct operation op_event_clone = {"event clone", ROLE_ORGANIZER, true, run_clone};
const struct operation op_event_list = {"event list", ROLE_PUBLIC, false, run_list};
const struct operation op_event_show = {"event show", ROLE_PUBLIC, false, run_show};
const struct operation op_event_cancel = {"event cancel", ROLE_ORGANIZER, true, run_cancel};
const struct operation op_event_confirm = {"event confirm", ROLE_ORGANIZER, true, run_confirm};
const struct operation op_event_remove = {"event remove", ROLE_ORGANIZER, true, run_remove};
