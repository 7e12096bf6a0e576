#include "file.h"
#include "hooks.h"
#include "print.h"
#include "session.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_DEFAULT 10
#define BATCH_LINES_MAX 200
#define BATCH_BYTES_MAX (256u * 1024)
#define LINE_BYTES_MAX (900u * 1024)   /* below the daemon's limit on a body */

int hook_check_time_expand(const struct invocation *inv, struct err *e)
{
    if (given_text(inv, "batch") || given_text(inv, "start"))
        return 0;
    return err_set(e, ERR_USAGE, MSG_CTL_FLAG_MISSING, "--start", "time expand", "--start", NULL);
}

/* "2026-09-19 09:00" as RFC 5545 writes it; what looks otherwise is left for the daemon to judge. */
static json_t *basic_form(const char *text)
{
    static const char *const patterns[] = {"dddd-dd-dd", "dddd-dd-dd dd:dd", "dddd-dd-dd dd:dd:dd"};
    char out[32] = "";
    size_t n = 0;

    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        const char *p = patterns[i];
        size_t k = 0;

        for (n = 0; p[k] && text[k]; k++) {
            if (p[k] == 'd' ? !isdigit((unsigned char)text[k]) : text[k] != p[k] && !(p[k] == ' ' && text[k] == 'T'))
                break;
            if (p[k] == 'd' || p[k] == ' ')
                out[n++] = p[k] == ' ' ? 'T' : text[k];
        }
        if (p[k] || text[k])
            continue;
        memcpy(out + n, i == 1 ? "00" : "", i == 1 ? 3 : 1);
        return json_string(out);
    }
    return json_string(text);
}

static void to_basic(json_t *body, const char *field)
{
    json_t *value = json_object_get(body, field), *list = json_array(), *item;
    size_t i;

    json_array_foreach (value, i, item)
        json_array_append_new(list, basic_form(json_string_value(item)));
    if (json_is_array(value))
        json_object_set(body, field, list);
    else if (value)
        json_object_set_new(body, field, basic_form(json_string_value(value)));
    json_decref(list);
}

void hook_complete_time_expand(const struct invocation *inv, json_t *body)
{
    static const char *const times[] = {"dtstart", "start_at", "rdate", "exdate"};
    const char *start;

    (void)inv;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        to_basic(body, times[i]);
    start = json_string_value(json_object_get(body, "dtstart"));
    json_object_set_new(body, "value", json_string(start && strlen(start) == 8 ? "DATE" : "DATE-TIME"));
    if (!json_object_get(body, "limit"))
        json_object_set_new(body, "limit", json_integer(COUNT_DEFAULT));
}

/* For people: a line an instance. */
static int print_instances(struct session *s, json_t *answer)
{
    json_t *instances = json_object_get(answer, "instances"), *utc = json_object_get(answer, "utc");
    json_t *items = json_array(), *instance;
    size_t i;
    int rc;

    json_array_foreach (instances, i, instance) {
        json_t *item = json_object(), *moment = json_array_get(utc, i);
        json_object_set(item, "instance", instance);
        json_object_set(item, "utc", moment ? moment : json_null());
        json_array_append_new(items, item);
    }
    rc = print_list(s->settings, s->inv->command->shape, items, NULL, &s->failure.err);
    json_decref(items);
    return rc;
}

static int expand_one(struct session *s)
{
    struct request r;
    json_t *answer = NULL, *error;
    int rc;

    if (request_build(s->inv, s->settings, &r, &s->failure.err) != 0)
        return -1;
    rc = session_send(s, &r, &answer);
    request_release(&r);
    if (rc != 0)
        return -1;
    error = json_object_get(answer, "error");
    if (json_is_object(error))
        rc = failure_set_problem(&s->failure, json_incref(error));
    else if (s->settings->format == FORMAT_JSON || s->settings->format == FORMAT_JSONL)
        rc = session_print(s, answer);
    else
        rc = print_instances(s, answer);
    json_decref(answer);
    return rc;
}

