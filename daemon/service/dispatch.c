/*
 * The dispatcher's questions: what is next, what is due, how did it end. The database is the schedule: an attempt is
 * written down before it is made, its outcome before it is forgotten.
 */
#include "notice.h"

#include "alert.h"
#include "digest.h"
#include "overdue.h"
#include "quiet.h"

#include <string.h>

#define PAST_SENDS_MAX 128
#define CLAIM_MS 120000               /* of a shared database: no attempt takes so long */

static void *next(struct call *c, struct db *db)
{
    struct dispatch_next *n = arena_alloc(&c->out, sizeof *n);
    int64_t due_ms = store_delivery_next_ms(db), over_ms = store_claim_next_ms(db);

    n->at_ms = due_ms < over_ms ? due_ms : over_ms;
    return n;
}

static int run_next(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    (void)input;
    *ret = next(c, db);
    return db_check(db, e);
}

/* Not before its time, which may have been moved meanwhile; at its deadline it is looked at again, and ends. */
static int64_t try_again_ms(const struct delivery_row *d, int64_t at_ms)
{
    int64_t from_ms = at_ms > d->due_ms ? at_ms : d->due_ms;

    return from_ms < d->deadline_ms ? from_ms : d->deadline_ms;
}

static int64_t until_deadline(const struct delivery_row *d, int64_t at_ms)
{
    return at_ms < d->deadline_ms ? at_ms : d->deadline_ms;
}

/* Whether the outcome of an attempt that nobody heard the end of is sent again is the office's choice. */
static void unknown_outcome(struct call *c, struct db *db, struct delivery_row *d, int64_t wait_ms, const char *reason)
{
    if (service_settings(c->service)->hold_unknown) {
        delivery_move(c, db, d, DELIVERY_FAILED, reason);
        return;
    }
    d->next_ms = try_again_ms(d, c->req.now_ms + wait_ms);
    delivery_move(c, db, d, DELIVERY_AMBIGUOUS, reason);
}

static int64_t backoff(const struct delivery_row *d, int64_t at_least_ms)
{
    int64_t wait_ms = delivery_backoff_ms(d->attempts, crypto_random_below(1001));

    return wait_ms > at_least_ms ? wait_ms : at_least_ms;
}

static void give_up(struct call *c, struct db *db, struct ids sending)
{
    static const char reason[] = "kepud ended meanwhile";

    for (size_t i = 0; i < sending.count; i++) {
        struct delivery_row *d = store_delivery_by_id(db, sending.items[i], &c->out);
        store_claim_end(db, sending.items[i]);
        if (!d)
            continue;
        store_attempt_end(db, d->id, d->attempts, DB_NULL_INT, DB_NULL_INT, "unknown", reason);
        if (strcmp(d->state, "sending") == 0)
            unknown_outcome(c, db, d, backoff(d, 0), reason);
    }
}

/* The clock may have gone back since something was put off: to the end of quiet hours that it is not in any more. */
static void after_gap(struct call *c, struct db *db)
{
    overdue_gather(c, db);
    store_delivery_wait_anew(db, c->req.now_ms);
}

/* Only one process has this daemon's state directory, and it has just started: nothing of its own is under way. */
static int run_recover(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    (void)input;
    give_up(c, db, db_is_shared(db) ? store_claims_of(db, service_settings(c->service)->daemon, &c->out)
                                    : store_delivery_sending(db, &c->out));
    after_gap(c, db);
    *ret = next(c, db);
    return db_check(db, e);
}

/* Claiming */

static void postpone(struct db *db, struct delivery_row *d, int64_t to_ms)
{
    d->next_ms = until_deadline(d, to_ms);
    store_delivery_update(db, d);
}

static bool is_understaffed(struct db *db, int64_t occurrence_id)
{
    return db_int(db, 0,
                  "SELECT 1 FROM occurrence_role WHERE occurrence_id = $1 AND taken < minimum LIMIT 1",
                  p_int(occurrence_id)) != 0;
}

/* Of several overdue rules of one occurrence and channel only the latest is worth telling, sent already or to be sent
 * (SPEC.md 8). */
