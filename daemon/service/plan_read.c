/* A plan from JSON, held to docs/seeds.md: every key known, every name one of ours, every error with its place. */
#include "base/log.h"
#include "base/names.h"
#include "domain/event.h"
#include "domain/measure.h"
#include "domain/office.h"
#include "domain/target.h"
#include "event_resolve.h"
#include "measure.h"
#include "plan.h"
#include "store/register.h"
#include "store/target.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PLACE_BYTES 120
#define PER_MAX 2
#define KEYS_MAX 16

struct reading {
    struct call *c;
    struct db *db;
    struct plan plan;
    struct plan_section *sections;
    size_t section_count;
    struct indicator_row *indicators;
    const char **dues;                 /* of each indicator; "" = the plan's end */
    size_t indicator_count;
};

struct place {
    char text[PLACE_BYTES];
};

static struct place place_of(const char *list, size_t i, const char *key)
{
    struct place p;

    snprintf(p.text, sizeof p.text, "plan.%s[%zu]%s%s", list, i, key ? "." : "", key ? key : "");
    return p;
}

static const char *join(const char *const *names, int count, struct arena *a)
{
    const char *text = "";

    for (int i = 0; i < count; i++)
        text = arena_printf(a, "%s%s%s", text, i ? ", " : "", names[i]);
    return text;
}

static int check_keys(const json_t *o, const char *at, const char *const *keys, size_t count, struct err *e)
{
    json_t *object = (json_t *)(uintptr_t)o, *value;
    const char *key, *near;
    char place[PLACE_BYTES];

    if (!json_is_object(o))
        return err_set(e, ERR_INVALID, MSG_PLAN_WANTS, at, at, "{…}", NULL);
    json_object_foreach (object, key, value) {
        bool known = false;
        for (size_t i = 0; i < count; i++)
            known |= strcmp(keys[i], key) == 0;
        if (known)
            continue;
        near = names_nearest(key, keys, count);
        snprintf(place, sizeof place, "%.60s.%.50s", at, key);
        return err_set(e, ERR_INVALID, near ? MSG_PLAN_KEY_NEAR : MSG_PLAN_KEY, place, place, near ? near : "", NULL);
    }
    return 0;
}
#define CHECK_KEYS(o, at, e, ...)                                                      \
    check_keys(o, at, (const char *const[]){__VA_ARGS__},                              \
               sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), e)

/* 1 to `most` characters on one line. */
static int read_text(struct reading *r, const json_t *o, const char *at, const char *key, size_t most, bool needed,
                     const char **ret, struct err *e)
{
    const json_t *value = json_object_get(o, key);
    const char *text = json_string_value(value);
    char place[PLACE_BYTES], number[24];

    snprintf(place, sizeof place, "%.80s.%.30s", at, key);
    snprintf(number, sizeof number, "%zu", most);
    if (!value && !needed) {
        *ret = "";
        return 0;
    }
    if (!text || text_check(text, place, most, false, NULL))
        return err_set(e, ERR_INVALID, MSG_PLAN_TEXT, place, place, number, NULL);
    *ret = arena_strdup(&r->c->out, text);
    return 0;
}

static int read_slug(struct reading *r, const json_t *o, const char *at, const char **ret, struct err *e)
{
    char place[PLACE_BYTES];

    if (read_text(r, o, at, "slug", 64, true, ret, e))
        return -1;
    snprintf(place, sizeof place, "%.100s.slug", at);
    return slug_valid(*ret) ? 0 : err_set(e, ERR_INVALID, MSG_PLAN_SLUG, place, place, *ret, NULL);
}

static int read_date(struct reading *r, const json_t *o, const char *at, const char *key, bool needed,
                     const char **ret, struct err *e)
{
    char place[PLACE_BYTES];

    snprintf(place, sizeof place, "%.80s.%.30s", at, key);
    if (read_text(r, o, at, key, 10, needed, ret, e))
        return -1;
    if (!**ret || (strlen(*ret) == 10 && measure_day(*ret) >= 0))
        return 0;
    return err_set(e, ERR_INVALID, MSG_PLAN_DATE, place, place, *ret, NULL);
}

