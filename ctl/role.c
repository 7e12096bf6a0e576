#include "role.h"

#include "args.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static int bad_role(const char *text, const char *flag, struct err *e)
{
    return err_set(e, ERR_INVALID, MSG_CTL_BAD_ROLE, flag, flag, text, NULL);
}

/* Cuts "5/2:participant" apart in place. False where it isn't one. */
static bool read_places(char *places, json_t *role)
{
    char *kind = strchr(places, ':'), *slash;
    long long capacity, minimum = 0;

    if (kind)
        *kind++ = 0;
    slash = strchr(places, '/');
    if (slash)
        *slash++ = 0;
    if (!args_parse_int(places, &capacity) || (slash && !args_parse_int(slash, &minimum)))
        return false;
    if (kind && strcmp(kind, "participant") != 0 && strcmp(kind, "helper") != 0)
        return false;
    json_object_set_new(role, "capacity", json_integer(capacity));
    if (slash)
        json_object_set_new(role, "minimum", json_integer(minimum));
    json_object_set_new(role, "participant", json_boolean(kind && kind[0] == 'p'));
    return true;
}

int role_parse(const char *text, const char *flag, json_t **ret, struct err *e)
{
    char *copy = mem_strdup(text), *equals = strrchr(copy, '=');
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
