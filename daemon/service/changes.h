/* Changes as a text, for the other daemons of a database: "event:12 places:12". */
#ifndef KEPU_SERVICE_CHANGES_H
#define KEPU_SERVICE_CHANGES_H

#include "call.h"

const char *changes_write(const struct change *changes, int count, struct arena *a);

/* How many there are; what isn't understood, another version's or "", is one CHANGE_EVERYTHING. */
int changes_read(const char *text, struct change ret[CHANGES_MAX]);

#endif
