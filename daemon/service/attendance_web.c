/* Checking in and out by the code that hangs at the venue: from a page of one's own, or with the phone's number. */
#include "attendance.h"

#include "domain/phone.h"
#include "event.h"
#include "occurrence.h"
#include "signup.h"
#include "store/hours.h"

#include <stdio.h>
#include <string.h>

#define PHONE "volunteer.phone"          /* the context that volunteers' numbers are found by */
#define SELF "self"                      /* who recorded it */

static const char *settle(struct call *c, struct db *db, struct signup *s, const struct arrival_input *in,
                          struct err *e)
{
    struct attendance_said said = {.at_ms = c->req.now_ms, .minutes = FIELD_INT_ABSENT, .how = "code"};
    bool out = in->out == 1, there = s->state == SIGNUP_ATTENDED && s->checked_in_ms != DB_NULL_INT;

    /* Said twice: a double tap changes nothing. */
    if (!out && there)
        return ARRIVAL_IN;
    if (out && s->checked_out_ms != DB_NULL_INT && !s->closed)
        return ARRIVAL_OUT;
    if (out ? attendance_out(c, db, s, &said, e) : attendance_in(c, db, s, &said, e))
        return NULL;
    call_audit(c, s->id, "%s by the venue's code", out ? "checked out" : "checked in");
    return out ? ARRIVAL_OUT : ARRIVAL_IN;
}

/* Wrong codes are counted by the sign-up, so that nobody gets far by trying. */
static const char *arrive(struct call *c, struct db *db, const char *id, const struct arrival_input *in, struct err *e)
{
    int64_t since_ms = c->req.now_ms - VENUE_TRIES_MS;
    struct signup *s;

    if (attendance_find(c, db, id, &s, e))
        return NULL;
    if (store_code_tries(db, s->row, since_ms) >= VENUE_TRIES_MAX)
        return ARRIVAL_MANY;
    if (venue_code_read(service_keys(c->service), s->occurrence_row, c->req.now_ms, in->code) == VENUE_CODE_NONE) {
        store_code_tried(db, s->row, since_ms, c->req.now_ms);
        return db_check(db, e) ? NULL : ARRIVAL_WRONG;
    }
    snprintf(c->req.principal.name, sizeof c->req.principal.name, SELF);
    return settle(c, db, s, in, e);
}

static int answer(struct call *c, const char *outcome, void **ret)
{
    struct arrival *a = arena_alloc(&c->out, sizeof *a);

    a->outcome = arena_strdup(&c->out, outcome);
    *ret = a;
    return outcome ? 0 : -1;
}

/* With the link of a shadow: whoever is there, and signed up, comes in by their phone's number. */
static int arrive_nowhere(struct call *c, const struct signup *s, const struct arrival_input *in, void **ret,
                          struct err *e)
{
    if (venue_code_read(service_keys(c->service), s->occurrence_row, c->req.now_ms, in->code) != VENUE_CODE_NONE)
        return err_set(e, ERR_NOT_ALLOWED, MSG_LINK_TELLS_ONLY, NULL, NULL);
    return answer(c, ARRIVAL_WRONG, ret);
}

static int run_own(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct arrival_input *in = input;
    struct person_ref ref = {.token = in->token, .signup = in->signup};
    struct signup *s;

    if (signup_find_own(c, db, &ref, &s, e))
        return -1;
    if (s->shadow)
        return arrive_nowhere(c, s, in, ret, e);
    return answer(c, arrive(c, db, s->id, in, e), ret);
}

static int find(struct call *c, struct db *db, const char *slug, const char *on, struct occurrence **ret, struct err *e)
{
    struct event *ev;

    return event_find(c, db, slug ? slug : "", &ev, e) || event_occurrence(c, db, ev, on ? on : "", false, ret, e) ? -1
                                                                                                                : 0;
}

/* Several people may share a number, such as a parent and children: all of them came. */
static int run_phone(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct arrival_input *in = input;
    const char *outcome = ARRIVAL_WRONG;
    unsigned char index[CRYPTO_HASH_BYTES];
    struct occurrence *o;
    struct texts ids;
    char phone[PHONE_BYTES];

    if (find(c, db, in->slug, in->on, &o, e) || phone_normalise(in->phone ? in->phone : "", phone, e))
        return -1;
    crypto_index(service_keys(c->service), PHONE, phone, index);
    ids = store_attendance_of_phone(db, o->id, (struct bytes){index, sizeof index}, &c->out);
    for (size_t i = 0; i < ids.count && outcome; i++)
        outcome = arrive(c, db, ids.items[i], in, e);
    return answer(c, outcome, ret);
}

/* The screen at the venue, for who has its key; without one, what there is to enter. */
static int run_screen(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct arrival_input *in = input;
    const struct crypto_keys *keys = service_keys(c->service);
    struct venue_screen *v = arena_alloc(&c->out, sizeof *v);
    char key[VENUE_KEY_CHARS + 1], code[VENUE_CODE_BYTES];

    if (find(c, db, in->slug, in->on, &v->occurrence, e))
        return -1;
    venue_key(keys, v->occurrence->id, key);
    if (in->key && strcmp(in->key, key) != 0)
        return err_set(e, ERR_NOT_FOUND, MSG_VENUE_KEY, "key", NULL);
    if (in->key && in->fixed)
        venue_code_fixed(keys, v->occurrence->id, code);
    else
        venue_code_at(keys, v->occurrence->id, c->req.now_ms, code);
    v->code = in->key ? arena_strdup(&c->out, code) : NULL;
    v->fixed = in->fixed;
    *ret = v;
    return db_check(db, e);
}

const struct operation op_arrive_own = {"check in on the web", ROLE_PUBLIC, OPERATION_WRITES, run_own};
const struct operation op_arrive_phone = {"check in at the venue", ROLE_PUBLIC, OPERATION_WRITES, run_phone};
const struct operation op_venue_screen = {"venue screen", ROLE_PUBLIC, OPERATION_READS, run_screen};
