#include "http_private.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct exchange *exchange_new(struct http *h)
{
    struct exchange *x = h->spare;

    if (x) {
        h->spare = x->private->next;
        h->spare_count--;
    } else {
        x = mem_alloc(sizeof *x);
        x->private = mem_alloc(sizeof *x->private);
    }
    return x;
}

static void link_open(struct http *h, struct exchange *x)
{
    x->private->next = h->open;
    if (h->open)
        h->open->private->prev = x;
    h->open = x;
}

static void unlink_open(struct http *h, struct exchange *x)
{
    struct http_exchange_private *p = x->private;

    if (p->prev)
        p->prev->private->next = p->next;
    else
        h->open = p->next;
    if (p->next)
        p->next->private->prev = p->prev;
    p->prev = p->next = NULL;
}

void http_exchange_free(struct exchange *x)
{
    free(x->private);
    free(x);
}

/* Empties it but for the two large arrays, which need none of that. */
static void exchange_clear(struct exchange *x)
{
    struct http_exchange_private *p = x->private;

    arena_release(&x->arena);
    buf_release(&p->body);
    if (p->uri != p->uri_inline)
        free(p->uri);
    memset(p, 0, offsetof(struct http_exchange_private, scratch));
    *x = (struct exchange){.private = p};
}

void http_exchange_let_go(struct exchange *x)
{
    struct http_exchange_private *p = x->private;
    struct http *h = p->http;

    if (p->held || p->connection)
        return;
    if (h)
        unlink_open(h, x);
    exchange_clear(x);
    if (!h || h->spare_count >= HTTP_SPARE_EXCHANGES_MAX) {
        http_exchange_free(x);
        return;
    }
    p->next = h->spare;
    h->spare = x;
    h->spare_count++;
}

/* libmicrohttpd cuts the URI up in place soon after this; so it is copied, and cut up here. */
static void keep_uri(struct exchange *x, const char *uri)
{
    struct http_exchange_private *p = x->private;
    size_t bytes = strlen(uri) + 1;
    char *mark;

    if (bytes > HTTP_URI_BYTES_MAX) {
        p->refusal = REFUSE_ADDRESS;
        uri = "/";
        bytes = 2;
    }
    p->uri = bytes <= sizeof p->uri_inline ? p->uri_inline : mem_alloc(bytes);
    memcpy(p->uri, uri, bytes);
    mark = strchr(p->uri, '?');
    if (mark) {
        *mark = 0;
        p->query_text = mark + 1;
    }
}

/* A request's first sign of life: its first line is there. */
void *http_on_uri(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    struct http_listener *l = cls;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct http_connection *c = info ? info->socket_context : NULL;
    struct exchange *x;

    if (!c || !uri)
        return NULL;
    x = exchange_new(l->http);
    x->private->http = l->http;
    x->private->connection = c;
    c->x = x;
    link_open(l->http, x);
    x->door = l->door;
    x->peer_uid = c->peer_uid;
    x->now_ms = l->http->wall_ms;
    x->path = x->body = "";
    keep_uri(x, uri);
    return x;
}

static char *scratch_copy(struct exchange *x, const char *text)
{
    struct http_exchange_private *p = x->private;
    size_t bytes = strlen(text) + 1;
    char *copy;

    if (bytes > sizeof p->scratch - p->scratch_used)
        return arena_strdup(&x->arena, text);
    copy = memcpy(p->scratch + p->scratch_used, text, bytes);
    p->scratch_used += bytes;
    return copy;
}

const char *http_header(const struct exchange *x, const char *name)
{
    const struct http_connection *c = x->private->connection;
    const char *value = c ? MHD_lookup_connection_value(c->mhd, MHD_HEADER_KIND, name) : NULL;
    /* Only what is private changes: the copy outlives the connection. */
    union { const struct exchange *in; struct exchange *out; } u = {x};

    return value ? scratch_copy(u.out, value) : NULL;
}

struct lines {
    struct exchange *x;
    const char *name, *all;
};

static enum MHD_Result add_line(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct lines *l = cls;

    (void)kind;
    if (!value || strcasecmp(name, l->name) != 0)
        return MHD_YES;
    l->all = l->all ? arena_printf(&l->x->arena, "%s, %s", l->all, value) : scratch_copy(l->x, value);
    return MHD_YES;
}

const char *http_header_list(const struct exchange *x, const char *name)
{
    const struct http_connection *c = x->private->connection;
    union { const struct exchange *in; struct exchange *out; } u = {x};
    struct lines l = {u.out, name, NULL};

    if (c)
        MHD_get_connection_values(c->mhd, MHD_HEADER_KIND, add_line, &l);
    return l.all;
}

static bool field_at(const struct http_field *fields, size_t count, size_t i, const char **ret_name,
                     const char **ret_value)
{
    if (i >= count)
        return false;
    *ret_name = fields[i].name;
    *ret_value = fields[i].value;
    return true;
}

static const char *field_find(const struct http_field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].name, name) == 0)
            return fields[i].value;
    return NULL;
}

bool http_query(const struct exchange *x, size_t i, const char **ret_name, const char **ret_value)
{
    return field_at(x->private->query, x->private->query_count, i, ret_name, ret_value);
}

const char *http_query_find(const struct exchange *x, const char *name)
{
    return field_find(x->private->query, x->private->query_count, name);
}

bool http_form(const struct exchange *x, size_t i, const char **ret_name, const char **ret_value)
{
    return field_at(x->private->form, x->private->form_count, i, ret_name, ret_value);
}

const char *http_form_find(const struct exchange *x, const char *name)
{
    return field_find(x->private->form, x->private->form_count, name);
}
