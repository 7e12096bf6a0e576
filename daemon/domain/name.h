/* Names of people as they are compared. */
#ifndef KEPU_DOMAIN_NAME_H
#define KEPU_DOMAIN_NAME_H

#include "base/mem.h"

/*
 * The name as it is compared: trimmed, one space for any blanks, one kind of middle dot, composed (NFC). It is kept and
 * shown as it was written. In the arena.
 */
char *person_name_key(const char *name, struct arena *a);

#endif
