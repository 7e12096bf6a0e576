/* Shadows of sign-ups: what a link shows that leads to none (service/signup_shadow.h). They hold nothing of people. */
#ifndef KEPU_STORE_SHADOW_H
#define KEPU_STORE_SHADOW_H

#include "db.h"
#include "domain/signup.h"

/* Its state and its place in line are those that the sign-up would have got now. */
void store_shadow_insert(struct db *db, const struct signup *s, const unsigned char *link_hash);
/* As a sign-up of nobody, `shadow` set. NULL: none. */
struct signup *store_shadow_by_link(struct db *db, const unsigned char *link_hash, struct arena *a);
void store_shadow_cancel(struct db *db, int64_t row);
/* NULL: it is forgotten. */
void store_shadow_set_link(struct db *db, int64_t row, const unsigned char *link_hash);
/* Those of what was over by then are forgotten. */
void store_shadows_forget(struct db *db, int64_t before_ms);

#endif
