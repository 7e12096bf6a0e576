/* What runs here, and whether its database can be reached. */
#ifndef KEPU_SERVICE_VERSION_H
#define KEPU_SERVICE_VERSION_H

#include "call.h"

struct version {
    char *name, *version;
};

extern const struct fields version_fields;
/* input: none; result: struct version. */
extern const struct operation op_version;
/* input: none; no result. Fails where a read fails. Public. */
extern const struct operation op_ready;

#endif