/* What kepuctl answers for a line that the daemon gave no answer to. */
static int print_line_error(struct session *s, const char *line, size_t bytes)
{
    json_t *answer = json_object(), *input = json_loadb(line, bytes, 0, NULL), *id = json_object_get(input, "id");
    struct buf out = {.data = NULL};
    char *text;
    int rc;

    json_object_set(answer, "id", id ? id : json_null());
    json_object_set_new(answer, "error", failure_object(&s->failure, s->settings->lang));
    failure_release(&s->failure);
    text = json_dumps(answer, JSON_COMPACT);
    buf_printf(&out, "%s\n", text ? text : "{}");
    rc = print_bytes(&out, &s->failure.err);
    free(text);
    buf_release(&out);
    json_decref(answer);
    json_decref(input);
    return rc;
}

static size_t count_lines(const char *data, size_t bytes)
{
    size_t lines = 0;

    for (size_t i = 0; i < bytes; i++)
        lines += data[i] == '\n';
    return lines + (bytes > 0 && data[bytes - 1] != '\n');
}

static bool unreachable(const struct failure *f)
{
    return !f->problem && f->err.code == ERR_UNREACHABLE;
}

/* Sends lines and prints their answers. 1 if they did not get one each; -1 only where there is no going on. */
static int send_lines(struct session *s, const char *data, size_t bytes, size_t lines)
{
    struct request r = {.method = "POST", .content_type = s->inv->command->content_type};
    struct buf answer;
    int rc;

    buf_adds(&r.path, "/time/expand-batch");
    buf_add(&r.body, data, bytes);
    rc = session_send_bytes(s, &r, &answer);
    request_release(&r);
    if (rc != 0)
        return unreachable(&s->failure) ? -1 : 1;
    if (count_lines(buf_text(&answer), answer.len) != lines) {
        err_set(&s->failure.err, ERR_FAILED, MSG_CTL_LINE_UNANSWERED, NULL, NULL);
        rc = 1;
    } else {
        if (answer.len && answer.data[answer.len - 1] != '\n')
            buf_addc(&answer, '\n');
        rc = print_bytes(&answer, &s->failure.err);
    }
    buf_release(&answer);
    return rc;
}

static size_t line_end(const char *data, size_t bytes)
{
    const char *end = memchr(data, '\n', bytes);

    return end ? (size_t)(end - data) + 1 : bytes;
}

static int send_single(struct session *s, const char *line, size_t bytes)
{
    int rc = 1;

    if (bytes <= LINE_BYTES_MAX)
        rc = send_lines(s, line, bytes, 1);
    else
        err_set(&s->failure.err, ERR_TOO_LARGE, MSG_CTL_LINE_TOO_LARGE, NULL, "921600", NULL);
    return rc == 1 ? print_line_error(s, line, bytes) : rc;
}

/* Together, and each by itself where that went wrong: one bad line must not cost the others their answers. */
static int send_chunk(struct session *s, const char *data, size_t bytes, size_t lines)
{
    int rc = lines > 1 ? send_lines(s, data, bytes, lines) : 1;

    if (rc != 1)
        return rc;
    failure_release(&s->failure);
    for (size_t at = 0, n; at < bytes; at += n) {
        n = line_end(data + at, bytes - at);
        if (send_single(s, data + at, n) != 0)
            return -1;
    }
    return 0;
}

static int expand_batch(struct session *s, const char *path)
{
    struct buf input;
    size_t from = 0, at = 0, lines = 0;
    int rc;

    buf_init(&input, FILE_BODY_BYTES_MAX);
    rc = file_read(path, "--batch", &input, &s->failure.err);
    while (rc == 0 && at < input.len) {
        size_t n = line_end(input.data + at, input.len - at);

        if (lines > 0 && (lines == BATCH_LINES_MAX || at + n - from > BATCH_BYTES_MAX)) {
            rc = send_chunk(s, input.data + from, at - from, lines);
            from = at;
            lines = 0;
        }
        at += n;
        lines++;
    }
    if (rc == 0 && lines > 0)
        rc = send_chunk(s, input.data + from, at - from, lines);
    buf_release(&input);
    return rc;
}

int hook_run_time_expand(struct session *s)
{
    const char *batch = given_text(s->inv, "batch");

    return batch ? expand_batch(s, batch) : expand_one(s);
}
