#include "http_private.h"

#include "base/catalogue.h"
#include "base/log.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

static const struct http_answer_header common_headers[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "same-origin"},
};

static void add_header(struct MHD_Response *r, const char *name, const char *value)
{
    /* Refused where it holds a line break: a bug of ours, but not one to split an answer over. */
    if (MHD_add_response_header(r, name, value) != MHD_YES)
        log_error("header %s left out: its value is not valid", name);
}

static bool has_header(const struct http_answer_header *headers, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(headers[i].name, name) == 0)
            return true;
    return false;
}

static struct MHD_Response *with_headers(struct MHD_Response *r, const struct http_answer_header *headers, size_t count)
{
    if (!r)
        abort();
    for (size_t i = 0; i < count; i++)
        add_header(r, headers[i].name, headers[i].value);
    for (size_t i = 0; i < sizeof common_headers / sizeof common_headers[0]; i++)
        if (!has_header(headers, count, common_headers[i].name))
            add_header(r, common_headers[i].name, common_headers[i].value);
    return r;
}

struct MHD_Response *http_response_new(const char *data, size_t bytes, void (*release)(void *arg), void *arg,
                                       const struct http_answer_header *headers, size_t count)
{
    /* The library's parameter is not const, but it does not write there. */
    union { const char *in; char *out; } u = {data};

    return with_headers(MHD_create_response_from_buffer_with_free_callback_cls(bytes, u.out, release, arg), headers,
                        count);
}

struct MHD_Response *http_response_of_file(int file, size_t bytes, const struct http_answer_header *headers,
                                           size_t count)
{
    return with_headers(MHD_create_response_from_fd64(bytes, file), headers, count);
}

/* Queues it; a suspended connection goes on in the next MHD_run. */
static void give(struct exchange *x, int status, struct MHD_Response *response)
{
    struct http_exchange_private *p = x->private;
    struct http_connection *c = p->connection;

    p->phase = HTTP_ANSWERED;
    c->since_ms = p->http->monotonic_ms;
    p->failed = MHD_queue_response(c->mhd, (unsigned)status, response) != MHD_YES;
    if (!p->suspended)
        return;
    p->suspended = false;
    MHD_resume_connection(c->mhd);
    http_run_soon(c->listener);
}

/* The handler's turn is over; true if somebody still waits for its answer. */
static bool take_back(struct exchange *x)
{
    struct http_exchange_private *p = x->private;

    assert(p->held);
    p->held = false;
    return p->phase == HTTP_HANDLING && p->connection;
}

void http_answer(struct exchange *x, int status, const struct http_answer_header *headers, size_t count,
                 struct buf *body)
{
    struct MHD_Response *response;
    size_t bytes = 0;
    char *data;

    if (!take_back(x)) {
        if (body)
            buf_release(body);
        http_exchange_let_go(x);
        return;
    }
    data = body ? buf_take(body, &bytes) : NULL;
    response = http_response_new(data ? data : "", bytes, free, data, headers, count);
    give(x, status, response);
    MHD_destroy_response(response);
}

void http_answer_bytes(struct exchange *x, int status, const struct http_answer_header *headers, size_t count,
                       struct http_bytes *body)
{
    if (take_back(x))
        give(x, status, http_bytes_response(body, status, headers, count));
    else
        http_exchange_let_go(x);
    http_bytes_unref(body);
}

static const struct {
    int status;
    enum err_code code;
    enum msg msg;
} refusals[] = {
#define X(id, status, code, msg) [id] = {status, code, msg},
    HTTP_REFUSALS(X)
#undef X
};

static enum lang problem_lang(const struct exchange *x)
{
    const char *accepted = http_header(x, "Accept-Language");
    enum lang lang = LANG_ZH;

    lang_parse(accepted, &lang);
    return lang;
}

