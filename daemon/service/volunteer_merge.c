/*
 * Two records of one person become one. Whatever hangs on the second moves to the first; the second stays as an alias,
 * so that its id, its links, and its phone with its name still lead to the person.
 */
#include "volunteer.h"

#include "ledger.h"
#include "signup.h"
#include "signup_hooks.h"
#include "store/office.h"

#include <string.h>

struct merge {
    struct call *c;
    struct db *db;
    struct volunteer_row *keep, *other;
    struct volunteer_merged *result;
};

/* Of two sign-ups for one place the one that says more stays: who came, came; a place is more than one in line. */
static int strength(enum signup_state state)
{
    static const int strengths[SIGNUP_STATE_COUNT] = {
        [SIGNUP_ATTENDED] = 6, [SIGNUP_CONFIRMED] = 5, [SIGNUP_OFFERED] = 4, [SIGNUP_WAITLISTED] = 3,
        [SIGNUP_EXCUSED] = 2,  [SIGNUP_NO_SHOW] = 1,   [SIGNUP_CANCELLED] = 0};

    return strengths[state];
}

static bool is_weaker(const struct signup *a, const struct signup *b)
{
    if (a->state != b->state)
        return strength(a->state) < strength(b->state);
    return a->state == SIGNUP_WAITLISTED ? a->position > b->position : a->minutes < b->minutes;
}

/* The picture of states has no way back from what is over; here two of them were one all along. */
static int withdraw_past(struct merge *m, struct signup *s, struct err *e)
{
    enum signup_state from = s->state;

    if (s->minutes && ledger_follow(m->c, m->db, s, 0, "hand", e))
        return -1;
    if (signup_holds_place(from))
        store_place_count(m->db, s->occurrence_row, s->role, -1, 0, 0);
    s->state = SIGNUP_CANCELLED;
    store_signup_update(m->db, s, from, m->c->req.now_ms);
    if (signup_holds_place(from) && s->end_ms > m->c->req.now_ms && !s->off)
        signup_fill_places(m->c, m->db, s->occurrence_row, s->role);
    call_changed(m->c, CHANGE_PLACES, s->event_row);
    return db_check(m->db, e);
}

static int withdraw(struct merge *m, struct signup *s, struct err *e)
{
    bool ahead = s->state == SIGNUP_CONFIRMED || s->state == SIGNUP_OFFERED || s->state == SIGNUP_WAITLISTED;

    m->result->cancelled++;
    return ahead ? signup_change(m->c, m->db, s, SIGNUP_CANCELLED, e) : withdraw_past(m, s, e);
}

/* Sign-ups that both have for one role of one occurrence, two by two. */
static int settle_twins(struct merge *m, struct err *e)
{
    struct texts twins = store_signup_twins(m->db, m->keep->id, m->other->id, &m->c->out);
    struct signup *mine, *theirs;

    for (size_t i = 0; i + 1 < twins.count; i += 2)
        if (signup_find(m->c, m->db, twins.items[i], &mine, e) ||
            signup_find(m->c, m->db, twins.items[i + 1], &theirs, e) ||
            withdraw(m, is_weaker(mine, theirs) ? mine : theirs, e))
            return -1;
    return db_check(m->db, e);
}

static void note_filled(struct merge *m, const char *field)
{
    m->result->filled.items[m->result->filled.count++] = arena_strdup(&m->c->out, field);
}

static void fill_text(struct merge *m, char **mine, char *theirs, const char *field)
{
    if (**mine || !*theirs)
        return;
    *mine = theirs;
    note_filled(m, field);
}

/* What the first does not say, the second may. */
static void fill(struct merge *m)
{
    struct volunteer_row *keep = m->keep, *other = m->other;

    m->result->filled = (struct texts){arena_alloc(&m->c->out, 8 * sizeof(char *)), 0, true};
    fill_text(m, &keep->org, other->org, "org");
    fill_text(m, &keep->source, other->source, "source");
    fill_text(m, &keep->town, other->town, "town");
    if (!keep->email_sealed.data && other->email_sealed.data) {
        keep->email_sealed = other->email_sealed;
        note_filled(m, "email");
    }
    if (keep->consent_ms == DB_NULL_INT && other->consent_ms != DB_NULL_INT) {
        keep->consent_ms = other->consent_ms;
        keep->consent_version = other->consent_version;
        keep->consent_basis = other->consent_basis;
        note_filled(m, "consent_at");
    }
    if (other->created_ms < keep->created_ms)
        keep->created_ms = other->created_ms;
}

