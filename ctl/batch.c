/* `batch FILE`: a command a line, without the word kepuctl; one request, all of them or none. */
#include "hooks.h"

#include "file.h"
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 200

/* Words as a shell has them: '…', "…" and \\; in place. -1 where a quote is never closed. */
static int split(char *line, char **words)
{
    char *to = line;
    int count = 0;

    for (char *at = line; *at;) {
        char quote = 0;
        at += strspn(at, " \t\r");
        if (!*at || *at == '#' || count == WORDS_MAX)
            break;
        words[count++] = to;
        for (; *at && (quote || !strchr(" \t\r", *at)); at++) {
            if (quote ? *at == quote : *at == '\'' || *at == '"')
                quote = quote ? 0 : *at;
            else
                *to++ = *at == '\\' && quote != '\'' && at[1] ? *++at : *at;
        }
        if (quote)
            return -1;
        at += *at != 0;
        *to++ = 0;
    }
    return count;
}

static int at_line(struct session *s, size_t line, struct err *inner)
{
    struct buf sentence = {0};
    char number[24];

    snprintf(number, sizeof number, "%zu", line);
    err_message(inner, s->settings->lang, &sentence);
    err_set(&s->failure.err, inner->code, MSG_BATCH_LINE, inner->field, number, buf_text(&sentence), NULL);
    buf_release(&sentence);
    return -1;
}

static int add_request(struct session *s, const struct invocation *inv, size_t line, json_t *all, struct err *e)
{
    struct request r;
    json_t *body;

    if (!inv->command->method || inv->command->run || inv->command->traits & (ANSWER_LIST | WAITS_LONG))
        return err_set(e, ERR_USAGE, MSG_BATCH_COMMAND, NULL, inv->command->noun, NULL);
    if ((inv->command->check && inv->command->check(inv, e)) || request_build(inv, s->settings, &r, e))
        return -1;
    body = r.body.len ? json_loadb(buf_text(&r.body), r.body.len, 0, NULL) : json_null();
    json_array_append_new(all, json_pack("{s:I, s:s, s:s, s:o}", "line", (json_int_t)line, "method", r.method, "path",
                                         buf_text(&r.path), "body", body ? body : json_null()));
    request_release(&r);
    return 0;
}

static int take_line(struct session *s, char *text, size_t line, json_t *all)
{
    char name[] = "kepuctl", *words[WORDS_MAX + 1] = {name};
    struct invocation inv;
    struct err e = {0};
    int count = split(text, words + 1), rc;

    if (count == 0)
        return 0;
    if (count < 0) {
        err_set(&e, ERR_USAGE, MSG_BATCH_QUOTE, NULL, NULL);
        return at_line(s, line, &e);
    }
    args_scan(count + 1, words, &inv);
    rc = args_resolve(&inv, &e) || add_request(s, &inv, line, all, &e);
    args_release(&inv);
    return rc ? at_line(s, line, &e) : 0;
}

static int read_lines(struct session *s, char *text, json_t *all)
{
    char *one;
    size_t line = 0;

    while ((one = strsep(&text, "\n")))
        if (take_line(s, one, ++line, all))
            return -1;
    return 0;
}

static int send_all(struct session *s, json_t *all)
{
    json_t *body = json_pack("{s:O}", "requests", all), *answer;
    char *text = json_dumps(body, 0);
    struct request r;
    int rc = request_build(s->inv, s->settings, &r, &s->failure.err);

    if (rc == 0) {
        buf_release(&r.body);
        buf_init(&r.body, FILE_BODY_BYTES_MAX);
        buf_adds(&r.body, text);
        r.content_type = "application/json";
        rc = session_send(s, &r, &answer);
        request_release(&r);
    }
    if (rc == 0) {
        rc = session_print(s, answer);
        json_decref(answer);
    }
    free(text);
    json_decref(body);
    return rc;
}

int hook_run_batch(struct session *s)
{
    struct buf file;
    json_t *all = json_array();
    char *text;
    int rc;

    buf_init(&file, FILE_BODY_BYTES_MAX);
    rc = file_read(args_positional(s->inv, 0), "FILE", &file, &s->failure.err);
    if (rc == 0) {
        text = strdup(buf_text(&file));
        rc = text ? read_lines(s, text, all) : -1;
        free(text);
    }
    if (rc == 0)
        rc = send_all(s, all);
    buf_release(&file);
    json_decref(all);
    return rc;
}