/* RFC 9457 */
static void problem_body(const struct exchange *x, enum http_refusal why, struct buf *out)
{
    enum lang lang = problem_lang(x);
    const char *message = catalogue_text(refusals[why].msg, lang), *code = err_name(refusals[why].code);
    json_t *problem = json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:n, s:n}", "type", "about:blank", "title", code,
                                "status", refusals[why].status, "detail", message, "code", code, "message", message,
                                "hint", catalogue_hint(refusals[why].msg, lang), "field", "instance");
    char *text = problem ? json_dumps(problem, JSON_COMPACT) : NULL;

    buf_adds(out, text ? text : "{}");
    free(text);
    json_decref(problem);
}

static void page_body(enum http_refusal why, struct buf *out)
{
    int status = refusals[why].status;
    enum msg msg = refusals[why].msg;

    buf_printf(out, "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta name=\"viewport\" content=\"width=device-width\">\n<title>%d</title>\n</head>\n"
               "<body>\n<h1>%d</h1>\n",
               status, status);
    buf_printf(out, "<p>%s。%s。</p>\n", catalogue_text(msg, LANG_ZH), catalogue_hint(msg, LANG_ZH));
    buf_printf(out, "<p lang=\"en\">%s: %s.</p>\n</body>\n</html>\n", catalogue_text(msg, LANG_EN),
               catalogue_hint(msg, LANG_EN));
}

/* Before its path was decoded an exchange has none: that is for a browser. */
static bool is_for_api(const struct exchange *x)
{
    return strncmp(x->path, "/api/", 5) == 0;
}

static const struct http_answer_header *refusal_headers(const struct exchange *x, enum http_refusal why,
                                                        size_t *ret_count)
{
    static const struct http_answer_header headers[][4] = {
        {{"Content-Type", "text/html; charset=utf-8"}, {"Cache-Control", "no-store"},
         {"Content-Security-Policy", "default-src 'none'"}, {"Connection", "close"}},
        {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"},
         {"Content-Security-Policy", "default-src 'none'"}, {"Connection", "close"}},
    };

    *ret_count = why == REFUSE_STOPPING ? 4 : 3;
    return headers[is_for_api(x)];
}

static void refusal_body(const struct exchange *x, enum http_refusal why, struct buf *out)
{
    if (is_for_api(x))
        problem_body(x, why, out);
    else
        page_body(why, out);
}

void http_refuse(struct exchange *x, enum http_refusal why)
{
    struct buf body = {0};
    struct MHD_Response *response;
    const struct http_answer_header *headers;
    size_t bytes, count;
    char *data;

    headers = refusal_headers(x, why, &count);
    refusal_body(x, why, &body);
    data = buf_take(&body, &bytes);
    response = http_response_new(data, bytes, free, data, headers, count);
    x->private->http->counts.refused++;
    give(x, refusals[why].status, response);
    MHD_destroy_response(response);
}

void http_refuse_raw(struct exchange *x, enum http_refusal why)
{
    struct http_connection *c = x->private->connection;
    struct buf body = {0}, out = {0};
    const struct http_answer_header *headers;
    size_t count;

    headers = refusal_headers(x, why, &count);
    refusal_body(x, why, &body);
    buf_printf(&out, "HTTP/1.1 %d %s\r\nContent-Length: %zu\r\nConnection: close\r\n", refusals[why].status,
               MHD_get_reason_phrase_for((unsigned)refusals[why].status), body.len);
    for (size_t i = 0; i < 3; i++)
        buf_printf(&out, "%s: %s\r\n", headers[i].name, headers[i].value);
    buf_printf(&out, "%s: %s\r\n\r\n%s", common_headers[0].name, common_headers[0].value, buf_text(&body));
    x->private->http->counts.refused++;
    /* Nothing else was sent for this exchange, so there is room; if there isn't, the close alone has to say it. */
    if (send(c->fd, out.data, out.len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        log_debug("a refusal could not be sent");
    c->linger = true;
    buf_release(&body);
    buf_release(&out);
}
