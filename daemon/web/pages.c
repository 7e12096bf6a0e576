#include "pages.h"

#include "base/clock.h"
#include "base/log.h"
#include "form.h"
#include "limits.h"
#include "pages_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLICY "default-src 'none'; style-src data:; img-src 'self' data:; form-action 'self'; base-uri 'none'; " \
               "frame-ancestors 'none'"
#define SIGN_UP_BODY_BYTES_MAX (32 * 1024)
#define SMALL_BODY_BYTES_MAX 4096

static const struct route rows[] = {
    {HTTP_GET, "/", .handle = page_home},
    {HTTP_GET, "/events", .handle = page_list},
    {HTTP_GET, "/events/{slug}", .handle = page_event},
    {HTTP_GET, "/events/{slug}/{date}", .handle = page_occurrence},
    {HTTP_GET, "/events/{slug}/{date}/poster", .handle = page_poster},
    {HTTP_POST, "/events/{slug}/{date}/signups", .handle = page_sign_up, .body_bytes_max = SIGN_UP_BODY_BYTES_MAX},
    {HTTP_GET, "/v/{token}", .handle = page_own},
    {HTTP_GET, "/events/{slug}/{date}/checkin", .handle = page_venue},
    {HTTP_POST, "/events/{slug}/{date}/checkin", .handle = page_venue_check_in, .body_bytes_max = SMALL_BODY_BYTES_MAX},
    {HTTP_GET, "/events/{slug}/{date}/checkin/print", .handle = page_venue_print},
    {HTTP_GET, "/verify/{code}", .handle = page_verify},
    {HTTP_GET, "/certificates/{token}", .handle = page_certificate},
    {HTTP_POST, "/v/{token}/checkin", .handle = page_own_check_in, .body_bytes_max = SMALL_BODY_BYTES_MAX},
    {HTTP_POST, "/v/{token}/certificate", .handle = page_own_certificate, .body_bytes_max = SMALL_BODY_BYTES_MAX},
    {HTTP_POST, "/v/{token}/cancel", .handle = page_own_cancel, .body_bytes_max = SMALL_BODY_BYTES_MAX},
    {HTTP_POST, "/v/{token}/calendar", .handle = page_own_calendar, .body_bytes_max = SMALL_BODY_BYTES_MAX},
    {HTTP_POST, "/v/{token}/calendar/end", .handle = page_own_calendar_end, .body_bytes_max = SMALL_BODY_BYTES_MAX},
    {HTTP_GET, "/offers/{token}", .handle = page_offer},
    {HTTP_POST, "/offers/{token}", .handle = page_offer_answer, .body_bytes_max = SMALL_BODY_BYTES_MAX},
    {HTTP_GET, "/v/{token}/change", .handle = page_own_change},
    {HTTP_POST, "/v/{token}/change", .handle = page_own_change_to, .body_bytes_max = SMALL_BODY_BYTES_MAX},
    {HTTP_POST, "/v/{token}/take", .handle = page_own_take, .body_bytes_max = SMALL_BODY_BYTES_MAX},
    {HTTP_POST, "/v/{token}/decline", .handle = page_own_decline, .body_bytes_max = SMALL_BODY_BYTES_MAX},
    {HTTP_POST, "/v/{token}/link", .handle = page_own_link, .body_bytes_max = SMALL_BODY_BYTES_MAX},
    {HTTP_POST, "/v/{token}/link/end", .handle = page_own_link_end, .body_bytes_max = SMALL_BODY_BYTES_MAX},
    {HTTP_POST, "/v/{token}/export", .handle = page_own_export, .body_bytes_max = SMALL_BODY_BYTES_MAX},
    {HTTP_POST, "/v/{token}/erase", .handle = page_own_erase, .body_bytes_max = SMALL_BODY_BYTES_MAX},
    {HTTP_GET, "/done/{what}", .handle = page_done},
    {HTTP_GET, "/privacy", .handle = page_privacy},
    {HTTP_GET, "/plan", .handle = page_plan},
    {HTTP_GET, "/plan/{slug}", .handle = page_plan_department},
    {HTTP_GET, "/progress.svg", .handle = page_progress_svg},
    {HTTP_GET, "/progress.json", .handle = page_progress_json},
    {HTTP_GET, "/robots.txt", .handle = page_robots},
    {HTTP_GET, "/metrics", .handle = page_metrics},
};
const struct route_table page_routes = ROUTE_TABLE(rows);

