#include "http_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What the headers say about how the request is framed (RFC 9112 6). */
struct framing {
    unsigned hosts, lengths, codings;
    const char *length;
    bool is_chunked;
    bool is_malformed;
};

static enum http_method method_by_name(const char *name)
{
    static const char *const names[] = {
        [HTTP_GET] = "GET", [HTTP_HEAD] = "HEAD", [HTTP_POST] = "POST", [HTTP_PUT] = "PUT",
        [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS",
    };

    for (int i = HTTP_GET; i < HTTP_OTHER; i++)
        if (strcmp(names[i], name) == 0)
            return (enum http_method)i;
    return HTTP_OTHER;
}

/* "Content-Length : 5" must not slip past as a header of another name: the next hop may read it differently. */
static bool has_controls(const char *text, size_t bytes, unsigned char least)
{
    for (size_t i = 0; i < bytes; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < least && c != '\t') || c == 0x7F)
            return true;
    }
    return false;
}

static enum MHD_Result look_at_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_bytes,
                                      const char *value, size_t value_bytes)
{
    struct framing *f = cls;

    (void)kind;
    if (name_bytes == 0 || has_controls(name, name_bytes, '!') || memchr(name, '\t', name_bytes) || !value ||
        has_controls(value, value_bytes, ' '))
        f->is_malformed = true;
    else if (name_bytes == 4 && strcasecmp(name, "Host") == 0)
        f->hosts++;
    else if (name_bytes == 14 && strcasecmp(name, "Content-Length") == 0) {
        f->lengths++;
        f->length = value;
    } else if (name_bytes == 17 && strcasecmp(name, "Transfer-Encoding") == 0) {
        f->codings++;
        f->is_chunked = strcasecmp(value, "chunked") == 0;
    }
    return MHD_YES;
}

static enum http_refusal check_framing(const struct framing *f, const char *version)
{
    bool is_1_0 = strcmp(version, "HTTP/1.0") == 0;

    if (f->is_malformed || f->hosts > 1 || (f->hosts == 0 && !is_1_0))
        return REFUSE_MALFORMED;
    if (f->lengths > 1 || (f->lengths && f->codings) || (f->codings && is_1_0))
        return REFUSE_MALFORMED;
    return f->codings && (f->codings > 1 || !f->is_chunked) ? REFUSE_CODING : REFUSE_NOT;
}

static bool is_head_too_large(const struct exchange *x)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(x->private->connection->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    return info && info->header_size > HTTP_HEADER_BYTES_MAX;
}

static int parse_uri(struct exchange *x)
{
    struct http_exchange_private *p = x->private;

    if (http_path_decode(p->uri) < 0)
        return -1;
    x->path = p->uri;
    return 0;
}

static int parse_query(struct exchange *x)
{
    struct http_exchange_private *p = x->private;

    if (!p->query_text || !*p->query_text)
        return 0;
    return http_fields_parse(&x->arena, p->query_text, strlen(p->query_text), &p->query, &p->query_count);
}

static size_t body_limit(const struct exchange *x)
{
    const struct http *h = x->private->http;

    return h->body_bytes_max ? h->body_bytes_max(h->arg, x->method, x->path) : HTTP_BODY_BYTES_MAX;
}

/* The order matters: what cannot be framed is refused before anything else is read from it. */
static enum http_refusal check_head(struct exchange *x, const struct framing *f, const char *version)
{
    struct http_exchange_private *p = x->private;
    enum http_refusal refusal = check_framing(f, version);

    if (refusal)
        return refusal;
    if (p->refusal)
        return p->refusal;
    if (parse_uri(x) < 0)
        return REFUSE_PATH;
    if (is_head_too_large(x))
        return REFUSE_HEADERS;
    if (parse_query(x) < 0)
        return REFUSE_FIELDS;
    if (p->http->stage != HTTP_RUNNING)
        return REFUSE_STOPPING;
    if (!f->length && !f->is_chunked)
        return REFUSE_NOT;
    buf_init(&p->body, body_limit(x));
    return f->length && strtoull(f->length, NULL, 10) > p->body.max_bytes ? REFUSE_BODY : REFUSE_NOT;
}

/* The headers are complete. A refusal now closes the connection; what it still sends is read and thrown away. */
static enum MHD_Result begin(struct exchange *x, const char *method, const char *version)
{
    struct http_exchange_private *p = x->private;
    struct framing f = {0};
    enum http_refusal refusal;

