/* Pages of the office: the privacy notice, and what does not change while we run. */
#include "pages.h"


#include <stdio.h>
#include <string.h>

#define DAY_MS 86400000

static const char *first_of(const char *a, const char *b, const char *c)
{
    return a && *a ? a : b && *b ? b : c;
}

/* The office's own text; in the other language where it has none in this one. */
static void put_own(json_t *to, const char *name, const struct page *p, const char *const texts[2], enum msg ours)
{
    enum lang other = p->lang == LANG_EN ? LANG_ZH : LANG_EN;

    page_put(to, name, first_of(texts[p->lang], texts[other], catalogue_text(ours, p->lang)));
}

void page_put_notice(json_t *to, const struct page *p)
{
    const struct settings *s = service_settings(p->web->service);
    const struct privacy_settings *own = &s->privacy;
    const char *handler = first_of(own->handler[p->lang], own->handler[LANG_ZH], s->office);
    char days[PAGE_NUMBER_BYTES];

    page_put(to, "notice_who", first_of(handler, NULL, catalogue_text(WORD_PRIVACY_OFFICE, p->lang)));
    put_own(to, "notice_why", p, own->purpose, WORD_PRIVACY_WHY_TEXT);
    put_own(to, "notice_what", p, own->items, WORD_PRIVACY_WHAT_TEXT);
    put_own(to, "notice_rights", p, own->rights, WORD_PRIVACY_RIGHTS_TEXT);
    page_number(own->retention_ms / DAY_MS, days);
    page_put_word(to, "notice_long", p, own->retention_ms ? WORD_PRIVACY_LONG_TEXT : WORD_PRIVACY_LONG_KEPT, days,
                  NULL);
    page_put(to, "contact", first_of(own->contact, s->office_email, ""));
    page_put(to, "notice_version", service_notice_version(p->web->service));
}

static void fill_privacy(const struct page *p, const void *result, json_t *to)
{
    (void)result;
    page_put(to, "heading", catalogue_text(WORD_PRIVACY, p->lang));
    page_put_notice(to, p);
    page_put_word(to, "lead", p, WORD_PRIVACY_LEAD, service_notice_version(p->web->service), NULL);
    page_put_word(to, "who", p, WORD_PRIVACY_WHO_TEXT, json_string_value(json_object_get(to, "notice_who")), NULL);
}

void page_privacy(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_nothing_page, .template = "privacy", .fill = fill_privacy};

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
