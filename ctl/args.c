#include "args.h"

#include "base/mem.h"
#include "suggest.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES_MAX 64
#define DIGITS_MAX 15

/* The first error stays; later ones are mostly its echo. */
static struct err *first(struct invocation *inv)
{
    return inv->error.code == ERR_NONE ? &inv->error : NULL;
}

static void add_given(struct invocation *inv, const struct flag *f, const char *text)
{
    inv->given[inv->given_count++] = (struct given){f, text};
}

/* Takes the next word for a flag that wants a value and has none yet. */
static void take(struct invocation *inv, const struct flag *f, const char *typed, const char *text, char **argv, int *i)
{
    if (!text && flag_takes_value(f)) {
        text = argv[*i + 1];
        if (!text) {
            err_set(first(inv), ERR_USAGE, MSG_CTL_FLAG_WITHOUT_VALUE, typed, typed, f->value, NULL);
            return;
        }
        ++*i;
    }
    add_given(inv, f, text);
}

static void scan_long(struct invocation *inv, char **argv, int *i)
{
    const char *typed = argv[*i], *equals = strchr(typed, '=');
    size_t n = equals ? (size_t)(equals - typed) - 2 : strlen(typed) - 2;
    char name[NAME_BYTES_MAX] = "";
    const struct flag *f;

    if (n < sizeof name)
        memcpy(name, typed + 2, n);
    f = flag_anywhere(name, 0);
    if (f)
        take(inv, f, typed, equals ? equals + 1 : NULL, argv, i);
    else if (!inv->unknown)
        inv->unknown = typed;
}

/* -n, -ny, -ojson, -o json, -N5. */
static void scan_short(struct invocation *inv, char **argv, int *i)
{
    const char *typed = argv[*i];

    for (const char *p = typed + 1; *p; p++) {
        const struct flag *f = flag_anywhere(NULL, *p);
        if (!f) {
            if (!inv->unknown)
                inv->unknown = typed;
            return;
        }
        if (flag_takes_value(f)) {
            take(inv, f, typed, p[1] ? p + 1 : NULL, argv, i);
            return;
        }
        add_given(inv, f, NULL);
    }
}

/* "-" is a file and "-1" a number: words both. */
static bool is_flag(const char *text)
{
    return text[0] == '-' && text[1] && !isdigit((unsigned char)text[1]);
}

void args_scan(int argc, char **argv, struct invocation *inv)
{
    bool ended = false;
    size_t letters = 0;

    *inv = (struct invocation){.command = NULL};
    for (int i = 1; i < argc; i++)
        letters += strlen(argv[i]) + 1;   /* "-ny" is two flags, so this bounds them */
    inv->words = mem_alloc(((size_t)argc + 1) * sizeof *inv->words);
    inv->given = mem_alloc((letters + 1) * sizeof *inv->given);
    for (int i = 1; i < argc; i++) {
        if (ended || !is_flag(argv[i]))
            inv->words[inv->word_count++] = argv[i];
        else if (strcmp(argv[i], "--") == 0)
            ended = true;
        else if (argv[i][1] == '-')
            scan_long(inv, argv, &i);
        else
            scan_short(inv, argv, &i);
    }
}

void args_release(struct invocation *inv)
{
    free(inv->words);
    free(inv->given);
    *inv = (struct invocation){.command = NULL};
}

static int unknown_noun(const char *word, struct err *e)
{
    struct suggestion s = {.typed = word};

    for (const struct noun *n = nouns; n->name; n++)
        suggest_offer(&s, n->name);
    if (s.best)
        return err_set(e, ERR_USAGE, MSG_CTL_UNKNOWN_COMMAND_NEAR, NULL, word, s.best, NULL);
    return err_set(e, ERR_USAGE, MSG_CTL_UNKNOWN_COMMAND, NULL, word, NULL);
}

static int unknown_verb(const char *noun, const char *verb, struct err *e)
{
    struct suggestion s = {.typed = verb};
    const struct command *c;

    for (size_t i = 0; (c = command_at(i)); i++)
        if (strcmp(c->noun, noun) == 0 && c->verb)
            suggest_offer(&s, c->verb);
    if (s.best)
        return err_set(e, ERR_USAGE, MSG_CTL_UNKNOWN_VERB_NEAR, NULL, noun, verb, s.best, NULL);
    return err_set(e, ERR_USAGE, MSG_CTL_UNKNOWN_VERB, NULL, noun, verb, NULL);
}

