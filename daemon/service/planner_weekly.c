/* Digests and asks: what is told at a time of each ISO week; declared in planner.h. */
#include "planner_private.h"

#include "calendar/zone.h"
#include "digest.h"
#include "week.h"

#include <string.h>

#define ASK_AHEAD_MS (366LL * 86400000)

/* A rule's next time: its ISO week ("2026-W40") and instant. */
struct next_time {
    char week[WEEK_TEXT_BYTES];
    int64_t due_ms;
};

static bool find_next(const struct call *c, const struct reminder *r, struct next_time *ret)
{
    const struct zone *z = zone_find(service_settings(c->service)->tz, NULL);
    int64_t monday_s, wall_s;

    if (!z)
        return false;
    monday_s = week_monday(zone_to_wall(z, c->req.now_ms / 1000));
    wall_s = monday_s + r->offset_ms / 1000;
    if (zone_to_utc(z, wall_s) * 1000 <= c->req.now_ms)
        wall_s += WEEK_S;
    ret->due_ms = zone_to_utc(z, wall_s) * 1000;
    week_format(wall_s, ret->week);
    return true;
}

bool planner_weekly_next(struct call *c, const struct reminder *r, int64_t *ret_due_ms, char **ret_week)
{
    struct next_time next;

    if (!find_next(c, r, &next))
        return false;
    *ret_due_ms = next.due_ms;
    *ret_week = arena_strdup(&c->out, next.week);
    return true;
}

static struct delivery_row *known_as(struct call *c, struct db *db, const char *identity)
{
    return store_delivery_by_id(
        db, db_int(db, 0, "SELECT id FROM delivery WHERE identity = $1", p_text(identity)), &c->out);
}

static bool was_taken_back(const struct delivery_row *d, enum delivery_state state)
{
    return state == DELIVERY_CANCELLED && d->attempts == 0 &&
           (strcmp(d->reason, RULE_GONE) == 0 || strcmp(d->reason, CHANNEL_GONE) == 0);
}

/* Editing a rule keeps identities: what waits for this week is given its new time. */
static void plan_one(struct call *c, struct db *db, const struct reminder *r, const struct next_time *next,
                     int64_t event_id, int64_t channel_id)
{
    char *identity = event_id ? arena_printf(&c->out, "%s:%s:%s:e%lld:c%lld", r->kind, r->code, next->week,
                                             (long long)event_id, (long long)channel_id)
                              : arena_printf(&c->out, "%s:%s:%s:c%lld", r->kind, r->code, next->week,
                                             (long long)channel_id);
    struct delivery_row *known = known_as(c, db, identity);
    struct delivery_row d = {.reminder_id = r->id, .event_id = event_id ? event_id : DB_NULL_INT,
                             .occurrence_id = DB_NULL_INT, .kind = r->kind, .identity = identity,
                             .due_ms = next->due_ms, .subject = (char *)(uintptr_t)next->week};
    enum delivery_state state;
    char *quiet = NULL;

    d.deadline_ms = notice_deadline_ms(NOTICE_DIGEST, d.due_ms, 0, 0, 0);
    if (known && delivery_state_parse(known->state, &state) && !delivery_is_final(state)) {
        store_channel_name(db, channel_id, &quiet, &c->out);
        if (known->due_ms != d.due_ms)
            store_delivery_redate(db, known->id, r->kind, 0, d.due_ms, d.deadline_ms,
                                  planner_at_ms(c, db, quiet, channel_id, &d, 0));
        return;
    }
    if (known && !was_taken_back(known, state))
        return;
    if (known)
        d.identity = arena_printf(&c->out, "%s:%lld", identity, (long long)known->id);
    planner_insert(c, db, &d, channel_id, 0);
}

struct ids planner_rule_channels(struct call *c, struct db *db, const struct reminder *r)
{
    if (r->every_channel)
        return store_read_ids(db_query(db, "SELECT id FROM channel ORDER BY id"), &c->out);
    return store_read_ids(
        db_query(db, "SELECT channel_id FROM reminder_channel WHERE reminder_id = $1 ORDER BY channel_id",
                 p_int(r->id)),
        &c->out);
}