/* Departments by slug; "*" stands for all of them where that makes sense. */
static int read_departments(struct reading *r, const json_t *o, const char *at, const char *key, bool all_of_them,
                            struct texts *ret, struct err *e)
{
    const json_t *array = json_object_get(o, key);
    size_t count = json_array_size(array);
    char place[PLACE_BYTES];

    snprintf(place, sizeof place, "%.80s.%.30s", at, key);
    if ((array && !json_is_array(array)) || count > PLAN_DEPARTMENTS_MAX)
        return err_set(e, ERR_INVALID, MSG_PLAN_WANTS, place, place, "[\"…\"]", NULL);
    *ret = (struct texts){arena_alloc(&r->c->out, (count + 1) * sizeof(char *)), 0, true};
    for (size_t i = 0; i < count; i++) {
        const char *slug = json_string_value(json_array_get(array, i));
        struct err inner = {0};
        if (!slug)
            return err_set(e, ERR_INVALID, MSG_PLAN_WANTS, place, place, "[\"…\"]", NULL);
        if (!(all_of_them && strcmp(slug, "*") == 0) && check_slug(r->c, r->db, "department", place, slug, &inner))
            return err_set(e, ERR_INVALID, inner.args[2][0] ? MSG_PLAN_DEPARTMENT_NEAR : MSG_PLAN_DEPARTMENT, place,
                           place, slug, inner.args[2], NULL);
        ret->items[ret->count++] = arena_strdup(&r->c->out, slug);
    }
    return 0;
}

static int read_section(struct reading *r, const json_t *o, size_t i, struct err *e)
{
    struct place at = place_of("sections", i, NULL);
    struct plan_section *s = &r->sections[i];
    const char *id, *title, *title_en;

    if (CHECK_KEYS(o, at.text, e, "id", "title", "title_en", "lead", "partners") ||
        read_text(r, o, at.text, "id", 16, true, &id, e) ||
        read_text(r, o, at.text, "title", PLAN_TITLE_CHARS_MAX, true, &title, e) ||
        read_text(r, o, at.text, "title_en", PLAN_TITLE_CHARS_MAX, false, &title_en, e) ||
        read_departments(r, o, at.text, "lead", false, &s->lead, e) ||
        read_departments(r, o, at.text, "partners", true, &s->partners, e))
        return -1;
    for (size_t k = 0; k < i; k++)
        if (strcmp(r->sections[k].id, id) == 0)
            return err_set(e, ERR_INVALID, MSG_PLAN_TWICE, place_of("sections", i, "id").text,
                           place_of("sections", i, "id").text, id, NULL);
    s->id = (char *)(uintptr_t)id;
    s->title = (char *)(uintptr_t)title;
    s->title_en = (char *)(uintptr_t)title_en;
    return 0;
}

/* Indicators */

static int check_choice(struct reading *r, size_t i, const char *key, const char *given, const char *const *names,
                        int count, struct err *e)
{
    struct place at = place_of("indicators", i, key);

    for (int k = 0; k < count; k++)
        if (strcmp(names[k], given) == 0)
            return 0;
    return err_set(e, ERR_INVALID, MSG_PLAN_CHOICE, at.text, at.text, given, join(names, count, &r->c->out), NULL);
}

static int read_target(const json_t *o, size_t i, int64_t *ret_milli, struct err *e)
{
    const json_t *value = json_object_get(o, "target");
    struct place at = place_of("indicators", i, "target");
    double number = json_number_value(value);

    if (!json_is_number(value) || !(number > 0) || number * 1000 > (double)TARGET_AMOUNT_MILLI_MAX)
        return err_set(e, ERR_INVALID, MSG_PLAN_NUMBER, at.text, at.text, NULL);
    *ret_milli = llround(number * 1000);
    return 0;
}

