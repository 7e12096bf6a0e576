#include "preset.h"

#include "calendar/civil.h"
#include "calendar/lunar.h"
#include "calendar/words.h"
#include "event.h"
#include "notice.h"
#include "planner.h"
#include "series.h"
#include "store/register.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define START_TIME_DEFAULT "09:00"

static char *text_of(const json_t *o, const char *name, struct arena *a)
{
    const char *text = json_string_value(json_object_get(o, name));

    return arena_strdup(a, text ? text : "");
}

static struct texts texts_of(const json_t *o, const char *name, struct arena *a)
{
    const json_t *array = json_object_get(o, name);
    struct texts list = {arena_alloc(a, (json_array_size(array) + 1) * sizeof(char *)), 0, true};

    for (size_t i = 0; i < json_array_size(array); i++)
        if (json_is_string(json_array_get(array, i)))
            list.items[list.count++] = arena_strdup(a, json_string_value(json_array_get(array, i)));
    return list;
}

static int64_t line_of(const json_t *most)
{
    return json_is_integer(most) ? json_integer_value(most) : FIELD_INT_ABSENT;
}

static struct objects roles_of(const json_t *o, struct arena *a)
{
    const json_t *array = json_object_get(o, "roles");
    struct role *roles = arena_alloc(a, (json_array_size(array) + 1) * sizeof *roles);

    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *r = json_array_get(array, i);
        roles[i] = (struct role){.name = text_of(r, "name", a),
                                 .capacity = json_integer_value(json_object_get(r, "capacity")),
                                 .minimum = json_integer_value(json_object_get(r, "minimum")),
                                 .participant = json_is_true(json_object_get(r, "participant")),
                                 .skills = texts_of(r, "skills", a),
                                 .waitlist_max = line_of(json_object_get(r, "waitlist_max"))};
    }
    return (struct objects){roles, json_array_size(array), true};
}

static struct preset *read_body(struct call *c, const char *body)
{
    struct preset *p = arena_alloc(&c->out, sizeof *p);
    struct arena *a = &c->out;
    json_t *o = json_loads(body, 0, NULL);

    *p = (struct preset){.slug = text_of(o, "slug", a),
                         .title = text_of(o, "title", a),
                         .title_en = text_of(o, "title_en", a),
                         .basis = text_of(o, "basis", a),
                         .rule = text_of(o, "rule", a),
                         .category = text_of(o, "category", a),
                         .lead = text_of(o, "lead", a),
                         .partners = texts_of(o, "partners", a),
                         .audiences = texts_of(o, "audiences", a),
                         .indicators = texts_of(o, "indicators", a),
                         .reminders = texts_of(o, "reminders", a),
                         .roles = roles_of(o, a),
                         .provisional = json_is_true(json_object_get(o, "provisional")),
                         .all_day = json_is_true(json_object_get(o, "all_day")),
                         .start = text_of(o, "start", a),
                         .start_time = text_of(o, "start_time", a),
                         .duration = text_of(o, "duration", a),
                         .note = text_of(o, "note", a),
                         .note_en = text_of(o, "note_en", a),
                         .signup_opens = text_of(o, "signup_opens", a),
                         .signup_closes = text_of(o, "signup_closes", a),
                         .cancel_until = text_of(o, "cancel_until", a),
                         .signup_limit = FIELD_INT_ABSENT,
                         .days = FIELD_INT_ABSENT};
    if (json_is_integer(json_object_get(o, "signup_limit")))
        p->signup_limit = json_integer_value(json_object_get(o, "signup_limit"));
    if (p->all_day)
        p->days = json_integer_value(json_object_get(o, "days"));
    json_decref(o);
    p->rule_text = p->rule[0] ? words_describe(p->rule, c->req.lang, a) : (char *)(uintptr_t)"";
    return p;
}

static int find(struct call *c, struct db *db, const char *slug, struct preset **ret, struct err *e)
{
    char *body = store_preset_body(db, slug, &c->out);
    struct texts slugs;
    const char *near;

    if (body) {
        *ret = read_body(c, body);
        return 0;
    }
    slugs = store_preset_slugs(db, &c->out);
    near = names_nearest(slug, (const char *const *)slugs.items, slugs.count);
    if (db_check(db, e))
        return -1;
    if (near)
        return err_set(e, ERR_NOT_FOUND, MSG_THING_NOT_FOUND_NEAR, "slug", "preset", slug, near, NULL);
    return err_set(e, ERR_NOT_FOUND, MSG_THING_NOT_FOUND, "slug", "preset", slug, NULL);
}

