#include "signup_hooks.h"

#include "mail.h"
#include "planner.h"
#include "signup.h"
#include "signup_offer.h"
#include "store/office.h"
#include "store/signup.h"

static void write_down(struct call *c, struct db *db, const struct first_in_line *first, const char *detail)
{
    store_audit_add(db, c->req.now_ms, c->req.principal.name, c->op->name, first->code, detail, c->req.id);
}

/* The place is counted already: to the first in line, at once, or as an offer until `until_ms` (0: at once). */
static void give(struct call *c, struct db *db, const struct first_in_line *first, int64_t occurrence_id,
                 const char *role, int64_t until_ms)
{
    enum signup_state state = SIGNUP_WAITLISTED, to = until_ms && first->email ? SIGNUP_OFFERED : SIGNUP_CONFIRMED;
    unsigned char hash[CRYPTO_HASH_BYTES];
    char token[CRYPTO_TOKEN_BYTES];

    if (signup_move(&state, to, first->code, NULL))
        return;
    if (to == SIGNUP_OFFERED) {
        offer_token(service_keys(c->service), first->code, until_ms, token);
        crypto_token_hash(token, hash);
        store_place_count(db, occurrence_id, role, 0, 1, 0);
        store_signup_give(db, first->row, to, until_ms, hash, c->req.now_ms);
        write_down(c, db, first, "the first in line: offered");
        mail_plan(c, db, MAIL_OFFER, first->row, until_ms, until_ms);
        call_changed(c, CHANGE_MAIL, 0);
        return;
    }
    store_signup_give(db, first->row, to, DB_NULL_INT, NULL, c->req.now_ms);
    write_down(c, db, first, "the first in line: confirmed");
    mail_plan(c, db, MAIL_PROMOTED, first->row, 0, first->end_ms);
}

void signup_fill_places(struct call *c, struct db *db, int64_t occurrence_id, const char *role)
{
    int64_t filled = 0, until_ms = 0;

    /* The role's row before the sign-up's, as everywhere: two who free a place at once wait for each other here. */
    while (store_place_promote(db, occurrence_id, role)) {
        struct first_in_line first;
        if (!store_signup_first(db, occurrence_id, role, &c->out, &first)) {
            store_place_count(db, occurrence_id, role, -1, 0, 0);
            break;
        }
        if (filled++ == 0)
            until_ms = offer_until_ms(c, db, occurrence_id);
        give(c, db, &first, occurrence_id, role, until_ms);
        call_changed(c, CHANGE_PERSON, first.volunteer_row);
    }
    if (filled == 0)
        return;
    call_changed(c, CHANGE_PLACES, store_occurrence_event(db, occurrence_id));
    planner_role(c, db, occurrence_id, role);
}
