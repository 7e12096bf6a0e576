/* kepud: flags → configuration → server. */
#include "base/conf.h"
#include "server.h"

#include <stdio.h>
#include <stdlib.h>

static enum lang language(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    enum lang lang;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value && *value && lang_parse(value, &lang))
            return lang;
    }
    return LANG_ZH;
}

static int complain(const struct err *e, enum lang lang)
{
    struct buf text = {0};

    buf_adds(&text, "kepud: ");
    err_message(e, lang, &text);
    if (e->field[0])
        buf_printf(&text, " (%s)", e->field);
    buf_adds(&text, "\n");
    if (*catalogue_hint(e->msg, lang)) {
        buf_adds(&text, "  ");
        err_hint(e, lang, &text);
        buf_adds(&text, "\n");
    }
    fputs(buf_text(&text), stderr);
    buf_release(&text);
    return e->code == ERR_USAGE ? 2 : 1;
}

static void help(enum lang lang)
{
    struct buf text = {0};

    conf_help(lang, &text);
    fputs(buf_text(&text), stdout);
    buf_release(&text);
}

static int copy(const struct conf *conf, enum lang lang, struct err *e)
{
    char rows[24], tables[24];
    const char *args[] = {rows, tables};
    struct buf text = {0};
    struct copied copied;

    if (server_copy(conf, &copied, e))
        return -1;
    snprintf(rows, sizeof rows, "%lld", (long long)copied.rows);
    snprintf(tables, sizeof tables, "%lld", (long long)copied.tables);
    catalogue_format(&text, catalogue_text(MSG_COPIED, lang), args, 2);
    puts(buf_text(&text));
    buf_release(&text);
    return 0;
}

static int act(const struct conf *conf, int argc, char **argv, enum lang lang, struct err *e)
{
    switch (conf->action) {
    case CONF_HELP:
        help(lang);
        return 0;
    case CONF_VERSION:
        puts("kepud " KEPU_VERSION);
        return 0;
    case CONF_CHECK:
        if (server_check(conf, e))
            return -1;
        puts(catalogue_text(MSG_CONF_OK, lang));
        return 0;
    case CONF_RESTORE:
        if (server_run(conf, argc, argv, e))
            return -1;
        puts(catalogue_text(MSG_RESTORED, lang));
        return 0;
    case CONF_COPY:
        return copy(conf, lang, e);
    case CONF_RUN:
        return server_run(conf, argc, argv, e);
    }
    return 0;
}

int main(int argc, char **argv)
{
    enum lang lang = language();
    struct conf conf;
    struct err e = {0};
    int code = 0;

    if (conf_read(argc, argv, &conf, &e) || act(&conf, argc, argv, lang, &e))
        code = complain(&e, lang);
    conf_release(&conf);
    return code;
}
