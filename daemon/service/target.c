#include "target.h"

#include "base/names.h"
#include "calendar/civil.h"
#include "calendar/words.h"
#include "calendar/zone.h"
#include "domain/event.h"
#include "domain/people.h"
#include "store/target.h"
#include "store/volunteer.h"
#include "volunteer.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS 86400000LL

/* The plan that is named, or the newest open one. */
static int find_plan(struct call *c, struct db *db, const char *given, char **ret, struct err *e)
{
    if (!given || !*given) {
        *ret = store_plan_current(db, &c->out);
        return *ret ? 0 : db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_PLAN_NONE, "plan", NULL);
    }
    if (store_plan_open(db, given) < 0)
        return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_THING_NOT_FOUND, "plan", "plan", given, NULL);
    *ret = arena_strdup(&c->out, given);
    return 0;
}

static bool is_people(const struct target *t)
{
    return strcmp(t->slug, TARGET_VOLUNTEERS) == 0;
}

/* A survey's result or a share is unknown until somebody says; what is counted is nought. */
static bool starts_unknown(const struct target *t)
{
    return strcmp(t->measure, "manual") == 0 || strcmp(t->measure, "ratio") == 0;
}

static void count_people(struct call *c, struct db *db, const struct zone *z, struct target *t)
{
    int64_t days_left, now_ms = c->req.now_ms;

    t->value_milli = (int64_t)people_count(db) * 1000;
    t->pace = store_people_count(db, now_ms - TARGET_PACE_DAYS * DAY_MS);
    days_left = target_days_left(t->value_milli, t->target_milli, t->pace);
    if (days_left <= 0)
        return;
    t->forecast.wall_s = civil_midnight(zone_to_wall(z, (now_ms + days_left * DAY_MS) / 1000));
    t->forecast.date = t->forecast.set = true;
}

static void sum_entries(struct db *db, struct target *t)
{
    struct target_sums sums = store_target_sums(db, t->plan, t->slug);

    if (sums.of_milli > 0)
        t->value_milli = target_percent_milli(sums.amount_milli, sums.of_milli);
    else if (sums.entries > 0 || !starts_unknown(t))
        t->value_milli = sums.amount_milli;
}

static int fill(struct call *c, struct db *db, struct target *t, struct err *e)
{
    const struct zone *z = zone_find(service_settings(c->service)->tz, e);

    if (!z)
        return -1;
    if (is_people(t))
        count_people(c, db, z, t);
    else
        sum_entries(db, t);
    if (t->value_milli != FIELD_INT_ABSENT && t->target_milli > 0)
        t->percent_milli = target_percent_milli(t->value_milli, t->target_milli);
    t->lead = store_target_lead(db, t->plan, t->section, &c->out);
    return db_check(db, e);
}

static int find(struct call *c, struct db *db, const char *plan, const char *slug, struct target *ret, struct err *e)
{
    struct texts slugs;
    const char *nearest;

    if (store_target_find(db, plan, slug, &c->out, ret))
        return 0;
    slugs = store_target_slugs(db, plan, &c->out);
    nearest = names_nearest(slug, (const char *const *)slugs.items, slugs.count);
    return db_check(db, e) ? -1
                           : err_set(e, ERR_NOT_FOUND, nearest ? MSG_THING_NOT_FOUND_NEAR : MSG_THING_NOT_FOUND, "slug",
                                     "target", slug, nearest, NULL);
}

static int run_list(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct target_ref *ref = input;
    struct list_builder b = {0};
    struct target row;
    struct stmt *s;
    char *plan;

    if (find_plan(c, db, ref->plan, &plan, e))
        return -1;
    s = store_target_list(db, plan);
    while (store_target_next(s, &c->out, &row)) {
        struct target *t = list_add(c, &b, sizeof row);
        *t = row;
        if (fill(c, db, t, e))
            return -1;
    }
    *ret = list_end(c, &b, NULL);
    return 0;
}

static int show(struct call *c, struct db *db, const char *plan, const char *slug, void **ret, struct err *e)
{
    struct target *t = arena_alloc(&c->out, sizeof *t);

    if (find(c, db, plan, slug, t, e) || fill(c, db, t, e))
        return -1;
    *ret = t;
    return 0;
}

static int run_show(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct target_ref *ref = input;
    char *plan;

    return find_plan(c, db, ref->plan, &plan, e) ? -1 : show(c, db, plan, ref->slug, ret, e);
}

const struct operation op_target_list = {"target list", ROLE_VIEWER, false, run_list};
const struct operation op_target_show = {"target show", ROLE_VIEWER, false, run_show};

