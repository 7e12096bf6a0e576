/* Help, from the command table. */
#ifndef KEPU_CTL_HELP_H
#define KEPU_CTL_HELP_H

#include "base/buf.h"
#include "command.h"

void help_all(struct buf *out, enum lang lang);
void help_noun(struct buf *out, const char *noun, enum lang lang);
void help_command(struct buf *out, const struct command *c, enum lang lang);

#endif
