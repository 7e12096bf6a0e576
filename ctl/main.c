/* kepuctl: the command line of kepu. */
#include "args.h"
#include "help.h"
#include "print.h"
#include "session.h"
#include "version.h"

#include <stdio.h>

static int print_and_release(struct buf *out, struct err *e)
{
    int rc = print_bytes(out, e);

    buf_release(out);
    return rc;
}

static int tell_version(struct err *e)
{
    struct buf out = {.data = NULL};

    buf_printf(&out, "kepuctl %s\n", KEPU_VERSION);
    return print_and_release(&out, e);
}

/* --help says what it can about the words there are. */
static int tell_help(struct invocation *inv, enum lang lang, struct err *e)
{
    struct buf out = {.data = NULL};

    if (inv->word_count == 0)
        help_all(&out, lang);
    else if (inv->word_count == 1 && command_noun_known(inv->words[0]))
        help_noun(&out, inv->words[0], lang);
    else if (args_find(inv, e) == 0)
        help_command(&out, inv->command, lang);
    else
        return -1;
    return print_and_release(&out, e);
}

static int run(struct session *s, struct invocation *inv)
{
    struct err *e = &s->failure.err;

    if (settings_read(inv, s->settings, e) != 0)
        return -1;
    if (given_true(inv, "help"))
        return tell_help(inv, s->settings->lang, e);
    if (given_true(inv, "version"))
        return tell_version(e);
    if (args_resolve(inv, e) != 0)
        return -1;
    return session_run(s);
}

int main(int argc, char **argv)
{
    struct invocation inv;
    struct settings settings;
    struct session s = {.inv = &inv, .settings = &settings};
    int exit_code = 0;

    args_scan(argc, argv, &inv);
    if (run(&s, &inv) != 0)
        exit_code = failure_tell(&s.failure, &settings);
    session_release(&s);
    args_release(&inv);
    return exit_code;
}
