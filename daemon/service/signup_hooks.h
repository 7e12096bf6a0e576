/* What happens to sign-ups when their occurrence changes; called by events, on the store thread, in one transaction. */
#ifndef KEPU_SERVICE_SIGNUP_HOOKS_H
#define KEPU_SERVICE_SIGNUP_HOOKS_H

#include "call.h"
#include "domain/event.h"

/* A role's capacity grew: the first in line get the free places. */
void signup_fill_places(struct call *c, struct db *db, int64_t occurrence_id, const char *role);

/* It does not take place: its open sign-ups are cancelled with the reason, and their volunteers told. */
int signup_occurrence_off(struct call *c, struct db *db, int64_t occurrence_id, const char *reason, struct err *e);
/* The same for all of an event's that are not over. */
int signup_event_off(struct call *c, struct db *db, int64_t event_id, const char *reason, struct err *e);

/* It is at another time now: its sign-ups stand, their volunteers are told, and *notes names shifts that overlap. */
void signup_occurrence_moved(struct call *c, struct db *db, const struct occurrence *o, struct texts *notes);

#endif
