#include "trace.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define KEY_BYTES_MIN 6               /* shorter parts of an address are words of its path */
#define HIDDEN_MAX (int)(sizeof((struct trace *)0)->hidden / sizeof(char *))

static void hide(struct trace *t, const char *text, size_t bytes, struct arena *a)
{
    if (text && bytes > 0 && t->count < HIDDEN_MAX)
        t->hidden[t->count++] = arena_strndup(a, text, bytes);
}

void trace_init(struct trace *t, const struct channel_target *target, struct arena *a)
{
    const char *authority = strstr(target->url, "://"), *p = authority ? authority + 3 : target->url;

    t->count = 0;
    hide(t, target->secret, target->secret ? strlen(target->secret) : 0, a);
    hide(t, target->secret_old, target->secret_old ? strlen(target->secret_old) : 0, a);
    for (p += strcspn(p, "/?#"); *p; p += strcspn(p, "/?#&=")) {
        size_t bytes;
        p++;
        bytes = strcspn(p, "/?#&=");
        if (bytes >= KEY_BYTES_MIN)
            hide(t, p, bytes, a);
    }
}

static size_t hidden_at(const struct trace *t, const char *p)
{
    size_t longest = 0;

    for (int i = 0; i < t->count; i++) {
        size_t bytes = strlen(t->hidden[i]);
        if (bytes > longest && strncmp(p, t->hidden[i], bytes) == 0)
            longest = bytes;
    }
    return longest;
}

/* Feishu's signature stands in the body. */
static size_t signature_at(const char *p)
{
    static const char name[] = "\"sign\":\"";

    return strncmp(p, name, sizeof name - 1) == 0 ? sizeof name - 1 : 0;
}

static void add(const struct trace *t, const char *text, size_t text_bytes, struct buf *out)
{
    const char *end = text + text_bytes;

    for (const char *p = text; p < end;) {
        size_t bytes = hidden_at(t, p), name = signature_at(p);
        uint32_t c;
        if (bytes > 0) {
            buf_adds(out, "***");
        } else if (name > 0) {
            buf_add(out, p, name);
            buf_adds(out, "***");
            bytes = name + strcspn(p + name, "\"");
        } else {
            c = utf8_next(p, (size_t)(end - p), &bytes);
            if ((c < 0x20 && c != '\n') || c == 0x7F || c == 0xFFFD)
                buf_addc(out, ' ');
            else
                buf_add(out, p, bytes);
        }
        p += bytes;
    }
}

static void add_body(const struct trace *t, const char *body, size_t bytes, struct buf *out)
{
    struct buf clean = {0};
    size_t cut;

    if (!body || bytes == 0)
        return;
    add(t, body, bytes, &clean);
    cut = utf8_cut(buf_text(&clean), clean.len, TRACE_BYTES_MAX);
    buf_addc(out, '\n');
    buf_add(out, buf_text(&clean), cut);
    if (cut < clean.len)
        buf_adds(out, "…");
    buf_release(&clean);
}

static void add_header(const struct trace *t, const char *line, struct buf *out)
{
    static const char *const signed_ones[] = {"webhook-signature:", "authorization:"};

    buf_addc(out, '\n');
    for (size_t i = 0; i < sizeof signed_ones / sizeof signed_ones[0]; i++) {
        if (strncasecmp(line, signed_ones[i], strlen(signed_ones[i])) != 0)
            continue;
        buf_add(out, line, strlen(signed_ones[i]));
        buf_adds(out, " ***");
        return;
    }
    add(t, line, strlen(line), out);
}

static const char *taken(struct buf *out, struct arena *a)
{
    const char *text = arena_strdup(a, buf_text(out));

    buf_release(out);
    return text;
}

const char *trace_request(const struct trace *t, const struct fetch_request *request, struct arena *a)
{
    struct buf out = {0};

    buf_printf(&out, "%s %s/***", request->method, channel_mask(request->url, a));
    for (int i = 0; i < FETCH_HEADERS_MAX && request->headers[i]; i++)
        add_header(t, request->headers[i], &out);
    add_body(t, request->body, request->body ? strlen(request->body) : 0, &out);
    return taken(&out, a);
}

const char *trace_answer(const struct trace *t, const struct fetch_result *result, struct arena *a)
{
    struct buf out = {0};

    if (result->status)
        buf_printf(&out, "HTTP %d", result->status);
    else
        buf_adds(&out, result->reason ? result->reason : "");
    add_body(t, result->body, result->body_bytes, &out);
    return taken(&out, a);
}
