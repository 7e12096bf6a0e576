/* `kepuctl check`: whether the state still is what kepu wrote; finds what was changed behind its back. */
#include "hours.h"
#include "store/hours.h"
#include "store/integrity.h"

#include <stdio.h>
#include <string.h>

#define PROBLEMS_MAX 100                 /* more of them say nothing new */

struct check {
    struct call *c;
    struct db *db;
    struct check_report *report;
};

static void found(struct check *k, enum msg word, const char *a, const char *b, const char *d)
{
    const char *const args[] = {a, b, d};
    struct texts *to = &k->report->problems;
    struct buf text = {0};

    if (to->count == PROBLEMS_MAX)
        return;
    catalogue_format(&text, catalogue_text(word, k->c->req.lang), args, 3);
    to->items[to->count++] = arena_strdup(&k->c->out, buf_text(&text));
    buf_release(&text);
}

static const char *number(struct check *k, int64_t n)
{
    return arena_printf(&k->c->out, "%lld", (long long)n);
}

static bool same(struct bytes a, const void *data, size_t len)
{
    return a.len == len && (len == 0 || memcmp(a.data, data, len) == 0);
}

/* A note that was forgotten is no change; one that is there must be the one of its day. */
static bool note_is_right(const struct hours_entry *h)
{
    unsigned char hash[CRYPTO_HASH_BYTES];

    if (!h->note)
        return true;
    hours_note_hash(h->note, h->note_salt, hash);
    return same(h->note_hash, hash, sizeof hash);
}

static void check_entry(struct check *k, const struct hours_entry *h, int64_t expected, struct bytes previous)
{
    unsigned char hash[CRYPTO_HASH_BYTES];

    hours_entry_hash(previous, h, hash);
    if (h->number != expected)
        found(k, WORD_CHECK_REMOVED, number(k, expected), number(k, h->number - 1), NULL);
    else if (!same(h->hash, hash, sizeof hash))
        found(k, WORD_CHECK_CHANGED, number(k, h->number), h->id, NULL);
    if (!note_is_right(h))
        found(k, WORD_CHECK_NOTE, number(k, h->number), h->id, NULL);
}

/* Entries past the sealed end, none where there should be, or an end that nobody with the key has sealed. */
static void check_head(struct check *k, const struct hours_head *head, int64_t last, struct bytes hash)
{
    unsigned char seal[CRYPTO_HASH_BYTES];
    char hex[2 * CRYPTO_HASH_BYTES + 1];

    hours_head_seal(service_keys(k->c->service), head->number, head->hash, seal);
    if (last < head->number)
        found(k, WORD_CHECK_CUT, number(k, last + 1), number(k, head->number), NULL);
    else if (last > head->number)
        found(k, WORD_CHECK_ADDED, number(k, head->number + 1), number(k, last), NULL);
    else if (!same(head->hash, hash.data, hash.len))
        found(k, WORD_CHECK_HEAD, NULL, NULL, NULL);
    if (head->number > 0 && !same(head->seal, seal, sizeof seal))
        found(k, WORD_CHECK_SEAL, NULL, NULL, NULL);
    hours_hex(hash, hex);
    k->report->entries = last;
    k->report->head = arena_strdup(&k->c->out, hex);
}

static void check_ledger(struct check *k)
{
    struct hours_head head = store_hours_head(k->db, false, &k->c->out);
    struct stmt *s = store_hours_all(k->db);
    struct arena rows[2] = {{0}, {0}};   /* of this row and the one before */
    struct bytes previous = {"", 0};
    struct hours_entry h;
    int64_t last = 0;
    int at = 0;

    while (store_hours_next(s, &rows[at], &h)) {
        check_entry(k, &h, last + 1, previous);
        previous = h.hash;
        last = h.number;
        at = !at;
        arena_release(&rows[at]);
    }
    check_head(k, &head, last, previous);
    arena_release(&rows[0]);
    arena_release(&rows[1]);
}

static void check_certificate(struct check *k, const struct certificate_row *row)
{
    char shown[CERTIFICATE_SHOWN_BYTES];
    const char *code = row->code;

    if (certificate_is_backed(k->c, k->db, row))
        return;
    if (strlen(row->code) == CERTIFICATE_CODE_CHARS) {
        certificate_code_show(row->code, shown);
        code = shown;
    }
    found(k, certificate_is_sealed(k->c, row) ? WORD_CHECK_UNBACKED : WORD_CHECK_CERTIFICATE, code, NULL, NULL);
}

static void check_certificates(struct check *k)
{
    struct stmt *s = store_certificates_all(k->db);
    struct certificate_row row;

    while (store_certificate_next(s, &k->c->out, &row))
        check_certificate(k, &row);
}

static void check_counters(struct check *k)
{
    static const struct {
        struct stmt *(*list)(struct db *db);
        enum msg word;
    } recounts[] = {
        {store_recount_volunteers, WORD_CHECK_VOLUNTEER}, {store_recount_signups, WORD_CHECK_SIGNUP},
        {store_recount_roles, WORD_CHECK_ROLE},           {store_recount_orphans, WORD_CHECK_ORPHAN},
        {store_recount_attended, WORD_CHECK_ATTENDED},    {store_recount_headcounts, WORD_CHECK_HEADCOUNT},
        {store_recount_states, WORD_CHECK_STATE},         {store_recount_approvals, WORD_CHECK_APPROVAL},
    };
    struct recount row;

    for (size_t i = 0; i < sizeof recounts / sizeof recounts[0]; i++) {
        struct stmt *s = recounts[i].list(k->db);
        while (store_recount_next(s, &k->c->out, &row))
            found(k, recounts[i].word, row.what, number(k, row.kept), number(k, row.counted));
    }
}

static void check_database(struct check *k)
{
    struct texts said;

    if (strcmp(store_kind(service_store(k->c->service)), "sqlite") != 0)
        return;                          /* PostgreSQL looks after its pages and keys itself */
    said = store_integrity(k->db, &k->c->out);
    for (size_t i = 0; i < said.count; i++)
        found(k, WORD_CHECK_DATABASE, said.items[i], NULL, NULL);
    said = store_foreign_keys(k->db, &k->c->out);
    for (size_t i = 0; i < said.count; i++)
        found(k, WORD_CHECK_KEYS, said.items[i], NULL, NULL);
}

static int run_check(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct check_report *report = arena_alloc(&c->out, sizeof *report);
    struct check k = {c, db, report};

    (void)input;
    report->problems = (struct texts){arena_alloc(&c->out, PROBLEMS_MAX * sizeof(char *)), 0, true};
    check_database(&k);
    check_ledger(&k);
    check_certificates(&k);
    check_counters(&k);
    report->state = arena_strdup(&c->out, report->problems.count ? "faulty" : "sound");
    *ret = report;
    return db_check(db, e);
}

const struct operation op_check = {"check", ROLE_ADMIN, OPERATION_READS, run_check};
