/* Sign-ups: taking places, giving them back, and who came. SPEC.md 7. */
#ifndef KEPU_SERVICE_SIGNUP_H
#define KEPU_SERVICE_SIGNUP_H

#include "call.h"
#include "domain/signup.h"
#include "store/signup.h"
#include "store/volunteer.h"

/* input: struct signup_input, result: struct signup. `force` allows overlapping shifts. */
extern const struct operation op_signup_add;
/* input: struct signup_filter; result: struct list of struct signup. */
extern const struct operation op_signup_list;
/* input: struct signup_ref; result: struct signup. */
extern const struct operation op_signup_show, op_signup_cancel;

/*
 * The public's. op_signup_web, input: struct signup_form, result: struct signup_form_result, whose token opens a page.
 * op_person_page, input: struct person_ref, result: struct person_page. op_signup_cancel_web, input: struct person_ref,
 * result: struct signup.
 */
extern const struct operation op_signup_web, op_person_page, op_signup_cancel_web;

/*
 * More of it (signup_own.c), input: struct person_ref. What a sign-up may be changed to, result: struct person_choices;
 * changing it, which gives the old place back and takes the new one, or does neither, result: struct signup. Another
 * link instead of this one, result: struct signup_form_result; and none, result: nothing.
 */
extern const struct operation op_person_choices, op_signup_change_web, op_link_rotate_web, op_link_end_web;
/* The answer to an offer. input: struct person_ref; result: struct signup. */
extern const struct operation op_signup_take_web, op_signup_decline_web;

/* For the other files of sign-ups, on the store thread */

/* Somebody who signs up, and for what. */
struct enrolment {
    struct occasion occasion;
    struct volunteer_id who;             /* their row kept by store_volunteer_lock */
    char *role;
    char *skills;                        /* that the role asks for, as its row keeps them */
    bool waitlist;
    bool force;
    const unsigned char *link_hash;      /* may be NULL */
};

/* What `event` and `on` name, open for sign-ups. Fields "event", "on". */
int signup_occasion(struct call *c, struct db *db, const char *event, const char *on, struct occasion *ret,
                    struct err *e);
/* The role as it is named, or the only one, and its skills, for in->occasion. Field "role". */
int signup_role(struct call *c, struct db *db, const char *given, struct enrolment *in, struct err *e);
/* "2027-05-12" */
char *signup_day(struct call *c, const struct occasion *o);
/* ERR_EXISTS, ERR_OVERLAP, ERR_FULL, ERR_CONFLICT (signup_rules.h); otherwise confirmed or in line. */
int signup_enrol(struct call *c, struct db *db, const struct enrolment *in, struct signup **ret, struct err *e);

/*
 * What that would come to for somebody with nothing else, the rules aside: ERR_FULL, or a sign-up that isn't written,
 * whose place is given back.
 */
int signup_would_be(struct call *c, struct db *db, const struct enrolment *in, struct signup **ret, struct err *e);

/* The sign-up of an id, undressed; ERR_NOT_FOUND, field "id". */
int signup_find(struct call *c, struct db *db, const char *id, struct signup **ret, struct err *e);
/* The sign-up that a page's token opens, and `signup` names where it opens several; or its shadow. */
int signup_find_own(struct call *c, struct db *db, const struct person_ref *ref, struct signup **ret, struct err *e);
/* A department's organizer keeps to the department's events. */
int signup_may_change(struct call *c, struct db *db, int64_t event_id, struct err *e);

/*
 * For an organiser's move: found, theirs to change, of the version that was asked for; then the audit and the result.
 */
int signup_find_to_change(struct call *c, struct db *db, const struct signup_ref *ref, struct signup **ret,
                          struct err *e);
int signup_finish(struct call *c, const struct signup_ref *ref, struct signup *s, void **ret, struct err *e);

/* To another state, or attended with other times, with the role's counters; a place given back goes to the next. */
int signup_change(struct call *c, struct db *db, struct signup *s, enum signup_state to, struct err *e);

/* What the wire shows beyond the row: moments, name of the state, address. */
int signup_dress(struct call *c, struct signup *s, struct err *e);
/* And of one that is shown by itself: who wrote what down, and what its volunteer was sent. */
void signup_add_story(struct call *c, struct db *db, struct signup *s);

#endif
