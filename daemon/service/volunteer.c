#include "volunteer.h"

#include "domain/hours.h"
#include "domain/name.h"
#include "domain/phone.h"
#include "domain/target.h"
#include "planner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PHONE "volunteer.phone"
#define EMAIL "volunteer.email"

int people_count(struct db *db)
{
    return (int)store_people_count(db, INT64_MIN + 1);
}

static int set_name(struct call *c, const char *name, struct volunteer_row *row, struct err *e)
{
    if (person_name_check(name, &c->out, &row->name, e))
        return -1;
    row->name_key = person_name_key(row->name, &c->out);
    return 0;
}

static int set_phone(struct call *c, const char *written, struct volunteer_row *row, struct err *e)
{
    const struct crypto_keys *keys = service_keys(c->service);
    char phone[PHONE_BYTES];
    unsigned char *index = arena_alloc(&c->out, CRYPTO_HASH_BYTES);

    if (phone_normalise(written, phone, e))
        return -1;
    crypto_index(keys, PHONE, phone, index);
    row->phone_index = (struct bytes){index, CRYPTO_HASH_BYTES};
    row->phone_sealed = crypto_seal(keys, PHONE, phone, &c->out);
    return 0;
}

static int set_email(struct call *c, const char *written, struct volunteer_row *row, struct err *e)
{
    char *email;

    if (person_text_check(written, "email", EMAIL_BYTES_MAX, &c->out, &email, e) || (*email && email_check(email, e)))
        return -1;
    row->email_sealed = *email ? crypto_seal(service_keys(c->service), EMAIL, email, &c->out) : (struct bytes){0};
    return 0;
}

/* What may be left out. */
static int set_rest(struct call *c, const struct volunteer_input *in, struct volunteer_row *row, struct err *e)
{
    if (in->email && set_email(c, in->email, row, e))
        return -1;
    if (in->org && person_text_check(in->org, "org", PERSON_ORG_CHARS_MAX, &c->out, &row->org, e))
        return -1;
    if (in->source && person_text_check(in->source, "source", PERSON_SOURCE_CHARS_MAX, &c->out, &row->source, e))
        return -1;
    return in->town ? person_text_check(in->town, "town", PERSON_TOWN_CHARS_MAX, &c->out, &row->town, e) : 0;
}

int volunteer_prepare(struct call *c, const struct volunteer_input *in, struct volunteer_row *row, struct err *e)
{
    char code[CRYPTO_ID_BYTES], *none = arena_strdup(&c->out, "");

    crypto_id('v', code);
    *row = (struct volunteer_row){.code = arena_strdup(&c->out, code),
                                  .org = none,
                                  .source = none,
                                  .town = none,
                                  .status = arena_strdup(&c->out, person_status_name(PERSON_ACTIVE)),
                                  .created_ms = c->req.now_ms,
                                  .version = 1};
    if (set_name(c, in->name ? in->name : "", row, e) || set_phone(c, in->phone ? in->phone : "", row, e))
        return -1;
    return set_rest(c, in, row, e);
}

void volunteer_consent(struct call *c, bool consent, struct volunteer_row *row)
{
    row->consent_ms = consent ? c->req.now_ms : DB_NULL_INT;
    row->consent_version = arena_strdup(&c->out, consent ? service_notice_version(c->service) : "");
    row->consent_basis = arena_strdup(&c->out, consent ? "consent" : "organisation");
}

static int show_phone(struct call *c, const struct volunteer_row *row, bool reveal, struct volunteer *v, struct err *e)
{
    char masked[PHONE_BYTES];

    if (!row->phone_sealed.data || !row->phone_sealed.len)
        return 0;
    if (crypto_open(service_keys(c->service), PHONE, row->phone_sealed, &c->out, &v->phone, e))
        return -1;
    if (reveal)
        return 0;
    phone_mask(v->phone, masked);
    v->phone = arena_strdup(&c->out, masked);
    return 0;
}

