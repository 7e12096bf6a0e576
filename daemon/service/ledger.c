#include "ledger.h"

#include "store/hours.h"

#include <string.h>

/* A seal that is wrong stays wrong: no later entry may hide what was done before it. */
static bool is_sealed(struct call *c, struct db *db, const struct hours_head *head)
{
    unsigned char seal[CRYPTO_HASH_BYTES];
    struct hours_entry *last;

    if (head->number == 0)
        return true;
    hours_head_seal(service_keys(c->service), head->number, head->hash, seal);
    last = store_hours_by_number(db, head->number, &c->out);
    return head->seal.len == sizeof seal && memcmp(head->seal.data, seal, sizeof seal) == 0 && last &&
           last->hash.len == head->hash.len && memcmp(last->hash.data, head->hash.data, head->hash.len) == 0;
}

static void set_note(struct call *c, struct hours_entry *h)
{
    unsigned char *hash = arena_alloc(&c->out, CRYPTO_HASH_BYTES);
    char *salt = arena_alloc(&c->out, HOURS_SALT_BYTES + 1);

    if (!h->note || !*h->note) {
        h->note = NULL;
        return;
    }
    crypto_code(HOURS_SALT_BYTES, salt);
    h->note_salt = (struct bytes){salt, HOURS_SALT_BYTES};
    hours_note_hash(h->note, h->note_salt, hash);
    h->note_hash = (struct bytes){hash, CRYPTO_HASH_BYTES};
}

int ledger_append(struct call *c, struct db *db, struct hours_entry *h, struct err *e)
{
    struct hours_head head = store_hours_head(db, true, &c->out);
    bool sealed = is_sealed(c, db, &head);
    unsigned char *hash = arena_alloc(&c->out, CRYPTO_HASH_BYTES), seal[CRYPTO_HASH_BYTES] = {0};
    char code[CRYPTO_ID_BYTES];

    crypto_id('h', code);
    h->id = arena_strdup(&c->out, code);
    h->number = head.number + 1;
    if (h->root == 0)
        h->root = h->number;
    h->at_ms = c->req.now_ms;
    set_note(c, h);
    hours_entry_hash(head.hash, h, hash);
    h->hash = (struct bytes){hash, CRYPTO_HASH_BYTES};
    if (sealed)
        hours_head_seal(service_keys(c->service), h->number, h->hash, seal);
    store_hours_insert(db, h);
    store_hours_head_put(db, &(struct hours_head){h->number, h->hash, {seal, sizeof seal}});
    return db_check(db, e);
}

int64_t ledger_round(const struct call *c, int64_t minutes)
{
    const struct settings *s = service_settings(c->service);

    return hours_round(minutes, s->hours_step_min > 0 ? s->hours_step_min : 1, (enum hours_rounding)s->hours_rounding);
}

int ledger_follow(struct call *c, struct db *db, struct signup *s, int64_t minutes, const char *how, struct err *e)
{
    struct hours_sum sum = store_hours_of_signup(db, s->id);
    struct hours_entry h = {.kind = sum.last ? "correction" : "service", .root = sum.root, .refers = sum.last,
                            .volunteer = s->volunteer, .signup = s->id, .event = s->event,
                            .occurrence = s->recurrence_local, .minutes = minutes, .counted = minutes - sum.counted,
                            .how = how, .who = c->req.principal.name};

    s->minutes = minutes;
    h.day = arena_strndup(&c->out, s->start_local, strcspn(s->start_local, "T"));
    if (h.counted == 0)
        return db_check(db, e);
    call_changed(c, CHANGE_PERSON, s->volunteer_row);
    return ledger_append(c, db, &h, e);
}

static int book(struct call *c, struct db *db, const struct hours_matter *m, const char *who, int64_t counted,
                struct err *e)
{
    const struct hours_entry *root = store_hours_by_number(db, m->root, &c->out);
    struct hours_entry h;

    if (!root)
        return db_check(db, e);
    h = (struct hours_entry){.kind = "transfer", .root = m->root, .refers = m->root,
                             .volunteer = arena_strdup(&c->out, who),
                             .signup = root->signup, .event = root->event, .occurrence = root->occurrence,
                             .day = root->day, .minutes = m->now, .counted = counted, .how = "hand",
                             .who = c->req.principal.name};
    return ledger_append(c, db, &h, e);
}

int ledger_transfer(struct call *c, struct db *db, const char *from, const char *to, struct err *e)
{
    struct stmt *s = store_hours_matters(db, from, "", "", INT64_MAX);
    struct list_builder b = {0};
    struct hours_matter m;

    while (store_hours_matter_next(s, &c->out, &m))
        if (m.now != 0)
            *(struct hours_matter *)list_add(c, &b, sizeof m) = m;
    for (size_t i = 0; i < b.count; i++) {
        const struct hours_matter *at = (struct hours_matter *)(void *)b.items + i;
        if (book(c, db, at, from, -at->now, e) || book(c, db, at, to, at->now, e))
            return -1;
    }
    return db_check(db, e);
}