static bool is_superseded(struct db *db, const struct delivery_row *d, int64_t now_ms)
{
    if (strcmp(d->kind, "upcoming") != 0)
        return false;
    return db_int(db, 0,
                  "SELECT 1 FROM delivery WHERE occurrence_id = $1 AND channel_id = $2 AND kind = 'upcoming'"
                  " AND due_ms <= $3 AND (due_ms > $4 OR (due_ms = $4 AND id > $5))"
                  " AND (state IN ('scheduled', 'retrying', 'ambiguous')"
                  "  OR (state IN ('sending', 'delivered') AND moves >= $6)) LIMIT 1",
                  p_int(d->occurrence_id), p_int(d->channel_id), p_int(now_ms), p_int(d->due_ms), p_int(d->id),
                  p_int(d->moves)) != 0;
}

/* What claims have in common, and what is known of the channel of the one at hand. */
struct claiming {
    const struct dispatch_claim *in;
    struct instant now;
    struct list_builder items;
    struct claim_channel *channels;      /* of this transaction, by id */
};

struct claim_channel {
    struct channel_row *row;             /* NULL: gone */
    int64_t id;
    bool paced;
    char *url;                           /* opened; NULL if it can't be */
    unsigned char robot[CRYPTO_HASH_BYTES];
    struct claim_channel *next;
};

static int open_secret(struct call *c, struct bytes sealed, const char *context, char **ret, struct err *e)
{
    *ret = NULL;
    return sealed.data ? crypto_open(service_keys(c->service), context, sealed, &c->out, ret, e) : 0;
}

/* Read once a claim, however many of its messages wait. */
static struct claim_channel *channel_of(struct call *c, struct db *db, struct claiming *all, int64_t id)
{
    struct claim_channel *ch = all->channels;

    while (ch && ch->id != id)
        ch = ch->next;
    if (ch)
        return ch;
    ch = arena_alloc(&c->out, sizeof *ch);
    *ch = (struct claim_channel){.id = id, .next = all->channels};
    all->channels = ch;
    ch->row = id == DB_NULL_INT ? NULL : store_channel_by_id(db, id, &c->out);
    if (!ch->row || open_secret(c, ch->row->url_sealed, "channel.url", &ch->url, NULL) || !ch->url)
        return ch;
    ch->paced = service_robots(c->service)->is_paced(ch->row->shown.kind);
    crypto_index(service_keys(c->service), "channel.robot", ch->url, ch->robot);
    return ch;
}

static struct bytes robot_of(const struct claim_channel *ch)
{
    return (struct bytes){ch->robot, sizeof ch->robot};
}

static int64_t pace(struct call *c, struct db *db, const struct claiming *all, const struct claim_channel *ch)
{
    int64_t sends[PAST_SENDS_MAX];
    size_t count;

    if (!ch->paced)
        return c->req.now_ms;
    count = store_robot_sends(db, robot_of(ch), &all->now, sends, PAST_SENDS_MAX);
    for (size_t i = 0; i < count; i++)
        sends[i] += all->in->lag_ms;
    return service_robots(c->service)->pace_next_ms(ch->row->shown.kind, sends, count, c->req.now_ms);
}

/* Its occurrence is gone, and without it there is nothing to tell. */
static bool is_orphan(const struct delivery_row *d)
{
    enum notice_kind kind;

    return d->occurrence_id == DB_NULL_INT && notice_kind_parse(d->kind, &kind) && notice_kind_has_occurrence(kind);
}

/* Why there is nothing to tell any more; NULL: there is. */
static const char *moot(struct call *c, struct db *db, const struct delivery_row *d, const struct channel_row *ch)
{
    enum notice_kind kind;

    if (!ch)
        return "channel removed";
    if (is_orphan(d))
        return "occurrence removed";
    if (!notice_kind_parse(d->kind, &kind))
        return NULL;
    if (kind == NOTICE_UNDERSTAFFED && !is_understaffed(db, d->occurrence_id))
        return "staffed";
    if (kind == NOTICE_ASK && !digest_is_asked(c, db, d, ch))
        return "the date is no longer open";
    return kind == NOTICE_DIGEST && digest_is_empty(c, db, d, ch) ? "nothing to tell of" : NULL;
}

