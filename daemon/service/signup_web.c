/*
 * Signing up on the web, and the pages that follow. Whoever knows somebody's number must not learn about them: a token
 * opens the person only if its sign-up made the person, else that sign-up alone; and where that was there already, or
 * could not be, a shadow of it (signup_shadow.h).
 */
#include "signup.h"

#include "domain/event.h"
#include "domain/phone.h"
#include "signup_rules.h"
#include "signup_shadow.h"
#include "store/feed.h"
#include "store/shadow.h"
#include "volunteer.h"
#include "domain/target.h"
#include "planner.h"

#include <stdio.h>

#define PAGE_SIGNUPS_MAX 200

/* A guardian's name and number, checked. Both NULL: none is needed. */
struct guardian {
    char *name;
    char phone[PHONE_BYTES];
};

static int check_guardian(struct call *c, const struct signup_form *in, struct guardian *ret, struct err *e)
{
    if (in->guardian_consent != 1)
        return err_set(e, ERR_INVALID, MSG_GUARDIAN_NEEDED, "guardian_consent", NULL);
    if (!in->guardian_name || !*in->guardian_name)
        return err_set(e, ERR_INVALID, MSG_GUARDIAN_NEEDED, "guardian_name", NULL);
    if (!in->guardian_phone || !*in->guardian_phone)
        return err_set(e, ERR_INVALID, MSG_GUARDIAN_NEEDED, "guardian_phone", NULL);
    if (person_name_check(in->guardian_name, &c->out, &ret->name, e)) {
        snprintf(e->field, sizeof e->field, "guardian_name");
        return -1;
    }
    if (phone_normalise(in->guardian_phone, ret->phone, e)) {
        snprintf(e->field, sizeof e->field, "guardian_phone");
        return -1;
    }
    return 0;
}

/* Consent comes before anything is collected. */
static int check_form(struct call *c, const struct signup_form *in, struct guardian *ret, struct err *e)
{
    enum age_group age;

    if (in->consent != 1)
        return err_set(e, ERR_INVALID, MSG_CONSENT_NEEDED, "consent", NULL);
    if (!age_group_parse(in->age, &age))
        return err_set(e, ERR_INVALID, MSG_AGE_NEEDED, "age", NULL);
    return age == AGE_CHILD ? check_guardian(c, in, ret, e) : 0;
}

static void keep_guardian(struct call *c, struct db *db, int64_t volunteer_id, const struct guardian *g)
{
    const struct crypto_keys *k = service_keys(c->service);

    store_guardian_put(db, volunteer_id, crypto_seal(k, "guardian.name", g->name, &c->out),
                       crypto_seal(k, "guardian.phone", g->phone, &c->out), c->req.now_ms,
                       service_notice_version(c->service));
}

/* That somebody is under age is kept with the sign-up, for who looks after them there; a grown-up's age is nothing. */
static void keep_age(struct db *db, const struct signup *s, const char *text)
{
    enum age_group age;

    if (age_group_parse(text, &age) && age != AGE_ADULT)
        store_signup_set_age(db, s->id, text);
}

/* The person of the form: found, or added with the token's hash as the link of their page. *ret_new says which. */
static int find_or_add(struct call *c, struct db *db, const struct signup_form *in, const unsigned char *link_hash,
                       struct volunteer_id *ret, bool *ret_new, struct err *e)
{
    struct volunteer_input person = {.name = in->name, .phone = in->phone};
    struct volunteer_row row;

    if (volunteer_prepare(c, &person, &row, e))
        return -1;
    volunteer_consent(c, true, &row);
    row.id = store_volunteer_insert(db, &row, link_hash);
    *ret_new = row.id != 0;
    *ret = (struct volunteer_id){row.id, row.code, row.name};
    if (*ret_new)
        return 0;
    if (!store_volunteer_find(db, row.phone_index.data, row.name_key, &c->out, ret) ||
        !store_volunteer_lock(db, ret->code, &c->out, ret))
        return db_check(db, e) ? -1 : err_set(e, ERR_UNAVAILABLE, MSG_STORE_BUSY, NULL, NULL);
    return 0;
}

static int answer(struct call *c, const char *token, void **ret)
{
    struct signup_form_result *result = arena_alloc(&c->out, sizeof *result);

    result->token = arena_strdup(&c->out, token);
    *ret = result;
    return 0;
}

static int run_web(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct signup_form *in = input;
    struct enrolment enrolment = {.waitlist = in->waitlist == 1};
    unsigned char hash[CRYPTO_HASH_BYTES];
    char token[CRYPTO_TOKEN_BYTES];
    struct guardian guardian = {0};
    struct signup *s;
    bool new;

    crypto_token(token);
    crypto_token_hash(token, hash);
    if (check_form(c, in, &guardian, e) || find_or_add(c, db, in, hash, &enrolment.who, &new, e) ||
        signup_occasion(c, db, in->slug, in->on, &enrolment.occasion, e) ||
        signup_role(c, db, in->role, &enrolment, e))
        return -1;
    enrolment.link_hash = new ? NULL : hash;
    if (signup_enrol(c, db, &enrolment, &s, e)) {
        if (new || !shadow_hides(e))
            return -1;
        err_clear(e);
        return shadow_make(c, db, &enrolment, e) ? -1 : answer(c, token, ret);
    }
    if (guardian.name)
        keep_guardian(c, db, enrolment.who.id, &guardian);
    keep_age(db, s, in->age);
    if (new) {
        call_changed(c, CHANGE_PEOPLE, enrolment.who.id);
        planner_target_changed(c, db, NULL, TARGET_VOLUNTEERS);
    }
    return answer(c, token, ret);
}

