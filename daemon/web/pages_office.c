/* Pages of the office: the privacy notice, the plan, and what does not change while we run. */
#include "pages.h"

#include "domain/people.h"

#include <stdio.h>
#include <string.h>

#define PLAN_TITLE_CHARS 80

static void fill_privacy(const struct page *p, const void *result, json_t *to)
{
    const char *office = service_settings(p->web->service)->office;

    (void)result;
    page_put(to, "heading", catalogue_text(WORD_PRIVACY, p->lang));
    page_put_word(to, "lead", p, WORD_PRIVACY_LEAD, PRIVACY_NOTICE_VERSION, NULL);
    page_put_word(to, "who", p, WORD_PRIVACY_WHO_TEXT,
                  office[0] ? office : catalogue_text(WORD_PRIVACY_OFFICE, p->lang), NULL);
}

void page_privacy(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_nothing_page, .template = "privacy", .fill = fill_privacy};

    (void)r;
    (void)params;
    page_show(page_new(w, x, &kind, NULL), x->path);
}

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

static void put_target(json_t *to, const struct page *p, const struct target *t)
{
    bool english = p->lang == LANG_EN && t->title_en && t->title_en[0];

    page_put_cut(to, "indicator", english ? t->title_en : t->title, PLAN_TITLE_CHARS);
    put_milli(to, "target", t->target_milli, t->unit);
    page_put(to, "value", "");           /* or the page's own of these names would show */
    page_put(to, "percent", "");
    if (t->value_milli == FIELD_INT_ABSENT)
        return;
    put_milli(to, "value", t->value_milli, t->unit);
    if (t->percent_milli != FIELD_INT_ABSENT)
        put_milli(to, "percent", t->percent_milli, "%");
}

static void fill_plan(const struct page *p, const void *result, json_t *to)
{
    const struct plan_page *plan = result;
    const struct target *targets = plan->targets.items;
    json_t *list = page_put_list(to, "targets");

    page_put(to, "heading", catalogue_text(WORD_PLAN, p->lang));
    for (size_t i = 0; i < plan->targets.count; i++)
        put_target(page_add(list), p, &targets[i]);
    json_object_set_new(to, "any", json_boolean(plan->targets.count > 0));
    page_put_progress(to, p, &plan->progress);
}

void page_plan(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_plan_page, .template = "plan", .fill = fill_plan, .nav = WORD_PLAN};

    (void)r;
    (void)params;
    page_show(page_new(w, x, &kind, NULL), x->path);
}

/* Robots */

void page_robots(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct http_answer_header headers[] = {{"Content-Type", "text/plain; charset=utf-8"},
                                                        {"Cache-Control", "public, max-age=86400"}};
    struct buf body = {0};

    (void)r;
    (void)params;
    buf_printf(&body, "User-agent: *\nDisallow: %s/v/\nDisallow: %s/api/\nDisallow: %s/verify/\n", page_base(w),
               page_base(w), page_base(w));
    http_answer(x, 200, headers, 2, &body);
}