static void join_skills(struct merge *m)
{
    struct texts mine = store_volunteer_skills(m->db, m->keep->id, &m->c->out);
    struct texts theirs = store_volunteer_skills(m->db, m->other->id, &m->c->out);
    struct texts all = {arena_alloc(&m->c->out, PERSON_SKILLS_MAX * sizeof(char *)), 0, true};
    size_t had = mine.count;

    for (size_t i = 0; i < mine.count; i++)
        all.items[all.count++] = mine.items[i];
    for (size_t i = 0; i < theirs.count && all.count < PERSON_SKILLS_MAX; i++) {
        bool known = false;
        for (size_t j = 0; j < all.count; j++)
            known = known || strcmp(all.items[j], theirs.items[i]) == 0;
        if (!known)
            all.items[all.count++] = theirs.items[i];
    }
    if (all.count == had)
        return;
    store_volunteer_put_skills(m->db, m->keep->id, &all);
    note_filled(m, "skills");
}

static int move_all(struct merge *m, struct err *e)
{
    struct volunteer_links links;

    store_volunteer_links(m->db, m->other->id, &links);
    m->result->links = links.page || links.calendar;
    m->result->hours_milli = m->other->minutes * 1000 / 60;
    if (settle_twins(m, e) || ledger_transfer(m->c, m->db, m->other->code, m->keep->code, e))
        return -1;
    m->result->signups = store_signup_reassign(m->db, m->other->id, m->keep->id);
    fill(m);
    join_skills(m);
    if (store_guardian_move(m->db, m->other->id, m->keep->id))
        note_filled(m, "guardian");
    store_volunteer_become_alias(m->db, m->other->id, m->keep->id);
    store_volunteer_absorb(m->db, m->keep);
    return db_check(m->db, e);
}

/* Their rows kept, always in the same order, so that two merges never wait for each other in a ring. */
static void lock_both(struct merge *m)
{
    struct volunteer_row *first = m->keep->id < m->other->id ? m->keep : m->other;
    struct volunteer_row *second = first == m->keep ? m->other : m->keep;
    struct volunteer_id who;

    store_volunteer_lock(m->db, first->code, &m->c->out, &who);
    store_volunteer_lock(m->db, second->code, &m->c->out, &who);
}

static int find(struct merge *m, const char *code, const char *field, struct volunteer_row **ret, struct err *e)
{
    if (!code || !*code)
        return err_set(e, ERR_USAGE, MSG_EMPTY, field, field, NULL);
    if (volunteer_find(m->c, m->db, code, ret, e))
        return -1;
    if (strcmp((*ret)->status, person_status_name(PERSON_ERASED)) == 0)
        return err_set(e, ERR_NOT_FOUND, MSG_VOLUNTEER_NOT_FOUND, field, code, NULL);
    return 0;
}

static int finish(struct merge *m, void **ret, struct err *e)
{
    struct call *c = m->c;
    struct volunteer_merged *result = m->result;
    struct volunteer_row *now = store_volunteer_by_code(m->db, m->keep->code, &c->out);

    call_audit(c, m->keep->code, "%s merged into it: %lld sign-ups, %lld of them cancelled", m->other->code,
               (long long)(result->signups), (long long)result->cancelled);
    store_audit_add(m->db, c->req.now_ms, c->req.principal.name, c->op->name, m->other->code,
                    arena_printf(&c->out, "merged into %s", m->keep->code), c->req.id);
    call_changed(c, CHANGE_PEOPLE, m->keep->id);
    call_changed(c, CHANGE_PERSON, m->keep->id);
    call_changed(c, CHANGE_PERSON, m->other->id);
    result->merged = m->other->code;
    result->volunteer = arena_alloc(&c->out, sizeof *result->volunteer);
    *ret = result;
    return now ? volunteer_show(c, m->db, now, false, result->volunteer, e) : db_check(m->db, e);
}

static int run_merge(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct volunteer_merge *in = input;
    struct merge m = {.c = c, .db = db, .result = arena_alloc(&c->out, sizeof *m.result)};

    *m.result = (struct volunteer_merged){0};
    if (find(&m, in->id, "volunteer", &m.keep, e) || find(&m, in->other, "other", &m.other, e))
        return -1;
    if (m.keep->id == m.other->id)
        return err_set(e, ERR_INVALID, MSG_MERGE_SELF, "other", m.keep->code, NULL);
    if (!c->req.yes && !c->req.dry_run)
        return err_set(e, ERR_CONFLICT, MSG_MERGE_SURE, "yes", m.other->code, m.keep->code, NULL);
    lock_both(&m);
    return move_all(&m, e) ? -1 : finish(&m, ret, e);
}

const struct operation op_volunteer_merge = {"volunteer merge", ROLE_ORGANIZER, true, run_merge};