/* ["school"], ["village"], ["school", "semester"]: a kind of unit, then how time is cut. Of coverage only. */
static int read_per(struct reading *r, const json_t *o, size_t i, struct indicator_row *row, struct err *e)
{
    const json_t *array = json_object_get(o, "per");
    struct place at = place_of("indicators", i, "per");
    size_t count = json_array_size(array);
    bool coverage = strcmp(row->measure, measure_names[MEASURE_COVERAGE]) == 0;

    row->per = "";
    if (!array && !coverage)
        return 0;
    if (!coverage || !json_is_array(array) || count == 0 || count > PER_MAX)
        return err_set(e, ERR_INVALID, MSG_PLAN_PER, at.text, at.text, NULL);
    for (size_t k = 0; k < count; k++) {
        const char *word = json_string_value(json_array_get(array, k));
        if (!word || !slug_valid(word) || (k == 1 && strcmp(word, "semester") != 0))
            return err_set(e, ERR_INVALID, MSG_PLAN_PER, at.text, at.text, NULL);
        row->per = arena_printf(&r->c->out, "%s%s%s", row->per, k ? " " : "", word);
    }
    return 0;
}

static int check_section(struct reading *r, const char *section, size_t i, struct err *e)
{
    struct place at = place_of("indicators", i, "section");

    for (size_t k = 0; k < r->section_count; k++)
        if (strcmp(r->sections[k].id, section) == 0)
            return 0;
    if (strcmp(section, "goal") == 0)
        return 0;
    return err_set(e, ERR_INVALID, MSG_PLAN_SECTION, at.text, at.text, section, NULL);
}

static int check_due(struct reading *r, const char *due, size_t i, struct err *e)
{
    struct place at = place_of("indicators", i, "due");

    r->dues[i] = due;
    if (!*due || (strcmp(due, r->plan.start) >= 0 && strcmp(due, r->plan.end) <= 0))
        return 0;
    return err_set(e, ERR_INVALID, MSG_PLAN_DUE, at.text, at.text, due, NULL);
}

static int read_indicator(struct reading *r, const json_t *o, size_t i, struct err *e)
{
    struct place at = place_of("indicators", i, NULL);
    struct indicator_row *row = &r->indicators[i];
    const char *due;

    row->position = (int64_t)i;
    if (CHECK_KEYS(o, at.text, e, "slug", "title", "title_en", "unit", "measure", "period", "target", "section", "per",
                   "due", "standing") ||
        read_slug(r, o, at.text, &row->slug, e) ||
        read_text(r, o, at.text, "title", PLAN_TITLE_CHARS_MAX, true, &row->title, e) ||
        read_text(r, o, at.text, "title_en", PLAN_TITLE_CHARS_MAX, false, &row->title_en, e) ||
        read_text(r, o, at.text, "unit", PLAN_UNIT_CHARS_MAX, true, &row->unit, e) ||
        read_text(r, o, at.text, "measure", 20, true, &row->measure, e) ||
        read_text(r, o, at.text, "period", 20, true, &row->period, e) ||
        read_text(r, o, at.text, "section", 16, true, &row->section, e) ||
        check_choice(r, i, "measure", row->measure, measure_names, MEASURE_COUNT, e) ||
        check_choice(r, i, "period", row->period, period_names, PERIOD_COUNT, e) ||
        check_section(r, row->section, i, e) || read_target(o, i, &row->target_milli, e) ||
        read_per(r, o, i, row, e) || read_date(r, o, at.text, "due", false, &due, e) || check_due(r, due, i, e))
        return -1;
    if (json_is_true(json_object_get(o, "standing")))
        row->period = period_names[PERIOD_STANDING];
    for (size_t k = 0; k < i; k++)
        if (strcmp(r->indicators[k].slug, row->slug) == 0)
            return err_set(e, ERR_INVALID, MSG_PLAN_TWICE, place_of("indicators", i, "slug").text,
                           place_of("indicators", i, "slug").text, row->slug, NULL);
    return 0;
}

/* The whole */

static int read_list(struct reading *r, const json_t *o, const char *key, size_t most,
                     int (*read)(struct reading *r, const json_t *o, size_t i, struct err *e), size_t *ret_count,
                     struct err *e)
{
    const json_t *array = json_object_get(o, key);
    char place[PLACE_BYTES];

