/* What happens to sign-ups when their occurrence changes; called by events, on the store thread, in one transaction. */
#ifndef KEPU_SERVICE_SIGNUP_HOOKS_H
#define KEPU_SERVICE_SIGNUP_HOOKS_H

#include "call.h"

/* A role's capacity grew: the first in line get the free places. */
void signup_fill_places(struct call *c, struct db *db, int64_t occurrence_id, const char *role);

#endif
