/* What happens to a sign-up after it was made: cancelled here, who came in attendance.c. */
#include "signup.h"

#include "domain/event.h"
#include "measure.h"
#include "planner.h"
#include "signup_hooks.h"

struct counts {
    int taken, offered, waitlisted;
};

static struct counts counts_of(enum signup_state state)
{
    return (struct counts){signup_holds_place(state), state == SIGNUP_OFFERED, state == SIGNUP_WAITLISTED};
}

/* The role's row is written before the sign-up's: the order that all keep, so that none waits for another in a ring. */
static int count_move(struct db *db, const struct signup *s, enum signup_state from, struct err *e)
{
    struct counts old = counts_of(from), new = counts_of(s->state);

    if (new.taken > old.taken && from != SIGNUP_WAITLISTED) {
        if (!store_place_take(db, s->occurrence_row, s->role))
            return err_set(e, ERR_FULL, MSG_SIGNUP_FULL, "role", s->title, s->recurrence_local, s->role, NULL);
        old.taken = new.taken;
    }
    if (new.taken != old.taken || new.offered != old.offered || new.waitlisted != old.waitlisted)
        store_place_count(db, s->occurrence_row, s->role, new.taken - old.taken, new.offered - old.offered,
                          new.waitlisted - old.waitlisted);
    return 0;
}

static int save(struct call *c, struct db *db, struct signup *s, enum signup_state from, struct err *e)
{
    if (store_signup_update(db, s, from, c->req.now_ms))
        return 0;
    return db_check(db, e) ? -1 : err_set(e, ERR_CHANGED, MSG_CHANGED_MEANWHILE, "state", s->id, "?", NULL);
}

int signup_change(struct call *c, struct db *db, struct signup *s, enum signup_state to, struct err *e)
{
    enum signup_state from = s->state;
    bool ahead = s->end_ms > c->req.now_ms && !s->off, same = from == SIGNUP_ATTENDED && to == from;

    if ((!same && signup_move(&s->state, to, s->id, e)) || count_move(db, s, from, e) || save(c, db, s, from, e))
        return -1;
    s->position = FIELD_INT_ABSENT;
    if (signup_holds_place(from) && !signup_holds_place(to) && ahead)
        signup_fill_places(c, db, s->occurrence_row, s->role);
    call_changed(c, CHANGE_PLACES, s->event_row);
    call_changed(c, CHANGE_PERSON, s->volunteer_row);
    planner_role(c, db, s->occurrence_row, s->role);
    if (to == SIGNUP_ATTENDED)
        targets_of_event_changed(c, db, s->event_row);
    return signup_dress(c, s, e);
}

int signup_find_to_change(struct call *c, struct db *db, const struct signup_ref *ref, struct signup **ret,
                          struct err *e)
{
    struct signup *s;

    if (ref->reason && *ref->reason && text_check(ref->reason, "reason", EVENT_REASON_CHARS_MAX, false, e))
        return -1;
    if (signup_find(c, db, ref->id, &s, e) || signup_may_change(c, db, s->event_row, e))
        return -1;
    s->reason = arena_strdup(&c->out, ref->reason ? ref->reason : "");
    *ret = s;
    return call_check_version(c, s->id, s->version, e);
}

int signup_finish(struct call *c, const struct signup_ref *ref, struct signup *s, void **ret, struct err *e)
{
    const char *reason = ref->reason ? ref->reason : "";

    call_audit(c, s->id, "%s%s%s", signup_state_name(s->state), *reason ? ": " : "", reason);
    *ret = s;
    return signup_dress(c, s, e);
}

static int move_to(struct call *c, struct db *db, const struct signup_ref *ref, enum signup_state to, void **ret,
                   struct err *e)
{
    struct signup *s;

    if (signup_find_to_change(c, db, ref, &s, e) || signup_change(c, db, s, to, e))
        return -1;
    return signup_finish(c, ref, s, ret, e);
}

static int run_cancel(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    return move_to(c, db, input, SIGNUP_CANCELLED, ret, e);
}

const struct operation op_signup_cancel = {"signup cancel", ROLE_ORGANIZER, OPERATION_WRITES_ROWS, run_cancel};
