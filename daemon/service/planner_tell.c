/* What is told when it happens: changes of an occurrence, a role that is filled; declared in planner.h. */
#include "planner_private.h"

#include "domain/event.h"
#include "event.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* A message shows the occurrence as it is when it goes out: an earlier change that still waits would say the same. */
static struct ids waiting_changes(struct call *c, struct db *db, int64_t occurrence_id, int64_t channel_id)
{
    return store_read_ids(
        db_query(db,
                 "SELECT id FROM delivery WHERE occurrence_id = $1 AND channel_id = $2 AND kind = 'changed'"
                 " AND state IN ('scheduled', 'retrying', 'ambiguous') ORDER BY id",
                 p_int(occurrence_id), p_int(channel_id)),
        &c->out);
}

/* What people knew until now, for the message to say what is different; "" if nobody can say. */
static char *as_known(struct call *c, const struct occurrence *was)
{
    json_t *known;
    char *text, *kept;

    if (!was)
        return (char *)(uintptr_t)"";
    known = json_pack("{s:s*, s:s*, s:s*, s:b, s:b}", "start", was->start_local, "venue", was->venue, "title",
                      was->title, "tentative", was->status == OCCURRENCE_TENTATIVE, "cancelled",
                      was->status == OCCURRENCE_CANCELLED);
    text = known ? json_dumps(known, JSON_COMPACT) : NULL;
    kept = arena_strdup(&c->out, text ? text : "");
    free(text);
    json_decref(known);
    return kept;
}

/* `stamp`: what tells this change from others of the occurrence. */
static void tell_channel(struct call *c, struct db *db, const struct subject *o, char *known, const char *stamp,
                         int64_t channel_id)
{
    struct ids waiting = waiting_changes(c, db, o->id, channel_id);
    struct delivery_row d = {.reminder_id = DB_NULL_INT, .event_id = o->event_id, .occurrence_id = o->id,
                             .kind = (char *)(uintptr_t)"changed", .due_ms = c->req.now_ms, .moves = o->moves,
                             .text = known};

    /* What nobody was told in between was never known. */
    if (waiting.count)
        d.text = store_delivery_by_id(db, waiting.items[0], &c->out)->text;
    d.deadline_ms = notice_deadline_ms(NOTICE_CHANGED, d.due_ms, 0, o->start_ms, o->end_ms);
    d.identity = arena_printf(&c->out, "changed:o%lld:%s:c%lld", (long long)o->id, stamp, (long long)channel_id);
    if (!planner_insert(c, db, &d, channel_id, o->start_ms))
        return;
    for (size_t i = 0; i < waiting.count; i++)
        delivery_move(c, db, store_delivery_by_id(db, waiting.items[i], &c->out), DELIVERY_SUPERSEDED,
                      "changed once more");
}

static void tell(struct call *c, struct db *db, const struct subject *o, const struct occurrence *was,
                 const char *stamp)
{
    struct ids channels = planner_channels_told(c, db, o->event_id);
    char *known = channels.count ? as_known(c, was) : NULL;

    for (size_t i = 0; i < channels.count; i++)
        tell_channel(c, db, o, known, stamp, channels.items[i]);
}

void planner_tell_changed(struct call *c, struct db *db, int64_t occurrence_id, const struct occurrence *was)
{
    struct subject o;

    if (planner_subject(db, occurrence_id, &o) && o.end_ms > c->req.now_ms)
        tell(c, db, &o, was,
             arena_printf(&c->out, "s%lld:m%lld:%d", (long long)o.sequence, (long long)o.moves, o.cancelled));
}

static struct ids next_dates(struct call *c, struct db *db, int64_t event_id)
{
    return store_read_ids(
        db_query(db,
                 "SELECT id FROM occurrence WHERE event_id = $1 AND end_ms > $2 AND status <> 'cancelled'"
                 " ORDER BY start_ms, id LIMIT $3",
                 p_int(event_id), p_int(c->req.now_ms), p_int(TOLD_OF_SERIES_MAX)),
        &c->out);
}

void planner_tell_event(struct call *c, struct db *db, int64_t event_id)
{
    struct ids next = next_dates(c, db, event_id);

    for (size_t i = 0; i < next.count; i++)
        planner_tell_changed(c, db, next.items[i], NULL);
}

void planner_tell_venue(struct call *c, struct db *db, const struct event *ev, char *was)
{
    struct ids next = next_dates(c, db, ev->id);
    const char *stamp = arena_printf(&c->out, "venue:e%lld", (long long)ev->sequence);

    for (size_t i = 0; i < next.count; i++) {
        struct occurrence *o = occurrence_get(c, db, next.items[i]);
        struct subject subject;
        if (!o || o->own_venue || !planner_subject(db, o->id, &subject) || subject.cancelled)
            continue;
        o->venue = was;
        tell(c, db, &subject, o, stamp);
    }
}

void planner_occurrence_changed(struct call *c, struct db *db, int64_t occurrence_id, const struct occurrence *was)
{
    struct subject o;

    if (!planner_subject(db, occurrence_id, &o))
        return;
    planner_event(c, db, o.event_id);
    planner_tell_changed(c, db, occurrence_id, was);
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
    if (!is_full(db, occurrence_id, role) || !planner_subject(db, occurrence_id, &o) || o.start_ms <= c->req.now_ms)
        return;
    rules = planner_rules_of(c, db, o.event_id);
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
            planner_insert(c, db, &d, channels.items[i], o.start_ms);
        }
    }
}
