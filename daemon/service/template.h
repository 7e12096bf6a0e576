/* A message's own template: which variables there are, and where a template names another one. */
#ifndef KEPU_SERVICE_TEMPLATE_H
#define KEPU_SERVICE_TEMPLATE_H

#include "base/err.h"

#define TEMPLATE_BYTES_MAX 4000

/* Syntax, length and variables. ERR_INVALID with the field "template"; says line and column, and what is near. */
int template_check(const char *text, struct err *e);

#endif