/* What is in the address */

const char *page_base(const struct web *w)
{
    const char *url = service_settings(w->service)->public_url, *host = strstr(url, "://");
    const char *path = host ? strchr(host + 3, '/') : NULL;

    return path ? path : "";
}

static void keep_query(struct page *p)
{
    const char *lang = http_query_find(p->x, "lang");
    enum lang parsed;

    p->lang_said = lang && lang_parse(lang, &parsed);
    snprintf(p->query, sizeof p->query, "%s%s%s%s%s", p->lang_said || p->large ? "?" : "",
             p->lang_said ? "lang=" : "", p->lang_said ? lang_name(p->lang) : "", p->lang_said && p->large ? "&" : "",
             p->large ? "size=large" : "");
}

struct page *page_new(struct web *w, struct exchange *x, const struct page_kind *kind, void *input)
{
    struct page *p = arena_alloc(&x->arena, sizeof *p);
    const char *size = http_query_find(x, "size"), *agent = http_header(x, "User-Agent");

    p->web = w;
    p->x = x;
    p->kind = kind;
    p->lang = web_lang(x);
    p->large = size && strcmp(size, "large") == 0;
    p->wechat = agent && strstr(agent, "MicroMessenger");
    p->base = page_base(w);
    p->here = x->path;
    p->filter = "";
    p->status = 200;
    keep_query(p);
    p->call.op = kind->op;
    p->call.input = input;
    p->call.req.lang = p->lang;
    p->call.req.now_ms = x->now_ms;
    p->call.req.if_version = FIELD_INT_ABSENT;
    snprintf(p->call.req.principal.name, sizeof p->call.req.principal.name, "public");
    return p;
}

/* Answers */

struct pages {
    struct pages_cache *cache;
    struct limits *limits;
    char form_mark[FORM_TOKEN_BYTES];
};

void pages_start(struct web *w)
{
    w->pages = mem_alloc(sizeof *w->pages);
    page_style_start();
    w->pages->limits = limits_new();
    w->pages->cache = pages_cache_new(w->service);
    crypto_code(FORM_TOKEN_CHARS, w->pages->form_mark);
    w->error_page = page_error;
    w->started_ms = clock_monotonic_ms();
}

void pages_stop(struct web *w)
{
    if (w->pages) {
        pages_cache_free(w->pages->cache);
        limits_free(w->pages->limits);
    }
    free(w->pages);
    w->pages = NULL;
}

/*
 * In the text that is kept, a mark of the same length stands for the form's token. It is random, so that no visitor can
 * write it into a title.
 */
const char *page_form_mark(const struct page *p)
{
    return p->web->pages->form_mark;
}

struct limits *page_limits(const struct page *p)
{
    return p->web->pages->limits;
}

/* The token that goes out; `fresh` is room for a new one. */
static const char *token_of(const struct page *p, char fresh[FORM_TOKEN_BYTES])
{
    if (p->form_token)
        return p->form_token;
    form_token_make(service_keys(p->web->service), p->purpose, p->x->now_ms, fresh);
    return fresh;
}

static void put_token(const struct page *p, char *text)
{
    char fresh[FORM_TOKEN_BYTES], *at = strstr(text, page_form_mark(p));

    if (at)
        memcpy(at, token_of(p, fresh), FORM_TOKEN_CHARS);
}

