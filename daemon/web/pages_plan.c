/* The plan's pages: the targets with their sections and departments, charts made here with their tables behind. */
#include "pages.h"

#include "domain/measure.h"
#include "service/document.h"

#include <stdio.h>
#include <string.h>

#define PLAN_TITLE_CHARS 80
#define PLAN_EVENTS_MAX 30
#define METER_WIDTH 100

/* Thousandths as people write them: "4,000", "37.5". */
static void put_milli(json_t *to, const char *name, int64_t milli, const char *unit)
{
    char number[PAGE_NUMBER_BYTES], text[2 * PAGE_NUMBER_BYTES];
    bool percent = strcmp(unit, "%") == 0 || strcmp(unit, "percent") == 0;
    int64_t tenths = milli % 1000 / 100;

    page_number(milli / 1000, number);
    if (tenths)
        snprintf(text, sizeof text, "%s.%lld%s", number, (long long)tenths, percent ? "%" : "");
    else
        snprintf(text, sizeof text, "%s%s", number, percent ? "%" : "");
    page_put(to, name, text);
}

static void put_state(json_t *to, const struct page *p, const char *state)
{
    static const struct {
        enum msg word;
        const char *look;
    } looks[STANDING_COUNT] = {[STANDING_BEHIND] = {WORD_STATE_BEHIND, "warn"},
                               [STANDING_UNKNOWN] = {WORD_STATE_UNKNOWN, ""},
                               [STANDING_ON] = {WORD_STATE_ON, "good"},
                               [STANDING_AHEAD] = {WORD_STATE_AHEAD, "good"},
                               [STANDING_REACHED] = {WORD_STATE_REACHED, "good"}};

    for (int i = 0; i < STANDING_COUNT; i++) {
        if (!state || strcmp(standing_names[i], state) != 0)
            continue;
        page_put(to, "state", catalogue_text(looks[i].word, p->lang));
        page_put(to, "look", looks[i].look);
    }
}

static void put_target(json_t *to, const struct page *p, const struct report_target *t)
{
    int64_t width = t->percent_milli == FIELD_INT_ABSENT ? 0 : t->percent_milli / 1000;

    page_put_cut(to, "indicator", t->title, PLAN_TITLE_CHARS);
    put_milli(to, "target", t->target_milli, t->unit);
    page_put(to, "value", "");           /* or the page's own of these names would show */
    page_put(to, "percent", "");
    put_state(to, p, t->state);
    page_put_int(to, "meter", width > METER_WIDTH ? METER_WIDTH : width < 0 ? 0 : width);
    if (t->value_milli == FIELD_INT_ABSENT)
        return;
    put_milli(to, "value", t->value_milli, t->unit);
    if (t->percent_milli != FIELD_INT_ABSENT)
        put_milli(to, "percent", t->percent_milli, "%");
}

/* A chart and, behind it, its numbers. */
static void put_trend(json_t *to, const struct page *p, const struct report *r)
{
    const struct report_bar *bars = r->trend.items;
    struct arena a = {0};
    struct document d = {.arena = &a};
    struct block *chart = document_chart(&d, catalogue_text(WORD_REPORT_TREND, p->lang), r->trend.count);
    struct buf svg = {0};
    char number[PAGE_NUMBER_BYTES];
    json_t *list = page_put_list(to, "trend");

    for (size_t i = 0; i < r->trend.count; i++) {
        json_t *one = page_add(list);
        document_bar(chart, bars[i].label, bars[i].people);
        page_put(one, "label", bars[i].label);
        page_put(one, "sessions", page_number(bars[i].sessions, number));
        page_put(one, "people", page_number(bars[i].people, number));
    }
    document_svg(chart, &svg);
    page_put(to, "chart", r->trend.count ? buf_text(&svg) : "");
    buf_release(&svg);
    arena_release(&a);
}

static const char *department_title(const struct report *r, const char *slug)
{
    const struct report_department *d = r->departments.items;

    for (size_t i = 0; i < r->departments.count; i++)
        if (strcmp(d[i].slug, slug) == 0)
            return d[i].title;
    return slug;
}