/* Entering */

/* Only a date is kept. */
static int read_at(struct call *c, const char *text, const char **ret, struct err *e)
{
    const struct zone *z = zone_find(service_settings(c->service)->tz, e);
    struct words_context ctx = {c->req.now_ms, z};
    struct words_when when = {.date = true};
    char date[CIVIL_TEXT_BYTES];

    if (!z)
        return -1;
    when.wall_s = zone_to_wall(z, c->req.now_ms / 1000);
    if (text && words_when(text, &ctx, &when, e)) {
        err_field(e, "at");
        return -1;
    }
    civil_format(civil_midnight(when.wall_s), true, date);
    *ret = arena_strdup(&c->out, date);
    return 0;
}

static int read_texts(struct call *c, const struct target_input *in, struct target_entry *t, struct err *e)
{
    char *name, *level, *note;

    if (person_text_check(in->name, "name", TARGET_NAME_CHARS_MAX, &c->out, &name, e) ||
        person_text_check(in->level, "level", TARGET_LEVEL_CHARS_MAX, &c->out, &level, e) ||
        person_text_check(in->note, "note", TARGET_NOTE_CHARS_MAX, &c->out, &note, e))
        return -1;
    t->name = name;
    t->level = level;
    t->note = note;
    return read_at(c, in->at, &t->at, e);
}

/* The plan is open and the target one that is entered. */
static int check_open(struct call *c, struct db *db, const struct target_input *in, struct target *t, struct err *e)
{
    char *plan;

    if (find_plan(c, db, in->plan, &plan, e) || find(c, db, plan, in->slug ? in->slug : "", t, e))
        return -1;
    if (is_people(t))
        return err_set(e, ERR_CONFLICT, MSG_TARGET_COUNTED, "slug", t->slug, NULL);
    return store_plan_open(db, plan) == 1 ? 0 : err_set(e, ERR_CONFLICT, MSG_PLAN_CLOSED, "plan", plan, NULL);
}

static int enter(struct call *c, struct db *db, const struct target_input *in, const struct target *t,
                 struct target_entry *entry, void **ret, struct err *e)
{
    if (read_texts(c, in, entry, e))
        return -1;
    entry->plan = t->plan;
    entry->slug = t->slug;
    entry->who = c->req.principal.name;
    entry->created_ms = c->req.now_ms;
    store_target_add_entry(db, entry);
    call_audit(c, t->slug, "%s %lld.%03d", entry->kind, (long long)(entry->amount_milli / 1000),
               (int)(entry->amount_milli < 0 ? -(entry->amount_milli % 1000) : entry->amount_milli % 1000));
    call_changed(c, CHANGE_TARGETS, 0);
    return show(c, db, t->plan, t->slug, ret, e);
}

/* A negative amount corrects an earlier one, so the sum may not fall below nought. */
static int run_record(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct target_input *in = input;
    struct target_entry entry = {.kind = "record", .amount_milli = in->amount_milli, .of_milli = in->of_milli};
    struct target t;
    char text[32];

    if (check_open(c, db, in, &t, e) ||
        target_amount_check(in->amount_milli, -TARGET_AMOUNT_MILLI_MAX, "amount", e) ||
        (in->of_milli != FIELD_INT_ABSENT && target_amount_check(in->of_milli, 1, "of", e)))
        return -1;
    snprintf(text, sizeof text, "%lld", (long long)(in->of_milli / 1000));
    if (in->of_milli != FIELD_INT_ABSENT && in->amount_milli > in->of_milli)
        return err_set(e, ERR_INVALID, MSG_AMOUNT_OF, "amount", "amount", text, NULL);
    if (store_target_sums(db, t.plan, t.slug).amount_milli + in->amount_milli < 0)
        return err_set(e, ERR_INVALID, MSG_AMOUNT_RANGE, "amount", "value", "0", "1000000000", NULL);
    return enter(c, db, in, &t, &entry, ret, e);
}

static int run_set(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct target_input *in = input;
    struct target_entry entry = {.kind = "set", .amount_milli = in->value_milli, .of_milli = DB_NULL_INT};
    struct target t;

    if (check_open(c, db, in, &t, e) || target_amount_check(in->value_milli, 0, "value", e))
        return -1;
    return enter(c, db, in, &t, &entry, ret, e);
}

const struct operation op_target_record = {"target record", ROLE_ORGANIZER, true, run_record};
const struct operation op_target_set = {"target set", ROLE_ORGANIZER, true, run_set};
