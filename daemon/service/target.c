#include "target.h"

#include "base/names.h"
#include "calendar/civil.h"
#include "calendar/words.h"
#include "calendar/zone.h"
#include "domain/event.h"
#include "domain/people.h"
#include "planner.h"
#include "measure.h"
#include "register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int plan_named(struct call *c, struct db *db, const char *given, char **ret, struct err *e)
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

int target_named(struct call *c, struct db *db, const char *plan, const char *slug, struct target *ret, struct err *e)
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

/* Trouble first, the worst of it before the rest; then the plan's order. */
static int by_trouble(const void *left, const void *right)
{
    const struct target *a = left, *b = right;

    if (a->standing != b->standing)
        return a->standing < b->standing ? -1 : 1;
    if (a->percent_milli != b->percent_milli && a->standing == STANDING_BEHIND)
        return a->percent_milli < b->percent_milli ? -1 : 1;
    return a->position < b->position ? -1 : a->position > b->position;
}

int targets_read(struct measuring *m, struct objects *ret, struct err *e)
{
    struct list_builder b = {0};
    struct target row;
    struct stmt *s = store_target_list(m->db, m->plan);

    m->all = true;
    while (store_target_next(s, &m->c->out, &row))
        *(struct target *)list_add(m->c, &b, sizeof row) = row;
    *ret = (struct objects){b.items, b.count, true};
    for (size_t i = 0; i < b.count; i++)
        if (measuring_fill(m, (struct target *)ret->items + i, e))
            return -1;
    return db_check(m->db, e);
}

static int run_list(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct target_ref *ref = input;
    struct list *list = arena_alloc(&c->out, sizeof *list);
    struct measuring m;
    char *plan;

    if (plan_named(c, db, ref->plan, &plan, e) || measuring_begin(c, db, plan, 0, 0, &m, e) ||
        targets_read(&m, &list->items, e))
        return -1;
    if (list->items.count)
        qsort(list->items.items, list->items.count, sizeof(struct target), by_trouble);
    *ret = list;
    return 0;
}

static int show(struct call *c, struct db *db, const char *plan, const char *slug, void **ret, struct err *e)
{
    struct target *t = arena_alloc(&c->out, sizeof *t);
    struct measuring m;

    if (target_named(c, db, plan, slug, t, e) || measuring_begin(c, db, plan, 0, 0, &m, e) || measuring_fill(&m, t, e))
        return -1;
    *ret = t;
    return 0;
}

static int run_show(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct target_ref *ref = input;
    char *plan;

    return plan_named(c, db, ref->plan, &plan, e) ? -1 : show(c, db, plan, ref->slug, ret, e);
}

static int run_grid(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct target_ref *ref = input;
    struct grid *g = arena_alloc(&c->out, sizeof *g);
    struct measuring m;
    struct target t;
    char *plan;

    if (plan_named(c, db, ref->plan, &plan, e) || target_named(c, db, plan, ref->slug, &t, e))
        return -1;
    if (strcmp(t.measure, measure_names[MEASURE_COVERAGE]) != 0)
        return err_set(e, ERR_INVALID, MSG_TARGET_NO_GRID, "slug", t.slug, NULL);
    if (measuring_begin(c, db, plan, 0, 0, &m, e) || measuring_grid(&m, &t, g, e))
        return -1;
    *ret = g;
    return 0;
}

const struct operation op_target_list = {"target list", ROLE_VIEWER, false, run_list};
const struct operation op_target_show = {"target show", ROLE_VIEWER, false, run_show};
const struct operation op_target_grid = {"target grid", ROLE_VIEWER, false, run_grid};

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

    if (plan_named(c, db, in->plan, &plan, e) || target_named(c, db, plan, in->slug ? in->slug : "", t, e))
        return -1;
    if (target_is_people(t))
        return err_set(e, ERR_CONFLICT, MSG_TARGET_COUNTED, "slug", t->slug, NULL);
    return store_plan_open(db, plan) == 1 ? 0 : err_set(e, ERR_CONFLICT, MSG_PLAN_CLOSED, "plan", plan, NULL);
}

/* A date that was said lies in the plan's time, or --force. Today needs nobody's leave: late figures come in late. */
static int check_at(struct call *c, const struct measuring *m, const char *at, bool said, struct err *e)
{
    if (!said || c->req.force || (strcmp(at, m->dates.start) >= 0 && strcmp(at, m->dates.end) <= 0))
        return 0;
    return err_set(e, ERR_INVALID, MSG_DATE_OUTSIDE_PLAN, "at", at, m->plan, m->dates.start, m->dates.end, NULL);
}

