#include "command.h"

#include "commands.h"

#include <string.h>

static const struct command *const parts[] = {event_commands, people_commands, hours_commands,
    office_commands, notify_commands,
                                              top_commands};

#define PARTS (sizeof parts / sizeof parts[0])

const struct command *command_at(size_t i)
{
    for (size_t p = 0; p < PARTS; p++)
        for (const struct command *c = parts[p]; c->noun; c++)
            if (i-- == 0)
                return c;
    return NULL;
}

static bool same_verb(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

const struct command *command_find(const char *noun, const char *verb)
{
    const struct command *c;

    for (size_t i = 0; (c = command_at(i)); i++)
        if (strcmp(c->noun, noun) == 0 && same_verb(c->verb, verb))
            return c;
    return NULL;
}

bool command_noun_known(const char *noun)
{
    const struct command *c;

    for (size_t i = 0; (c = command_at(i)); i++)
        if (strcmp(c->noun, noun) == 0)
            return true;
    return false;
}

const struct flag *flag_of(const struct flag *flags, const char *name)
{
    for (const struct flag *f = flags; f && f->name; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

static const struct flag *flag_by_letter(const struct flag *flags, char letter)
{
    for (const struct flag *f = flags; f && f->name; f++)
        if (f->letter == letter)
            return f;
    return NULL;
}

const struct flag *flag_anywhere(const char *name, char letter)
{
    const struct flag *f = name ? flag_of(global_flags, name) : flag_by_letter(global_flags, letter);
    const struct command *c;

    for (size_t i = 0; !f && (c = command_at(i)); i++)
        f = name ? flag_of(c->flags, name) : flag_by_letter(c->flags, letter);
    return f;
}

const char *flag_field(const struct flag *f, char *room, size_t bytes)
{
    size_t n = strlen(f->name);

    if (f->field)
        return f->field;
    n = n < bytes ? n : bytes - 1;
    memcpy(room, f->name, n);
    room[n] = 0;
    for (char *p = room; *p; p++)
        if (*p == '-')
            *p = '_';
    return room;
}

bool flag_takes_value(const struct flag *f)
{
    return f->kind != FLAG_BOOL;
}
