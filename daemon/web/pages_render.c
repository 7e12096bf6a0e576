#include "pages.h"

#include "base/assets.h"
#include "base/mustache.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEMPLATE_PATH_BYTES 96

void page_put(json_t *to, const char *name, const char *text)
{
    json_object_set_new(to, name, json_string(text ? text : ""));
}

void page_put_int(json_t *to, const char *name, int64_t value)
{
    json_object_set_new(to, name, json_integer(value));
}

void page_put_word(json_t *to, const char *name, const struct page *p, enum msg word, const char *first,
                   const char *second)
{
    const char *args[] = {first, second};
    struct buf b = {0};

    catalogue_format(&b, catalogue_text(word, p->lang), args, 2);
    page_put(to, name, buf_text(&b));
    buf_release(&b);
}

json_t *page_put_list(json_t *to, const char *name)
{
    json_t *list = json_array();

    json_object_set_new(to, name, list);
    return list;
}

json_t *page_add(json_t *list)
{
    json_t *one = json_object();

    json_array_append_new(list, one);
    return one;
}

static void put_first(json_t *to, const char *name, const char *text, size_t bytes)
{
    struct buf b = {0};

    if (!text[bytes]) {
        page_put(to, name, text);
        return;
    }
    buf_add(&b, text, bytes);
    buf_adds(&b, "…");
    page_put(to, name, buf_text(&b));
    buf_release(&b);
}

void page_put_cut(json_t *to, const char *name, const char *text, size_t chars)
{
    size_t at = 0, len = text ? strlen(text) : 0, step;

    for (; at < len && chars > 0; chars--) {
        utf8_next(text + at, len - at, &step);
        at += step;
    }
    put_first(to, name, text ? text : "", at);
}

/* What the renderer makes of a byte. */
static size_t escaped_bytes(char c)
{
    return c == '&' || c == '\'' ? 5 : c == '<' || c == '>' ? 4 : c == '"' ? 6 : 1;
}

size_t page_escaped_bytes(const char *text)
{
    size_t bytes = 0;

    for (; *text; text++)
        bytes += escaped_bytes(*text);
    return bytes;
}

void page_put_long(json_t *to, const char *name, const char *text, size_t bytes)
{
    size_t at = 0, len = text ? strlen(text) : 0;

    while (at < len && bytes >= escaped_bytes(text[at]))
        bytes -= escaped_bytes(text[at++]);
    put_first(to, name, text ? text : "", at < len ? utf8_cut(text, len, at) : len);
}

const char *page_number(int64_t n, char ret[PAGE_NUMBER_BYTES])
{
    char digits[PAGE_NUMBER_BYTES];
    size_t len = (size_t)snprintf(digits, sizeof digits, "%lld", (long long)n), to = 0;

    for (size_t i = 0; i < len && to < PAGE_NUMBER_BYTES - 2; i++) {
        if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
            ret[to++] = ',';
        ret[to++] = digits[i];
    }
    ret[to] = 0;
    return ret;
}

/* The whole page */

static const char *template_of(void *arg, const char *name)
{
    char path[TEMPLATE_PATH_BYTES];
    const struct asset *found;

    (void)arg;
    snprintf(path, sizeof path, "daemon/web/templates/%s.mustache", name);
    found = asset_find(path);
    return found ? found->data : NULL;
}

static void put_path(struct buf *out, const char *path)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";

    for (; *path; path++) {
        if (strchr(safe, *path))
            buf_addc(out, *path);
        else
            buf_printf(out, "%%%02X", (unsigned char)*path);
    }
}

/* This page's address with another query. */
static void put_here(const struct page *p, json_t *to, const char *name, const char *lang, bool large)
{
    const char *parts[] = {p->filter, lang, large ? "size=large" : ""};
    struct buf b = {0};
    char sep = '?';

    buf_adds(&b, p->base);
    put_path(&b, p->here);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!parts[i][0])
            continue;
        buf_addc(&b, sep);
        buf_adds(&b, parts[i]);
        sep = '&';
    }
    page_put(to, name, buf_text(&b));
    buf_release(&b);
}

static void put_variants(const struct page *p, json_t *to)
{
    const char *said = !p->lang_said ? "" : p->lang == LANG_ZH ? "lang=zh" : "lang=en";

    put_here(p, to, "in_other_lang", p->lang == LANG_ZH ? "lang=en" : "lang=zh", p->large);
    put_here(p, to, "in_other_size", said, !p->large);
    page_put(to, "other_lang", p->lang == LANG_ZH ? "en" : "zh-CN");
    json_object_set_new(to, "large", json_boolean(p->large));
}

static void put_layout(const struct page *p, json_t *to)
{
    const struct settings *s = service_settings(p->web->service);

    page_put(to, "lang", p->lang == LANG_ZH ? "zh-CN" : "en");
    page_put(to, "base", p->base);
    page_put(to, "q", p->query);
    page_put(to, "more", p->query[0] ? p->query + 1 : "");
    page_put(to, "said_lang", p->lang_said ? lang_name(p->lang) : "");
    page_put(to, "style", page_style_address());
    page_put(to, "icon", page_icon_address());
    page_put(to, "office", s->office);
    page_put(to, "email", s->office_email);
    page_put(to, "site", s->office[0] ? s->office : catalogue_text(WORD_SITE, p->lang));
    json_object_set_new(to, "wechat", json_boolean(p->wechat));
    json_object_set_new(to, "personal", json_boolean(p->kind->personal));
    json_object_set_new(to, "on_events", json_boolean(p->kind->nav == WORD_EVENTS));
    json_object_set_new(to, "plan_shown", json_boolean(s->plan_shown != PLAN_HIDDEN));
    json_object_set_new(to, "on_plan", json_boolean(p->kind->nav == WORD_PLAN));
    put_variants(p, to);
}

static void put_title(const struct page *p, json_t *to)
{
    const char *own = json_string_value(json_object_get(to, "heading"));
    const char *site = json_string_value(json_object_get(to, "site"));

    if (own && strcmp(own, site) != 0)
        page_put_word(to, "title", p, WORD_TITLE, own, site);
    else
        page_put(to, "title", site);
}

int page_render(const struct page *p, const void *result, struct buf *out, struct err *e)
{
    struct mustache_options options = {
        .escape_html = true, .lang = p->lang, .partial = template_of, .output_bytes_max = PAGE_BYTES_MAX,
    };
    json_t *context = json_object();
    int failed;

    put_layout(p, context);
    if (p->kind->fill)
        p->kind->fill(p, result, context);
    put_title(p, context);
    failed = mustache_render(template_of(NULL, p->kind->template), context, &options, out, e);
    json_decref(context);
    return failed;
}
