/* The list of what's on, by category, audience, organiser, town and day. */
#include "pages.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define CHOICE_CHARS 40
#define NUMBER_CHARS_MAX 4

static void put_choice(json_t *to, const char *name, const struct page *p, const struct choices *of,
                       const char *chosen)
{
    json_t *list = page_put_list(to, name);

    for (size_t i = 0; i < of->count; i++) {
        const struct entry *x = &of->items[i];
        json_t *one = page_add(list);
        page_put(one, "slug", x->slug);
        page_put_cut(one, "choice", p->lang == LANG_EN && x->title_en && x->title_en[0] ? x->title_en : x->title,
                     CHOICE_CHARS);
        json_object_set_new(one, "chosen", json_boolean(chosen && strcmp(chosen, x->slug) == 0));
    }
}

static void put_month(json_t *months, const struct page *p, const struct page_row *row)
{
    char month[PAGE_WHEN_BYTES];
    json_t *last = json_array_get(months, json_array_size(months) - 1);
    const char *shown = json_string_value(json_object_get(last, "month"));

    page_month(&row->occurrence->start, p->lang, month);
    if (!shown || strcmp(shown, month) != 0) {
        last = page_add(months);
        page_put(last, "month", month);
        page_put_list(last, "rows");
    }
    page_put_row(page_add(json_object_get(last, "rows")), p, row);
}

/* What is asked for, as addresses have it. */
static const struct {
    const char *name;
    size_t offset;
} filters[] = {
    {"category", offsetof(struct page_ref, category)}, {"audience", offsetof(struct page_ref, audience)},
    {"lead", offsetof(struct page_ref, lead)},         {"town", offsetof(struct page_ref, town)},
    {"date", offsetof(struct page_ref, day)},
};
#define FILTERS (sizeof filters / sizeof filters[0])

static char **filter_at(struct page_ref *ref, size_t i)
{
    return (char **)(void *)((char *)ref + filters[i].offset);
}

static void put_encoded(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (isalnum((unsigned char)*text) || strchr("-._~", *text))
            buf_addc(out, *text);
        else
            buf_printf(out, "%%%02X", (unsigned char)*text);
    }
}

/* "category=x&town=%E9%95%87&page=2" */
static void put_query(struct buf *out, struct page_ref *ref, int64_t page)
{
    const char *sep = "";

    for (size_t i = 0; i < FILTERS; i++) {
        const char *value = *filter_at(ref, i);
        if (!value)
            continue;
        buf_printf(out, "%s%s=", sep, filters[i].name);
        put_encoded(out, value);
        sep = "&";
    }
    if (page > 1)
        buf_printf(out, "%spage=%lld", sep, (long long)page);
}

static void put_turn(json_t *to, const char *name, const struct page *p, int64_t page)
{
    struct buf b = {0};

    buf_printf(&b, "%s/events?", p->base);
    put_query(&b, p->call.input, page);
    buf_printf(&b, "%s%s", p->query[0] && b.data[b.len - 1] != '?' ? "&" : "", p->query[0] ? p->query + 1 : "");
    page_put(to, name, buf_text(&b));
    buf_release(&b);
}

static void put_towns(json_t *to, const struct texts *towns, const char *chosen)
{
    json_t *list = page_put_list(to, "towns");

    for (size_t i = 0; i < towns->count; i++) {
        json_t *one = page_add(list);
        page_put(one, "choice", towns->items[i]);
        json_object_set_new(one, "chosen", json_boolean(chosen && strcmp(chosen, towns->items[i]) == 0));
    }
    json_object_set_new(to, "has_towns", json_boolean(towns->count > 0));
}

static void fill_list(const struct page *p, const void *result, json_t *to)
{
    const struct list_page *list = result;
    struct page_ref *ref = p->call.input;
    json_t *months = page_put_list(to, "months");
    bool filtered = false;

    page_put(to, "heading", catalogue_text(WORD_EVENTS, p->lang));
    for (size_t i = 0; i < list->rows.count; i++)
        put_month(months, p, &list->rows.items[i]);
    for (size_t i = 0; i < FILTERS; i++)
        filtered = filtered || *filter_at(ref, i);
    json_object_set_new(to, "none", json_boolean(list->rows.count == 0));
    json_object_set_new(to, "filtered", json_boolean(filtered));
    put_choice(to, "categories", p, &list->categories, ref->category);
    put_choice(to, "audiences", p, &list->audiences, ref->audience);
    put_choice(to, "departments", p, &list->departments, ref->lead);
    put_towns(to, &list->towns, ref->town);
    page_put(to, "day", ref->day);
    if (list->page > 1)
        put_turn(to, "earlier", p, list->page - 1);
    if (list->more)
        put_turn(to, "later", p, list->page + 1);
}

/* A filter that is empty, as the form sends it, is none. */
static char *filter_of(struct exchange *x, const char *name)
{
    const char *value = http_query_find(x, name);

    return value && *value ? arena_strdup(&x->arena, value) : NULL;
}

static int64_t number_of(const char *text)
{
    return text && strlen(text) <= NUMBER_CHARS_MAX ? strtoll(text, NULL, 10) : 1;
}

void page_list(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_list_page, .template = "events", .fill = fill_list,
                                          .nav = WORD_EVENTS};
    struct page_ref *ref = arena_alloc(&x->arena, sizeof *ref);
    struct buf b = {0};
    struct page *p;

    (void)r;
    (void)params;
    for (size_t i = 0; i < FILTERS; i++)
        *filter_at(ref, i) = filter_of(x, filters[i].name);
    ref->page = number_of(http_query_find(x, "page"));
    p = page_new(w, x, &kind, ref);
    put_query(&b, ref, ref->page);
    p->filter = arena_strdup(&x->arena, buf_text(&b));
    buf_release(&b);
    page_show(p, ref->day ? NULL : x->path);   /* there are more days than is worth keeping */
}