    p->http->counts.requests++;
    x->method = method_by_name(method);
    MHD_get_connection_values_n(p->connection->mhd, MHD_HEADER_KIND, look_at_header, &f);
    p->is_chunked = f.is_chunked;
    refusal = check_head(x, &f, version);
    if (!refusal) {
        p->phase = HTTP_RECEIVING;
        return MHD_YES;
    }
    p->connection->linger = f.lengths || f.codings;
    http_refuse(x, refusal);
    return p->failed ? MHD_NO : MHD_YES;
}

static enum MHD_Result receive(struct exchange *x, const char *data, size_t *data_bytes)
{
    struct buf *body = &x->private->body;

    buf_add(body, data, *data_bytes);
    *data_bytes = 0;
    /* max_bytes 0 would be no limit; whoever allows none has no body. */
    if (!body->overflow && body->max_bytes > 0)
        return MHD_YES;
    http_refuse_raw(x, REFUSE_BODY);
    return MHD_NO;
}

/* X-Forwarded-For may come in several lines, which are one list (RFC 9110 5.3). */
struct forwarded {
    char text[HTTP_FORWARDED_BYTES_MAX];
    size_t len;
};

static enum MHD_Result join_forwarded(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct forwarded *f = cls;
    size_t bytes = strlen(value);

    (void)kind;
    if (strcasecmp(name, "X-Forwarded-For") != 0)
        return MHD_YES;
    if (f->len + bytes + 2 > sizeof f->text) {
        f->len = 0;        /* nobody has that many hops: not believed at all */
        return MHD_NO;
    }
    if (f->len)
        f->text[f->len++] = ',';
    memcpy(f->text + f->len, value, bytes);
    f->len += bytes;
    return MHD_YES;
}

static void find_address(struct exchange *x)
{
    const struct http *h = x->private->http;
    const struct http_connection *c = x->private->connection;
    struct forwarded f;
    unsigned char address[16];

    memcpy(x->address, c->address_text, sizeof x->address);
    if (!c->from_proxy)
        return;
    f.len = 0;
    MHD_get_connection_values(c->mhd, MHD_HEADER_KIND, join_forwarded, &f);
    f.text[f.len] = 0;
    memcpy(address, c->address, sizeof address);
    http_proxy_client(h->proxies, h->proxy_count, f.text, address);
    http_address_print(address, x->address, sizeof x->address);
}

static int parse_form(struct exchange *x)
{
    static const char type[] = "application/x-www-form-urlencoded";
    struct http_exchange_private *p = x->private;
    const char *given;

    if (x->body_bytes == 0)
        return 0;
    given = http_header(x, "Content-Type");
    if (!given || strncasecmp(given, type, sizeof type - 1) != 0)
        return 0;
    return http_fields_parse(&x->arena, x->body, x->body_bytes, &p->form, &p->form_count);
}

/* The whole request is there. An answer given before `handle` returns saves suspending the connection. */
static enum MHD_Result complete(struct exchange *x)
{
    struct http_exchange_private *p = x->private;
    struct http *h = p->http;

    x->body = buf_text(&p->body);
    x->body_bytes = p->body.len;
    find_address(x);
    if (parse_form(x) < 0) {
        http_refuse(x, REFUSE_FIELDS);
        return p->failed ? MHD_NO : MHD_YES;
    }
    p->phase = HTTP_HANDLING;
    p->held = true;
    p->due_ms = h->monotonic_ms + h->settings.answer_timeout_ms;
    h->handle(h->arg, x);
    if (p->phase == HTTP_ANSWERED)
        return p->failed ? MHD_NO : MHD_YES;
    p->suspended = true;
    MHD_suspend_connection(p->connection->mhd);
    return MHD_YES;
}

enum MHD_Result http_on_request(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
                                const char *version, const char *data, size_t *data_bytes, void **context)
{
    struct exchange *x = *context;

    (void)cls, (void)mhd, (void)url;
    if (!x)
        return MHD_NO;
    switch (x->private->phase) {
    case HTTP_NEW:
        return begin(x, method, version);
    case HTTP_RECEIVING:
        return *data_bytes ? receive(x, data, data_bytes) : complete(x);
    case HTTP_HANDLING:
    case HTTP_ANSWERED:
        break;             /* resumed, but the answer was not taken */
    }
    return MHD_NO;
}

void http_on_completed(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode code)
{
    struct http_listener *l = cls;
    struct exchange *x = *context;
    struct http_exchange_private *p;

    (void)mhd;
    if (!x)
        return;
    *context = NULL;
    p = x->private;
    p->connection->x = NULL;
    p->connection->since_ms = l->http->monotonic_ms;
    p->connection = NULL;
    if ((p->phase != HTTP_ANSWERED || code != MHD_REQUEST_TERMINATED_COMPLETED_OK) && !x->aborted) {
        x->aborted = true;
        l->http->counts.aborted++;
    }
    http_exchange_let_go(x);
}
