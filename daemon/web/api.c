#include "api.h"

#include "codec.h"
#include "domain/notice.h"
#include "wait.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define HEADERS_MAX 4

static const struct fields no_fields = {.name = "nothing", .bytes = 1};

/* One exchange under way, in the exchange's own arena. */
struct api_call {
    struct call call;
    struct web *web;
    struct exchange *x;
    const struct route *route;
    const struct fields *result;
};

void api_problem(const struct err *e, enum lang lang, struct buf *out)
{
    struct buf message = {0}, hint = {0};

    err_message(e, lang, &message);
    err_hint(e, lang, &hint);
    buf_printf(out, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":", err_name(e->code),
               err_http_status(e->code));
    codec_put_text(out, buf_text(&message));
    buf_printf(out, ",\"code\":\"%s\",\"message\":", err_name(e->code));
    codec_put_text(out, buf_text(&message));
    buf_adds(out, ",\"hint\":");
    codec_put_text(out, hint.len ? buf_text(&hint) : NULL);
    buf_adds(out, ",\"field\":");
    codec_put_text(out, e->field[0] ? e->field : NULL);
    buf_adds(out, ",\"instance\":null}");
    buf_release(&message);
    buf_release(&hint);
}

/* Who asks. On the TCP door only a token's holder may, even what a page shows to everybody. */
static int read_authority(const struct exchange *x, const struct route *route, struct request *req, struct err *e)
{
    const char *given = http_header(x, "Authorization");

    if (x->door == HTTP_DOOR_UNIX) {
        req->principal.role = ROLE_ADMIN;
        snprintf(req->principal.name, sizeof req->principal.name, "uid:%lu", (unsigned long)x->peer_uid);
        return 0;
    }
    snprintf(req->principal.name, sizeof req->principal.name, "public");
    if (!given)
        return route->open ? 0 : err_set(e, ERR_UNAUTHENTICATED, MSG_API_TOKEN_NEEDED, NULL, NULL);
    if (strncasecmp(given, "Bearer ", 7) != 0)
        return err_set(e, ERR_UNAUTHENTICATED, MSG_AUTHORIZATION_BAD, NULL, NULL);
    given += 7 + strspn(given + 7, " ");
    if (!*given || strlen(given) > API_TOKEN_BYTES_MAX)
        return err_set(e, ERR_UNAUTHENTICATED, MSG_TOKEN_BAD, NULL, NULL);
    crypto_token_hash(given, req->bearer_hash);
    req->has_bearer = true;
    return 0;
}

static int read_idempotency_key(const struct exchange *x, struct request *req, struct err *e)
{
    const char *key = http_header(x, "Idempotency-Key");
    size_t len = key ? strlen(key) : 0;

    if (!key)
        return 0;
    if (len == 0 || len >= sizeof req->id)
        return err_set(e, ERR_INVALID, MSG_HEADER_IDEMPOTENCY, "Idempotency-Key", NULL);
    for (size_t i = 0; i < len; i++)
        if (key[i] <= ' ' || key[i] > '~')
            return err_set(e, ERR_INVALID, MSG_HEADER_IDEMPOTENCY, "Idempotency-Key", NULL);
    memcpy(req->id, key, len + 1);
    return 0;
}

/* "3", as our ETags are; a bare number will do, and * is any version. */
static int read_if_match(const struct exchange *x, struct request *req, struct err *e)
{
    const char *given = http_header(x, "If-Match");
    long long version;
    char quote;
    int end = 0;

    req->if_version = FIELD_INT_ABSENT;
    if (!given || strcmp(given, "*") == 0)
        return 0;
    if ((sscanf(given, "\"%18lld%c%n", &version, &quote, &end) == 2 && quote == '"' && !given[end]) ||
        (sscanf(given, "%18lld%n", &version, &end) == 1 && !given[end])) {
        req->if_version = version;
        return 0;
    }
    return err_set(e, ERR_INVALID, MSG_HEADER_IF_MATCH, "If-Match", NULL);
}

static int read_headers(const struct exchange *x, struct request *req, struct err *e)
{
    return read_idempotency_key(x, req, e) || read_if_match(x, req, e) ? -1 : 0;
}

/* 1: a switch of ours; 0: not one; -1: one with a wrong value. */
static int read_switch(struct request *req, const char *name, const char *value, struct err *e)
{
    const struct { const char *name; bool *at; } switches[] = {
        {"dry_run", &req->dry_run}, {"yes", &req->yes}, {"force", &req->force},
    };
    enum lang lang;

    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        if (strcmp(switches[i].name, name) != 0)
            continue;
        if (codec_parse_bool(value, switches[i].at))
            return 1;
        return err_set(e, ERR_INVALID, MSG_FIELD_WANT_BOOL, name, name, NULL);
    }
    if (strcmp(name, "lang") != 0)
        return 0;
    return lang_parse(value, &lang) ? 1 : err_set(e, ERR_INVALID, MSG_LANG_BAD, name, value, NULL);
}

/* The query without our own switches. */
static int read_query(struct api_call *a, struct codec_source *from, struct err *e)
{
    struct codec_pair *pairs = arena_alloc(&a->x->arena, HTTP_FIELDS_MAX * sizeof *pairs);
    const char *name, *value;

    for (size_t i = 0; http_query(a->x, i, &name, &value); i++) {
        int ours = read_switch(&a->call.req, name, value, e);
        if (ours < 0)
            return -1;
        if (!ours && from->query_count < HTTP_FIELDS_MAX)
            pairs[from->query_count++] = (struct codec_pair){name, value};
    }
    from->query = pairs;
    return 0;
}

