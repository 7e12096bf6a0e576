#include "planner.h"

#include "notice.h"
#include "store/event.h"

#include <string.h>

/* One occurrence as planning sees it. */
struct subject {
    int64_t id, event_id, start_ms, end_ms, moves, sequence;
    bool cancelled;
};

static bool read_subject(struct db *db, int64_t occurrence_id, struct subject *ret)
{
    struct stmt *s = db_query(db,
                              "SELECT o.id, o.event_id, o.start_ms, o.end_ms, o.moves, o.sequence,"
                              " CASE WHEN o.status = 'cancelled' OR e.status = 'cancelled' THEN 1 ELSE 0 END"
                              " FROM occurrence o JOIN event e ON e.id = o.event_id WHERE o.id = $1",
                              p_int(occurrence_id));

    if (!stmt_row(s))
        return false;
    *ret = (struct subject){stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2),     stmt_int(s, 3),
                            stmt_int(s, 4), stmt_int(s, 5), stmt_int(s, 6) != 0};
    stmt_done(s);
    return true;
}

static int64_t due_of(const struct reminder *r, enum notice_kind kind, const struct subject *o)
{
    return (kind == NOTICE_THANKS ? o->end_ms : o->start_ms) + r->offset_ms;
}

static void date(struct delivery_row *d, const struct reminder *r, enum notice_kind kind, const struct subject *o)
{
    d->due_ms = due_of(r, kind, o);
    d->deadline_ms = notice_deadline_ms(kind, d->due_ms, -r->offset_ms, o->start_ms, o->end_ms);
    d->moves = o->moves;
}

static void insert(struct call *c, struct db *db, struct delivery_row *d, int64_t channel_id)
{
    struct channel_row *ch = store_channel_by_id(db, channel_id, &c->out);
    char code[CRYPTO_ID_BYTES];

    if (!ch)
        return;
    crypto_id('d', code);
    d->code = arena_strdup(&c->out, code);
    d->channel_id = channel_id;
    d->channel_name = ch->shown.name;
    d->created_ms = c->req.now_ms;
    if (!d->role)
        d->role = (char *)(uintptr_t)"";
    d->text = (char *)(uintptr_t)"";
    if (store_delivery_insert(db, d))
        call_changed(c, CHANGE_DELIVERIES, 0);
}

/* What was due before its rule, channel or occurrence existed is not planned (SPEC.md 8). */
static void plan_new(struct call *c, struct db *db, const struct reminder *r, enum notice_kind kind,
                     const struct subject *o, int64_t channel_id)
{
    struct delivery_row d = {.reminder_id = r->id, .event_id = o->event_id, .occurrence_id = o->id, .kind = r->kind};

    date(&d, r, kind, o);
    if (d.due_ms < c->req.now_ms)
        return;
    d.identity = arena_printf(&c->out, "%s:%s:o%lld:m%lld:c%lld", r->kind, r->code, (long long)o->id,
                              (long long)o->moves, (long long)channel_id);
    insert(c, db, &d, channel_id);
}

/* Moving an occurrence re-dates what isn't final; what became final before the move is told again for the new date. */
static void plan_again(struct call *c, struct db *db, const struct reminder *r, enum notice_kind kind,
                       const struct subject *o, struct delivery_row *d)
{
    enum delivery_state state;
    int64_t due_ms = d->due_ms, deadline_ms = d->deadline_ms;

    delivery_state_parse(d->state, &state);
    if (delivery_is_final(state)) {
        if (o->moves > d->moves)
            plan_new(c, db, r, kind, o, d->channel_id);
        return;
    }
    date(d, r, kind, o);
    if (d->due_ms == due_ms && d->deadline_ms == deadline_ms)
        return;
    if (state == DELIVERY_SCHEDULED)
        d->next_ms = d->due_ms;
    store_delivery_update(db, d);
    call_changed(c, CHANGE_DELIVERIES, 0);
}

