/*
 * A strict reader of INI text. Not libinih: the distribution's cuts lines at 200 bytes, takes what follows " ;" for a
 * comment, and does not tell the handler which line it is at.
 */
#ifndef KEPU_BASE_INI_H
#define KEPU_BASE_INI_H

#include "err.h"

#define INI_NAME_BYTES 64

/*
 * Lines are "[section]", "name = value" to the end of the line, "# comment" or "; comment". Blanks around names and
 * values don't count, nor does one pair of double quotes around a value. `take` gets every value; what it returns other
 * than 0 ends the reading. Errors carry the line as their field: "line 3".
 */
typedef int ini_take(void *arg, const char *section, const char *name, char *value, struct err *e);
int ini_read(const char *text, ini_take *take, void *arg, struct err *e);

#endif
