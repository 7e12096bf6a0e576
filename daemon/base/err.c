#include "err.h"

#include "buf.h"
#include "utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int http_status;
    int exit_code;
} codes[] = {
#define X(code, name, http, exit) [code] = {name, http, exit},
    ERR_CODES(X)
#undef X
};

static void copy_cut(char *to, size_t size, const char *from)
{
    size_t len = utf8_cut(from, strlen(from), size - 1);

    memcpy(to, from, len);
    to[len] = 0;
}

void err_fill(struct err *e, enum err_code code, enum msg msg, const char *field, ...)
{
    va_list ap;

    if (!e)
        return;
    err_clear(e);
    e->code = code;
    e->msg = msg;
    copy_cut(e->field, sizeof e->field, field ? field : "");
    va_start(ap, field);
    for (int i = 0; i < ERR_ARGS_MAX; i++) {
        const char *arg = va_arg(ap, const char *);
        if (!arg)
            break;
        copy_cut(e->args[i], sizeof e->args[i], arg);
    }
    va_end(ap);
}

void err_clear(struct err *e)
{
    e->code = ERR_NONE;
    e->msg = MSG_NONE;
    e->field[0] = 0;
    for (int i = 0; i < ERR_ARGS_MAX; i++)
        e->args[i][0] = 0;
}

void err_field(struct err *e, const char *format, ...)
{
    va_list ap;

    if (!e || e->field[0])
        return;
    va_start(ap, format);
    vsnprintf(e->field, sizeof e->field, format, ap);
    va_end(ap);
}

const char *err_name(enum err_code code)
{
    return codes[code].name;
}

int err_http_status(enum err_code code)
{
    return codes[code].http_status;
}

int err_exit_code(enum err_code code)
{
    return codes[code].exit_code;
}

enum err_code err_code_by_name(const char *name)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (strcmp(codes[i].name, name) == 0)
            return (enum err_code)i;
    return ERR_FAILED;
}

static void format(const struct err *e, const char *text, struct buf *out)
{
    const char *args[ERR_ARGS_MAX];

    for (int i = 0; i < ERR_ARGS_MAX; i++)
        args[i] = e->args[i];
    catalogue_format(out, text, args, ERR_ARGS_MAX);
}

void err_message(const struct err *e, enum lang lang, struct buf *out)
{
    format(e, catalogue_text(e->msg, lang), out);
}

void err_hint(const struct err *e, enum lang lang, struct buf *out)
{
    format(e, catalogue_hint(e->msg, lang), out);
}
