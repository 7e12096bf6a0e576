/* Completion scripts for bash, zsh and fish, from the command table. */
#ifndef KEPU_CTL_COMPLETION_H
#define KEPU_CTL_COMPLETION_H

#include "base/buf.h"
#include "base/catalogue.h"

#include <stdbool.h>

/* False if there is none for that shell. */
bool completion_write(struct buf *out, const char *shell, enum lang lang);

#endif
