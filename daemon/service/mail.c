#include "mail.h"

#include "calendar/civil.h"
#include "calendar/zone.h"
#include "domain/notice.h"
#include "signup.h"
#include "signup_offer.h"
#include "store/mail.h"

#include <string.h>

#define MAIL_DEADLINE_MS 86400000      /* of what nobody waits for */

static const char *const kinds[] = {[MAIL_OFFER] = "offer", [MAIL_PROMOTED] = "promoted", [MAIL_MOVED] = "moved",
                                    [MAIL_CANCELLED] = "cancelled"};

static enum mail_kind kind_of(const char *name)
{
    enum mail_kind kind = MAIL_OFFER;

    while (kind < MAIL_CANCELLED && strcmp(kinds[kind], name) != 0)
        kind++;
    return kind;
}

void mail_plan(struct call *c, struct db *db, enum mail_kind kind, int64_t signup_row, int64_t apart,
               int64_t deadline_ms)
{
    struct mail_row m = {.signup_row = signup_row, .due_ms = c->req.now_ms, .created_ms = c->req.now_ms,
                         .kind = (char *)(uintptr_t)kinds[kind]};
    char code[CRYPTO_ID_BYTES];

    if (!service_settings(c->service)->mail || !store_signup_has_email(db, signup_row))
        return;
    if (kind != MAIL_OFFER) {
        store_mail_cancel(db, signup_row, c->req.now_ms);
        if (deadline_ms > c->req.now_ms + MAIL_DEADLINE_MS)
            deadline_ms = c->req.now_ms + MAIL_DEADLINE_MS;
    }
    crypto_id('m', code);
    m.code = code;
    m.deadline_ms = deadline_ms;
    m.identity = arena_printf(&c->out, "%s:s%lld:%lld", kinds[kind], (long long)signup_row, (long long)apart);
    if (store_mail_insert(db, &m))
        call_changed(c, CHANGE_MAIL, 0);
}

/* Words */

static char *when_text(struct call *c, const struct moment *m, enum lang lang)
{
    static const char *const days[2][7] = {{"周一", "周二", "周三", "周四", "周五", "周六", "周日"},
                                           {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}};
    char text[CIVIL_TEXT_BYTES];

    civil_format(m->wall_s, m->date, text);
    return arena_printf(&c->out, "%.10s %s%s%.5s", text, days[lang][civil_weekday(m->wall_s)], m->date ? "" : " ",
                        m->date ? "" : text + 11);
}

static char *until_text(struct call *c, const struct signup *s, enum lang lang)
{
    const struct zone *z = zone_find(s->tz, NULL);
    struct moment until = {.wall_s = zone_to_wall(z, s->offer_until_ms / 1000), .set = true};

    return s->offer_until_ms == FIELD_INT_ABSENT ? arena_strdup(&c->out, "") : when_text(c, &until, lang);
}

static char *said(struct call *c, enum msg word, const char *const *args, enum lang lang)
{
    struct buf b = {0};
    char *text;

    catalogue_format(&b, catalogue_text(word, lang), args, 4);
    text = arena_strdup(&c->out, buf_text(&b));
    buf_release(&b);
    return text;
}

/* Nobody knows which language they read: both, Chinese first. */
static void compose(struct call *c, enum mail_kind kind, const struct signup *s, const char *link,
                    struct mail_item *item)
{
    static const enum msg words[][2] = {[MAIL_OFFER] = {WORD_MAIL_OFFER, WORD_MAIL_OFFER_TEXT},
                                        [MAIL_PROMOTED] = {WORD_MAIL_PROMOTED, WORD_MAIL_PROMOTED_TEXT},
                                        [MAIL_MOVED] = {WORD_MAIL_MOVED, WORD_MAIL_MOVED_TEXT},
                                        [MAIL_CANCELLED] = {WORD_MAIL_CANCELLED, WORD_MAIL_CANCELLED_TEXT}};
    const char *office = service_settings(c->service)->office;
    char *texts[2], *subjects[2];

    for (int lang = LANG_ZH; lang <= LANG_EN; lang++) {
        const char *reason = kind == MAIL_CANCELLED ? s->reason : until_text(c, s, (enum lang)lang);
        const char *args[] = {s->title, when_text(c, &s->start, (enum lang)lang), s->role, reason};
        subjects[lang] = said(c, words[kind][0], args, (enum lang)lang);
        texts[lang] = said(c, words[kind][1], args, (enum lang)lang);
    }
    item->subject = arena_printf(&c->out, "%s / %s", subjects[LANG_ZH], subjects[LANG_EN]);
    item->text = arena_printf(&c->out, "%s\n\n%s\n\n%s\n\n%s\n", texts[LANG_ZH], texts[LANG_EN], link, office);
}

/* Sending */

static void end(struct db *db, struct mail_row *m, const char *state, const char *reason, int64_t now_ms)
{
    m->state = (char *)(uintptr_t)state;
    m->reason = (char *)(uintptr_t)reason;
    m->next_ms = DB_NULL_INT;
    store_mail_update(db, m, now_ms);
}