    snprintf(place, sizeof place, "plan.%s", key);
    if (!json_is_array(array) || json_array_size(array) > most)
        return err_set(e, ERR_INVALID, MSG_PLAN_WANTS, place, place, "[…]", NULL);
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (read(r, json_array_get(array, i), i, e))
            return -1;
        *ret_count = i + 1;
    }
    return 0;
}

static int read_head(struct reading *r, const json_t *o, struct err *e)
{
    const char *slug, *title, *title_en, *start, *end, *state;

    if (CHECK_KEYS(o, "plan", e, "slug", "title", "title_en", "start", "end", "state", "sections", "indicators") ||
        read_slug(r, o, "plan", &slug, e) || read_text(r, o, "plan", "title", PLAN_TITLE_CHARS_MAX, true, &title, e) ||
        read_text(r, o, "plan", "title_en", PLAN_TITLE_CHARS_MAX, false, &title_en, e) ||
        read_date(r, o, "plan", "start", true, &start, e) || read_date(r, o, "plan", "end", true, &end, e) ||
        read_text(r, o, "plan", "state", 10, false, &state, e))
        return -1;
    state = *state ? state : "open";
    if (strcmp(state, "open") != 0 && strcmp(state, "closed") != 0)
        return err_set(e, ERR_INVALID, MSG_PLAN_CHOICE, "plan.state", "plan.state", state, "open, closed", NULL);
    if (strcmp(start, end) > 0)
        return err_set(e, ERR_INVALID, MSG_PLAN_ORDER, "plan.end", start, end, NULL);
    r->plan = (struct plan){.slug = (char *)(uintptr_t)slug, .title = (char *)(uintptr_t)title,
                            .title_en = (char *)(uintptr_t)title_en, .start = (char *)(uintptr_t)start,
                            .end = (char *)(uintptr_t)end, .state = (char *)(uintptr_t)state};
    return 0;
}

static int read_all(struct reading *r, const json_t *o, struct err *e)
{
    struct arena *a = &r->c->out;

    r->sections = arena_alloc(a, PLAN_SECTIONS_MAX * sizeof *r->sections);
    r->indicators = arena_alloc(a, PLAN_INDICATORS_MAX * sizeof *r->indicators);
    r->dues = arena_alloc(a, PLAN_INDICATORS_MAX * sizeof *r->dues);
    if (read_list(r, o, "sections", PLAN_SECTIONS_MAX, read_section, &r->section_count, e))
        return -1;
    return read_list(r, o, "indicators", PLAN_INDICATORS_MAX, read_indicator, &r->indicator_count, e);
}

static void keep(struct reading *r)
{
    store_plan_insert(r->db, &r->plan);
    for (size_t i = 0; i < r->section_count; i++)
        store_section_insert(r->db, r->plan.slug, &r->sections[i], (int64_t)i);
    for (size_t i = 0; i < r->indicator_count; i++) {
        store_indicator_insert(r->db, r->plan.slug, &r->indicators[i]);
        if (*r->dues[i])
            store_indicator_put_due(r->db, r->plan.slug, r->indicators[i].slug, r->dues[i]);
    }
}

int plan_read(struct call *c, struct db *db, const json_t *o, bool seed, bool *ret_added, struct err *e)
{
    struct reading r = {.c = c, .db = db};
    struct plan_dates other;
    char *overlapping;

    *ret_added = false;
    if (read_head(&r, o, e))
        return -1;
    if (store_plan_open(db, r.plan.slug) >= 0)
        return seed ? 0 : err_set(e, ERR_EXISTS, MSG_PLAN_TAKEN, "plan.slug", r.plan.slug, NULL);
    overlapping = store_plan_overlapping(db, r.plan.slug, r.plan.start, r.plan.end, &c->out);
    if (overlapping && seed) {
        log_warning("seeds: the plan %s is left out: its time is %s's", r.plan.slug, overlapping);
        return 0;
    }
    if (overlapping && store_plan_dates(db, overlapping, &c->out, &other))
        return err_set(e, ERR_OVERLAP, MSG_PLAN_OVERLAP, "plan.start", r.plan.slug, overlapping, other.start, other.end,
                       NULL);
    if (read_all(&r, o, e))
        return -1;
    keep(&r);
    *ret_added = true;
    return db_check(db, e);
}
