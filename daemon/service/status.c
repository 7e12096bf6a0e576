/* The office's state on one screen; declared in office.h. */
#include "event.h"
#include "event_view.h"
#include "notice.h"
#include "occurrence.h"
#include "office.h"
#include "report.h"
#include "signup.h"
#include "store/event.h"
#include "store/mail.h"

#include <string.h>

#define NEXT_SHOWN 8
#define PROVISIONAL_SHOWN 20
#define CHANNELS_SHOWN 50
#define MAIL_TROUBLES_SHOWN 5
#define MAIL_COUNTED_MS (30 * 86400000LL)
#define MAIL_TROUBLE_MS (7 * 86400000LL)

struct store_state {
    char *kind;
    int64_t size_bytes;
};

struct counts {
    int64_t events, occurrences_ahead, volunteers, signups, channels, reminders;
};

struct progress {
    char *slug;
    int64_t value_milli, target_milli, percent_milli;
};

struct delivery_counts {
    int64_t scheduled, sending, retrying, ambiguous, delivered, expired, failed;
    int64_t next_due_ms;
};

/* What has ended counts for MAIL_COUNTED_MS. */
struct mail_counts {
    int64_t scheduled, sending, retrying, delivered, expired, failed;
    int64_t next_due_ms;
};

struct next_entry {
    char *event, *title;
    struct moment start;
    int64_t free;
};

struct status {
    char *version, *public_url;
    struct store_state store;
    struct store_state *store_of;
    struct counts counts, *counts_of;
    struct progress target, *target_of;
    struct delivery_counts deliveries, *deliveries_of;
    struct mail_counts mail, *mail_of;
    struct objects mail_troubles, next, channels, provisional, undated;
};

static const struct field store_table[] = {
    FIELD(FIELD_TEXT, store_state, kind, NULL),
    FIELD(FIELD_INT, store_state, size_bytes, NULL),
};
static const struct fields store_fields = FIELDS("store_state", store_state, store_table);

static const struct field counts_table[] = {
    FIELD(FIELD_INT, counts, events, NULL),     FIELD(FIELD_INT, counts, occurrences_ahead, NULL),
    FIELD(FIELD_INT, counts, volunteers, NULL), FIELD(FIELD_INT, counts, signups, NULL),
    FIELD(FIELD_INT, counts, channels, NULL),   FIELD(FIELD_INT, counts, reminders, NULL),
};
static const struct fields counts_fields = FIELDS("counts", counts, counts_table);

static const struct field progress_table[] = {
    FIELD(FIELD_TEXT, progress, slug, NULL),
    FIELD_AS("value", FIELD_MILLI, progress, value_milli, NULL),
    FIELD_AS("target", FIELD_MILLI, progress, target_milli, NULL),
    FIELD_AS("percent", FIELD_MILLI, progress, percent_milli, NULL),
};
static const struct fields progress_fields = FIELDS("progress", progress, progress_table);

static const struct field deliveries_table[] = {
    FIELD(FIELD_INT, delivery_counts, scheduled, NULL),
    FIELD(FIELD_INT, delivery_counts, sending, NULL),
    FIELD(FIELD_INT, delivery_counts, retrying, NULL),
    FIELD(FIELD_INT, delivery_counts, ambiguous, NULL),
    FIELD(FIELD_INT, delivery_counts, delivered, NULL),
    FIELD(FIELD_INT, delivery_counts, expired, NULL),
    FIELD(FIELD_INT, delivery_counts, failed, NULL),
    FIELD_AS("next_due", FIELD_MS, delivery_counts, next_due_ms, NULL),
};
static const struct fields deliveries_fields = FIELDS("delivery_counts", delivery_counts, deliveries_table);

static const struct field mail_table[] = {
    FIELD(FIELD_INT, mail_counts, scheduled, NULL),
    FIELD(FIELD_INT, mail_counts, sending, NULL),
    FIELD(FIELD_INT, mail_counts, retrying, NULL),
    FIELD(FIELD_INT, mail_counts, delivered, "in the last 30 days"),
    FIELD(FIELD_INT, mail_counts, expired, "in the last 30 days"),
    FIELD(FIELD_INT, mail_counts, failed, "in the last 30 days"),
    FIELD_AS("next_due", FIELD_MS, mail_counts, next_due_ms, NULL),
};
static const struct fields mail_fields = FIELDS("mail_counts", mail_counts, mail_table);

static const struct field mail_trouble_table[] = {
    FIELD(FIELD_TEXT, mail_trouble, signup, "a sign-up's id"),
    FIELD(FIELD_TEXT, mail_trouble, kind, "offer, promoted, moved, cancelled"),
    FIELD(FIELD_TEXT, mail_trouble, state, "retrying, expired, failed"),
    FIELD(FIELD_INT, mail_trouble, attempts, NULL),
    FIELD(FIELD_TEXT, mail_trouble, reason, NULL),
    FIELD_AS("next_attempt", FIELD_MS, mail_trouble, next_ms, NULL),
    FIELD_AS("final", FIELD_MS, mail_trouble, final_ms, NULL),
};
static const struct fields mail_trouble_fields = FIELDS("mail_trouble", mail_trouble, mail_trouble_table);

