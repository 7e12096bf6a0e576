/*
 * The token that tells and does nothing else. Who fills in the form for somebody who is signed up already must see
 * what everybody sees, and must not get hold of that sign-up. Such a token looks like any other and is kept nowhere: it
 * holds the occurrence and the role's position, sealed, and nothing of the person.
 */
#ifndef KEPU_SERVICE_SIGNUP_TOLD_H
#define KEPU_SERVICE_SIGNUP_TOLD_H

#include "base/crypto.h"

#include <stdbool.h>
#include <stdint.h>

void told_make(const struct crypto_keys *k, int64_t occurrence_id, int64_t role_position, char ret[CRYPTO_TOKEN_BYTES]);
/* False if it isn't one of these. */
bool told_read(const struct crypto_keys *k, const char *token, int64_t *ret_occurrence_id, int64_t *ret_role_position);

#endif
