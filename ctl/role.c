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

/* "participant", "helper", "skills=K+K": each after a colon, in any order. */
static bool read_kinds(char *kinds, json_t *role)
{
    bool participant = false;
    char *one;

    while ((one = strsep(&kinds, ":"))) {
        if (strncmp(one, SKILLS, strlen(SKILLS)) == 0 && !json_object_get(role, "skills")) {
            if (!read_skills(one + strlen(SKILLS), role))
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

int role_parse(const char *text, const char *flag, json_t **ret, struct err *e)
{
    char *copy = mem_strdup(text), *skills = strstr(copy, ":" SKILLS), *equals;
    json_t *role = json_object(), *name;
    bool good;

    /* The last '=' but that of the skills: a name may hold anything. */
    equals = memrchr(copy, '=', skills ? (size_t)(skills - copy) : strlen(copy));
    good = equals && equals != copy;
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
