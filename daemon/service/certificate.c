/* Certificates of service hours: made from the ledger as it stands, and verified against it as it stands then. */
#include "calendar/civil.h"
#include "calendar/words.h"
#include "calendar/zone.h"
#include "hours.h"
#include "ledger.h"
#include "signup.h"
#include "store/hours.h"
#include "volunteer.h"

#include <stdio.h>
#include <string.h>

#define SEAL_CONTEXT "certificate"

static char *or_null(char *text)
{
    return text && *text ? text : NULL;
}

static const unsigned char *seal_of(struct call *c, const struct certificate_row *row)
{
    unsigned char *seal = arena_alloc(&c->out, CRYPTO_HASH_BYTES);

    crypto_index(service_keys(c->service), SEAL_CONTEXT,
                 arena_printf(&c->out, "%s\n%s\n%s\n%s\n%lld\n%lld\n%s\n%lld", row->code, row->volunteer, row->from,
                              row->to, (long long)row->minutes, (long long)row->head, row->who,
                              (long long)row->issued_ms),
                 seal);
    return seal;
}

bool certificate_is_sealed(struct call *c, const struct certificate_row *row)
{
    return row->seal.len == CRYPTO_HASH_BYTES && memcmp(row->seal.data, seal_of(c, row), CRYPTO_HASH_BYTES) == 0;
}

/* The period */

static char *day_text(struct call *c, int year, int month, int day)
{
    return arena_printf(&c->out, "%04d-%02d-%02d", year, month, day);
}

/* "2027", "2027-H1", "2027-Q3", "2027-05". */
static bool read_period(struct call *c, const char *text, char **from, char **to)
{
    int year, n, end = 0, first = 1, months = 12;

    if (strspn(text, "0123456789") < 4 || sscanf(text, "%4d%n", &year, &end) != 1 || end != 4 || year < 1)
        return false;
    text += 4;
    if (*text == '-' && (text[1] == 'H' || text[1] == 'Q') && text[2] >= '1' &&
        text[2] <= (text[1] == 'H' ? '2' : '4') && !text[3]) {
        months = text[1] == 'H' ? 6 : 3;
        first = (text[2] - '1') * months + 1;
    } else if (*text == '-' && strspn(text + 1, "0123456789") == 2 && !text[3]) {
        n = (text[1] - '0') * 10 + text[2] - '0';
        if (n < 1 || n > 12)
            return false;
        first = n;
        months = 1;
    } else if (*text) {
        return false;
    }
    *from = day_text(c, year, first, 1);
    *to = day_text(c, year, first + months - 1, civil_days_in_month(year, first + months - 1));
    return true;
}

static int read_day(struct call *c, const char *text, const char *field, char **ret, struct err *e)
{
    struct words_context ctx = {c->req.now_ms, zone_find(service_settings(c->service)->tz, e)};
    struct words_when when;
    char day[CIVIL_TEXT_BYTES];

    *ret = arena_strdup(&c->out, "");
    if (!text || !*text)
        return 0;
    if (!ctx.zone || words_when(text, &ctx, &when, e)) {
        err_field(e, "%s", field);
        return -1;
    }
    civil_format(civil_midnight(when.wall_s), true, day);
    *ret = arena_strdup(&c->out, day);
    return 0;
}

static int read_days(struct call *c, const struct certificate_input *in, struct certificate_row *row, struct err *e)
{
    if (in->period && *in->period && !read_period(c, in->period, &row->from, &row->to))
        return err_set(e, ERR_INVALID, MSG_PERIOD_BAD, "period", in->period, NULL);
    if (in->period && *in->period)
        return 0;
    if (read_day(c, in->from, "from", &row->from, e) || read_day(c, in->to, "to", &row->to, e))
        return -1;
    if (*row->from && *row->to && strcmp(row->from, row->to) > 0)
        return err_set(e, ERR_INVALID, MSG_PERIOD_ORDER, "to", row->from, row->to, NULL);
    return 0;
}

