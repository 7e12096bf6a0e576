/*
 * Whoever fills in the form for somebody who is signed up already, or is kept from it by another shift or the limit,
 * must see what everybody sees and must not get hold of what that person has. So a shadow of a sign-up is kept: its
 * link opens a page like that of any other, to cancel and to change; but it takes no place, counts nowhere, and holds
 * nothing of the person. Every such page says that an earlier sign-up stands.
 */
#ifndef KEPU_SERVICE_SIGNUP_SHADOW_H
#define KEPU_SERVICE_SIGNUP_SHADOW_H

#include "signup.h"

/* What refuses a known person tells what else they do; what refuses everybody tells nothing. */
bool shadow_hides(const struct err *e);
/* One for in->link_hash, as if the person had nothing else; ERR_FULL, ERR_CONFLICT where everybody is refused. */
int shadow_make(struct call *c, struct db *db, const struct enrolment *in, struct err *e);
/* Another one for the link, which opened `old` up to now: a shadow, or a sign-up that is cancelled already. */
int shadow_change(struct call *c, struct db *db, const struct signup *old, const struct signup_input *wanted,
                  const unsigned char *link_hash, struct err *e);
int shadow_cancel(struct call *c, struct db *db, struct signup *s, struct err *e);

#endif
