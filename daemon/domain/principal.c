#include "principal.h"

#include <stddef.h>
#include <string.h>

static const char *const names[] = {
#define X(role, name) [role] = name,
    PRINCIPAL_ROLES(X)
#undef X
};

const char *principal_role_name(enum principal_role role)
{
    return names[role];
}

bool principal_role_parse(const char *text, enum principal_role *ret)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], text) == 0) {
            *ret = (enum principal_role)i;
            return true;
        }
    }
    return false;
}