size_t page_headers(const struct page *p, const char *etag, struct http_answer_header headers[PAGE_HEADERS_MAX])
{
    const char *type = p->kind->content_type;
    size_t n = 0;

    headers[n++] = (struct http_answer_header){"Content-Type", type ? type : "text/html; charset=utf-8"};
    headers[n++] = (struct http_answer_header){"Content-Security-Policy", POLICY};
    headers[n++] = (struct http_answer_header){"Vary", "Accept-Language, Accept-Encoding, User-Agent"};
    headers[n++] = (struct http_answer_header){"Cache-Control", etag ? "no-cache" : "no-store"};
    if (etag)
        headers[n++] = (struct http_answer_header){"ETag", etag};
    if (p->kind->refresh_s)
        headers[n++] = (struct http_answer_header){"Refresh",
                                                   arena_printf(&p->x->arena, "%d", p->kind->refresh_s)};
    if (p->kind->personal) {
        headers[n++] = (struct http_answer_header){"Referrer-Policy", "no-referrer"};
        headers[n++] = (struct http_answer_header){"X-Robots-Tag", "noindex"};
    }
    return n;
}

/* What belongs to one person is not compressed: with what others may write into it that could tell of the rest. */
static void give_text(struct page *p, struct buf *body)
{
    struct http_answer_header headers[PAGE_HEADERS_MAX];
    size_t count = page_headers(p, NULL, headers);

    if (p->kind->has_form)
        put_token(p, body->data);
    http_answer(p->x, p->status, headers, count, body);
}

/* A copy with this reader's token in it. */
static void give_form(struct page *p, const struct kept_page *kept, enum page_form form,
                      struct http_answer_header *headers, size_t count)
{
    char fresh[FORM_TOKEN_BYTES];
    struct buf body = {0};

    buf_add(&body, http_bytes_data(kept->bytes[form]), kept->len[form]);
    page_text_fill(&kept->text, form, token_of(p, fresh), FORM_TOKEN_CHARS, body.data, body.len);
    http_answer(p->x, p->status, headers, count, &body);
}

static void give_kept(struct page *p, const struct kept_page *kept)
{
    enum page_form form = kept->bytes[PAGE_GZIP] && web_takes_gzip(p->x) ? PAGE_GZIP : PAGE_PLAIN;
    const char *known = http_header_list(p->x, "If-None-Match");
    struct http_answer_header headers[PAGE_HEADERS_MAX];
    char etag[PAGE_ETAG_BYTES];
    size_t count;

    memcpy(etag, kept->etags[form], sizeof etag);
    count = page_headers(p, p->kind->has_form ? NULL : etag, headers);
    if (form == PAGE_GZIP)
        headers[count++] = (struct http_answer_header){"Content-Encoding", "gzip"};
    if (p->kind->has_form)
        give_form(p, kept, form, headers, count);
    else
        http_answer_bytes(p->x, known && web_names_tag(known, etag) ? 304 : 200, headers, count,
                          http_bytes_ref(kept->bytes[form]));
}

static void refuse(struct page *p, const struct err *e)
{
    if (p->refused)
        p->refused(p, e);
    else
        web_answer_error(p->web, p->x, e);
}

/* On the store thread. What is kept is compressed here, once. */
static int encode(struct call *c, const void *result, struct buf *body, struct err *e)
{
    struct page *p = c->data;

    if (!p->key)
        return page_render(p, result, body, e);
    buf_clear(&p->text.forms[PAGE_PLAIN]);
    if (page_render(p, result, &p->text.forms[PAGE_PLAIN], e))
        return -1;
    page_text_make(&p->text, p->kind->has_form ? page_form_mark(p) : NULL, FORM_TOKEN_CHARS);
    return 0;
}

static void done(struct call *c)
{
    struct page *p = c->data;
    struct pages_cache *cache = p->web->pages->cache;
    int64_t event = c->status == 0 && p->kind->event ? p->kind->event(c->result) : 0;
    struct page_text text = p->text;
    struct buf body = c->body;
    struct err e = c->err;
    int failed = c->status;

    if (!failed && p->kind->status)
        p->status = p->kind->status(c->result);
    c->body = (struct buf){0};
    call_release(c);
    if (!p->key) {
        if (!failed) {
            give_text(p, &body);
            return;
        }
        buf_release(&body);
        refuse(p, &e);
    } else if (failed) {
        page_text_release(&text);
        pages_cache_fail(cache, p->key, p, refuse, &e);
    } else {
        pages_cache_put(cache, p->key, p, &text, event, give_kept);
        page_text_release(&text);
    }
}

