/*
 * Mail to single volunteers, where the office has a server for it ([mail]) and they gave an address: a place offered, a
 * place got, a shift moved or cancelled. Each is a row, written in the transaction of what it tells:
 *
 *   scheduled ──→ sending ──→ delivered
 *                  ^   │ ├──→ failed        (the server will not take it)
 *                  │   v └──→ expired       (its deadline came first)
 *                retrying ──→ cancelled     (it is no longer so)
 *
 * The attempt is written down before it is made, its outcome before it is forgotten. No log and no row names who it is
 * to; in a row without an outcome the sender is given up after MAIL_CLAIM_MS.
 */
#ifndef KEPU_SERVICE_MAIL_H
#define KEPU_SERVICE_MAIL_H

#include "call.h"

#define MAIL_CLAIM_MS 120000

enum mail_kind { MAIL_OFFER, MAIL_PROMOTED, MAIL_MOVED, MAIL_CANCELLED };

/*
 * Tells the volunteer of a sign-up, if they can be told. `apart` is what sets this mail apart from another of its kind
 * about the same sign-up: an offer's end, how often it was moved.
 */
void mail_plan(struct call *c, struct db *db, enum mail_kind kind, int64_t signup_row, int64_t apart,
               int64_t deadline_ms);

/* For the postman. Result of _claim: struct mail_item, NULL: nothing is due; of _next, _recover: struct mail_next. */
struct mail_next {
    int64_t at_ms;                   /* when a mail or an offer wants attention; INT64_MAX: none */
};
struct mail_item {
    int64_t id, attempt;
    char *code;
    char *to, *subject, *text;
    int64_t at_ms;
};
struct mail_outcome {
    int64_t id, attempt;
    enum mail_result { MAIL_SENT, MAIL_RETRY, MAIL_REFUSED } result;
    char *reason;                    /* short English words, without addresses */
};
extern const struct operation op_mail_recover, op_mail_next, op_mail_claim;
extern const struct operation op_mail_outcome;       /* input: struct mail_outcome */

#endif