/* What waits although its rule no longer wants it then or there. */
static void take_back(struct call *c, struct db *db, const struct reminder *r, const struct next_time *next,
                      const struct ids *channels)
{
    struct ids open = store_delivery_open_of_reminder(db, r->id, &c->out);

    for (size_t i = 0; i < open.count; i++) {
        const struct delivery_row *d = store_delivery_by_id(db, open.items[i], &c->out);
        if (strcmp(d->state, "scheduled") != 0 || d->due_ms <= c->req.now_ms)
            continue;
        if (strcmp(d->subject, next->week) != 0 || strcmp(d->kind, r->kind) != 0)
            planner_cancel(c, db, d->id, RULE_GONE);
        else if (!planner_contains(channels, d->channel_id))
            planner_cancel(c, db, d->id, CHANNEL_GONE);
    }
}

static void plan_digest(struct call *c, struct db *db, const struct reminder *r)
{
    struct ids channels = planner_rule_channels(c, db, r);
    struct next_time next;

    if (!find_next(c, r, &next))
        return;
    take_back(c, db, r, &next, &channels);
    for (size_t i = 0; i < channels.count; i++)
        plan_one(c, db, r, &next, 0, channels.items[i]);
}

/* Dates that are still provisional within a year. */
static bool wants_a_date(struct call *c, struct db *db, int64_t event_id)
{
    return db_int(db, 0,
                  "SELECT 1 FROM occurrence o JOIN event e ON e.id = o.event_id WHERE o.event_id = $1"
                  " AND e.status <> 'cancelled' AND o.status = 'tentative' AND o.end_ms > $2 AND o.start_ms < $3"
                  " LIMIT 1",
                  p_int(event_id), p_int(c->req.now_ms), p_int(c->req.now_ms + ASK_AHEAD_MS)) != 0;
}

void planner_ask_event(struct call *c, struct db *db, int64_t event_id)
{
    struct ids rules;

    if (db_int(db, 0, "SELECT 1 FROM reminder WHERE kind = 'ask' LIMIT 1") == 0 || !wants_a_date(c, db, event_id))
        return;
    rules = planner_rules_of(c, db, event_id);
    for (size_t k = 0; k < rules.count; k++) {
        struct reminder *r = store_reminder_by_id(db, rules.items[k], &c->out);
        struct ids channels;
        struct next_time next;
        if (strcmp(r->kind, "ask") != 0 || !find_next(c, r, &next))
            continue;
        channels = store_reminder_channels(db, r, event_id, &c->out);
        for (size_t i = 0; i < channels.count; i++)
            plan_one(c, db, r, &next, event_id, channels.items[i]);
    }
}

/* What has no date at all has no event to ask about: one message a week names it all. */
static void ask_undated_in(struct call *c, struct db *db, const struct reminder *r, const struct next_time *next,
                           const struct ids *channels)
{
    for (size_t i = 0; i < channels->count; i++)
        if (ask_undated(c, db, r, store_channel_by_id(db, channels->items[i], &c->out), LANG_ZH).count)
            plan_one(c, db, r, next, 0, channels->items[i]);
}

static void plan_asks(struct call *c, struct db *db, const struct ids *rules)
{
    struct ids events = store_read_ids(
        db_query(db,
                 "SELECT DISTINCT o.event_id FROM occurrence o WHERE o.status = 'tentative' AND o.end_ms > $1"
                 " AND o.start_ms < $2 ORDER BY o.event_id",
                 p_int(c->req.now_ms), p_int(c->req.now_ms + ASK_AHEAD_MS)),
        &c->out);

    for (size_t i = 0; i < rules->count; i++) {
        struct reminder *r = store_reminder_by_id(db, rules->items[i], &c->out);
        struct ids channels = planner_rule_channels(c, db, r);
        struct next_time next;
        if (!find_next(c, r, &next))
            continue;
        take_back(c, db, r, &next, &channels);
        ask_undated_in(c, db, r, &next, &channels);
    }
    for (size_t i = 0; i < events.count; i++)
        planner_ask_event(c, db, events.items[i]);
}

void planner_weekly(struct call *c, struct db *db)
{
    struct ids digests = store_read_ids(db_query(db, "SELECT id FROM reminder WHERE kind = 'digest' ORDER BY id"),
                                        &c->out);
    struct ids asks = store_read_ids(db_query(db, "SELECT id FROM reminder WHERE kind = 'ask' ORDER BY id"), &c->out);

    for (size_t i = 0; i < digests.count; i++)
        plan_digest(c, db, store_reminder_by_id(db, digests.items[i], &c->out));
    if (asks.count)
        plan_asks(c, db, &asks);
}
