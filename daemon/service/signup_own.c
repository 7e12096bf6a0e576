/*
 * More of what somebody may do with a sign-up through its page: change it for another role or date, get another link
 * for the page, or have none.
 */
#include "calendar/civil.h"
#include "page.h"
#include "signup.h"
#include "signup_offer.h"
#include "signup_shadow.h"
#include "store/shadow.h"
#include "volunteer.h"

#include <stdio.h>
#include <string.h>

#define CHOICES_MAX 40
#define CHOICE_DATES 8

static bool is_held(const struct call *c, const struct signup *s)
{
    bool holds = s->state == SIGNUP_CONFIRMED || s->state == SIGNUP_WAITLISTED || s->state == SIGNUP_OFFERED;

    return holds && !s->off && s->end_ms > c->req.now_ms;
}

static int check_held(struct call *c, const struct signup *s, struct err *e)
{
    if (is_held(c, s))
        return 0;
    if (s->end_ms <= c->req.now_ms)
        return err_set(e, ERR_CONFLICT, MSG_OCCURRENCE_PAST, "signup", s->event, s->recurrence_local, NULL);
    return err_set(e, ERR_CONFLICT, MSG_SIGNUP_CHANGE_GONE, "signup", s->title, NULL);
}

/* "2027-05-12T0900", "2027-05-12" for whole days: what `on` takes. */
static void name_of(const struct occurrence *o, char ret[CIVIL_TEXT_BYTES])
{
    const char *local = o->recurrence_local;

    if (strlen(local) < 16)
        snprintf(ret, CIVIL_TEXT_BYTES, "%s", local);
    else
        snprintf(ret, CIVIL_TEXT_BYTES, "%.10sT%.2s%.2s", local, local + 11, local + 14);
}

static void add_choices(struct call *c, const struct signup *s, const struct occurrence *o, struct list_builder *b)
{
    const struct role *roles = o->roles.items;
    char name[CIVIL_TEXT_BYTES];

    name_of(o, name);
    for (size_t i = 0; i < o->roles.count && b->count < CHOICES_MAX; i++) {
        struct person_choice *one = list_add(c, b, sizeof *one);
        *one = (struct person_choice){
            .on = arena_strdup(&c->out, name), .start = o->start, .end = o->end, .tz = o->tz, .role = roles[i].name,
            .free = roles[i].waitlisted ? 0 : roles[i].free, .waiting = roles[i].waitlisted,
            .now = strcmp(o->recurrence_local, s->recurrence_local) == 0 && strcmp(roles[i].name, s->role) == 0};
    }
}

static int run_choices(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct person_choices *choices = arena_alloc(&c->out, sizeof *choices);
    struct page_ref ref = {0};
    struct list_builder b = {0};
    const struct page_rows *dates;
    void *event;

    if (signup_find_own(c, db, input, &choices->signup, e) || signup_dress(c, choices->signup, e) ||
        check_held(c, choices->signup, e))
        return -1;
    ref.slug = choices->signup->event;
    if (op_event_page.run(c, db, &ref, &event, e))
        return -1;
    dates = &((const struct event_page *)event)->dates;
    for (size_t i = 0; i < dates->count && i < CHOICE_DATES; i++)
        if (strcmp(dates->items[i].occurrence->status_name, "cancelled") != 0)
            add_choices(c, choices->signup, dates->items[i].occurrence, &b);
    choices->signup->volunteer = choices->signup->name = NULL;
    choices->choices = (struct objects){b.items, b.count, true};
    *ret = choices;
    return 0;
}

/* It is what they have: "2027-05-12T0900" of 2027-05-12T09:00:00. */
static bool is_same(const struct signup *s, const struct person_ref *ref)
{
    struct occurrence here = {.recurrence_local = s->recurrence_local};
    char name[CIVIL_TEXT_BYTES];

    name_of(&here, name);
    return ref->on && ref->role && strcmp(ref->role, s->role) == 0 && strcmp(ref->on, name) == 0;
}

static int change_answer(struct signup *s, void **ret)
{
    s->volunteer = s->name = NULL;
    *ret = s;
    return 0;
}

/* The link of one sign-up goes along; what else its person has is nothing that it tells (signup_shadow.h). */
static int move_to(struct call *c, struct db *db, struct signup *old, const struct person_ref *ref, void **ret,
                   struct err *e)
{
    struct signup_input wanted = {.on = ref->on, .role = ref->role, .waitlist = ref->waitlist};
    char *age = store_signup_age(db, old->id, &c->out);
    unsigned char hash[CRYPTO_HASH_BYTES];
    struct signup *new, *linked;
    void *made;