static void render(struct page *p)
{
    p->call.encode = encode;
    p->call.done = done;
    p->call.data = p;
    service_call(p->web->service, &p->call);
}

void page_show(struct page *p, const char *path)
{
    const struct kept_page *kept;
    bool first;

    if (!path) {
        render(p);
        return;
    }
    p->key = arena_printf(&p->x->arena, "%s?%s %s%s%s", path, p->filter, lang_name(p->lang), p->query,
                          p->wechat ? " wechat" : "");
    kept = pages_cache_find(p->web->pages->cache, p->key, p, &first);
    if (kept)
        give_kept(p, kept);
    else if (first)
        render(p);
}

void page_redirect(const struct page *p, const char *path, const char *more)
{
    const char *sep = !more ? "" : p->query[0] ? "&" : "?";
    struct http_answer_header headers[] = {
        {"Location", arena_printf(&p->x->arena, "%s%s%s%s%s", p->base, path, p->query, sep, more ? more : "")},
        {"Cache-Control", "no-store"},
        {"Referrer-Policy", "no-referrer"},
    };

    http_answer(p->x, 303, headers, 3, NULL);
}

/* Errors */

static const struct {
    enum err_code code;
    enum msg heading, line;              /* MSG_NONE: the error's own sentence */
} error_words[] = {
    {ERR_NOT_FOUND, WORD_NOT_FOUND, WORD_NOT_FOUND_LINE},
    {ERR_METHOD, WORD_METHOD, WORD_NOT_FOUND_LINE},
    {ERR_NOT_ALLOWED, WORD_NOT_ALLOWED, MSG_NONE},
    {ERR_UNAUTHENTICATED, WORD_NOT_ALLOWED, MSG_NONE},
    {ERR_CONFLICT, WORD_CONFLICT, MSG_NONE},
    {ERR_INVALID, WORD_BAD_INPUT, MSG_NONE},
    {ERR_MALFORMED, WORD_BAD_INPUT, MSG_NONE},
    {ERR_TOO_LARGE, WORD_BAD_INPUT, MSG_NONE},
    {ERR_TOO_MANY, WORD_MANY, MSG_NONE},
    {ERR_UNAVAILABLE, WORD_BUSY, WORD_FAILED_LINE},
};

static void fill_error(const struct page *p, const void *result, json_t *to)
{
    const struct err *e = result;
    enum msg heading = WORD_FAILED, line = WORD_FAILED_LINE;
    struct buf own = {0};

    for (size_t i = 0; i < sizeof error_words / sizeof error_words[0]; i++) {
        if (error_words[i].code != e->code)
            continue;
        heading = error_words[i].heading;
        line = error_words[i].line;
    }
    err_message(e, p->lang, &own);
    page_put(to, "heading", catalogue_text(heading, p->lang));
    page_put_cut(to, "line", line == MSG_NONE ? buf_text(&own) : catalogue_text(line, p->lang), 300);
    page_put_int(to, "status", p->status);
    buf_release(&own);
}

static const struct page_kind error_kind = {.template = "error", .fill = fill_error, .personal = true};

void page_error(struct web *w, struct exchange *x, const struct err *e, const struct http_answer_header *headers,
                size_t count)
{
    struct page *p = page_new(w, x, &error_kind, NULL);
    struct http_answer_header all[PAGE_HEADERS_MAX + PAGE_ERROR_HEADERS_MAX];
    struct buf body = {0};
    struct err failed;
    size_t n;

    p->status = err_http_status(e->code);
    if (page_render(p, e, &body, &failed))
        log_err("error page", &failed);
    n = page_headers(p, NULL, all);
    for (size_t i = 0; i < count && i < PAGE_ERROR_HEADERS_MAX; i++)
        if (strcmp(headers[i].name, "Cache-Control") != 0)
            all[n++] = headers[i];
    http_answer(x, p->status, all, n, &body);
}
