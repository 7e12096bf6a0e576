#include "settings.h"

#include "suggest.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SOCKET_HERE "./run/kepud.sock"
#define SOCKET_SYSTEM "/run/kepu/kepud.sock"

static const char *const format_names[] = {
    [FORMAT_TABLE] = "table", [FORMAT_JSON] = "json", [FORMAT_JSONL] = "jsonl", [FORMAT_CSV] = "csv",
    [FORMAT_NAME] = "name"};

static const char *env(const char *name)
{
    const char *text = getenv(name);

    return text && text[0] ? text : NULL;
}

/* The first of the locale's variables that names a language of ours; Chinese where none does. */
static enum lang lang_of_environment(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    enum lang lang;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (lang_parse(env(names[i]), &lang))
            return lang;
    return LANG_ZH;
}

static int read_lang(const struct invocation *inv, struct settings *s, struct err *e)
{
    const char *text = given_text(inv, "lang");

    s->lang = lang_of_environment();
    if (!text || lang_parse(text, &s->lang))
        return 0;
    return err_set(e, ERR_INVALID, MSG_CTL_BAD_CHOICE, "--lang", "--lang", text, "zh, en", NULL);
}

/* Settings are read before the command is known: errors about it are to come in the right language and form. */
static bool is_report(const struct invocation *inv)
{
    return inv->word_count > 0 && strcmp(inv->words[0], "report") == 0;
}

static int read_format(const struct invocation *inv, struct settings *s, struct err *e)
{
    const char *named = given_text(inv, "output"), *text = given_true(inv, "json") ? "json" : named;
    struct suggestion near = {.typed = text ? text : ""};

    if (named && strcmp(named, text) != 0)
        return err_set(e, ERR_USAGE, MSG_CTL_FLAGS_EXCLUDE, "--output", "--json", "--output", NULL);
    s->format_named = text != NULL;
    if (text && is_report(inv) && (strcmp(text, "html") == 0 || strcmp(text, "md") == 0)) {
        s->document = text;
        return 0;
    }
    for (size_t i = 0; text && i < sizeof format_names / sizeof format_names[0]; i++) {
        suggest_offer(&near, format_names[i]);
        if (strcmp(text, format_names[i]) == 0) {
            s->format = (enum format)i;
            return 0;
        }
    }
    if (!text)
        return 0;
    if (near.best)
        return err_set(e, ERR_INVALID, MSG_CTL_BAD_CHOICE_NEAR, "--output", "--output", text, near.best, NULL);
    return err_set(e, ERR_INVALID, MSG_CTL_BAD_CHOICE, "--output", "--output", text,
                   is_report(inv) ? "md, html, json, jsonl, csv, name" : "table, json, jsonl, csv, name", NULL);
}

static int read_colour(const struct invocation *inv, struct settings *s, struct err *e)
{
    const char *text = given_text(inv, "color");

    s->colour = text && strcmp(text, "always") == 0;
    if (!text || strcmp(text, "auto") == 0)
        s->colour = !env("NO_COLOR") && isatty(STDOUT_FILENO) && env("TERM") && strcmp(env("TERM"), "dumb") != 0;
    else if (!s->colour && strcmp(text, "never") != 0)
        return err_set(e, ERR_INVALID, MSG_CTL_BAD_CHOICE, "--color", "--color", text, "auto, always, never", NULL);
    return 0;
}

static void read_address(const struct invocation *inv, struct settings *s)
{
    s->socket = given_text(inv, "socket");
    s->server = given_text(inv, "server");
    s->token_file = given_text(inv, "token-file");
    if (!s->token_file)
        s->token_file = env("KEPU_TOKEN_FILE");
    if (s->socket || s->server)
        return;
    s->socket = env("KEPU_SOCKET");
    if (s->socket)
        return;
    s->server = env("KEPU_SERVER");
    if (!s->server)
        s->socket = access(SOCKET_HERE, F_OK) == 0 ? SOCKET_HERE : SOCKET_SYSTEM;
}

int settings_read(const struct invocation *inv, struct settings *ret, struct err *e)
{
    struct err ignored;
    int rc = 0;

    *ret = (struct settings){.format = FORMAT_TABLE, .headers = !given_true(inv, "no-headers")};
    ret->verbose = given_true(inv, "verbose");
    ret->dry_run = given_true(inv, "dry-run");
    ret->yes = given_true(inv, "yes");
    ret->fields = given_text(inv, "fields");
    read_address(inv, ret);
    if (read_format(inv, ret, e) != 0)
        rc = -1;
    if (read_colour(inv, ret, rc == 0 ? e : &ignored) != 0)
        rc = -1;
    if (read_lang(inv, ret, rc == 0 ? e : &ignored) != 0)
        rc = -1;
    return rc;
}