static void put_section(json_t *list, const struct page *p, const struct report *r, const struct report_section *s)
{
    const struct report_target *t = r->targets.items;
    json_t *section = NULL, *targets = NULL, *leads;

    for (size_t i = 0; i < r->targets.count; i++) {
        if (strcmp(t[i].section, s ? s->id : "goal") != 0)
            continue;
        if (!section) {
            section = page_add(list);
            targets = page_put_list(section, "targets");
        }
        put_target(page_add(targets), p, &t[i]);
    }
    if (!section)
        return;
    page_put(section, "name", s ? s->title : catalogue_text(WORD_REPORT_GOAL, p->lang));
    leads = page_put_list(section, "leads");
    for (size_t i = 0; s && !r->department && i < s->lead.count; i++) {
        json_t *one = page_add(leads);
        page_put(one, "slug", s->lead.items[i]);
        page_put(one, "name", department_title(r, s->lead.items[i]));
    }
}

static void put_sections(json_t *to, const struct page *p, const struct report *r)
{
    const struct report_section *s = r->sections.items;
    json_t *list = page_put_list(to, "sections");

    put_section(list, p, r, NULL);
    for (size_t i = 0; i < r->sections.count; i++)
        put_section(list, p, r, &s[i]);
    json_object_set_new(to, "any", json_boolean(r->targets.count > 0));
}

static void put_sums(json_t *to, const struct page *p, const struct report *r)
{
    char events[PAGE_NUMBER_BYTES], people[PAGE_NUMBER_BYTES];

    page_put_word(to, "held", p, WORD_PLAN_HELD, page_number(r->sums.sessions, events),
                  page_number(r->sums.people, people));
}

static void fill_plan(const struct page *p, const void *result, json_t *to)
{
    const struct plan_page *plan = result;

    page_put(to, "heading", catalogue_text(WORD_PLAN, p->lang));
    page_put_progress(to, p, &plan->progress);
    json_object_set_new(to, "any", json_false());
    if (!plan->report)
        return;
    page_put(to, "plan_title", plan->report->plan_title);
    json_object_set_new(to, "departments", json_boolean(plan->departments));
    put_sums(to, p, plan->report);
    put_sections(to, p, plan->report);
    put_trend(to, p, plan->report);
}

void page_plan(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_plan_page, .template = "plan", .fill = fill_plan, .nav = WORD_PLAN};

    (void)r;
    (void)params;
    page_show(page_new(w, x, &kind, NULL), x->path);
}

/* A department's */

static void put_duties(json_t *to, const struct report *r, const struct report_department *d)
{
    const struct report_section *s = r->sections.items;
    json_t *leads = page_put_list(to, "leads"), *partners = page_put_list(to, "partners");

    for (size_t i = 0; i < r->sections.count; i++) {
        for (size_t k = 0; k < d->leads.count; k++)
            if (strcmp(d->leads.items[k], s[i].id) == 0)
                page_put(page_add(leads), "name", s[i].title);
        for (size_t k = 0; k < d->partners.count; k++)
            if (strcmp(d->partners.items[k], s[i].id) == 0)
                page_put(page_add(partners), "name", s[i].title);
    }
    json_object_set_new(to, "has_leads", json_boolean(d->leads.count > 0));
    json_object_set_new(to, "has_partners", json_boolean(d->partners.count > 0));
}

static void put_events(json_t *to, const struct report *r)
{
    const struct report_event *ev = r->events.items;
    json_t *list = page_put_list(to, "events");
    char number[PAGE_NUMBER_BYTES];

    for (size_t i = r->events.count; i > 0 && json_array_size(list) < PLAN_EVENTS_MAX; i--) {
        json_t *one = page_add(list);
        page_put(one, "slug", ev[i - 1].slug);
        page_put_cut(one, "name", ev[i - 1].title, PLAN_TITLE_CHARS);
        page_put(one, "last", ev[i - 1].last);
        page_put(one, "sessions", page_number(ev[i - 1].sessions, number));
        page_put(one, "people", page_number(ev[i - 1].people, number));
    }
    json_object_set_new(to, "has_events", json_boolean(r->events.count > 0));
}

static void fill_department(const struct page *p, const void *result, json_t *to)
{
    const struct plan_page *plan = result;
    const struct report *r = plan->report;
    const struct report_department *d = r->departments.items;

    page_put(to, "heading", d->title);
    page_put(to, "plan_title", r->plan_title);
    put_duties(to, r, d);
    put_sums(to, p, r);
    put_sections(to, p, r);
    put_trend(to, p, r);
    put_events(to, r);
}

void page_plan_department(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_plan_department_page, .template = "department",
                                          .fill = fill_department, .nav = WORD_PLAN};
    struct slug_ref *ref = arena_alloc(&x->arena, sizeof *ref);

    (void)r;
    ref->slug = (char *)(uintptr_t)params_find(params, "slug");
    page_show(page_new(w, x, &kind, ref), x->path);
}