/* Organisers write to people; who only looks on, or holds a link, sees no address. */
static int show_email(struct call *c, const struct volunteer_row *row, bool reveal, struct volunteer *v,
                      struct err *e)
{
    if (!row->email_sealed.data)
        return 0;
    if (crypto_open(service_keys(c->service), EMAIL, row->email_sealed, &c->out, &v->email, e))
        return -1;
    if (!reveal && c->req.principal.role < ROLE_ORGANIZER)
        v->email = email_mask(v->email, &c->out);
    return 0;
}

int volunteer_show(struct call *c, struct db *db, const struct volunteer_row *row, bool reveal, struct volunteer *ret,
                   struct err *e)
{
    *ret = (struct volunteer){.row = row->id,
                              .id = row->code,
                              .name = row->name,
                              .org = row->org,
                              .source = row->source,
                              .town = row->town,
                              .status = row->status,
                              .consent_ms = row->consent_ms,
                              .consent_basis = row->consent_basis,
                              .hours_milli = row->minutes * 1000 / 60,
                              .stars = hours_stars(row->minutes, service_settings(c->service)->star_hours,
                                                   service_settings(c->service)->star_count),
                              .created_ms = row->created_ms,
                              .version = row->version};
    ret->skills = store_volunteer_skills(db, row->id, &c->out);
    return show_phone(c, row, reveal, ret, e) || show_email(c, row, reveal, ret, e) ? -1 : 0;
}

static int answer(struct call *c, struct db *db, const struct volunteer_row *row, bool reveal, void **ret,
                  struct err *e)
{
    struct volunteer *v = arena_alloc(&c->out, sizeof *v);

    if (volunteer_show(c, db, row, reveal, v, e))
        return -1;
    *ret = v;
    return 0;
}

int volunteer_find(struct call *c, struct db *db, const char *code, struct volunteer_row **ret, struct err *e)
{
    *ret = store_volunteer_by_code(db, code ? code : "", &c->out);
    if (!*ret)
        return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_VOLUNTEER_NOT_FOUND, "volunteer", code, NULL);
    if (!(*ret)->merged_into)
        return 0;
    return err_set(e, ERR_NOT_FOUND, MSG_VOLUNTEER_MERGED, "volunteer", code, (*ret)->merged_into, NULL);
}

int volunteer_unknown(struct call *c, struct db *db, const char *code, struct err *e)
{
    struct volunteer_row *row;

    if (volunteer_find(c, db, code, &row, e))
        return -1;
    return err_set(e, ERR_NOT_FOUND, MSG_VOLUNTEER_NOT_FOUND, "volunteer", code, NULL);
}

int volunteer_of_link(struct call *c, struct db *db, const struct person_ref *ref, struct volunteer_row **ret,
                      struct err *e)
{
    unsigned char hash[CRYPTO_HASH_BYTES];
    struct volunteer_id who;

    crypto_token_hash(ref->token ? ref->token : "", hash);
    *ret = store_volunteer_by_link(db, hash, &c->out);
    if (!*ret || !store_volunteer_lock(db, (*ret)->code, &c->out, &who))
        return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_LINK_UNKNOWN, NULL, NULL);
    snprintf(c->req.principal.name, sizeof c->req.principal.name, "%s", who.code);
    return 0;
}

/* The person of this row's phone and name is somebody else: who? */
static int taken(struct call *c, struct db *db, const struct volunteer_row *row, struct err *e)
{
    struct volunteer_id other;

    if (!store_volunteer_find(db, row->phone_index.data, row->name_key, &c->out, &other) || other.id == row->id)
        return 0;
    return err_set(e, ERR_EXISTS, MSG_PERSON_EXISTS, "phone", other.code, NULL);
}

static int run_add(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct volunteer_input *in = input;
    struct volunteer_row row;
    struct texts skills;

    if (volunteer_prepare(c, in, &row, e) || person_skills_check(&in->skills, &c->out, &skills, e))
        return -1;
    volunteer_consent(c, in->consent == 1, &row);
    row.id = store_volunteer_insert(db, &row, NULL);
    if (row.id == 0)
        return db_check(db, e) ? -1 : taken(c, db, &row, e);
    store_volunteer_put_skills(db, row.id, &skills);
    call_audit(c, row.code, "added, basis %s", row.consent_basis);
    call_changed(c, CHANGE_PEOPLE, row.id);
    planner_target_changed(c, db, NULL, TARGET_VOLUNTEERS);
    return answer(c, db, &row, false, ret, e);
}