static const struct field next_table[] = {
    FIELD(FIELD_TEXT, next_entry, event, NULL),
    FIELD(FIELD_TEXT, next_entry, title, NULL),
    FIELD(FIELD_MOMENT, next_entry, start, NULL),
    FIELD(FIELD_INT, next_entry, free, NULL),
};
static const struct fields next_fields = FIELDS("next_entry", next_entry, next_table);

static const struct field channel_table[] = {
    FIELD(FIELD_TEXT, channel, name, NULL),
    FIELD(FIELD_TEXT, channel, state, NULL),
    FIELD(FIELD_TEXT, channel, reason, "why it is paused"),
    FIELD(FIELD_INT, channel, pending, NULL),
    FIELD(FIELD_TEXT, channel, last_error, NULL),
};
static const struct fields channel_state_fields = FIELDS("channel_state", channel, channel_table);

static const struct field provisional_table[] = {
    FIELD(FIELD_TEXT, next_entry, event, NULL),
    FIELD(FIELD_TEXT, next_entry, title, NULL),
    FIELD(FIELD_MOMENT, next_entry, start, NULL),
};
static const struct fields provisional_fields = FIELDS("provisional_entry", next_entry, provisional_table);

static const struct field undated_table[] = {
    FIELD(FIELD_TEXT, undated, slug, "a preset's"),
    FIELD(FIELD_TEXT, undated, title, NULL),
    FIELD(FIELD_TEXT, undated, lead, "a department's slug"),
};
static const struct fields undated_fields = FIELDS("undated_preset", undated, undated_table);

#define FIELD_NAMED(wire, type, struct_name, member, fields_of) \
    {wire, type, offsetof(struct struct_name, member), &(fields_of), NULL}

static const struct field status_table[] = {
    FIELD(FIELD_TEXT, status, version, NULL),
    FIELD(FIELD_TEXT, status, public_url, NULL),
    FIELD_NAMED("store", FIELD_OBJECT, status, store_of, store_fields),
    FIELD_NAMED("counts", FIELD_OBJECT, status, counts_of, counts_fields),
    FIELD_NAMED("target", FIELD_OBJECT, status, target_of, progress_fields),
    FIELD_NAMED("deliveries", FIELD_OBJECT, status, deliveries_of, deliveries_fields),
    FIELD_NAMED("mail", FIELD_OBJECT, status, mail_of, mail_fields),
    FIELD_OF(FIELD_OBJECTS, status, mail_troubles, mail_trouble_fields, "what was not sent, of the last 7 days"),
    FIELD_OF(FIELD_OBJECTS, status, channels, channel_state_fields, "those in trouble first"),
    FIELD_OF(FIELD_OBJECTS, status, next, next_fields, NULL),
    FIELD_OF(FIELD_OBJECTS, status, provisional, provisional_fields, "dates that nobody has confirmed yet"),
    FIELD_OF(FIELD_OBJECTS, status, undated, undated_fields, "presets that nobody has given a date in this year"),
};
const struct fields status_fields = FIELDS("status", status, status_table);

static void count(struct call *c, struct db *db, struct counts *n)
{
    n->events = db_int(db, 0, "SELECT COUNT(*) FROM event WHERE status <> 'cancelled'");
    n->occurrences_ahead = db_int(
        db, 0, "SELECT COUNT(*) FROM occurrence WHERE start_ms > $1 AND status <> 'cancelled'", p_int(c->req.now_ms));
    n->volunteers = db_int(db, 0, "SELECT COUNT(*) FROM volunteer WHERE status = 'active'");
    n->signups = db_int(db, 0, "SELECT COUNT(*) FROM signup") -
                 db_int(db, 0, "SELECT COUNT(*) FROM signup WHERE state = 'cancelled'");
    n->channels = db_int(db, 0, "SELECT COUNT(*) FROM channel");
    n->reminders = db_int(db, 0, "SELECT COUNT(*) FROM reminder");
}

static void measure(struct db *db, const struct counts *n, struct progress *p)
{
    p->slug = (char *)(uintptr_t)"volunteers";
    p->value_milli = n->volunteers * 1000;
    p->target_milli = db_int(db, 0,
                             "SELECT i.target_milli FROM indicator i JOIN plan p ON p.slug = i.plan"
                             " WHERE i.slug = 'volunteers' ORDER BY CASE WHEN p.state = 'open' THEN 0 ELSE 1 END,"
                             " p.start_date DESC, p.slug LIMIT 1");
    p->percent_milli = p->target_milli ? p->value_milli * 100000 / p->target_milli : 0;
}

static int64_t in_state(struct db *db, const char *state)
{
    return db_int(db, 0, "SELECT COUNT(*) FROM delivery WHERE state = $1", p_text(state));
}

static void count_deliveries(struct db *db, struct delivery_counts *n)
{
    int64_t next_ms = store_delivery_next_ms(db);

    *n = (struct delivery_counts){in_state(db, "scheduled"), in_state(db, "sending"), in_state(db, "retrying"),
                                  in_state(db, "ambiguous"), in_state(db, "delivered"), in_state(db, "expired"),
                                  in_state(db, "failed"), next_ms == INT64_MAX ? FIELD_INT_ABSENT : next_ms};
}