int args_find(struct invocation *inv, struct err *e)
{
    const char *noun = inv->word_count > 0 ? inv->words[0] : NULL;
    const char *verb = inv->word_count > 1 ? inv->words[1] : NULL;

    if (!noun)
        return err_set(e, ERR_USAGE, MSG_CTL_NO_COMMAND, NULL, NULL);
    if (!command_noun_known(noun))
        return unknown_noun(noun, e);
    inv->command = command_find(noun, NULL);
    inv->args_at = 1;
    if (inv->command)
        return 0;
    if (!verb)
        return err_set(e, ERR_USAGE, MSG_CTL_NO_VERB, NULL, noun, NULL);
    inv->command = command_find(noun, verb);
    inv->args_at = 2;
    return inv->command ? 0 : unknown_verb(noun, verb, e);
}

static void command_name(const struct command *c, char *room, size_t bytes)
{
    snprintf(room, bytes, "%s%s%s", c->noun, c->verb ? " " : "", c->verb ? c->verb : "");
}

static int unknown_flag(const struct command *c, const char *typed, struct err *e)
{
    char name[NAME_BYTES_MAX] = "", flag[NAME_BYTES_MAX + 2], best[NAME_BYTES_MAX + 2], command[NAME_BYTES_MAX];
    struct suggestion s = {.typed = name};

    snprintf(flag, sizeof flag, "%.*s", (int)strcspn(typed, "="), typed);
    snprintf(name, sizeof name, "%s", flag + strspn(flag, "-"));
    for (const struct flag *f = c ? c->flags : NULL; f && f->name; f++)
        suggest_offer(&s, f->name);
    for (const struct flag *f = global_flags; f->name; f++)
        suggest_offer(&s, f->name);
    command_name(c ? c : command_find("help", NULL), command, sizeof command);
    if (!s.best)
        return err_set(e, ERR_USAGE, MSG_CTL_UNKNOWN_FLAG, flag, flag, command, NULL);
    snprintf(best, sizeof best, "--%s", s.best);
    return err_set(e, ERR_USAGE, MSG_CTL_UNKNOWN_FLAG_NEAR, flag, flag, best, command, NULL);
}

static const char *dashed(const char *name, char room[NAME_BYTES_MAX + 2])
{
    snprintf(room, NAME_BYTES_MAX + 2, "--%s", name);
    return room;
}

/* Puts the command's own row in the place of the one the name was found by. */
static int settle_flags(struct invocation *inv, struct err *e)
{
    char name[NAME_BYTES_MAX + 2];

    for (size_t i = 0; i < inv->given_count; i++) {
        const struct flag *found = inv->given[i].flag, *own = flag_of(inv->command->flags, found->name);

        if (!own)
            own = flag_of(global_flags, found->name);
        if (!own)
            return unknown_flag(inv->command, dashed(found->name, name), e);
        inv->given[i].flag = own;
    }
    return 0;
}

static bool repeatable(const struct flag *f)
{
    return f->kind == FLAG_LIST || f->kind == FLAG_ROLES || f->kind == FLAG_BOOL;
}

static int check_pair(const struct given *a, const struct given *b, struct err *e)
{
    char one[NAME_BYTES_MAX + 2], other[NAME_BYTES_MAX + 2];

    dashed(a->flag->name, one);
    dashed(b->flag->name, other);
    if (a->flag == b->flag && !repeatable(a->flag))
        return err_set(e, ERR_USAGE, MSG_CTL_FLAG_TWICE, one, one, NULL);
    if (a->flag != b->flag && a->flag->group && a->flag->group == b->flag->group && a->flag->place == b->flag->place)
        return err_set(e, ERR_USAGE, MSG_CTL_FLAGS_EXCLUDE, other, one, other, NULL);
    return 0;
}

/* 1, 0, or -1 where it is neither. */
static int truth(const char *text)
{
    static const struct { const char *word; int truth; } words[] = {
        {"true", 1}, {"yes", 1}, {"1", 1}, {"false", 0}, {"no", 0}, {"0", 0}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].word, text) == 0)
            return words[i].truth;
    return -1;
}

static int check_given(const struct invocation *inv, struct err *e)
{
    char one[NAME_BYTES_MAX + 2], other[NAME_BYTES_MAX + 2];

    for (size_t i = 0; i < inv->given_count; i++) {
        const struct flag *f = inv->given[i].flag;

        for (size_t j = 0; j < i; j++)
            if (check_pair(&inv->given[j], &inv->given[i], e) != 0)
                return -1;
        if (f->needs && !given_text(inv, f->needs))
            return err_set(e, ERR_USAGE, MSG_CTL_FLAG_NEEDS, dashed(f->name, one), one, dashed(f->needs, other), NULL);
        if (f->kind == FLAG_BOOL && inv->given[i].text && truth(inv->given[i].text) < 0)
            return err_set(e, ERR_USAGE, MSG_CTL_FLAG_STANDS_ALONE, dashed(f->name, one), one, inv->given[i].text,
                           NULL);
    }
    return 0;
}

