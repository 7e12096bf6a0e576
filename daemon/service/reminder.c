/* Operations on reminder rules. */
#include "notice.h"

#include "calendar/words.h"
#include "domain/event.h"
#include "event.h"
#include "event_resolve.h"
#include "planner.h"
#include "store/target.h"
#include "target.h"
#include "template.h"

#include <stdlib.h>
#include <string.h>

#define DIGEST_OFFSET_MS ((6 * 24 + 18) * 3600000LL)      /* Sunday 18:00 */
#define ASK_OFFSET_MS (9 * 3600000LL)                     /* Monday 09:00 */

static int find(struct call *c, struct db *db, const char *code, struct reminder **ret, struct err *e)
{
    *ret = store_reminder_by_code(db, code, &c->out);
    if (*ret)
        return call_check_version(c, code, (*ret)->version, e);
    return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_THING_NOT_FOUND, "reminder", "reminder", code, NULL);
}

static char *weekly_text(struct call *c, const struct reminder *r)
{
    static const char *const days[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    int64_t time_s = r->offset_ms / 1000;

    return words_describe_in(arena_printf(&c->out, "FREQ=WEEKLY;BYDAY=%s", days[time_s / 86400 % 7]), NULL,
                             (int)(time_s % 86400), c->req.lang, &c->out);
}

static void view(struct call *c, struct db *db, struct reminder *r)
{
    struct event *ev = r->event_id != DB_NULL_INT ? event_get(c, db, r->event_id) : NULL;
    enum notice_kind kind;

    r->event = ev ? ev->slug : NULL;
    r->weekly = notice_kind_parse(r->kind, &kind) && notice_kind_is_weekly(kind) ? weekly_text(c, r) : NULL;
    if (!notice_kind_parse(r->kind, &kind) || !notice_kind_has_offset(kind))
        return;
    if (r->offset_ms <= 0 && kind != NOTICE_THANKS)
        r->before = words_span_format(-r->offset_ms, &c->out);
    else
        r->after = words_span_format(r->offset_ms, &c->out);
}

/* Exactly one of before and after, where the kind is told at a time; kind thanks comes after, the others before. */
static int take_offset(const struct reminder_input *in, struct reminder *r, enum notice_kind kind, struct err *e)
{
    const char *span = in->before ? in->before : in->after;
    int64_t ms;

    if (in->before && in->after)
        return err_set(e, ERR_USAGE, MSG_BEFORE_AFTER, "before", NULL);
    if (!notice_kind_has_offset(kind))
        return span ? err_set(e, ERR_INVALID, MSG_NO_OFFSET, "before", notice_kind_name(kind), NULL) : 0;
    if (!span)
        return err_set(e, ERR_USAGE, MSG_BEFORE_AFTER, "before", NULL);
    if ((kind == NOTICE_THANKS) == (in->before != NULL))
        return err_set(e, ERR_INVALID, MSG_OFFSET_SIDE, in->before ? "before" : "after", notice_kind_name(kind), NULL);
    if (words_span(span, &ms, e)) {
        err_field(e, "%s", in->before ? "before" : "after");
        return -1;
    }
    if (ms > REMINDER_OFFSET_MS_MAX)
        return err_set(e, ERR_INVALID, MSG_OUT_OF_RANGE, in->before ? "before" : "after", span, "1s", "366d", NULL);
    r->offset_ms = in->before ? -ms : ms;
    return 0;
}

static int take_subject(struct call *c, struct db *db, const struct reminder_input *in, struct reminder *r,
                        enum notice_kind kind, struct err *e)
{
    struct event *ev;
    int subjects = (in->event != NULL) + (in->category != NULL) + (in->all == 1);

    r->event_id = DB_NULL_INT;
    /* What is about the office as a whole needs no subject. */
    if (subjects == 0 && !notice_kind_has_occurrence(kind))
        return 0;
    if (kind == NOTICE_MILESTONE && in->all != 1)
        return err_set(e, ERR_INVALID, MSG_REMINDER_OPTION, in->event ? "event" : "category", notice_kind_name(kind),
                       in->event ? "--event" : "--category", NULL);
    if (subjects != 1)
        return err_set(e, ERR_USAGE, MSG_REMINDER_SUBJECT, "event", NULL);
    if (in->category && check_slug(c, db, "category", "category", in->category, e))
        return -1;
    r->category = in->category;
    if (!in->event)
        return 0;
    if (event_find(c, db, in->event, &ev, e) || event_may_change(c, ev, e))
        return -1;
    r->event_id = ev->id;
    return 0;
}

static int take_channels(struct call *c, struct db *db, const struct texts *names, int64_t reminder_id, struct err *e)
{
    struct channel_row *ch;

    if (names->count > REMINDER_CHANNELS_MAX)
        return err_set(e, ERR_INVALID, MSG_TOO_LONG, "channels", "channels", "50", NULL);
    store_reminder_clear_channels(db, reminder_id);
    for (size_t i = 0; i < names->count; i++) {
        if (channel_find(c, db, names->items[i], &ch, e))
            return -1;
        store_reminder_set_channel(db, reminder_id, ch->shown.id);
    }
    return 0;
}

static int take_kind(const char *text, enum notice_kind *ret, struct err *e)
{
    if (!notice_kind_parse(text, ret) || !notice_kind_is_asked_for(*ret))
        return err_set(e, ERR_INVALID, MSG_KIND_BAD, "kind", text, NULL);
    return 0;
}

static int take_template(const char *text, struct reminder *r, struct err *e)
{
    if (text && template_check(text, e))
        return -1;
    if (text)
        r->template = (char *)(uintptr_t)text;
    return 0;
}

/* "every sunday 18:00", "每周日 18:00": a weekly rule with one day and a time. */
static int take_weekly(struct call *c, const struct reminder_input *in, struct reminder *r, enum notice_kind kind,
                       struct err *e)
{
    static const char *const days[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    struct words_context ctx = {c->req.now_ms, zone_find(service_settings(c->service)->tz, e)};
    char *rule;
    int time_s, day = 0;

    if (!in->weekly)
        return 0;
    if (!notice_kind_is_weekly(kind))
        return err_set(e, ERR_INVALID, MSG_REMINDER_OPTION, "weekly", notice_kind_name(kind), "--weekly", NULL);
    if (!ctx.zone)
        return -1;
    if (words_rule(in->weekly, &ctx, &c->out, &rule, &time_s, NULL) || time_s < 0)
        return err_set(e, ERR_INVALID, MSG_WEEKLY_BAD, "weekly", in->weekly, NULL);
    while (day < 7 && strcmp(rule, arena_printf(&c->out, "FREQ=WEEKLY;BYDAY=%s", days[day])) != 0)
        day++;
    if (day == 7)
        return err_set(e, ERR_INVALID, MSG_WEEKLY_BAD, "weekly", in->weekly, NULL);
    r->offset_ms = (day * 86400LL + time_s) * 1000;
    return 0;
}

static int take_milestone(struct call *c, struct db *db, const struct reminder_input *in, struct reminder *r,
                          enum notice_kind kind, struct err *e)
{
    int64_t steps[MILESTONE_STEPS_MAX];
    struct target t;
    char *plan;

    if (kind != NOTICE_MILESTONE)
        return in->target || in->steps ? err_set(e, ERR_INVALID, MSG_REMINDER_OPTION, in->target ? "target" : "steps",
                                                 notice_kind_name(kind), in->target ? "--target" : "--steps", NULL)
                                       : 0;
    if (in->steps && milestone_steps_parse(in->steps, steps) == 0)
        return err_set(e, ERR_INVALID, MSG_STEPS_BAD, "steps", in->steps, NULL);
    if (in->target && in->target[0] &&
        (plan_named(c, db, NULL, &plan, e) || target_named(c, db, plan, in->target, &t, e)))
        return -1;
    if (in->target)
        r->target = in->target;
    if (in->steps)
        r->steps = in->steps;
    if (!r->steps || !r->steps[0])
        r->steps = (char *)(uintptr_t)MILESTONE_STEPS_DEFAULT;
    return 0;
}

static int take_rest(struct call *c, struct db *db, const struct reminder_input *in, struct reminder *r,
                     enum notice_kind kind, struct err *e)
{
    enum lang lang;

    if (in->lang && in->lang[0] && !lang_parse(in->lang, &lang))
        return err_set(e, ERR_INVALID, MSG_LANG_BAD, "lang", in->lang, NULL);
    if (in->lang)
        r->lang = in->lang;
    return take_template(in->template, r, e) || take_weekly(c, in, r, kind, e) ||
                   take_milestone(c, db, in, r, kind, e)
               ? -1
               : 0;
}

static int run_add(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct reminder_input *in = input;
    struct reminder *r = arena_alloc(&c->out, sizeof *r);
    enum notice_kind kind;

    if (take_kind(in->kind ? in->kind : in->after ? "thanks" : "upcoming", &kind, e) || take_offset(in, r, kind, e) ||
        take_subject(c, db, in, r, kind, e))
        return -1;
    r->code = arena_alloc(&c->out, CRYPTO_ID_BYTES);
    crypto_id('r', r->code);
    r->kind = (char *)(uintptr_t)notice_kind_name(kind);
    r->template = (char *)(uintptr_t)"";
    r->every_channel = in->channels.count == 0;
    r->created_ms = c->req.now_ms;
    r->lang = r->target = r->steps = (char *)(uintptr_t) "";
    if (notice_kind_is_weekly(kind))
        r->offset_ms = kind == NOTICE_DIGEST ? DIGEST_OFFSET_MS : ASK_OFFSET_MS;
    if (take_rest(c, db, in, r, kind, e))
        return -1;
    store_reminder_insert(db, r);
    if (db_check(db, e) || take_channels(c, db, &in->channels, r->id, e))
        return -1;
    planner_reminder(c, db, r->id);
    call_audit(c, r->code, "%s %s", r->kind, in->event ? in->event : in->category ? in->category : "all");
    *ret = r = store_reminder_by_id(db, r->id, &c->out);
    if (r)
        view(c, db, r);
    return db_check(db, e);
}

static int run_show(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct reminder_input *in = input;
    struct reminder *r;

    if (find(c, db, in->id, &r, e))
        return -1;
    view(c, db, r);
    *ret = r;
    return db_check(db, e);
}

static int run_list(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct reminder_input *in = input;
    struct ids ids = store_reminder_ids(db, &c->out);
    struct list_builder items = {0};
    struct event *ev;

    if (in->event && event_find(c, db, in->event, &ev, e))
        return -1;
    for (size_t i = 0; i < ids.count; i++) {
        struct reminder *r = store_reminder_by_id(db, ids.items[i], &c->out);
        view(c, db, r);
        if (in->event && (!r->event || strcmp(r->event, in->event) != 0))
            continue;
        *(struct reminder *)list_add(c, &items, sizeof *r) = *r;
    }
    *ret = list_end(c, &items, NULL);
    return db_check(db, e);
}

/* The rule of an event is its departments' to change. */
static int find_to_change(struct call *c, struct db *db, const char *code, struct reminder **ret, struct err *e)
{
    if (find(c, db, code, ret, e))
        return -1;
    if ((*ret)->event_id == DB_NULL_INT)
        return 0;
    return event_may_change(c, event_get(c, db, (*ret)->event_id), e);
}

/* A time before the start means nothing after the end; what is told at a time stays so, and the others too. */
static int take_other_kind(const struct reminder_input *in, const struct reminder *r, enum notice_kind kind,
                           struct err *e)
{
    enum notice_kind was;

    if (!notice_kind_parse(r->kind, &was) || was == kind)
        return 0;
    if (notice_kind_has_offset(was) != notice_kind_has_offset(kind) || notice_kind_is_weekly(was) ||
        notice_kind_is_weekly(kind) || was == NOTICE_MILESTONE || kind == NOTICE_MILESTONE)
        return err_set(e, ERR_INVALID, MSG_KIND_BAD, "kind", notice_kind_name(kind), NULL);
    if ((was == NOTICE_THANKS) != (kind == NOTICE_THANKS) && !in->before && !in->after)
        return err_set(e, ERR_USAGE, MSG_BEFORE_AFTER, "before", NULL);
    return 0;
}

static int run_edit(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct reminder_input *in = input;
    struct reminder *r;
    enum notice_kind kind;

    if (find_to_change(c, db, in->id, &r, e) || take_kind(in->kind ? in->kind : r->kind, &kind, e) ||
        take_other_kind(in, r, kind, e))
        return -1;
    if ((in->before || in->after) && take_offset(in, r, kind, e))
        return -1;
    if (take_rest(c, db, in, r, kind, e))
        return -1;
    r->kind = (char *)(uintptr_t)notice_kind_name(kind);
    if (in->channels.given)
        r->every_channel = in->channels.count == 0;
    if (in->channels.given && take_channels(c, db, &in->channels, r->id, e))
        return -1;
    store_reminder_update(db, r);
    planner_reminder(c, db, r->id);
    call_audit(c, r->code, "edited");
    *ret = r = store_reminder_by_id(db, r->id, &c->out);
    if (r)
        view(c, db, r);
    return db_check(db, e);
}

static int run_remove(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct reminder_input *in = input;
    struct reminder *r;
    struct ids open;

    if (find_to_change(c, db, in->id, &r, e))
        return -1;
    view(c, db, r);
    open = store_delivery_open_of_reminder(db, r->id, &c->out);
    for (size_t i = 0; i < open.count; i++)
        delivery_move(c, db, store_delivery_by_id(db, open.items[i], &c->out), DELIVERY_CANCELLED, "reminder removed");
    store_reminder_delete(db, r->id);
    planner_everything(c, db);
    call_audit(c, r->code, "removed");
    *ret = r;
    return db_check(db, e);
}

const struct operation op_reminder_add = {"reminder add", ROLE_ORGANIZER, true, run_add};
const struct operation op_reminder_list = {"reminder list", ROLE_VIEWER, false, run_list};
const struct operation op_reminder_show = {"reminder show", ROLE_VIEWER, false, run_show};
const struct operation op_reminder_edit = {"reminder edit", ROLE_ORGANIZER, true, run_edit};
const struct operation op_reminder_remove = {"reminder remove", ROLE_ORGANIZER, true, run_remove};