static void plan_rule(struct call *c, struct db *db, const struct reminder *r, const struct subject *o)
{
    enum notice_kind kind;
    struct ids channels;

    if (!notice_kind_parse(r->kind, &kind) || !notice_kind_has_offset(kind) || o->cancelled)
        return;
    channels = store_reminder_channels(db, r, o->event_id, &c->out);
    for (size_t i = 0; i < channels.count; i++) {
        struct delivery_row *d = store_delivery_of(db, r->id, o->id, channels.items[i], &c->out);
        if (d)
            plan_again(c, db, r, kind, o, d);
        else
            plan_new(c, db, r, kind, o, channels.items[i]);
    }
}

static bool contains(const struct ids *ids, int64_t id)
{
    for (size_t i = 0; i < ids->count; i++)
        if (ids->items[i] == id)
            return true;
    return false;
}

/* Open deliveries whose occurrence is off, or whose rule no longer reaches this event and channel. */
static void cancel_stale(struct call *c, struct db *db, int64_t event_id, const struct ids *rules)
{
    struct ids open = store_delivery_open_of_event(db, event_id, &c->out);

    for (size_t i = 0; i < open.count; i++) {
        struct delivery_row *d = store_delivery_by_id(db, open.items[i], &c->out);
        struct subject o;
        struct reminder *r;
        struct ids channels;
        if (strcmp(d->kind, "changed") == 0 || !read_subject(db, d->occurrence_id, &o))
            continue;
        if (o.cancelled) {
            delivery_move(c, db, d, DELIVERY_CANCELLED, "occurrence cancelled");
            continue;
        }
        r = d->reminder_id == DB_NULL_INT ? NULL : store_reminder_by_id(db, d->reminder_id, &c->out);
        if (!r || !contains(rules, r->id)) {
            delivery_move(c, db, d, DELIVERY_CANCELLED, "rule no longer applies");
            continue;
        }
        channels = store_reminder_channels(db, r, event_id, &c->out);
        if (!contains(&channels, d->channel_id))
            delivery_move(c, db, d, DELIVERY_CANCELLED, "channel no longer concerned");
    }
}

static struct ids rules_of(struct call *c, struct db *db, int64_t event_id)
{
    struct arena *a = &c->out;
    struct stmt *s = db_query(db, "SELECT category FROM event WHERE id = $1", p_int(event_id));
    char *category = (char *)(uintptr_t)"";

    if (stmt_row(s)) {
        category = stmt_text(s, 0, a);
        stmt_done(s);
    }
    return store_reminder_for_event(db, event_id, category, a);
}

void planner_event(struct call *c, struct db *db, int64_t event_id)
{
    struct ids rules = rules_of(c, db, event_id);
    struct ids occurrences;

    cancel_stale(c, db, event_id, &rules);
    if (rules.count == 0)
        return;
    occurrences = store_read_ids(
        db_query(db, "SELECT id FROM occurrence WHERE event_id = $1 AND end_ms > $2 ORDER BY start_ms, id",
                 p_int(event_id), p_int(c->req.now_ms - REMINDER_OFFSET_MS_MAX)),
        &c->out);
    for (size_t k = 0; k < rules.count; k++) {
        struct reminder *r = store_reminder_by_id(db, rules.items[k], &c->out);
        for (size_t i = 0; i < occurrences.count; i++) {
            struct subject o;
            if (read_subject(db, occurrences.items[i], &o))
                plan_rule(c, db, r, &o);
        }
    }
}

void planner_everything(struct call *c, struct db *db)
{
    struct ids events = store_read_ids(db_query(db, "SELECT id FROM event ORDER BY id"), &c->out);

    for (size_t i = 0; i < events.count; i++)
        planner_event(c, db, events.items[i]);
}