/* What stands in the ledger for it: by then, and today. */

static struct objects lines(struct call *c, struct db *db, const struct certificate_row *row, int64_t *ret_then,
                            int64_t *ret_now, bool *ret_same)
{
    struct stmt *s = store_hours_matters(db, row->volunteer, row->from, row->to, row->head);
    struct list_builder b = {0};
    struct hours_matter m;

    *ret_then = *ret_now = 0;
    *ret_same = true;
    while (store_hours_matter_next(s, &c->out, &m)) {
        *(struct certificate_line *)list_add(c, &b, sizeof(struct certificate_line)) =
            (struct certificate_line){m.day, m.event, m.title, m.counted};
        *ret_then += m.counted;
        *ret_now += m.now;
        *ret_same = *ret_same && m.counted == m.now;
    }
    return (struct objects){b.items, b.count, true};
}

static void fill(struct call *c, struct db *db, const struct certificate_row *row, bool whole,
                 struct certificate *ret)
{
    const struct settings *settings = service_settings(c->service);
    const struct volunteer_row *who = store_volunteer_by_code(db, row->volunteer, &c->out);
    char shown[CERTIFICATE_SHOWN_BYTES];
    int64_t then, total = store_hours_total(db, row->volunteer, row->head);
    bool same;

    if (who && who->merged_into)
        who = store_volunteer_by_code(db, who->merged_into, &c->out);
    certificate_code_show(row->code, shown);
    ret->code = arena_strdup(&c->out, shown);
    ret->entries = lines(c, db, row, &then, &ret->minutes_now, &same);
    ret->state = arena_strdup(&c->out, same ? "valid" : "withdrawn");
    ret->volunteer = whole ? row->volunteer : NULL;
    ret->name = who ? whole ? who->name : person_name_mask(who->name, &c->out) : NULL;
    ret->name = or_null(ret->name);
    ret->from = or_null(row->from);
    ret->to = or_null(row->to);
    ret->minutes = row->minutes;
    ret->hours_milli = row->minutes * 1000 / 60;
    ret->stars = hours_stars(total, settings->star_hours, settings->star_count);
    ret->recorded_by = store_hours_people(db, row->volunteer, row->from, row->to, row->head, false, &c->out);
    ret->approved_by = store_hours_people(db, row->volunteer, row->from, row->to, row->head, true, &c->out);
    ret->who = row->who;
    ret->issued_ms = row->issued_ms;
    ret->url = arena_printf(&c->out, "%s/verify/%s", settings->public_url, row->code);
}

/* Making one */

static int issue(struct call *c, struct db *db, const char *volunteer, const struct certificate_input *in,
                 struct certificate **ret, struct err *e)
{
    struct certificate_row row = {.volunteer = arena_strdup(&c->out, volunteer), .who = c->req.principal.name,
                                  .issued_ms = c->req.now_ms};
    char code[CERTIFICATE_CODE_CHARS + 1], token[CRYPTO_TOKEN_BYTES];
    unsigned char page_hash[CRYPTO_HASH_BYTES];
    int64_t now;
    bool same;

    if (read_days(c, in, &row, e))
        return -1;
    row.head = store_hours_head(db, false, &c->out).number;
    lines(c, db, &row, &row.minutes, &now, &same);
    if (row.minutes <= 0)
        return db_check(db, e) ? -1 : err_set(e, ERR_CONFLICT, MSG_CERTIFICATE_NONE, "id", volunteer, NULL);
    crypto_code(CERTIFICATE_CODE_CHARS, code);
    row.code = arena_strdup(&c->out, code);
    row.seal = (struct bytes){seal_of(c, &row), CRYPTO_HASH_BYTES};
    crypto_token(token);
    crypto_token_hash(token, page_hash);
    store_certificate_add(db, &row, page_hash);
    *ret = arena_alloc(&c->out, sizeof **ret);
    fill(c, db, &row, true, *ret);
    (*ret)->page = arena_printf(&c->out, "%s/certificates/%s", service_settings(c->service)->public_url, token);
    call_audit(c, volunteer, "certificate %s: %lld min", row.code, (long long)row.minutes);
    return db_check(db, e);
}