    crypto_token_hash(ref->token, hash);
    linked = store_signup_by_link(db, hash, &c->out);
    wanted.volunteer = arena_strdup(&c->out, old->volunteer);
    wanted.event = arena_strdup(&c->out, old->event);
    if (old->shadow)
        return shadow_change(c, db, old, &wanted, hash, e) ? -1 : change_answer(old, ret);
    if (op_signup_add.run(c, db, &wanted, &made, e)) {
        if (!linked || !shadow_hides(e))
            return -1;
        err_clear(e);
        return shadow_change(c, db, linked, &wanted, hash, e) ? -1 : change_answer(linked, ret);
    }
    new = made;
    if (linked) {
        store_signup_set_link(db, linked->id, NULL);
        store_signup_set_link(db, new->id, hash);
    }
    if (*age)
        store_signup_set_age(db, new->id, age);
    call_audit(c, new->id, "changed by its link, instead of %s: %s %s", old->id, new->recurrence_local, new->role);
    return db_check(db, e) ? -1 : change_answer(new, ret);
}

/* The old place is given back first, or the new shift would overlap it; what refuses the new one undoes that too. */
static int run_change(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct person_ref *ref = input;
    struct signup *old;
    void *cancelled;

    if (signup_find_own(c, db, ref, &old, e) || check_held(c, old, e))
        return -1;
    if (is_same(old, ref))
        return change_answer(old, ret);
    return op_signup_cancel_web.run(c, db, ref, &cancelled, e) || move_to(c, db, old, ref, ret, e) ? -1 : 0;
}

/* Offers */

/* Taking the place that is offered, or leaving it to the next. */
static int answer_offer(struct call *c, struct db *db, const struct person_ref *ref, const struct operation *op,
                        void **ret, struct err *e)
{
    struct signup_ref offer = {0};
    struct signup *s;

    if (signup_find_own(c, db, ref, &s, e))
        return -1;
    if (s->shadow)                       /* nothing is ever offered to one */
        return err_set(e, ERR_CONFLICT, MSG_OFFER_NONE, "state", s->id, signup_state_name(s->state), NULL);
    offer.id = arena_strdup(&c->out, s->id);
    if (op->run(c, db, &offer, ret, e))
        return -1;
    s = *ret;
    s->volunteer = s->name = NULL;
    return 0;
}

static int run_take(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    return answer_offer(c, db, input, &op_signup_take, ret, e);
}

static int run_decline(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    return answer_offer(c, db, input, &op_signup_decline, ret, e);
}

/* Links */

/* Of the person, or of the one sign-up that the token opens. NULL: none from now on. */
static int set_link(struct call *c, struct db *db, const struct person_ref *ref, const unsigned char *to,
                    const char *what, struct err *e)
{
    struct person_ref own = {.token = ref->token};
    struct volunteer_row *who;
    struct signup *s;

    if (volunteer_of_link(c, db, ref, &who, e) == 0) {
        store_volunteer_renew_link(db, who->id, to);
        call_audit(c, who->code, "page link %s by its holder", what);
        call_changed(c, CHANGE_PERSON, who->id);
        return db_check(db, e);
    }
    if (e->code != ERR_NOT_FOUND || signup_find_own(c, db, &own, &s, e))
        return -1;
    err_clear(e);
    if (s->shadow)
        store_shadow_set_link(db, s->row, to);
    else
        store_signup_set_link(db, s->id, to);
    call_audit(c, s->id, "page link %s by its holder", what);
    return db_check(db, e);
}

static int run_rotate(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct signup_form_result *result = arena_alloc(&c->out, sizeof *result);
    unsigned char hash[CRYPTO_HASH_BYTES];
    char token[CRYPTO_TOKEN_BYTES];

    crypto_token(token);
    crypto_token_hash(token, hash);
    if (set_link(c, db, input, hash, "renewed", e))
        return -1;
    result->token = arena_strdup(&c->out, token);
    *ret = result;
    return 0;
}

static int run_end(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    (void)ret;
    return set_link(c, db, input, NULL, "ended", e);
}

const struct operation op_person_choices = {"person choices", ROLE_PUBLIC, false, run_choices};
const struct operation op_signup_change_web = {"signup change on the web", ROLE_PUBLIC, true, run_change};
const struct operation op_link_rotate_web = {"link rotate on the web", ROLE_PUBLIC, true, run_rotate};
const struct operation op_link_end_web = {"link end on the web", ROLE_PUBLIC, true, run_end};
const struct operation op_signup_take_web = {"signup take on the web", ROLE_PUBLIC, true, run_take};
const struct operation op_signup_decline_web = {"signup decline on the web", ROLE_PUBLIC, true, run_decline};
