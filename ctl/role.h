/* A role as it is said on the command line: NAME=CAPACITY[/MINIMUM][:participant][:skills=K+K][:waitlist=N]. */
#ifndef KEPU_CTL_ROLE_H
#define KEPU_CTL_ROLE_H

#include "base/err.h"

#include <jansson.h>

/* *ret is a new {"name","capacity","participant"}, with "minimum", "skills" and "waitlist_max" where they were said. */
int role_parse(const char *text, const char *flag, json_t **ret, struct err *e);

#endif