const struct operation op_signup_web = {"signup on the web", ROLE_PUBLIC, OPERATION_WRITES_ROWS, run_web};

/* Reading with a token */

static int unknown_link(struct err *e)
{
    return err_set(e, ERR_NOT_FOUND, MSG_LINK_UNKNOWN, NULL, NULL);
}

static int list_one(struct call *c, struct signup *s, struct person_page *page, struct err *e)
{
    page->signups = (struct objects){s, 1, true};
    return signup_dress(c, s, e);
}

static int list_all(struct call *c, struct db *db, int64_t volunteer_id, struct person_page *page, struct err *e)
{
    struct list_builder b = {0};
    struct stmt *s = store_signup_of_person(db, volunteer_id, PAGE_SIGNUPS_MAX);
    struct signup row;

    while (store_signup_next(s, &c->out, &row)) {
        if (signup_dress(c, &row, e))
            return -1;
        *(struct signup *)list_add(c, &b, sizeof row) = row;
    }
    page->signups = (struct objects){b.items, b.count, true};
    return db_check(db, e);
}

/* Somebody else may read it over a shoulder: the page of one sign-up shows that one and no name. */
static int page_of_signup(struct call *c, struct signup *s, struct person_page *page, struct err *e)
{
    s->volunteer = s->name = NULL;
    return list_one(c, s, page, e);
}

static int run_page(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct person_ref *ref = input;
    struct person_page *page = arena_alloc(&c->out, sizeof *page);
    unsigned char hash[CRYPTO_HASH_BYTES];
    struct volunteer_row *who;
    struct signup *s;

    *ret = page;
    crypto_token_hash(ref->token ? ref->token : "", hash);
    who = store_volunteer_by_link(db, hash, &c->out);
    if (who) {
        page->calendar = store_feed_has_token(db, who->id);
        page->person = arena_alloc(&c->out, sizeof *page->person);
        return volunteer_show(c, db, who, false, page->person, e) || list_all(c, db, who->id, page, e) ? -1 : 0;
    }
    s = store_signup_by_link(db, hash, &c->out);
    if (!s)
        s = store_shadow_by_link(db, hash, &c->out);
    if (!s)
        return db_check(db, e) ? -1 : unknown_link(e);
    return page_of_signup(c, s, page, e);
}

const struct operation op_person_page = {"person page", ROLE_PUBLIC, false, run_page};

int signup_find_own(struct call *c, struct db *db, const struct person_ref *ref, struct signup **ret, struct err *e)
{
    const char *id = ref->signup ? ref->signup : "";
    unsigned char hash[CRYPTO_HASH_BYTES];
    struct volunteer_row *who;

    crypto_token_hash(ref->token ? ref->token : "", hash);
    who = store_volunteer_by_link(db, hash, &c->out);
    *ret = who ? store_signup_by_code(db, id, &c->out) : store_signup_by_link(db, hash, &c->out);
    if (!who && !*ret)
        *ret = store_shadow_by_link(db, hash, &c->out);
    if (*ret && (!who || (*ret)->volunteer_row == who->id))
        return 0;
    if (db_check(db, e))
        return -1;
    return who ? err_set(e, ERR_NOT_FOUND, MSG_SIGNUP_NOT_FOUND, "signup", id, NULL) : unknown_link(e);
}

/* Who is in line, or was offered a place, may leave at any time: nobody counts on them yet. */
static bool is_too_late(const struct call *c, const struct signup *s)
{
    int64_t until_ms = signup_rule_ms(c, CANCEL_UNTIL, s->cancel_rule, s->tz, s->start_ms);

    return s->state == SIGNUP_CONFIRMED && until_ms != FIELD_INT_ABSENT && c->req.now_ms >= until_ms;
}

static int run_cancel(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct signup *s;

    if (signup_find_own(c, db, input, &s, e))
        return -1;
    if (s->end_ms <= c->req.now_ms)
        return err_set(e, ERR_CONFLICT, MSG_OCCURRENCE_PAST, "signup", s->event, s->recurrence_local, NULL);
    if (is_too_late(c, s))
        return err_set(e, ERR_CONFLICT, MSG_CANCEL_LATE, "signup", s->title, NULL);
    if (s->shadow ? shadow_cancel(c, db, s, e) : signup_change(c, db, s, SIGNUP_CANCELLED, e))
        return -1;
    call_audit(c, s->id, "cancelled by its link");
    s->volunteer = s->name = NULL;
    *ret = s;
    return 0;
}

const struct operation op_signup_cancel_web = {"signup cancel on the web", ROLE_PUBLIC, OPERATION_WRITES_ROWS,
                                               run_cancel};
