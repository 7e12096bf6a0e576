#include "signup_hooks.h"

#include "mail.h"
#include "planner.h"
#include "signup.h"
#include "signup_offer.h"
#include "store/office.h"
#include "store/notice.h"
#include "store/signup.h"

#define OVERLAPS_NOTED 20
#define NOTES_LEAST 8

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

int signup_occurrence_off(struct call *c, struct db *db, int64_t occurrence_id, const char *reason, struct err *e)
{
    struct texts open = store_signups_open(db, occurrence_id, &c->out);

    for (size_t i = 0; i < open.count; i++) {
        struct signup *s;
        if (signup_find(c, db, open.items[i], &s, e))
            return -1;
        s->off = true;
        s->reason = arena_strdup(&c->out, reason ? reason : "");
        if (signup_change(c, db, s, SIGNUP_CANCELLED, e))
            return -1;
        store_signup_went_off(db, s->row);
        store_audit_add(db, c->req.now_ms, c->req.principal.name, c->op->name, s->id, "cancelled with its occurrence",
                        c->req.id);
        mail_plan(c, db, MAIL_CANCELLED, s->row, s->version, s->end_ms);
    }
    return db_check(db, e);
}

int signup_event_off(struct call *c, struct db *db, int64_t event_id, const char *reason, struct err *e)
{
    struct ids all = store_read_ids(
        db_query(db, "SELECT o.id FROM occurrence o WHERE o.event_id = $1 AND o.end_ms > $2 AND EXISTS"
                     " (SELECT 1 FROM signup s WHERE s.occurrence_id = o.id) ORDER BY o.id",
                 p_int(event_id), p_int(c->req.now_ms)),
        &c->out);

    for (size_t i = 0; i < all.count; i++)
        if (signup_occurrence_off(c, db, all.items[i], reason, e))
            return -1;
    return db_check(db, e);
}

static void note(struct call *c, struct texts *notes, enum msg msg, const char *const *args)
{
    /* Never less than event_resolve.c's, which may add its own. */
    size_t room = notes->count < NOTES_LEAST ? NOTES_LEAST : notes->count + 1;
    char **grown = arena_alloc(&c->out, room * sizeof *grown);
    struct buf text = {0};

    for (size_t i = 0; i < notes->count; i++)
        grown[i] = notes->items[i];
    catalogue_format(&text, catalogue_text(msg, c->req.lang), args, 4);
    grown[notes->count] = arena_strdup(&c->out, buf_text(&text));
    *notes = (struct texts){grown, notes->count + 1, true};
    buf_release(&text);
}

void signup_occurrence_moved(struct call *c, struct db *db, const struct occurrence *o, struct texts *notes)
{
    struct texts open;
    struct overlap overlap;
    struct stmt *s;

    if (o->end_ms <= c->req.now_ms || o->moves == 0)
        return;
    open = store_signups_open(db, o->id, &c->out);
    for (size_t i = 0; i < open.count; i++) {
        struct signup *one = store_signup_by_code(db, open.items[i], &c->out);
        if (one)
            mail_plan(c, db, MAIL_MOVED, one->row, o->moves, o->end_ms);
        if (one)
            call_changed(c, CHANGE_PERSON, one->volunteer_row);
    }
    s = store_signup_overlaps(db, o->id, o->start_ms, o->end_ms, OVERLAPS_NOTED);
    while (store_overlap_next(s, &c->out, &overlap))
        note(c, notes, WORD_NOTE_OVERLAP,
             (const char *const[]){overlap.id, overlap.title, overlap.day, overlap.other});
}