const struct operation op_volunteer_add = {"volunteer add", ROLE_ORGANIZER, true, run_add};

static int set_status(const struct volunteer_input *in, struct call *c, struct volunteer_row *row, struct err *e)
{
    enum person_status status;

    if (!in->status)
        return 0;
    if (!person_status_parse(in->status, &status) || status == PERSON_ERASED)
        return err_set(e, ERR_INVALID, MSG_STATUS_BAD, "status", in->status, NULL);
    row->status = arena_strdup(&c->out, in->status);
    return 0;
}

static int apply_edit(struct call *c, const struct volunteer_input *in, struct volunteer_row *row, struct err *e)
{
    if ((in->name && set_name(c, in->name, row, e)) || (in->phone && set_phone(c, in->phone, row, e)))
        return -1;
    return set_status(in, c, row, e) || set_rest(c, in, row, e) ? -1 : 0;
}

static int run_edit(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct volunteer_input *in = input;
    struct volunteer_row *row;
    struct texts skills;

    if (volunteer_find(c, db, in->id, &row, e) || call_check_version(c, row->code, row->version, e))
        return -1;
    if (strcmp(row->status, person_status_name(PERSON_ERASED)) == 0)
        return err_set(e, ERR_NOT_FOUND, MSG_VOLUNTEER_NOT_FOUND, "volunteer", in->id, NULL);
    if (apply_edit(c, in, row, e) || person_skills_check(&in->skills, &c->out, &skills, e) || taken(c, db, row, e))
        return -1;
    row->version++;
    store_volunteer_update(db, row);
    if (in->skills.given)
        store_volunteer_put_skills(db, row->id, &skills);
    call_audit(c, row->code, "changed, status %s", row->status);
    call_changed(c, CHANGE_PEOPLE, row->id);
    call_changed(c, CHANGE_PERSON, row->id);
    return answer(c, db, row, false, ret, e);
}

const struct operation op_volunteer_edit = {"volunteer edit", ROLE_ORGANIZER, true, run_edit};

/* Whole numbers come only through the operations that are audited; "true" leads there. */
static int refuse_reveal(const char *reveal, struct err *e)
{
    if (!reveal || strcmp(reveal, "false") == 0)
        return 0;
    return err_set(e, ERR_INVALID, MSG_FIELD_WANT_BOOL, "reveal", "reveal", NULL);
}

static int show(struct call *c, struct db *db, const struct volunteer_ref *ref, bool reveal, void **ret, struct err *e)
{
    struct volunteer_row *row;

    if (volunteer_find(c, db, ref->id, &row, e))
        return -1;
    if (reveal)
        call_audit(c, row->code, "number revealed");
    return answer(c, db, row, reveal, ret, e);
}

static int run_show(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct volunteer_ref *ref = input;

    return refuse_reveal(ref->reveal, e) ? -1 : show(c, db, ref, false, ret, e);
}

static int run_show_revealed(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    return show(c, db, input, true, ret, e);
}

const struct operation op_volunteer_show = {"volunteer show", ROLE_VIEWER, false, run_show};
const struct operation op_volunteer_show_revealed = {"volunteer reveal", ROLE_ADMIN, true, run_show_revealed};

int cursor_read(const char *cursor, int64_t *ret, struct err *e)
{
    char *end;

    *ret = 0;
    if (!cursor || !*cursor)
        return 0;
    if (strlen(cursor) > 18 || strspn(cursor, "0123456789") != strlen(cursor))
        return err_set(e, ERR_INVALID, MSG_CURSOR_BAD, "cursor", NULL);
    *ret = strtoll(cursor, &end, 10);
    return 0;
}

