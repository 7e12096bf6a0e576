/* The hidden field of a form: when it was made, for what, and by us; so it is neither forged nor sent in an instant. */
#ifndef KEPU_WEB_FORM_H
#define KEPU_WEB_FORM_H

#include "base/crypto.h"

#include <stddef.h>
#include <stdint.h>

#define FORM_AGE_MIN_MS 2000               /* nobody reads and fills in a form faster */
#define FORM_AGE_MAX_MS (24 * 3600000LL)
#define FORM_TOKEN_CHARS 59                /* time, id, mark */
#define FORM_TOKEN_BYTES (FORM_TOKEN_CHARS + 1)
#define FORM_REQUEST_BYTES 38              /* "form-" and 32 characters */

enum form_state { FORM_GOOD, FORM_SOON, FORM_OLD, FORM_FORGED };

/* `purpose` says what the form is for; a token for something else is forged. */
void form_token_make(const struct crypto_keys *k, const char *purpose, int64_t now_ms, char ret[FORM_TOKEN_BYTES]);
/* `token` may be NULL. One from the future is old: the clock was put back. */
enum form_state form_token_read(const struct crypto_keys *k, const char *purpose, const char *token, int64_t now_ms);

/*
 * The request id of one sending of a form: the same for a double tap, another when anything in it was changed, as when
 * a second child is signed up after going back.
 */
void form_request_id(const struct crypto_keys *k, const char *token, const char *const *values, size_t count,
                     char ret[FORM_REQUEST_BYTES]);

#endif