static bool group_given(const struct invocation *inv, const struct flag *wanted)
{
    for (size_t i = 0; i < inv->given_count; i++) {
        const struct flag *f = inv->given[i].flag;
        if (f == wanted || (wanted->group && f->group == wanted->group && f->place == wanted->place))
            return true;
    }
    return false;
}

static int check_required(const struct invocation *inv, struct err *e)
{
    char name[NAME_BYTES_MAX + 2], command[NAME_BYTES_MAX];

    command_name(inv->command, command, sizeof command);
    for (const struct flag *f = inv->command->flags; f && f->name; f++)
        if (f->traits & REQUIRED && !group_given(inv, f))
            return err_set(e, ERR_USAGE, MSG_CTL_FLAG_MISSING, dashed(f->name, name), command, name, NULL);
    return 0;
}

static int check_positionals(const struct invocation *inv, struct err *e)
{
    size_t count = args_positionals(inv), taken = 0;
    char command[NAME_BYTES_MAX];

    command_name(inv->command, command, sizeof command);
    for (const struct positional *p = inv->command->args; p->name; p++, taken++) {
        if (taken >= count && !(p->traits & OPTIONAL))
            return err_set(e, ERR_USAGE, MSG_CTL_ARGUMENT_MISSING, p->name, command, p->name, NULL);
        if (p->traits & MANY)
            return 0;
    }
    if (count > taken)
        return err_set(e, ERR_USAGE, MSG_CTL_ARGUMENT_EXTRA, NULL, command, args_positional(inv, taken), NULL);
    return 0;
}

static bool changes_something(const struct invocation *inv)
{
    for (size_t i = 0; i < inv->given_count; i++)
        if (inv->given[i].flag->place == PLACE_BODY)
            return true;
    return false;
}

static int check_line(struct invocation *inv, struct err *e)
{
    char command[NAME_BYTES_MAX];

    if (settle_flags(inv, e) != 0 || check_given(inv, e) != 0 || check_positionals(inv, e) != 0 ||
        check_required(inv, e) != 0)
        return -1;
    command_name(inv->command, command, sizeof command);
    if (inv->command->traits & NEEDS_CHANGE && !changes_something(inv))
        return err_set(e, ERR_USAGE, MSG_CTL_NOTHING_TO_CHANGE, NULL, command, NULL);
    return inv->command->check ? inv->command->check(inv, e) : 0;
}

int args_resolve(struct invocation *inv, struct err *e)
{
    struct err noun_error = {.code = ERR_NONE};
    int found = args_find(inv, &noun_error);

    /* An unknown flag's value may have been taken for the noun, so the flag is the better thing to name. */
    if (inv->unknown)
        return unknown_flag(inv->command, inv->unknown, e);
    if (found != 0) {
        *e = inv->error.code != ERR_NONE ? inv->error : noun_error;
        return -1;
    }
    if (inv->error.code != ERR_NONE) {
        *e = inv->error;
        return -1;
    }
    return check_line(inv, e);
}

const char *given_text(const struct invocation *inv, const char *name)
{
    for (size_t i = inv->given_count; i-- > 0;)
        if (strcmp(inv->given[i].flag->name, name) == 0)
            return inv->given[i].text ? inv->given[i].text : "";
    return NULL;
}

bool given_bool(const struct given *g)
{
    return !g->text || truth(g->text) == 1;
}

bool given_true(const struct invocation *inv, const char *name)
{
    for (size_t i = inv->given_count; i-- > 0;)
        if (strcmp(inv->given[i].flag->name, name) == 0)
            return given_bool(&inv->given[i]);
    return false;
}

size_t args_positionals(const struct invocation *inv)
{
    return inv->word_count > inv->args_at ? inv->word_count - inv->args_at : 0;
}

const char *args_positional(const struct invocation *inv, size_t i)
{
    return i < args_positionals(inv) ? inv->words[inv->args_at + i] : NULL;
}

bool args_parse_int(const char *text, long long *ret)
{
    const char *digits = text + (text[0] == '-' || text[0] == '+');
    size_t n = strspn(digits, "0123456789");

    if (n == 0 || n > DIGITS_MAX || digits[n])
        return false;
    *ret = strtoll(text, NULL, 10);
    return true;
}
