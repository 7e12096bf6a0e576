/* Drafts: provisional events for what a grid of schools and terms is missing, spread over what is left of the term. */
#include "calendar/civil.h"
#include "domain/event.h"
#include "event.h"
#include "measure_private.h"
#include "preset.h"
#include "series.h"
#include "store/event.h"
#include "store/register.h"
#include "target.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define DRAFTS_MAX 500
#define DRAFT_TIME "10:00"           /* where the preset says none */
#define NOTICE_DAYS 7                 /* nothing is drafted for the coming week */

struct drafting {
    struct call *c;
    struct db *db;
    struct measuring m;
    struct target t;
    const char *preset, *term;
    int64_t from_day, to_day;
    struct list_builder events;
};

static bool carries(const char *body, const char *slug)
{
    json_t *o = json_loads(body, 0, NULL), *one;
    bool found = false;
    size_t i;

    json_array_foreach (json_object_get(o, "indicators"), i, one)
        found |= json_is_string(one) && strcmp(json_string_value(one), slug) == 0;
    json_decref(o);
    return found;
}

static int choose_preset(struct drafting *d, const char *given, struct err *e)
{
    struct texts slugs = store_preset_slugs(d->db, &d->c->out);

    d->preset = given && *given ? given : NULL;
    for (size_t i = 0; !d->preset && i < slugs.count; i++)
        if (carries(store_preset_body(d->db, slugs.items[i], &d->c->out), d->t.slug))
            d->preset = slugs.items[i];
    return d->preset ? 0 : err_set(e, ERR_NOT_FOUND, MSG_DRAFT_NO_PRESET, "preset", d->t.slug, NULL);
}

static int choose_term(struct drafting *d, const char *given, struct err *e)
{
    int term = measure_semester(d->m.today);
    bool terms = strstr(d->t.per, "semester") != NULL;
    char name[SEMESTER_TEXT_BYTES];

    if (given && *given && (!semester_parse(given, &term) || term < measure_semester(d->m.today)))
        return err_set(e, ERR_INVALID, MSG_DRAFT_TERM, "term", given, NULL);
    semester_name(term, name);
    d->term = terms ? arena_strdup(&d->c->out, name) : "";
    d->from_day = measure_later(measure_semester_day(term), d->m.today + NOTICE_DAYS);
    d->to_day = measure_semester_day(term + 1) - 1;
    if (d->m.dates.succeeded && d->to_day > d->m.end_day)
        d->to_day = d->m.end_day;
    return d->from_day <= d->to_day ? 0 : err_set(e, ERR_CONFLICT, MSG_DRAFT_OVER, "term", name, NULL);
}

/* Of the weekend's days the Monday after; of nothing after the end. */
static int64_t working_day(const struct drafting *d, int64_t day)
{
    int weekday = (int)civil_weekday(day * CIVIL_DAY_S);
    int64_t moved = weekday >= WEEKDAY_SA ? day + 7 - weekday : day;

    return moved <= d->to_day ? moved : d->to_day;
}

/* What is scheduled in the term already and hasn't been held. */
static int64_t planned(struct drafting *d, const char *unit)
{
    return db_int(d->db, 0,
                  "SELECT COUNT(*) FROM event e JOIN occurrence o ON o.event_id = e.id WHERE e.unit = $1"
                  " AND e.status <> 'cancelled' AND o.status <> 'cancelled' AND o.end_ms > $2 AND o.start_local >= $3"
                  " AND o.start_local < $4 AND EXISTS (SELECT 1 FROM event_indicator i WHERE i.event_id = e.id AND"
                  " i.slug = $5)",
                  p_text(unit), p_int(d->c->req.now_ms), p_text(measure_date(d->m.today, &d->c->out)),
                  p_text(measure_date(d->to_day + 1, &d->c->out)), p_text(d->t.slug));
}

static int make(struct drafting *d, const struct grid_gap *gap, int64_t number, int64_t of, struct err *e)
{
    struct event_input in;
    struct arena *a = &d->c->out;
    int64_t day = working_day(d, d->from_day + (d->to_day - d->from_day) * number / (of + 1));
    char *body = store_preset_body(d->db, d->preset, a), *slug;
    json_t *preset = body ? json_loads(body, 0, NULL) : NULL;
    const char *title = json_string_value(json_object_get(preset, "title"));
    const char *time = json_string_value(json_object_get(preset, "start_time"));
    void *event;
    int failed;

    fields_clear(&preset_input_fields, &in);
    in.preset = (char *)(uintptr_t)d->preset;
    in.title = arena_printf(a, "%.90s · %.90s", gap->title, title ? title : d->t.title);
    slug = arena_printf(a, "%s-%s%s%s", d->preset, gap->unit, *d->term ? "-" : "", d->term);
    in.slug = store_event_slug_taken(d->db, slug) ? event_next_slug(d->c, d->db, slug) : slug;
    in.start = arena_printf(a, "%s %s", measure_date(day, a), time && *time ? time : DRAFT_TIME);
    json_decref(preset);
    in.unit = gap->unit;
    in.provisional = 1;
    in.indicators = (struct texts){arena_alloc(a, sizeof(char *)), 1, true};
    in.indicators.items[0] = d->t.slug;
    failed = op_preset_apply.run(d->c, d->db, &in, &event, e);
    if (!failed)
        *(struct event *)list_add(d->c, &d->events, sizeof(struct event)) = *(struct event *)event;
    return failed;
}

static int fill_gap(struct drafting *d, const struct grid_gap *gap, struct err *e)
{
    int64_t wanted = (gap->missing_milli + 999) / 1000 - planned(d, gap->unit);

    for (int64_t i = 1; i <= wanted && d->events.count < DRAFTS_MAX; i++)
        if (make(d, gap, i, wanted, e))
            return -1;
    return 0;
}

/* A term to come has no gaps yet: every cell of its column. */
static int fill_column(struct drafting *d, const struct grid *g, struct err *e)
{
    const struct grid_row *rows = g->rows.items;

    for (size_t i = 0; i < g->rows.count; i++) {
        const struct grid_cell *cells = rows[i].cells.items;
        for (size_t k = 0; k < rows[i].cells.count; k++) {
            struct grid_gap gap = {rows[i].unit, rows[i].title, cells[k].period,
                                   cells[k].target_milli - cells[k].count_milli};
            if (strcmp(cells[k].period, d->term) == 0 && !cells[k].met && fill_gap(d, &gap, e))
                return -1;
        }
    }
    return 0;
}

static int run_draft(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct draft_input *in = input;
    struct drafting d = {.c = c, .db = db};
    struct grid g;
    char *plan;

    if (plan_named(c, db, in->plan, &plan, e) || target_named(c, db, plan, in->slug, &d.t, e))
        return -1;
    if (target_measure(&d.t) != MEASURE_COVERAGE)
        return err_set(e, ERR_INVALID, MSG_TARGET_NO_GRID, "slug", d.t.slug, NULL);
    if (measuring_begin(c, db, plan, 0, 0, &d.m, e) || choose_preset(&d, in->preset, e) ||
        choose_term(&d, in->term, e) || measuring_grid(&d.m, &d.t, &g, e) || fill_column(&d, &g, e))
        return -1;
    call_audit(c, d.t.slug, "%zu drafts %s", d.events.count, d.term);
    *ret = list_end(c, &d.events, NULL);
    return db_check(db, e);
}

const struct operation op_target_draft = {"target draft", ROLE_ORGANIZER, true, run_draft};