char *text_like(const char *text, struct arena *a)
{
    char *pattern = arena_alloc(a, strlen(text) * 2 + 3), *to = pattern;

    *to++ = '%';
    for (; *text; text++) {
        if (strchr("%_\\", *text))
            *to++ = '\\';
        *to++ = *text;
    }
    *to++ = '%';
    return pattern;
}

/* What was written is a whole phone number, an id, or part of a name. */
static void set_words(struct call *c, const char *q, struct volunteer_query *query)
{
    char phone[PHONE_BYTES];
    unsigned char *index;

    if (!q || !*q)
        return;
    if (phone_normalise(q, phone, NULL) == 0) {
        index = arena_alloc(&c->out, CRYPTO_HASH_BYTES);
        crypto_index(service_keys(c->service), PHONE, phone, index);
        query->phone_index = index;
        return;
    }
    query->name_part = text_like(person_name_key(q, &c->out), &c->out);
    query->org_part = text_like(q, &c->out);
    query->code = q;
}

static int read_filter(struct call *c, const struct volunteer_filter *f, struct volunteer_query *q, struct err *e)
{
    enum person_status status;

    if (cursor_read(f->cursor, &q->after_id, e) || call_limit(f->limit, &q->limit, e))
        return -1;
    if (f->status && !person_status_parse(f->status, &status))
        return err_set(e, ERR_INVALID, MSG_STATUS_UNKNOWN, "status", f->status, NULL);
    q->status = f->status;
    q->source = f->source;
    q->org = f->org;
    q->town = f->town;
    q->skill = f->skill;
    set_words(c, f->q, q);
    return 0;
}

static int list(struct call *c, struct db *db, const struct volunteer_filter *f, bool reveal, void **ret, struct err *e)
{
    struct volunteer_query q = {0};
    struct volunteer_row row;
    struct list_builder b = {0};
    struct stmt *s;
    char *next = NULL;
    int failed = 0;

    if (read_filter(c, f, &q, e))
        return -1;
    q.limit++;
    s = store_volunteer_list(db, &q);
    while (!failed && store_volunteer_next(s, &c->out, &row)) {
        if ((int64_t)b.count == q.limit - 1) {
            next = arena_printf(&c->out, "%lld", (long long)((struct volunteer *)(void *)b.items)[b.count - 1].row);
            break;
        }
        failed = volunteer_show(c, db, &row, reveal, list_add(c, &b, sizeof(struct volunteer)), e);
    }
    stmt_done(s);
    if (failed)
        return -1;
    if (reveal)
        call_audit(c, "volunteers", "%zu numbers revealed", b.count);
    *ret = list_end(c, &b, next);
    return 0;
}

static int run_list(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct volunteer_filter *f = input;

    return refuse_reveal(f->reveal, e) ? -1 : list(c, db, f, false, ret, e);
}

static int run_list_revealed(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    return list(c, db, input, true, ret, e);
}

const struct operation op_volunteer_list = {"volunteer list", ROLE_VIEWER, false, run_list};
const struct operation op_volunteer_list_revealed = {"volunteers reveal", ROLE_ADMIN, true, run_list_revealed};

static int run_link(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct volunteer_ref *ref = input;
    struct volunteer_link *link = arena_alloc(&c->out, sizeof *link);
    unsigned char hash[CRYPTO_HASH_BYTES];
    char token[CRYPTO_TOKEN_BYTES];
    struct volunteer_id who;

    if (!store_volunteer_lock(db, ref->id, &c->out, &who))
        return db_check(db, e) ? -1 : volunteer_unknown(c, db, ref->id, e);
    crypto_token(token);
    crypto_token_hash(token, hash);
    store_volunteer_renew_link(db, who.id, hash);
    call_audit(c, who.code, "page link renewed");
    call_changed(c, CHANGE_PERSON, who.id);
    link->url = arena_printf(&c->out, "%s/v/%s", service_settings(c->service)->public_url, token);
    *ret = link;
    return 0;
}

const struct operation op_volunteer_link = {"volunteer link", ROLE_ORGANIZER, true, run_link};
