/* A role as it is said on the command line: NAME=CAPACITY[/MINIMUM][:participant][:skills=K+K]. */
#ifndef KEPU_CTL_ROLE_H
#define KEPU_CTL_ROLE_H

#include "base/err.h"

#include <jansson.h>

/* *ret is a new {"name","capacity","participant"}, with "minimum" and "skills" where they were said. */
int role_parse(const char *text, const char *flag, json_t **ret, struct err *e);

#endif
