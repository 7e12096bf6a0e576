#include "signup_shadow.h"

#include "signup_rules.h"
#include "store/shadow.h"

bool shadow_hides(const struct err *e)
{
    return e->code == ERR_EXISTS || e->code == ERR_OVERLAP || e->msg == MSG_SIGNUP_LIMIT;
}

int shadow_make(struct call *c, struct db *db, const struct enrolment *in, struct err *e)
{
    struct signup *s;

    if (signup_rules_check_all(c, db, in, e) || signup_would_be(c, db, in, &s, e))
        return -1;
    store_shadow_insert(db, s, in->link_hash);
    call_audit(c, s->id, "%s %s %s: signed up already or kept from it, nothing added", s->event, s->recurrence_local,
               s->role);
    return db_check(db, e);
}

int shadow_change(struct call *c, struct db *db, const struct signup *old, const struct signup_input *wanted,
                  const unsigned char *link_hash, struct err *e)
{
    struct enrolment in = {.waitlist = wanted->waitlist == 1, .who = {old->volunteer_row, old->volunteer, old->name},
                           .link_hash = link_hash};

    if (signup_occasion(c, db, wanted->event, wanted->on, &in.occasion, e) ||
        signup_role(c, db, wanted->role, &in, e))
        return -1;
    if (old->shadow)
        store_shadow_set_link(db, old->row, NULL);
    else
        store_signup_set_link(db, old->id, NULL);
    return shadow_make(c, db, &in, e);
}

int shadow_cancel(struct call *c, struct db *db, struct signup *s, struct err *e)
{
    if (signup_move(&s->state, SIGNUP_CANCELLED, s->id, e))
        return -1;
    s->position = FIELD_INT_ABSENT;
    store_shadow_cancel(db, s->row);
    return signup_dress(c, s, e);
}