static int decode(struct api_call *a, const struct params *p, struct err *e)
{
    struct codec_source from = {.path = p, .route = a->route};
    bool has_body = a->x->method != HTTP_GET && a->x->method != HTTP_HEAD;

    if (read_query(a, &from, e))
        return -1;
    if (a->route->decode)
        return a->route->decode(a->web, a->x, &a->call.input, e);
    if (has_body && !a->route->bytes) {
        from.raw = a->route->raw_body;
        from.body = a->x->body;
        from.body_bytes = a->x->body_bytes;
    }
    if (from.raw && from.body_bytes == 0)
        return err_set(e, ERR_INVALID, MSG_BODY_EMPTY, from.raw, NULL);
    if (codec_decode(a->route->input ? a->route->input : &no_fields, &from, &a->x->arena, &a->call.input, e))
        return -1;
    if (has_body && a->route->bytes)
        *(struct bytes *)a->call.input = (struct bytes){a->x->body, a->x->body_bytes};
    return 0;
}

static const char *input_text(const struct fields *f, const void *object, const char *name)
{
    const struct field *field = fields_find(f, name);

    assert(field && field->type == FIELD_TEXT);
    return *(const char *const *)(const void *)((const char *)object + field->offset);
}

static void choose_operation(struct api_call *a)
{
    const struct route_variant *v = a->route->variant;
    const char *given = v ? input_text(a->route->input, a->call.input, v->field) : NULL;
    bool chosen = given && (!v->value || strcmp(given, v->value) == 0);

    a->call.op = chosen ? v->op : a->route->op;
    a->result = chosen ? v->result : a->route->result;
}

/* On the store thread. */
static int encode(struct call *c, const void *result, struct buf *body, struct err *e)
{
    const struct api_call *a = c->data;
    const struct list *list = result;

    (void)e;
    if (a->route->raw_answer && a->route->bytes)
        buf_add(body, ((const struct bytes *)result)->data, ((const struct bytes *)result)->len);
    else if (a->route->raw_answer)
        buf_adds(body, result ? result : "");
    else if (!a->result || !result)
        buf_adds(body, "{}");
    else if (a->route->list)
        codec_encode_list(a->result, &list->items, list->next, a->web->zone, body);
    else
        codec_encode(a->result, result, a->web->zone, body);
    return 0;
}

static const char *etag(struct api_call *a)
{
    const struct field *field = a->result && !a->route->list ? fields_find(a->result, "version") : NULL;

    if (!field || field->type != FIELD_INT || !a->call.result)
        return NULL;
    return arena_printf(&a->x->arena, "\"%lld\"",
                        (long long)*(const int64_t *)(const void *)((const char *)a->call.result + field->offset));
}

static void put_encoded(struct buf *out, const char *text)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

    for (; *text; text++) {
        if (strchr(safe, *text))
            buf_addc(out, *text);
        else
            buf_printf(out, "%%%02X", (unsigned char)*text);
    }
}

static const char *location(struct api_call *a)
{
    const char *pattern = a->route->location, *open = pattern ? strchr(pattern, '{') : NULL;
    struct buf out = {0};
    const char *text, *value;
    char name[32];

    if (!open || !a->call.result)
        return NULL;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(open + 1, "}"), open + 1);
    value = input_text(a->result, a->call.result, name);
    buf_add(&out, pattern, (size_t)(open - pattern));
    put_encoded(&out, value ? value : "");
    text = arena_strdup(&a->x->arena, buf_text(&out));
    buf_release(&out);
    return text;
}

static void answer(struct api_call *a)
{
    struct http_answer_header headers[HEADERS_MAX] = {
        {"Content-Type", a->route->raw_answer ? a->route->raw_answer : "application/json"},
        {"Cache-Control", "no-store"},
    };
    struct buf body = a->call.body;
    struct exchange *x = a->x;
    int status = a->route->status ? a->route->status : 200;
    size_t count = 2;
    const char *value;

    if ((value = etag(a)))
        headers[count++] = (struct http_answer_header){"ETag", value};
    if ((value = location(a)))
        headers[count++] = (struct http_answer_header){"Location", value};
    a->call.body = (struct buf){0};
    call_release(&a->call);
    http_answer(x, status, headers, count, &body);
}

static void wait_for_result(struct api_call *a)
{
    const struct delivery *d = a->call.result;
    const char *code = arena_strdup(&a->x->arena, d->code);
    int64_t id = d->id;

    call_release(&a->call);
    wait_for_delivery(a->web, a->x, id, code, a->call.req.lang);
}

static void done(struct call *c)
{
    struct api_call *a = c->data;
    struct err e = c->err;

    if (c->status == 0) {
        if (a->route->waits && c->result && !c->req.dry_run)
            wait_for_result(a);
        else
            answer(a);
        return;
    }
    call_release(c);
    web_answer_error(a->web, a->x, &e);
}

void api_handle(struct web *w, struct exchange *x, const struct route *r, const struct params *p)
{
    struct api_call *a = arena_alloc(&x->arena, sizeof *a);
    struct request *req = &a->call.req;
    struct err e = {0};

    a->web = w;
    a->x = x;
    a->route = r;
    req->lang = web_lang(x);
    req->now_ms = x->now_ms;
    if (read_authority(x, r, req, &e) || read_headers(x, req, &e) || decode(a, p, &e)) {
        web_answer_error(w, x, &e);
        return;
    }
    choose_operation(a);
    a->call.encode = encode;
    a->call.done = done;
    a->call.data = a;
    service_call(w->service, &a->call);
}
