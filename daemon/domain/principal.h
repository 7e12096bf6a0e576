/* Who asks: the rank of a principal, and what an operation asks for. */
#ifndef KEPU_DOMAIN_PRINCIPAL_H
#define KEPU_DOMAIN_PRINCIPAL_H

#include <stdbool.h>

/* In rising order: each may do what those before it may. */
#define PRINCIPAL_ROLES(X) \
    X(ROLE_PUBLIC, "public") \
    X(ROLE_VIEWER, "viewer") \
    X(ROLE_ORGANIZER, "organizer") \
    X(ROLE_ADMIN, "admin")

enum principal_role {
#define X(role, name) role,
    PRINCIPAL_ROLES(X)
#undef X
};

#define PRINCIPAL_NAME_BYTES 64

struct principal {
    enum principal_role role;
    char name[PRINCIPAL_NAME_BYTES];       /* for the audit: "uid:0", "token:desk", "public", "kepud" */
    char department[PRINCIPAL_NAME_BYTES]; /* an organizer's own department's slug, or "" */
};

const char *principal_role_name(enum principal_role role);
bool principal_role_parse(const char *text, enum principal_role *ret);

#endif