/* A unit is named where a grid is filled, and is of the grid's kind. */
static int check_unit(struct call *c, struct db *db, const struct target *t, const char *unit, bool needed,
                      struct err *e)
{
    struct entry *found;
    const char *kind;

    if (strcmp(t->measure, measure_names[MEASURE_COVERAGE]) != 0)
        return unit ? err_set(e, ERR_INVALID, MSG_TARGET_NO_UNIT, "unit", t->slug, NULL) : 0;
    if (!unit)
        return needed ? err_set(e, ERR_INVALID, MSG_TARGET_UNIT_NEEDED, "unit", t->slug, NULL) : 0;
    if (register_find(c, db, REGISTER_UNIT, unit, &found, e)) {
        if (e->code == ERR_NOT_FOUND)
            snprintf(e->field, sizeof e->field, "unit");
        return -1;
    }
    kind = arena_strndup(&c->out, t->per, strcspn(t->per, " "));
    return strcmp(found->kind, kind) == 0
               ? 0
               : err_set(e, ERR_INVALID, MSG_TARGET_UNIT_KIND, "unit", unit, found->kind, t->slug, kind, NULL);
}

static int read_entry(struct call *c, struct db *db, const struct measuring *m, const struct target_input *in,
                      const struct target *t, struct target_entry *entry, struct err *e)
{
    if (read_texts(c, in, entry, e) || check_at(c, m, entry->at, in->at != NULL, e))
        return -1;
    entry->unit = in->unit && in->unit[0] ? in->unit : NULL;
    if (check_unit(c, db, t, entry->unit, strcmp(entry->kind, "record") == 0, e))
        return -1;
    entry->plan = t->plan;
    entry->slug = t->slug;
    entry->who = c->req.principal.name;
    entry->created_ms = c->req.now_ms;
    return 0;
}

static void keep(struct call *c, struct db *db, const struct target_entry *entry)
{
    store_target_add_entry(db, entry);
    planner_target_changed(c, db, entry->plan, entry->slug);
    call_changed(c, CHANGE_TARGETS, 0);
}

static int answer(struct call *c, struct db *db, const struct target_entry *entry, void **ret, struct err *e)
{
    call_audit(c, entry->slug, "%s %lld.%03d", entry->kind, (long long)(entry->amount_milli / 1000),
               (int)(entry->amount_milli < 0 ? -(entry->amount_milli % 1000) : entry->amount_milli % 1000));
    return show(c, db, entry->plan, entry->slug, ret, e);
}

/* A base or a hall is registered once; what is taken back may be registered again. */
static int check_name(const struct measuring *m, const struct target *t, const struct target_entry *entry,
                      struct err *e)
{
    const struct target_entry *list, *set = measuring_last_set(m, t);
    size_t count = measuring_entries(m, t->slug, &list);
    int64_t have_milli = 0;

    if (strcmp(t->measure, measure_names[MEASURE_ENTITIES]) != 0 || !entry->name || !entry->name[0] ||
        entry->amount_milli <= 0)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, entry->name) == 0 && measuring_takes(m, t, set, &list[i]))
            have_milli += list[i].amount_milli;
    return have_milli <= 0 ? 0 : err_set(e, ERR_EXISTS, MSG_TARGET_NAME_TAKEN, "name", t->slug, entry->name, NULL);
}

#define SHARE_MILLI_MAX 100000

static bool is_share(const struct target *t)
{
    return strcmp(t->unit, "%") == 0;
}

/* What was entered may not fall below nought, nor a milestone be more than done. */
static int check_sum(const struct measuring *m, const struct target *t, const struct target_entry *entry,
                     struct err *e)
{
    const struct target_entry *list, *set = measuring_last_set(m, t);
    size_t count = measuring_entries(m, t->slug, &list);
    int64_t sum_milli = entry->amount_milli;
    bool set_anew = strcmp(entry->kind, "set") == 0;
    bool manual = strcmp(t->measure, measure_names[MEASURE_MANUAL]) == 0;

    for (size_t i = 0; i < count && !set_anew; i++) {
        if (entry->unit ? strcmp(list[i].unit, entry->unit) == 0 : measuring_takes(m, t, set, &list[i]))
            sum_milli += list[i].amount_milli;
    }
    if (sum_milli < 0)
        return err_set(e, ERR_INVALID, MSG_TARGET_BELOW, "amount", t->slug, NULL);
    if (is_share(t) && !entry->unit && (set_anew || manual) && sum_milli > SHARE_MILLI_MAX)
        return err_set(e, ERR_INVALID, MSG_TARGET_SHARE, set_anew ? "value" : "amount", t->slug, NULL);
    if (strcmp(t->measure, measure_names[MEASURE_MILESTONE]) == 0 && sum_milli > t->target_milli)
        return err_set(e, ERR_INVALID, MSG_AMOUNT_RANGE, set_anew ? "value" : "amount", "value", "0", "1", NULL);
    return 0;
}

