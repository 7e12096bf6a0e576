#include "failure.h"

#include "base/buf.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int failure_set_problem(struct failure *f, json_t *problem)
{
    json_decref(f->problem);
    f->problem = problem;
    return -1;
}

static json_t *text_or_null(const struct buf *b)
{
    return b->len ? json_string(buf_text(b)) : json_null();
}

static json_t *own_error(const struct err *e, enum lang lang)
{
    struct buf message = {.data = NULL}, hint = {.data = NULL};
    json_t *o = json_object();

    err_message(e, lang, &message);
    err_hint(e, lang, &hint);
    json_object_set_new(o, "code", json_string(err_name(e->code)));
    json_object_set_new(o, "message", json_string(buf_text(&message)));
    json_object_set_new(o, "hint", text_or_null(&hint));
    json_object_set_new(o, "field", e->field[0] ? json_string(e->field) : json_null());
    buf_release(&message);
    buf_release(&hint);
    return o;
}

json_t *failure_object(const struct failure *f, enum lang lang)
{
    static const char *const names[] = {"code", "message", "hint", "field"};
    json_t *o;

    if (!f->problem)
        return own_error(&f->err, lang);
    o = json_object();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        json_t *value = json_object_get(f->problem, names[i]);
        json_object_set(o, names[i], value ? value : json_null());
    }
    return o;
}

/* Where a file is wrong ("line 7, phone") is said by the message already, in its language. */
static bool tells_more(const char *field, const char *message, const char *hint)
{
    return field[0] && message && strncmp(field, "line ", 5) != 0 && !strstr(message, field) &&
           !(hint && strstr(hint, field));
}

static void tell_sentence(json_t *o, const struct settings *s)
{
    const char *message = json_string_value(json_object_get(o, "message"));
    const char *hint = json_string_value(json_object_get(o, "hint"));
    const char *field = json_string_value(json_object_get(o, "field"));
    bool red = s->colour && isatty(STDERR_FILENO);
    struct buf line = {.data = NULL};

    buf_adds(&line, catalogue_text(W_CTL_ERROR, s->lang));
    if (field && tells_more(field, message, hint)) {
        text_clean(&line, field, TEXT_ONE_LINE);
        buf_adds(&line, ": ");
    }
    text_clean(&line, message ? message : "", TEXT_ONE_LINE);
    if (hint && hint[0]) {
        buf_adds(&line, catalogue_text(W_CTL_ERROR_AND_HINT, s->lang));
        text_clean(&line, hint, TEXT_ONE_LINE);
    }
    fprintf(stderr, "%s%s%s\n", red ? "\033[31m" : "", buf_text(&line), red ? "\033[0m" : "");
    buf_release(&line);
}

static void tell_json(json_t *o)
{
    json_t *outer = json_object();
    char *text;

    json_object_set(outer, "error", o);
    text = json_dumps(outer, JSON_COMPACT);
    fprintf(stderr, "%s\n", text ? text : "{\"error\":{\"code\":\"failed\"}}");
    free(text);
    json_decref(outer);
}

int failure_tell(const struct failure *f, const struct settings *settings)
{
    json_t *o = failure_object(f, settings->lang);
    const char *code = json_string_value(json_object_get(o, "code"));
    int exit_code = err_exit_code(err_code_by_name(code ? code : ""));

    if (settings->format == FORMAT_JSON || settings->format == FORMAT_JSONL)
        tell_json(o);
    else
        tell_sentence(o, settings);
    json_decref(o);
    return exit_code ? exit_code : 1;
}

void failure_release(struct failure *f)
{
    json_decref(f->problem);
    *f = (struct failure){.problem = NULL};
}