/* The month and day it usually begins on, in a year: "09-15", or of the lunar calendar where the rule is lunar. */
static bool usual_start(const struct preset *p, int year, int64_t *ret_wall_s)
{
    int month, day;

    if (sscanf(p->start, "%2d-%2d", &month, &day) != 2)
        return false;
    if (strncmp(p->rule, "RSCALE=CHINESE", 14) == 0) {
        struct lunar_date d = {year, month, false, day};
        int64_t days;
        if (!lunar_to_days(&d, &days))
            return false;
        *ret_wall_s = days * CIVIL_DAY_S;
        return true;
    }
    *ret_wall_s = civil_days(year, month, day) * CIVIL_DAY_S;
    return true;
}

static int64_t time_of_day(const struct preset *p)
{
    int hour = 9, minute = 0;

    if (p->all_day)
        return 0;
    sscanf(p->start_time[0] ? p->start_time : START_TIME_DEFAULT, "%2d:%2d", &hour, &minute);
    return hour * 3600 + minute * 60;
}

/* The first date from today on: this year's, or next year's if that is over. Without a rule the usual day itself. */
static bool first_date(struct call *c, const struct preset *p, int64_t now_wall_s, int64_t *ret_wall_s)
{
    struct recur_rule *rule, *rules[1];
    struct recur_set set = {.date = p->all_day, .rules = rules, .rule_count = 1};
    struct recur_iter *it;
    struct civil today;
    bool found = false;

    civil_from_wall(now_wall_s, &today);
    for (int year = today.year - 1; year <= today.year + 2 && !found; year++) {
        if (!usual_start(p, year, &set.start_s))
            return false;
        set.start_s += time_of_day(p);
        if (!p->rule[0] || recur_parse(p->rule, &c->out, &rule, NULL)) {
            *ret_wall_s = set.start_s;
            found = set.start_s >= civil_midnight(now_wall_s);
            continue;
        }
        rules[0] = rule;
        it = recur_iter_new(&set, civil_midnight(now_wall_s), NULL);
        found = it && recur_iter_next(it, ret_wall_s) == 1;
        recur_iter_free(it);
    }
    return found;
}

static void view_next(struct call *c, struct preset *p)
{
    const struct zone *zone = zone_find(service_settings(c->service)->tz, NULL);
    struct event_date *dates = arena_alloc(&c->out, 5 * sizeof *dates);
    struct recur_rule *rule, *rules[1];
    struct recur_set set = {.date = p->all_day, .rules = rules, .rule_count = 1};
    struct recur_iter *it;
    int64_t wall_s;

    p->next = (struct objects){dates, 0, true};
    if (!p->rule[0] || !first_date(c, p, zone_to_wall(zone, c->req.now_ms / 1000), &set.start_s) ||
        recur_parse(p->rule, &c->out, &rule, NULL))
        return;
    rules[0] = rule;
    it = recur_iter_new(&set, set.start_s, NULL);
    while (it && p->next.count < 5 && recur_iter_next(it, &wall_s) == 1)
        dates[p->next.count++].start = moment_of(zone, wall_s, p->all_day);
    recur_iter_free(it);
}

static int run_show(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct slug_ref *in = input;
    struct preset *p;

    if (find(c, db, in->slug, &p, e))
        return -1;
    view_next(c, p);
    *ret = p;
    return 0;
}

static int run_list(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct texts slugs = store_preset_slugs(db, &c->out);
    struct list_builder items = {0};

    (void)input;
    for (size_t i = 0; i < slugs.count; i++) {
        struct preset *p = read_body(c, store_preset_body(db, slugs.items[i], &c->out));
        view_next(c, p);
        *(struct preset *)list_add(c, &items, sizeof *p) = *p;
    }
    *ret = list_end(c, &items, NULL);
    return db_check(db, e);
}

/* Applying */

static struct objects role_inputs(struct call *c, const struct objects *list)
{
    const struct role *roles = list->items;
    struct role_input *inputs = arena_alloc(&c->out, (list->count + 1) * sizeof *inputs);