static bool still_so(enum mail_kind kind, const struct signup *s, int64_t now_ms)
{
    switch (kind) {
    case MAIL_OFFER:
        return s->state == SIGNUP_OFFERED && s->offer_until_ms > now_ms;
    case MAIL_PROMOTED:
    case MAIL_MOVED:
        return s->state != SIGNUP_CANCELLED && !s->off;
    case MAIL_CANCELLED:
        break;
    }
    return true;
}

static char *link_of(struct call *c, enum mail_kind kind, const struct signup *s)
{
    char token[CRYPTO_TOKEN_BYTES];

    if (kind != MAIL_OFFER)
        return s->url;
    offer_token(service_keys(c->service), s->id, s->offer_until_ms, token);
    return arena_printf(&c->out, "%s/offers/%s", service_settings(c->service)->public_url, token);
}

/* True with *ret filled if it is to be sent; otherwise it has ended. */
static bool claim(struct call *c, struct db *db, struct mail_row *m, struct mail_item *ret)
{
    struct signup *s = store_signup_by_code(db, m->signup, &c->out);
    enum mail_kind kind = kind_of(m->kind);
    struct err e = {0};

    *ret = (struct mail_item){.id = m->id, .attempt = m->attempts + 1, .code = m->code, .at_ms = c->req.now_ms};
    if (c->req.now_ms >= m->deadline_ms)
        end(db, m, "expired", "past its deadline", c->req.now_ms);
    else if (!s || signup_dress(c, s, &e) || !still_so(kind, s, c->req.now_ms))
        end(db, m, "cancelled", "no longer so", c->req.now_ms);
    else if (!m->email_sealed.data ||
             crypto_open(service_keys(c->service), "volunteer.email", m->email_sealed, &c->out, &ret->to, &e))
        end(db, m, "failed", "no address", c->req.now_ms);
    else {
        compose(c, kind, s, link_of(c, kind, s), ret);
        m->state = (char *)(uintptr_t)"sending";
        m->attempts++;
        m->next_ms = c->req.now_ms + MAIL_CLAIM_MS;
        store_mail_update(db, m, DB_NULL_INT);
        return true;
    }
    return false;
}

static int run_claim(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct mail_item *item = arena_alloc(&c->out, sizeof *item);
    struct mail_row *m;

    (void)input;
    while ((m = store_mail_due(db, c->req.now_ms, &c->out)) && !claim(c, db, m, item))
        ;
    *ret = m ? item : NULL;
    return db_check(db, e);
}

static int run_outcome(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct mail_outcome *in = input;
    struct mail_row *m = store_mail_by_id(db, in->id, &c->out);
    struct mail_next *done = arena_alloc(&c->out, sizeof *done);

    *ret = done;
    /* Given up meanwhile: another attempt has begun. */
    if (!m || strcmp(m->state, "sending") != 0 || m->attempts != in->attempt)
        return db_check(db, e);
    m->reason = in->reason;
    switch (in->result) {
    case MAIL_SENT:
        end(db, m, "delivered", "", c->req.now_ms);
        return db_check(db, e);
    case MAIL_REFUSED:
        end(db, m, "failed", in->reason, c->req.now_ms);
        call_audit(c, m->code, "mail about %s failed: %s", m->signup, in->reason);
        return db_check(db, e);
    case MAIL_RETRY:
        break;
    }
    m->state = (char *)(uintptr_t)"retrying";
    m->next_ms = c->req.now_ms + delivery_backoff_ms(m->attempts, crypto_random_below(1001));
    if (m->next_ms > m->deadline_ms)
        m->next_ms = m->deadline_ms;
    store_mail_update(db, m, DB_NULL_INT);
    return db_check(db, e);
}

static int next(struct call *c, struct db *db, void **ret, struct err *e)
{
    struct mail_next *n = arena_alloc(&c->out, sizeof *n);
    int64_t mail_ms = store_mail_next_ms(db), offer_ms = store_offer_next_ms(db);

    n->at_ms = mail_ms < offer_ms ? mail_ms : offer_ms;
    *ret = n;
    return db_check(db, e);
}

static int run_next(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    (void)input;
    return next(c, db, ret, e);
}

/* In a shared database others may be sending: theirs are given up in their own time. */
static int run_recover(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    (void)input;
    if (!db_is_shared(db))
        store_mail_recover(db, c->req.now_ms);
    return next(c, db, ret, e);
}

const struct operation op_mail_recover = {"mail recover", ROLE_ADMIN, OPERATION_WRITES_ROWS, run_recover};
const struct operation op_mail_next = {"mail next", ROLE_ADMIN, OPERATION_READS, run_next};
const struct operation op_mail_claim = {"mail claim", ROLE_ADMIN, OPERATION_WRITES_ROWS, run_claim};
const struct operation op_mail_outcome = {"mail outcome", ROLE_ADMIN, OPERATION_WRITES_ROWS, run_outcome};