void planner_reminder(struct call *c, struct db *db, int64_t reminder_id)
{
    struct reminder *r = store_reminder_by_id(db, reminder_id, &c->out);

    if (r && r->event_id != DB_NULL_INT)
        planner_event(c, db, r->event_id);
    else
        planner_everything(c, db);
}

/* A change is told wherever the event is told of at all. */
static struct ids channels_told(struct call *c, struct db *db, int64_t event_id)
{
    struct ids rules = rules_of(c, db, event_id);
    struct ids told = {0};
    size_t room = 0;

    for (size_t k = 0; k < rules.count; k++) {
        struct reminder *r = store_reminder_by_id(db, rules.items[k], &c->out);
        struct ids channels = store_reminder_channels(db, r, event_id, &c->out);
        int64_t *items = arena_alloc(&c->out, (room += channels.count + 1) * sizeof *items);
        if (told.count)
            memcpy(items, told.items, told.count * sizeof *items);
        told.items = items;
        for (size_t i = 0; i < channels.count; i++)
            if (!contains(&told, channels.items[i]))
                told.items[told.count++] = channels.items[i];
    }
    return told;
}

void planner_occurrence_changed(struct call *c, struct db *db, int64_t occurrence_id)
{
    struct subject o;
    struct ids channels;

    if (!read_subject(db, occurrence_id, &o))
        return;
    planner_event(c, db, o.event_id);
    if (o.end_ms <= c->req.now_ms)
        return;
    channels = channels_told(c, db, o.event_id);
    for (size_t i = 0; i < channels.count; i++) {
        struct delivery_row d = {.reminder_id = DB_NULL_INT, .event_id = o.event_id, .occurrence_id = o.id,
                                 .kind = (char *)(uintptr_t)"changed", .due_ms = c->req.now_ms, .moves = o.moves};
        d.deadline_ms = notice_deadline_ms(NOTICE_CHANGED, d.due_ms, 0, o.start_ms, o.end_ms);
        d.identity = arena_printf(&c->out, "changed:o%lld:s%lld:%d:c%lld", (long long)o.id, (long long)o.sequence,
                                  o.cancelled, (long long)channels.items[i]);
        insert(c, db, &d, channels.items[i]);
    }
}

static bool is_full(struct db *db, int64_t occurrence_id, const char *role)
{
    return db_int(db, 0, "SELECT 1 FROM occurrence_role WHERE occurrence_id = $1 AND name = $2 AND taken >= capacity",
                  p_int(occurrence_id), p_text(role)) != 0;
}

/* "Filled" is told once an occurrence and role, where a rule asks for it. */
void planner_role(struct call *c, struct db *db, int64_t occurrence_id, const char *role)
{
    struct subject o;
    struct ids rules;

    if (db_int(db, 0, "SELECT 1 FROM reminder WHERE kind = 'filled' LIMIT 1") == 0)
        return;
    if (!is_full(db, occurrence_id, role) || !read_subject(db, occurrence_id, &o) || o.start_ms <= c->req.now_ms)
        return;
    rules = rules_of(c, db, o.event_id);
    for (size_t k = 0; k < rules.count; k++) {
        struct reminder *r = store_reminder_by_id(db, rules.items[k], &c->out);
        struct ids channels;
        if (strcmp(r->kind, "filled") != 0)
            continue;
        channels = store_reminder_channels(db, r, o.event_id, &c->out);
        for (size_t i = 0; i < channels.count; i++) {
            struct delivery_row d = {.reminder_id = r->id,
                                     .event_id = o.event_id,
                                     .occurrence_id = o.id,
                                     .kind = r->kind,
                                     .role = arena_strdup(&c->out, role),
                                     .due_ms = c->req.now_ms,
                                     .deadline_ms = o.start_ms,
                                     .moves = o.moves};
            d.identity = arena_printf(&c->out, "filled:%s:o%lld:%s:c%lld", r->code, (long long)o.id, role,
                                      (long long)channels.items[i]);
            insert(c, db, &d, channels.items[i]);
        }
    }
}
