#include "help.h"

#include "args.h"
#include "base/utf8.h"
#include "hooks.h"
#include "print.h"
#include "session.h"
#include "text.h"

#include <string.h>

#define WIDTH_MAX 100
#define LEFT_MAX 34      /* a longer left side gets a line to itself */
#define GAP 2

static int width_of_help(void)
{
    int columns = print_terminal_columns();

    return columns > 20 && columns < WIDTH_MAX ? columns : WIDTH_MAX;
}

/* Two columns; the right one wraps under itself. */
static void add_pair(struct buf *out, const char *left, const char *right, int left_width)
{
    int at = left_width + 2 * GAP;

    text_pad(out, 0, GAP);
    buf_adds(out, left);
    if (utf8_width(left) > left_width) {
        buf_addc(out, '\n');
        text_pad(out, 0, at);
    } else {
        text_pad(out, utf8_width(left), left_width + GAP);
    }
    text_wrap(out, right, at, width_of_help());
    buf_addc(out, '\n');
}

static void flag_left(struct buf *out, const struct flag *f)
{
    if (f->letter)
        buf_printf(out, "-%c, ", f->letter);
    buf_printf(out, "--%s", f->name);
    if (f->value)
        buf_printf(out, " %s", f->value);
}

static void flag_right(struct buf *out, const struct flag *f, enum lang lang)
{
    buf_adds(out, f->help[lang]);
    if (f->choices && (!f->value || strcmp(f->choices, f->value) != 0))
        buf_printf(out, " [%s]", f->choices);
    if (f->traits & REQUIRED)
        buf_adds(out, catalogue_text(W_CTL_REQUIRED, lang));
}

static int flags_width(const struct flag *flags)
{
    struct buf left = {.data = NULL};
    int width = 0;

    for (const struct flag *f = flags; f && f->name; f++) {
        int w;
        buf_clear(&left);
        flag_left(&left, f);
        w = utf8_width(buf_text(&left));
        if (w > width && w <= LEFT_MAX)
            width = w;
    }
    buf_release(&left);
    return width;
}

static void add_flags(struct buf *out, const struct flag *flags, enum lang lang)
{
    struct buf left = {.data = NULL}, right = {.data = NULL};
    int width = flags_width(flags);

    for (const struct flag *f = flags; f && f->name; f++) {
        buf_clear(&left);
        buf_clear(&right);
        flag_left(&left, f);
        flag_right(&right, f, lang);
        add_pair(out, buf_text(&left), buf_text(&right), width);
    }
    buf_release(&left);
    buf_release(&right);
}

static void add_heading(struct buf *out, enum msg msg, enum lang lang)
{
    buf_printf(out, "\n%s\n", catalogue_text(msg, lang));
}

static void add_usage(struct buf *out, const struct command *c, enum lang lang)
{
    buf_printf(out, "%skepuctl %s", catalogue_text(W_CTL_USAGE, lang), c->noun);
    if (c->verb)
        buf_printf(out, " %s", c->verb);
    for (const struct positional *p = c->args; p->name; p++)
        buf_printf(out, p->traits & OPTIONAL ? " [%s]" : " %s", p->name);
    buf_printf(out, " %s\n", catalogue_text(W_CTL_FLAGS_WORD, lang));
}

void help_command(struct buf *out, const struct command *c, enum lang lang)
{
    add_usage(out, c, lang);
    text_wrap(out, c->help[lang], 0, width_of_help());
    buf_addc(out, '\n');
    if (c->flags) {
        add_heading(out, W_CTL_FLAGS, lang);
        add_flags(out, c->flags, lang);
    }
    add_heading(out, W_CTL_EXAMPLE, lang);
    text_pad(out, 0, GAP);
    buf_printf(out, "%s\n\n%s\n", c->example, catalogue_text(W_CTL_MORE_HELP, lang));
}

static int verbs_width(const char *noun)
{
    const struct command *c;
    int width = 0;

    for (size_t i = 0; (c = command_at(i)); i++)
        if (strcmp(c->noun, noun) == 0 && c->verb && (int)strlen(c->verb) > width)
            width = (int)strlen(c->verb);
    return width;
}

void help_noun(struct buf *out, const char *noun, enum lang lang)
{
    int width = verbs_width(noun);
    const struct command *c;

    if (command_find(noun, NULL)) {
        help_command(out, command_find(noun, NULL), lang);
        return;
    }
    buf_printf(out, "%skepuctl %s %s\n", catalogue_text(W_CTL_USAGE, lang), noun,
               strchr(catalogue_text(W_CTL_NOUN_VERB, lang), ' ') + 1);
    add_heading(out, W_CTL_COMMANDS, lang);
    for (size_t i = 0; (c = command_at(i)); i++)
        if (strcmp(c->noun, noun) == 0)
            add_pair(out, c->verb, c->help[lang], width);
    buf_printf(out, "\n%s\n", catalogue_text(W_CTL_MORE_HELP, lang));
}

/* "活动：add list show …" */
static void add_verbs(struct buf *out, const struct noun *n, enum lang lang)
{
    const char *colon = catalogue_text(W_CTL_COLON, lang);
    const struct command *c;

    buf_adds(out, n->help[lang]);
    for (size_t i = 0; (c = command_at(i)); i++) {
        if (strcmp(c->noun, n->name) != 0 || !c->verb)
            continue;
        buf_printf(out, "%s%s", colon, c->verb);
        colon = " ";
    }
}

void help_all(struct buf *out, enum lang lang)
{
    struct buf right = {.data = NULL};
    int width = 0;

    buf_printf(out, "%s\n%skepuctl %s\n", catalogue_text(W_CTL_ABOUT, lang), catalogue_text(W_CTL_USAGE, lang),
               catalogue_text(W_CTL_NOUN_VERB, lang));
    for (const struct noun *n = nouns; n->name; n++)
        width = (int)strlen(n->name) > width ? (int)strlen(n->name) : width;
    add_heading(out, W_CTL_COMMANDS, lang);
    for (const struct noun *n = nouns; n->name; n++) {
        buf_clear(&right);
        add_verbs(&right, n, lang);
        add_pair(out, n->name, buf_text(&right), width);
    }
    add_heading(out, W_CTL_GLOBAL_FLAGS, lang);
    add_flags(out, global_flags, lang);
    buf_addc(out, '\n');
    text_wrap(out, catalogue_text(W_CTL_EXIT_CODES, lang), 0, width_of_help());
    buf_printf(out, "\n\n%s\n", catalogue_text(W_CTL_MORE_HELP, lang));
    buf_release(&right);
}

/* `help event add` finds its words the way a command line does, so that what is mistyped is told the same. */
int hook_run_help(struct session *s)
{
    const char *noun = args_positional(s->inv, 0), *verb = args_positional(s->inv, 1);
    const char *words[] = {noun, verb};
    struct invocation about = {.words = words, .word_count = verb ? 2 : 1};
    struct buf out = {.data = NULL};
    int rc = 0;

    if (!noun)
        help_all(&out, s->settings->lang);
    else if (!verb && command_noun_known(noun))
        help_noun(&out, noun, s->settings->lang);
    else if (args_find(&about, &s->failure.err) == 0)
        help_command(&out, about.command, s->settings->lang);
    else
        rc = -1;
    if (rc == 0)
        rc = print_bytes(&out, &s->failure.err);
    buf_release(&out);
    return rc;
}
