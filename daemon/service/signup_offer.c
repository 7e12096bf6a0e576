#include "signup_offer.h"

#include "domain/event.h"
#include "mail.h"
#include "signup_rules.h"

#include <stdio.h>
#include <string.h>

#define OFFER_MS_DEFAULT 86400000
#define REASON_LATE "not taken in time"

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* as crypto_token's */

void offer_token(const struct crypto_keys *k, const char *signup, int64_t until_ms, char ret[CRYPTO_TOKEN_BYTES])
{
    unsigned char hash[CRYPTO_HASH_BYTES];
    char text[64];

    snprintf(text, sizeof text, "offer %s %lld", signup, (long long)until_ms);
    crypto_form(k, text, hash);
    for (size_t i = 0; i < CRYPTO_HASH_BYTES; i++)
        ret[i] = alphabet[hash[i] & 31];
    ret[CRYPTO_HASH_BYTES] = 0;
}

int64_t offer_until_ms(struct call *c, struct db *db, int64_t occurrence_id)
{
    const struct settings *settings = service_settings(c->service);
    int64_t until_ms = c->req.now_ms + (settings->offer_ms > 0 ? settings->offer_ms : OFFER_MS_DEFAULT);
    int64_t start_ms, closes_ms;
    char *closes, *tz;

    if (!settings->waitlist_offer || !store_occurrence_closing(db, occurrence_id, &c->out, &start_ms, &closes, &tz))
        return 0;
    closes_ms = signup_rule_ms(c, SIGNUP_CLOSES, closes, tz, start_ms);
    if (start_ms < until_ms)
        until_ms = start_ms;
    /* A place that is freed after the closing can still be offered: those in line signed up in time. */
    if (closes_ms != FIELD_INT_ABSENT && closes_ms > c->req.now_ms && closes_ms < until_ms)
        until_ms = closes_ms;
    return until_ms > c->req.now_ms ? until_ms : 0;
}

static int check_in_time(const struct call *c, const struct signup *s, struct err *e)
{
    if (s->state == SIGNUP_OFFERED && s->offer_until_ms <= c->req.now_ms && !c->req.force)
        return err_set(e, ERR_CONFLICT, MSG_OFFER_OVER, "state", s->title, NULL);
    return 0;
}

static int take(struct call *c, struct db *db, struct signup *s, struct err *e)
{
    return check_in_time(c, s, e) || signup_change(c, db, s, SIGNUP_CONFIRMED, e) ? -1 : 0;
}

/* What is not an offer (any more) cannot be declined: that would be a cancellation, which has its own word. */
static int decline(struct call *c, struct db *db, struct signup *s, struct err *e)
{
    if (s->state != SIGNUP_OFFERED)
        return err_set(e, ERR_CONFLICT, MSG_OFFER_NONE, "state", s->id, signup_state_name(s->state), NULL);
    return signup_change(c, db, s, SIGNUP_CANCELLED, e);
}

static int run_take(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct signup_ref *ref = input;
    struct signup *s;

    if (signup_find_to_change(c, db, ref, &s, e))
        return -1;
    if (s->state != SIGNUP_OFFERED)
        return err_set(e, ERR_CONFLICT, MSG_OFFER_NONE, "state", s->id, signup_state_name(s->state), NULL);
    return take(c, db, s, e) || signup_finish(c, ref, s, ret, e) ? -1 : 0;
}

static int run_decline(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct signup_ref *ref = input;
    struct signup *s;

    if (signup_find_to_change(c, db, ref, &s, e) || decline(c, db, s, e))
        return -1;
    return signup_finish(c, ref, s, ret, e);
}

const struct operation op_signup_take = {"signup take", ROLE_ORGANIZER, OPERATION_WRITES_ROWS, run_take};
const struct operation op_signup_decline = {"signup decline", ROLE_ORGANIZER, OPERATION_WRITES_ROWS, run_decline};

/* The link */

static int find_offer(struct call *c, struct db *db, const char *token, struct signup **ret, struct err *e)
{
    unsigned char hash[CRYPTO_HASH_BYTES];

    crypto_token_hash(token ? token : "", hash);
    *ret = store_signup_by_offer(db, hash, &c->out);
    if (*ret)
        return 0;
    return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_LINK_UNKNOWN, NULL, NULL);
}

/* Somebody else may read it over a shoulder. */
static void without_person(struct signup *s)
{
    s->volunteer = s->name = NULL;
}

static int run_page(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct person_ref *ref = input;
    struct signup *s;

    if (find_offer(c, db, ref->token, &s, e) || signup_dress(c, s, e))
        return -1;
    without_person(s);
    *ret = s;
    return 0;
}

const struct operation op_offer_page = {"offer page", ROLE_PUBLIC, OPERATION_READS, run_page};

static int run_answer(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct offer_answer *in = input;
    const char *answer = in->answer ? in->answer : "";
    bool taken = strcmp(answer, "take") == 0;
    struct signup *s;

    if (!taken && strcmp(answer, "decline") != 0)
        return err_set(e, ERR_INVALID, MSG_OFFER_ANSWER, "answer", NULL);
    if (find_offer(c, db, in->token, &s, e))
        return -1;
    *ret = s;
    /* Answered twice, or after it was over: the page says how it stands. */
    if (s->state != SIGNUP_OFFERED || s->offer_until_ms <= c->req.now_ms)
        return 0;
    if (taken ? take(c, db, s, e) : decline(c, db, s, e))
        return -1;
    call_audit(c, s->id, "%s by its link", taken ? "taken" : "declined");
    without_person(s);
    return 0;
}

const struct operation op_offer_answer = {"offer answer", ROLE_PUBLIC, OPERATION_WRITES_ROWS, run_answer};

/* Passing on */

static int run_expire(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct mail_next *next = arena_alloc(&c->out, sizeof *next);
    struct signup *s = store_signup_offer_over(db, c->req.now_ms, &c->out);

    (void)input;
    if (s) {
        s->reason = arena_strdup(&c->out, REASON_LATE);
        if (signup_change(c, db, s, SIGNUP_CANCELLED, e))
            return -1;
        call_audit(c, s->id, "offer " REASON_LATE);
    }
    next->at_ms = store_offer_next_ms(db);
    *ret = next;
    return db_check(db, e);
}

const struct operation op_offer_expire = {"offer expire", ROLE_ADMIN, OPERATION_WRITES_ROWS, run_expire};