    for (size_t i = 0; i < list->count; i++)
        inputs[i] = (struct role_input){roles[i].name, roles[i].capacity, roles[i].minimum, roles[i].participant,
                                         roles[i].skills, roles[i].waitlist_max};
    return (struct objects){inputs, list->count, true};
}

static void otherwise(char **to, char *preset)
{
    if (!*to && preset[0])
        *to = preset;
}

static void otherwise_list(struct texts *to, const struct texts *preset)
{
    if (!to->given)
        *to = *preset;
}

/* What was not given comes from the preset. */
static int fill(struct call *c, const struct preset *p, struct event_input *in, struct err *e)
{
    const struct zone *zone = zone_find(in->tz ? in->tz : service_settings(c->service)->tz, e);
    int64_t wall_s;

    if (!zone)
        return -1;
    otherwise(&in->title, p->title);
    otherwise(&in->repeat, p->rule);
    otherwise(&in->category, p->category);
    otherwise(&in->lead, p->lead);
    otherwise(&in->description, c->req.lang == LANG_EN && p->note_en[0] ? p->note_en : p->note);
    otherwise(&in->signup_opens, p->signup_opens);
    otherwise(&in->signup_closes, p->signup_closes);
    otherwise(&in->cancel_until, p->cancel_until);
    if (in->signup_limit == FIELD_INT_ABSENT)
        in->signup_limit = p->signup_limit;
    otherwise_list(&in->partners, &p->partners);
    otherwise_list(&in->audiences, &p->audiences);
    otherwise_list(&in->indicators, &p->indicators);
    if (!in->roles.given)
        in->roles = role_inputs(c, &p->roles);
    if (in->provisional < 0)
        in->provisional = p->provisional;
    if (in->all_day < 0)
        in->all_day = p->all_day;
    if (!in->end && !in->duration && in->all_day == 1 && p->days > 0)
        in->duration = arena_printf(&c->out, "%lldd", (long long)p->days);
    if (!in->end && in->all_day != 1)
        otherwise(&in->duration, p->duration);
    if (in->start)
        return 0;
    wall_s = zone_to_wall(zone, c->req.now_ms / 1000);
    if (in->year != FIELD_INT_ABSENT && (in->year < 1900 || in->year > 2100))
        return err_set(e, ERR_INVALID, MSG_OUT_OF_RANGE, "year", "year", "1900", "2100", NULL);
    if (in->year != FIELD_INT_ABSENT)
        wall_s = civil_days((int)in->year, 1, 1) * CIVIL_DAY_S;
    if (!first_date(c, p, wall_s, &wall_s))
        return err_set(e, ERR_USAGE, MSG_PRESET_NO_DATE, "start", p->slug, NULL);
    in->start = local_text(wall_s, in->all_day == 1, &c->out);
    return 0;
}

/* The preset's reminders, to every channel that wants them, as rules of this event. */
static void add_reminders(struct call *c, struct db *db, const struct preset *p, int64_t event_id)
{
    for (size_t i = 0; i < p->reminders.count; i++) {
        struct reminder r = {.event_id = event_id,
                             .kind = (char *)(uintptr_t) "upcoming",
                             .template = (char *)(uintptr_t) "",
                             .every_channel = true,
                             .created_ms = c->req.now_ms};
        int64_t ms;
        if (words_span(p->reminders.items[i], &ms, NULL))
            continue;
        r.code = arena_alloc(&c->out, CRYPTO_ID_BYTES);
        crypto_id('r', r.code);
        r.offset_ms = -ms;
        store_reminder_insert(db, &r);
    }
    planner_event(c, db, event_id);
}

static int run_apply(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct event_input in = *(const struct event_input *)input;
    struct preset *p;

    if (find(c, db, in.preset, &p, e) || fill(c, p, &in, e))
        return -1;
    if (op_event_add.run(c, db, &in, ret, e))
        return -1;
    add_reminders(c, db, p, ((struct event *)*ret)->id);
    return db_check(db, e);
}

const struct operation op_preset_list = {"preset list", ROLE_PUBLIC, false, run_list};
const struct operation op_preset_show = {"preset show", ROLE_PUBLIC, false, run_show};
const struct operation op_preset_apply = {"preset apply", ROLE_ORGANIZER, true, run_apply};