/* When the channel may be spoken to: now, or at the end of its quiet hours. */
static int64_t after_quiet_ms(struct call *c, struct db *db, const struct delivery_row *d, const struct channel_row *ch)
{
    enum notice_kind kind;
    int64_t start_ms;

    if (!ch->shown.quiet[0] || !notice_kind_parse(d->kind, &kind) || notice_kind_is_at_once(kind))
        return c->req.now_ms;
    start_ms = db_int(db, 0, "SELECT start_ms FROM occurrence WHERE id = $1", p_int(d->occurrence_id));
    return quiet_place_ms(c, ch->shown.quiet, c->req.now_ms,
                          quiet_last_ms(c->req.now_ms, d->deadline_ms, start_ms));
}

static void expire(struct call *c, struct db *db, struct delivery_row *d, const struct channel_row *ch)
{
    delivery_move(c, db, d, DELIVERY_EXPIRED,
                  ch && ch->paused ? "channel paused until the deadline" : "past its deadline");
    alert_expired(c, db, d);
}

static int64_t max(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Decides what becomes of a delivery that wants attention: true if it is to be sent now. */
static bool is_to_be_sent(struct call *c, struct db *db, const struct claiming *all, struct delivery_row *d,
                          const struct claim_channel *to)
{
    const struct channel_row *ch = to->row;
    int64_t now_ms = c->req.now_ms, earliest_ms;
    const char *why;

    if (now_ms >= d->deadline_ms) {
        expire(c, db, d, ch);
        return false;
    }
    if (ch && ch->paused && !is_orphan(d)) {
        postpone(db, d, d->deadline_ms);
        return false;
    }
    if (is_superseded(db, d, now_ms)) {
        delivery_move(c, db, d, DELIVERY_SUPERSEDED, "a later reminder is due as well");
        return false;
    }
    why = moot(c, db, d, ch);
    if (why) {
        delivery_move(c, db, d, DELIVERY_CANCELLED, why);
        return false;
    }
    earliest_ms = max(pace(c, db, all, to), after_quiet_ms(c, db, d, ch));
    if (ch->breaker_until_ms != DB_NULL_INT)
        earliest_ms = max(earliest_ms, ch->breaker_until_ms);
    if (earliest_ms > now_ms)
        postpone(db, d, earliest_ms);
    return earliest_ms <= now_ms;
}

static int make_item(struct call *c, struct db *db, const struct delivery_row *d, const struct claim_channel *to,
                     struct dispatch_item *item, struct err *e)
{
    const struct channel_row *ch = to->row;
    struct composed words;
    bool rotating = ch->secret_old_until_ms != DB_NULL_INT && ch->secret_old_until_ms > c->req.now_ms;

    *item = (struct dispatch_item){.id = d->id, .channel_id = ch->shown.id, .attempt = d->attempts, .code = d->code,
                                   .wanted_ms = ch->shown.quiet[0] && d->next_ms > d->due_ms ? d->next_ms : d->due_ms,
                                   .kind = d->kind, .channel_kind = ch->shown.kind, .channel_name = ch->shown.name,
                                   .keyword = ch->shown.keyword, .allow_private = ch->shown.allow_private,
                                   .url = to->url, .timestamp_ms = c->req.now_ms, .deadline_ms = d->deadline_ms};
    if ((!to->url && open_secret(c, ch->url_sealed, "channel.url", &item->url, e)) ||
        open_secret(c, ch->secret_sealed, "channel.secret", &item->secret, e) ||
        (rotating && open_secret(c, ch->secret_old_sealed, "channel.secret", &item->secret_old, e)))
        return -1;
    if (compose(c, db, d, ch, &words, e))
        return -1;
    item->title = words.title;
    item->subject = words.subject;
    item->text = words.text;
    item->link = words.link;
    item->event = words.event;
    item->recurrence_id = words.recurrence_id;
    item->start = words.start;
    item->venue = words.venue;
    return 0;
}

static void claim(struct call *c, struct db *db, struct claiming *all, struct delivery_row *d)
{
    struct claim_channel *ch = d ? channel_of(c, db, all, d->channel_id) : NULL;
    struct dispatch_item item;
    struct err e = {0};

    if (!ch || !is_to_be_sent(c, db, all, d, ch))
        return;
    d->attempts++;
    if (make_item(c, db, d, ch, &item, &e)) {
        struct buf why = {0};
        err_message(&e, LANG_EN, &why);
        delivery_move(c, db, d, DELIVERY_FAILED, buf_text(&why));
        buf_release(&why);
        return;
    }
    store_attempt_begin(db, d->id, d->attempts, c->req.now_ms);
    store_claim_put(db, d->id, service_settings(c->service)->daemon, c->req.now_ms + CLAIM_MS);
    delivery_move(c, db, d, DELIVERY_SENDING, "");
    if (ch->paced)
        store_robot_sent(db, robot_of(ch), &all->now);
    *(struct dispatch_item *)list_add(c, &all->items, sizeof item) = item;
}

static int run_claim(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct dispatch_claim *in = input;
    struct dispatch_next *claimed;
    struct claiming all = {.in = in, .now = {c->req.now_ms, in->boot_ms, in->boot ? in->boot : ""}};
    struct ids due;

    if (in->after_gap)
        after_gap(c, db);
    due = store_delivery_due(db, c->req.now_ms, in->most, &c->out);
    give_up(c, db, store_claims_over(db, c->req.now_ms, &c->out));
    for (size_t i = 0; i < due.count; i++)
        claim(c, db, &all, store_delivery_by_id(db, due.items[i], &c->out));
    claimed = next(c, db);
    claimed->list = *(struct list *)list_end(c, &all.items, NULL);
    *ret = claimed;
    return db_check(db, e);
}

/* Outcomes */

static void settle(struct call *c, struct db *db, struct delivery_row *d, const struct dispatch_outcome *in)
{
    int64_t wait_ms = backoff(d, in->retry_after_ms);

    switch (in->outcome) {
    case ATTEMPT_OK:
        delivery_move(c, db, d, DELIVERY_DELIVERED, "");
        break;
    case ATTEMPT_RETRY:
        d->next_ms = try_again_ms(d, c->req.now_ms + wait_ms);
        delivery_move(c, db, d, DELIVERY_RETRYING, in->reason);
        break;
    case ATTEMPT_PERMANENT:
        delivery_move(c, db, d, DELIVERY_FAILED, in->reason);
        break;
    case ATTEMPT_UNKNOWN:
        unknown_outcome(c, db, d, wait_ms, in->reason);
        break;
    }
}

static void note_channel(struct call *c, struct db *db, const struct delivery_row *d, const struct dispatch_outcome *in)
{
    if (d->channel_id == DB_NULL_INT)
        return;
    if (in->outcome == ATTEMPT_OK) {
        if (store_channel_succeeded(db, d->channel_id, c->req.now_ms))
            call_changed(c, CHANGE_CHANNELS, 0);
        return;
    }
    store_channel_erred(db, d->channel_id, in->reason);
    if (in->pause_channel) {
        store_channel_pause(db, d->channel_id, in->reason);
        alert_paused(c, db, d->channel_id, d->channel_name, in->reason);
    }
    if (in->robot_waits)
        store_channel_break(db, d->channel_id, c->req.now_ms + backoff(d, in->retry_after_ms));
    call_changed(c, CHANGE_CHANNELS, 0);
}

/* Another daemon has taken us for dead: the attempt stands as unknown, as it was told. */
static bool is_late(const struct delivery_row *d, const struct dispatch_outcome *in)
{
    return d->attempts != in->attempt || strcmp(d->state, "ambiguous") == 0;
}

static int run_outcome(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct dispatch_outcome *in = input;
    struct delivery_row *d = store_delivery_by_id(db, in->id, &c->out);

    if (d && !is_late(d, in)) {
        store_claim_end(db, d->id);
        store_attempt_end(db, d->id, in->attempt, in->took_ms, in->status, attempt_outcome_name(in->outcome),
                          in->reason);
        settle(c, db, d, in);
        delivery_keep_trace(db, d, in->request, in->answer);
        note_channel(c, db, d, in);
        if (in->pause_channel)
            call_audit(c, d->channel_name, "paused: %s", in->reason);
    }
    *ret = next(c, db);
    return db_check(db, e);
}

const struct operation op_dispatch_recover = {"dispatch recover", ROLE_ADMIN, true, run_recover};
const struct operation op_dispatch_next = {"dispatch next", ROLE_ADMIN, false, run_next};
const struct operation op_dispatch_claim = {"dispatch claim", ROLE_ADMIN, true, run_claim};
const struct operation op_dispatch_outcome = {"dispatch outcome", ROLE_ADMIN, true, run_outcome};