/* A part of a whole, both said; a correction of the part alone is less of it. */
static int check_of(const struct target *t, const struct target_input *in, struct err *e)
{
    bool ratio = strcmp(t->measure, measure_names[MEASURE_RATIO]) == 0;
    char text[32];

    if (in->of_milli == FIELD_INT_ABSENT)
        return ratio && in->amount_milli >= 0 ? err_set(e, ERR_INVALID, MSG_TARGET_OF_NEEDED, "of", t->slug, NULL) : 0;
    if (!ratio)
        return err_set(e, ERR_INVALID, MSG_TARGET_NO_OF, "of", t->slug, NULL);
    if (in->of_milli <= 0)
        return err_set(e, ERR_INVALID, MSG_AMOUNT_POSITIVE, "of", "of", NULL);
    if (target_amount_check(in->of_milli, 1, "of", e))
        return -1;
    snprintf(text, sizeof text, "%lld", (long long)(in->of_milli / 1000));
    return in->amount_milli <= in->of_milli ? 0
                                            : err_set(e, ERR_INVALID, MSG_AMOUNT_OF, "amount", "amount", text, NULL);
}

/* People, happenings and things are whole; what surveys tell needn't be. */
static int check_whole(const struct target *t, int64_t milli, const char *field, struct err *e)
{
    bool any = strcmp(t->measure, measure_names[MEASURE_MANUAL]) == 0 ||
               strcmp(t->measure, measure_names[MEASURE_RATIO]) == 0 || is_share(t);

    return any || milli % 1000 == 0 ? 0 : err_set(e, ERR_INVALID, MSG_TARGET_WHOLE, field, t->slug, NULL);
}

static int check_amounts(const struct target *t, const struct target_input *in, struct err *e)
{
    if (target_amount_check(in->amount_milli, -TARGET_AMOUNT_MILLI_MAX, "amount", e) ||
        check_whole(t, in->amount_milli, "amount", e))
        return -1;
    return check_of(t, in, e);
}

int target_add_record(struct call *c, struct db *db, const struct measuring *m, const struct target *t,
                      const struct target_input *in, struct target_entry *ret, struct err *e)
{
    *ret = (struct target_entry){.kind = "record", .amount_milli = in->amount_milli, .of_milli = in->of_milli};
    if (check_amounts(t, in, e) || read_entry(c, db, m, in, t, ret, e) || check_name(m, t, ret, e) ||
        check_sum(m, t, ret, e))
        return -1;
    keep(c, db, ret);
    return 0;
}

int target_add_set(struct call *c, struct db *db, struct measuring *m, const struct target *t,
                   const struct target_input *in, struct target_entry *ret, struct err *e)
{
    *ret = (struct target_entry){.kind = "set", .amount_milli = in->value_milli, .of_milli = DB_NULL_INT};
    if (target_amount_check(in->value_milli, 0, "value", e) || check_whole(t, in->value_milli, "value", e) ||
        read_entry(c, db, m, in, t, ret, e) ||
        check_sum(m, t, ret, e))
        return -1;
    ret->counted_milli = measuring_counted(m, t);
    keep(c, db, ret);
    return 0;
}

/* A negative amount corrects an earlier one. */
static int run_record(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct target_input *in = input;
    struct target_entry entry;
    struct measuring m;
    struct target t;

    if (check_open(c, db, in, &t, e) || measuring_begin(c, db, t.plan, 0, 0, &m, e) ||
        target_add_record(c, db, &m, &t, in, &entry, e))
        return -1;
    return answer(c, db, &entry, ret, e);
}

static int run_set(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct target_input *in = input;
    struct target_entry entry;
    struct measuring m;
    struct target t;

    if (check_open(c, db, in, &t, e) || measuring_begin(c, db, t.plan, 0, 0, &m, e) ||
        target_add_set(c, db, &m, &t, in, &entry, e))
        return -1;
    return answer(c, db, &entry, ret, e);
}

const struct operation op_target_record = {"target record", ROLE_ORGANIZER, true, run_record};
const struct operation op_target_set = {"target set", ROLE_ORGANIZER, true, run_set};
