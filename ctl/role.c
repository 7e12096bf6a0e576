#include "role.h"

#include "args.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static int bad_role(const char *text, const char *flag, struct err *e)
{
    return err_set(e, ERR_INVALID, MSG_CTL_BAD_ROLE, flag, flag, text, NULL);
}

#define SKILLS "skills="
#define LINE "waitlist="

/* "讲解+英语" */
static bool read_skills(char *text, json_t *role)
{
    json_t *skills = json_array();
    char *one;

    json_object_set_new(role, "skills", skills);
    while ((one = strsep(&text, "+")))
        if (!*one || json_array_append_new(skills, json_string(one)) != 0)
            return false;
    return true;
}

/* How many may be in line. */
static bool read_line(const char *text, json_t *role)
{
    long long most;

    return args_parse_int(text, &most) && json_object_set_new(role, "waitlist_max", json_integer(most)) == 0;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* "participant", "helper", "skills=K+K", "waitlist=N": each after a colon, in any order. */
static bool read_kinds(char *kinds, json_t *role)
{
    bool participant = false;
    char *one;

    while ((one = strsep(&kinds, ":"))) {
        if (begins(one, SKILLS) && !json_object_get(role, "skills")) {
            if (!read_skills(one + strlen(SKILLS), role))
                return false;
            continue;
        }
        if (begins(one, LINE) && !json_object_get(role, "waitlist_max")) {
            if (!read_line(one + strlen(LINE), role))
                return false;
            continue;
        }
        if (strcmp(one, "participant") != 0 && strcmp(one, "helper") != 0)
            return false;
        participant = one[0] == 'p';
    }
    json_object_set_new(role, "participant", json_boolean(participant));
    return true;
}

/* Cuts "5/2:participant" apart in place. False where it isn't one. */
static bool read_places(char *places, json_t *role)
{
    char *kinds = strchr(places, ':'), *slash;
    long long capacity, minimum = 0;

    if (kinds)
        *kinds++ = 0;
    slash = strchr(places, '/');
    if (slash)
        *slash++ = 0;
    if (!args_parse_int(places, &capacity) || (slash && !args_parse_int(slash, &minimum)))
        return false;
    json_object_set_new(role, "capacity", json_integer(capacity));
    if (slash)
        json_object_set_new(role, "minimum", json_integer(minimum));
    return read_kinds(kinds, role);
}

/* The last '=' but those of what follows the places: a name may hold anything. */
static char *places_of(char *text)
{
    char *skills = strstr(text, ":" SKILLS), *line = strstr(text, ":" LINE);
    char *more = skills && (!line || skills < line) ? skills : line;

    return memrchr(text, '=', more ? (size_t)(more - text) : strlen(text));
}

int role_parse(const char *text, const char *flag, json_t **ret, struct err *e)
{
    char *copy = mem_strdup(text), *equals = places_of(copy);
    json_t *role = json_object(), *name;
    bool good = equals && equals != copy;

    if (good) {
        *equals = 0;
        name = json_string(copy);
        good = name && json_object_set_new(role, "name", name) == 0 && read_places(equals + 1, role);
    }
    free(copy);
    if (!good) {
        json_decref(role);
        return bad_role(text, flag, e);
    }
    *ret = role;
    return 0;
}
