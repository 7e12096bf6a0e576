/* A sheet to print and put on a wall: one occurrence in both languages, a QR code, its address in words. */
#include "pages.h"

#include "base/utf8.h"
#include "qr.h"

#include <string.h>

#define BRIEF_CHARS 140
#define ADDRESS_CHARS 80
#define TITLE_COLUMNS 48                 /* a longer one is set smaller: the sheet stays one */

static bool takes_sign_ups(const struct event_page *page)
{
    const struct occurrence *o = page->occurrence;

    return o->roles.count > 0 && !page->past && !page->late && strcmp(o->status_name, "cancelled") != 0;
}

/* What is said in one of the languages, whichever the page's own is. */
static void put_in(json_t *to, const char *name, const struct page *p, enum lang lang, const struct event_page *page)
{
    const struct page_place *place = lang == LANG_EN ? &page->place_en : &page->place;
    const struct occurrence *o = page->occurrence;
    struct page other = *p;
    json_t *words = json_object();

    other.lang = lang;
    json_object_set_new(to, name, words);
    page_put_time(words, &other, &o->start, &o->end, o->tz);
    page_put_cut(words, "place", place->name, ADDRESS_CHARS);
    page_put_cut(words, "place_address", place->address, ADDRESS_CHARS);
    page_put(words, "scan", catalogue_text(takes_sign_ups(page) ? WORD_POSTER_SCAN : WORD_POSTER_READ, lang));
    page_put(words, "type", catalogue_text(WORD_POSTER_TYPE, lang));
}

static void fill(const struct page *p, const void *result, json_t *to)
{
    const struct event_page *page = result;
    const struct occurrence *o = page->occurrence;
    struct buf address = {0}, image = {0};

    page_put(to, "heading", o->title);
    json_object_set_new(to, "long", json_boolean(utf8_width(o->title) > TITLE_COLUMNS));
    page_put_cut(to, "brief", o->description, BRIEF_CHARS);
    put_in(to, "zh", p, LANG_ZH, page);
    put_in(to, "en", p, LANG_EN, page);
    json_object_set_new(to, "off", json_boolean(strcmp(o->status_name, "cancelled") == 0));
    json_object_set_new(to, "sheet", json_true());
    buf_printf(&address, "%s%s", service_settings(p->web->service)->public_url, (const char *)p->extra);
    qr_put_image(&image, buf_text(&address), QR_PAPER);
    page_put(to, "web_address", buf_text(&address));
    page_put(to, "qr", buf_text(&image));
    page_put(to, "back", p->extra);
    buf_release(&address);
    buf_release(&image);
}

static int64_t event_of(const void *result)
{
    return ((const struct event_page *)result)->event->id;
}

void page_poster(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_poster_page, .template = "poster", .fill = fill, .event = event_of,
                                          .nav = WORD_EVENTS};
    struct page *p = page_of_occurrence(w, x, params, &kind);

    (void)r;
    if (!p)
        return;
    p->extra = p->here;                  /* where the code leads */
    p->here = arena_printf(&x->arena, "%s/poster", p->here);
    page_show(p, p->here);
}
