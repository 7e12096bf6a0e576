/* A role as it is said on the command line: NAME=CAPACITY[/MINIMUM][:participant]. */
#ifndef KEPU_CTL_ROLE_H
#define KEPU_CTL_ROLE_H

#include "base/err.h"

#include <jansson.h>

/* *ret is a new {"name","capacity","minimum","participant"}, without "minimum" where none was said. */
int role_parse(const char *text, const char *flag, json_t **ret, struct err *e);

#endif