static int run_certificate(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct certificate_input *in = input;
    const char *id = in->id ? in->id : "";
    struct volunteer_row *who;
    struct certificate *made;

    if (volunteer_find(c, db, id, &who, e) || issue(c, db, id, in, &made, e))
        return -1;
    *ret = made;
    return 0;
}

/* By the volunteer, from their own page. */
static int run_own(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct person_ref *ref = input;
    struct certificate_input in = {0};
    unsigned char hash[CRYPTO_HASH_BYTES];
    struct volunteer_row *who;
    struct certificate *made;

    crypto_token_hash(ref->token ? ref->token : "", hash);
    who = store_volunteer_by_link(db, hash, &c->out);
    if (!who)
        return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_LINK_UNKNOWN, "token", NULL);
    snprintf(c->req.principal.name, sizeof c->req.principal.name, "%s", who->code);
    if (issue(c, db, who->code, &in, &made, e))
        return -1;
    *ret = made;
    return 0;
}

/* Verifying */

bool certificate_is_backed(struct call *c, struct db *db, const struct certificate_row *row)
{
    int64_t then, now;
    bool same;

    lines(c, db, row, &then, &now, &same);
    return certificate_is_sealed(c, row) && then == row->minutes;
}

static int verify(struct call *c, struct db *db, const char *text, struct certificate *ret, struct err *e)
{
    char code[CERTIFICATE_CODE_CHARS + 1];
    struct certificate_row row;

    if (certificate_code_read(text, code) && store_certificate_find(db, code, &c->out, &row) &&
        certificate_is_backed(c, db, &row)) {
        fill(c, db, &row, false, ret);
        return db_check(db, e);
    }
    return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_CERTIFICATE_UNKNOWN, "code", text, NULL);
}

static int run_verify(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct certificate_ref *ref = input;

    *ret = arena_alloc(&c->out, sizeof(struct certificate));
    fields_clear(&certificate_fields, *ret);
    return verify(c, db, ref->code ? ref->code : "", *ret, e);
}

static int run_page(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct certificate_ref *ref = input;
    struct certificate *found = arena_alloc(&c->out, sizeof *found);

    fields_clear(&certificate_fields, found);
    if (verify(c, db, ref->code ? ref->code : "", found, e)) {
        if (e->code != ERR_NOT_FOUND)
            return -1;
        err_clear(e);
        found->code = arena_strdup(&c->out, ref->code ? ref->code : "");
        found->state = arena_strdup(&c->out, "unknown");
    }
    *ret = found;
    return db_check(db, e);
}

static int run_sheet(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct certificate_ref *ref = input;
    struct certificate *found = arena_alloc(&c->out, sizeof *found);
    unsigned char hash[CRYPTO_HASH_BYTES];
    struct certificate_row row;

    crypto_token_hash(ref->code ? ref->code : "", hash);
    if (!store_certificate_of_page(db, hash, &c->out, &row) || !certificate_is_backed(c, db, &row))
        return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_LINK_UNKNOWN, "code", NULL);
    fill(c, db, &row, true, found);
    *ret = found;
    return db_check(db, e);
}

const struct operation op_hours_certificate = {"hours certificate", ROLE_ORGANIZER, OPERATION_WRITES, run_certificate};
const struct operation op_hours_verify = {"hours verify", ROLE_PUBLIC, OPERATION_READS, run_verify};
const struct operation op_certificate_page = {"certificate page", ROLE_PUBLIC, OPERATION_READS, run_page};
const struct operation op_certificate_sheet = {"certificate sheet", ROLE_PUBLIC, OPERATION_READS, run_sheet};
const struct operation op_certificate_own = {"certificate on the web", ROLE_PUBLIC, OPERATION_WRITES, run_own};
