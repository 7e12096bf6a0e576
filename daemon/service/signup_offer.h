/*
 * Offers: with [signup] waitlist = offer, a freed place is kept for the first in line until they answer or the time is
 * over; then it goes on. Who has no e-mail address can't be asked in time and gets the place at once.
 */
#ifndef KEPU_SERVICE_SIGNUP_OFFER_H
#define KEPU_SERVICE_SIGNUP_OFFER_H

#include "signup.h"

/* The token of an offer's page: made of the sign-up, the offer's end and the office's key, so that a mail can be
 * written again; only its hash is kept. */
void offer_token(const struct crypto_keys *k, const char *signup, int64_t until_ms, char ret[CRYPTO_TOKEN_BYTES]);

/* Till when a place of an occurrence may be offered from now: never past its start or its closing. 0: it may not be. */
int64_t offer_until_ms(struct call *c, struct db *db, int64_t occurrence_id);

/* By phone, at the desk. input: struct signup_ref, result: struct signup. */
extern const struct operation op_signup_take, op_signup_decline;

/* The link's page. input: struct person_ref; result: struct signup, without the person. */
extern const struct operation op_offer_page;
/* input: struct offer_answer; result: struct signup. */
extern const struct operation op_offer_answer;

/* Passes on the first offer that is over. result: struct mail_next. */
extern const struct operation op_offer_expire;

#endif