/* NULL where the office sends no mail and none is left from when it did. */
static struct mail_counts *count_mail(struct call *c, struct db *db, struct mail_counts *n)
{
    int64_t since_ms = c->req.now_ms - MAIL_COUNTED_MS, next_ms = store_mail_next_ms(db);

    *n = (struct mail_counts){store_mail_waiting(db, "scheduled"), store_mail_waiting(db, "sending"),
                              store_mail_waiting(db, "retrying"), store_mail_ended(db, "delivered", since_ms),
                              store_mail_ended(db, "expired", since_ms), store_mail_ended(db, "failed", since_ms),
                              next_ms == INT64_MAX ? FIELD_INT_ABSENT : next_ms};
    return service_settings(c->service)->mail || next_ms != INT64_MAX ? n : NULL;
}

static struct objects list_mail_troubles(struct call *c, struct db *db)
{
    struct stmt *s = store_mail_troubles(db, c->req.now_ms - MAIL_TROUBLE_MS, MAIL_TROUBLES_SHOWN);
    struct list_builder items = {0};
    struct mail_trouble one;

    while (store_mail_trouble_next(s, &c->out, &one))
        *(struct mail_trouble *)list_add(c, &items, sizeof one) = one;
    return (struct objects){items.items, items.count, true};
}

static struct objects list_channels(struct call *c, struct db *db)
{
    struct texts names = store_channel_names(db, &c->out);
    struct list_builder items = {0};

    for (int healthy = 0; healthy < 2; healthy++) {
        for (size_t i = 0; i < names.count && items.count < CHANNELS_SHOWN; i++) {
            struct channel_row *ch = store_channel_by_name(db, names.items[i], &c->out);
            if ((!ch->paused && !ch->shown.last_error) == (healthy == 1))
                *(struct channel *)list_add(c, &items, sizeof(struct channel)) = ch->shown;
        }
    }
    return (struct objects){items.items, items.count, true};
}

static int64_t places_free(const struct occurrence *o)
{
    const struct role *roles = o->roles.items;
    int64_t places = 0;

    for (size_t i = 0; i < o->roles.count; i++)
        places += roles[i].free;
    return o->roles.count ? places : FIELD_INT_ABSENT;
}

static struct objects list_next(struct call *c, struct db *db)
{
    struct occurrence_rows rows = store_occurrence_agenda(db, c->req.now_ms, c->req.now_ms + EVENT_WINDOW_MS,
                                                          INT64_MIN + 1, 0, NEXT_SHOWN * 4, &c->out);
    struct list_builder items = {0};

    for (size_t i = 0; i < rows.count && items.count < NEXT_SHOWN; i++) {
        struct occurrence *o = occurrence_get(c, db, rows.items[i]->id);
        if (o && strcmp(o->status_name, "cancelled") != 0)
            *(struct next_entry *)list_add(c, &items, sizeof(struct next_entry)) =
                (struct next_entry){o->event, o->title, o->start, places_free(o)};
    }
    return (struct objects){items.items, items.count, true};
}

static struct objects list_provisional(struct call *c, struct db *db, struct err *e)
{
    struct ids ids =
        store_read_ids(db_query(db, "SELECT id FROM event WHERE status = 'tentative' ORDER BY id LIMIT 20"), &c->out);
    struct list_builder items = {0};

    for (size_t i = 0; i < ids.count && items.count < PROVISIONAL_SHOWN; i++) {
        struct event *ev = event_get(c, db, ids.items[i]);
        if (event_view_row(c, db, ev, e) == 0)
            *(struct next_entry *)list_add(c, &items, sizeof(struct next_entry)) =
                (struct next_entry){ev->slug, ev->title, ev->next_start, FIELD_INT_ABSENT};
    }
    return (struct objects){items.items, items.count, true};
}

static int run_status(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct status *s = arena_alloc(&c->out, sizeof *s);

    (void)input;
    s->version = (char *)(uintptr_t)KEPU_VERSION;
    s->public_url = (char *)(uintptr_t)service_settings(c->service)->public_url;
    s->store = (struct store_state){(char *)(uintptr_t)store_kind(service_store(c->service)), db_size_bytes(db)};
    count(c, db, &s->counts);
    measure(db, &s->counts, &s->target);
    count_deliveries(db, &s->deliveries);
    s->store_of = &s->store;
    s->counts_of = &s->counts;
    s->target_of = &s->target;
    s->deliveries_of = &s->deliveries;
    s->mail_of = count_mail(c, db, &s->mail);
    s->mail_troubles = list_mail_troubles(c, db);
    s->channels = list_channels(c, db);
    s->next = list_next(c, db);
    s->provisional = list_provisional(c, db, e);
    s->undated = presets_undated(c, db, c->req.lang);
    *ret = s;
    return db_check(db, e);
}

const struct operation op_status = {"status", ROLE_VIEWER, false, run_status};
