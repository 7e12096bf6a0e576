#include "planner_private.h"

#include "quiet.h"
#include "store/event.h"

#include <stdlib.h>
#include <string.h>

struct rule {
    struct reminder *reminder;
    enum notice_kind kind;
    struct ids channels;
};

/* What an event's deliveries follow from, and those that there are: read once, whatever the number of its dates. */
struct plan {
    struct rule *rules;
    size_t rule_count;
    struct subject *subjects;             /* by id */
    size_t subject_count;
    struct delivery_brief *known;         /* by occurrence, rule, channel; the newest first */
    size_t known_count;
};

#define SUBJECT_COLUMNS                                                                                              \
    "o.id, o.event_id, o.start_ms, o.end_ms, o.moves, o.sequence,"                                                    \
    " CASE WHEN o.status = 'cancelled' OR e.status = 'cancelled' THEN 1 ELSE 0 END"                                   \
    " FROM occurrence o JOIN event e ON e.id = o.event_id"

static bool next_subject(struct stmt *s, struct subject *ret)
{
    if (!stmt_row(s))
        return false;
    *ret = (struct subject){stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2),     stmt_int(s, 3),
                            stmt_int(s, 4), stmt_int(s, 5), stmt_int(s, 6) != 0};
    return true;
}

bool planner_subject(struct db *db, int64_t occurrence_id, struct subject *ret)
{
    struct stmt *s = db_query(db, "SELECT " SUBJECT_COLUMNS " WHERE o.id = $1", p_int(occurrence_id));
    bool found = next_subject(s, ret);

    stmt_done(s);
    return found;
}

/* Those that a rule can still be about: what is over for longer than any rule waits matters only while it is open. */
static void read_subjects(struct call *c, struct db *db, int64_t event_id, int64_t after_ms, struct plan *p)
{
    struct list_builder list = {0};
    struct subject o;
    struct stmt *s = db_query(db,
                              "SELECT " SUBJECT_COLUMNS " WHERE o.event_id = $1 AND (o.end_ms > $2 OR EXISTS"
                              " (SELECT 1 FROM delivery d WHERE d.occurrence_id = o.id"
                              "  AND d.state IN ('scheduled', 'sending', 'retrying', 'ambiguous'))) ORDER BY o.id",
                              p_int(event_id), p_int(after_ms));

    while (next_subject(s, &o))
        *(struct subject *)list_add(c, &list, sizeof o) = o;
    p->subjects = (struct subject *)(void *)list.items;
    p->subject_count = list.count;
}

struct ids planner_rules_of(struct call *c, struct db *db, int64_t event_id)
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

static void read_rules(struct call *c, struct db *db, int64_t event_id, struct plan *p)
{
    struct ids ids = planner_rules_of(c, db, event_id);

    p->rules = arena_alloc(&c->out, (ids.count + 1) * sizeof *p->rules);
    for (size_t i = 0; i < ids.count; i++) {
        struct rule *rule = &p->rules[p->rule_count];
        rule->reminder = store_reminder_by_id(db, ids.items[i], &c->out);
        if (!rule->reminder || !notice_kind_parse(rule->reminder->kind, &rule->kind) ||
            !notice_kind_has_occurrence(rule->kind))
            continue;
        rule->channels = store_reminder_channels(db, rule->reminder, event_id, &c->out);
        p->rule_count++;
    }
}

/* How long after its end an occurrence is still told of. */
static int64_t longest_after_ms(const struct plan *p)
{
    int64_t longest_ms = 0;

    for (size_t i = 0; i < p->rule_count; i++)
        if (p->rules[i].kind == NOTICE_THANKS && p->rules[i].reminder->offset_ms > longest_ms)
            longest_ms = p->rules[i].reminder->offset_ms;
    return longest_ms;
}

static void read_plan(struct call *c, struct db *db, int64_t event_id, struct plan *p)
{
    int64_t after_ms;

    *p = (struct plan){0};
    read_rules(c, db, event_id, p);
    after_ms = c->req.now_ms - longest_after_ms(p);
    read_subjects(c, db, event_id, after_ms, p);
    p->known_count = store_delivery_briefs(db, event_id, after_ms, &c->out, &p->known);
}

static int by_id(const void *key, const void *item)
{
    int64_t id = *(const int64_t *)key, other = ((const struct subject *)item)->id;

    return (id > other) - (id < other);
}

static const struct subject *subject_of(const struct plan *p, int64_t occurrence_id)
{
    if (p->subject_count == 0)
        return NULL;
    return bsearch(&occurrence_id, p->subjects, p->subject_count, sizeof *p->subjects, by_id);
}

static const struct rule *rule_of(const struct plan *p, int64_t reminder_id)
{
    for (size_t i = 0; i < p->rule_count; i++)
        if (p->rules[i].reminder->id == reminder_id)
            return &p->rules[i];
    return NULL;
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* The newest delivery of a rule about an occurrence in a channel; NULL: none. */
static const struct delivery_brief *known_of(const struct plan *p, int64_t occurrence_id, int64_t reminder_id,
                                             int64_t channel_id)
{
    size_t low = 0, high = p->known_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct delivery_brief *d = &p->known[middle];
        int order = compare(d->occurrence_id, occurrence_id);
        order = order ? order : compare(d->reminder_id, reminder_id);
        order = order ? order : compare(d->channel_id, channel_id);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < p->known_count && p->known[low].occurrence_id == occurrence_id &&
        p->known[low].reminder_id == reminder_id && p->known[low].channel_id == channel_id)
        return &p->known[low];
    return NULL;
}

static int64_t due_of(const struct reminder *r, enum notice_kind kind, const struct subject *o)
{
    return (kind == NOTICE_THANKS ? o->end_ms : o->start_ms) + r->offset_ms;
}

static void date(struct delivery_row *d, const struct rule *rule, const struct subject *o)
{
    const struct reminder *r = rule->reminder;

    d->due_ms = due_of(r, rule->kind, o);
    d->deadline_ms = notice_deadline_ms(rule->kind, d->due_ms, -r->offset_ms, o->start_ms, o->end_ms);
    d->moves = o->moves;
}

int64_t planner_at_ms(struct call *c, struct db *db, const char *quiet, int64_t channel_id,
                      const struct delivery_row *d, int64_t start_ms)
{
    uint64_t grain = (uint64_t)d->occurrence_id * 1000003U + (uint64_t)channel_id;
    int64_t at_ms = d->due_ms;

    (void)db;
    if (d->due_ms > c->req.now_ms) {
        at_ms = notice_spread_ms(d->due_ms, service_settings(c->service)->spread_ms, grain);
        at_ms = at_ms < c->req.now_ms ? d->due_ms : at_ms;
    }
    return quiet_place_ms(c, quiet, at_ms, quiet_last_ms(d->due_ms, d->deadline_ms, start_ms));
}

bool planner_insert(struct call *c, struct db *db, struct delivery_row *d, int64_t channel_id, int64_t start_ms)
{
    char code[CRYPTO_ID_BYTES], *quiet;

    crypto_id('d', code);
    d->code = arena_strdup(&c->out, code);
    d->channel_id = channel_id;
    d->channel_name = store_channel_name(db, channel_id, &quiet, &c->out);
    d->created_ms = c->req.now_ms;
    if (!d->role)
        d->role = (char *)(uintptr_t)"";
    if (!d->text)
        d->text = (char *)(uintptr_t)"";
    if (!d->channel_name)
        return false;
    d->next_ms = planner_at_ms(c, db, quiet, channel_id, d, start_ms);
    if (!store_delivery_insert(db, d))
        return false;
    call_changed(c, CHANGE_DELIVERIES, 0);
    return true;
}

/* What was due before its rule, channel or occurrence existed is not planned (SPEC.md 8). `last` may be NULL. */
static void plan_new(struct call *c, struct db *db, const struct rule *rule, const struct subject *o,
                     int64_t channel_id, const struct delivery_brief *last)
{
    const struct reminder *r = rule->reminder;
    struct delivery_row d = {.reminder_id = r->id, .event_id = o->event_id, .occurrence_id = o->id, .kind = r->kind};

    date(&d, rule, o);
    if (d.due_ms < c->req.now_ms)
        return;
    d.identity = arena_printf(&c->out, "%s:%s:o%lld:m%lld:c%lld:%lld", r->kind, r->code, (long long)o->id,
                              (long long)(rule->kind == NOTICE_THANKS ? 0 : o->moves), (long long)channel_id,
                              (long long)(last ? last->id : 0));
    planner_insert(c, db, &d, channel_id, o->start_ms);
}

static bool was_taken_back(const struct delivery_brief *d, enum delivery_state state)
{
    return state == DELIVERY_CANCELLED && d->attempts == 0 &&
           (strcmp(d->reason, RULE_GONE) == 0 || strcmp(d->reason, CHANNEL_GONE) == 0);
}

/* Moving an occurrence re-dates what isn't final; what became final before the move is told again for the new date. */
static void plan_again(struct call *c, struct db *db, const struct rule *rule, const struct subject *o,
                       const struct delivery_brief *d)
{
    struct delivery_row dated = {.occurrence_id = o->id};
    char *quiet = NULL;
    enum delivery_state state;

    delivery_state_parse(d->state, &state);
    if (delivery_is_final(state)) {
        if ((o->moves > d->moves && rule->kind != NOTICE_THANKS) || was_taken_back(d, state))
            plan_new(c, db, rule, o, d->channel_id, d);
        return;
    }
    date(&dated, rule, o);
    if (d->due_ms == dated.due_ms && d->deadline_ms == dated.deadline_ms && strcmp(d->kind, rule->reminder->kind) == 0)
        return;
    store_channel_name(db, d->channel_id, &quiet, &c->out);
    store_delivery_redate(db, d->id, rule->reminder->kind, dated.moves, dated.due_ms, dated.deadline_ms,
                          planner_at_ms(c, db, quiet, d->channel_id, &dated, o->start_ms));
    call_changed(c, CHANGE_DELIVERIES, 0);
}

static void plan_rule(struct call *c, struct db *db, const struct plan *p, const struct rule *rule,
                      const struct subject *o)
{
    for (size_t i = 0; i < rule->channels.count; i++) {
        const struct delivery_brief *d = known_of(p, o->id, rule->reminder->id, rule->channels.items[i]);
        if (d)
            plan_again(c, db, rule, o, d);
        else
            plan_new(c, db, rule, o, rule->channels.items[i], NULL);
    }
}

bool planner_contains(const struct ids *ids, int64_t id)
{
    for (size_t i = 0; i < ids->count; i++)
        if (ids->items[i] == id)
            return true;
    return false;
}

/* Why an open delivery is no longer wanted; NULL: it is. */
static const char *stale(const struct plan *p, const struct delivery_brief *d)
{
    const struct subject *o = subject_of(p, d->occurrence_id);
    const struct rule *rule = rule_of(p, d->reminder_id);

    if (!o || o->cancelled)
        return "occurrence cancelled";
    if (!rule)
        return RULE_GONE;
    return planner_contains(&rule->channels, d->channel_id) ? NULL : CHANNEL_GONE;
}

void planner_cancel(struct call *c, struct db *db, int64_t id, const char *reason)
{
    delivery_move(c, db, store_delivery_by_id(db, id, &c->out), DELIVERY_CANCELLED, reason);
}

/* Open deliveries whose occurrence is off, or whose rule no longer reaches this event and channel. */
static void cancel_stale(struct call *c, struct db *db, const struct plan *p)
{
    for (size_t i = 0; i < p->known_count; i++) {
        const struct delivery_brief *d = &p->known[i];
        enum delivery_state state;
        const char *reason = delivery_state_parse(d->state, &state) && !delivery_is_final(state) ? stale(p, d) : NULL;
        if (reason)
            planner_cancel(c, db, d->id, reason);
    }
}

void planner_event(struct call *c, struct db *db, int64_t event_id)
{
    struct plan p;

    read_plan(c, db, event_id, &p);
    cancel_stale(c, db, &p);
    for (size_t k = 0; k < p.rule_count; k++)
        for (size_t i = 0; i < p.subject_count && notice_kind_has_offset(p.rules[k].kind); i++)
            if (!p.subjects[i].cancelled)
                plan_rule(c, db, &p, &p.rules[k], &p.subjects[i]);
    planner_ask_event(c, db, event_id);
}

void planner_everything(struct call *c, struct db *db)
{
    struct ids events = store_read_ids(db_query(db, "SELECT id FROM event ORDER BY id"), &c->out);

    for (size_t i = 0; i < events.count; i++)
        planner_event(c, db, events.items[i]);
    planner_weekly(c, db);
}

void planner_reminder(struct call *c, struct db *db, int64_t reminder_id)
{
    struct reminder *r = store_reminder_by_id(db, reminder_id, &c->out);

    if (r && strcmp(r->kind, "milestone") == 0)
        planner_milestones_begin(c, db);
    if (r && r->event_id != DB_NULL_INT)
        planner_event(c, db, r->event_id);
    else
        planner_everything(c, db);
    planner_weekly(c, db);
}

/* One that waits for its first attempt. What is due already waited for the old hours to end: the claim decides anew. */
static void place_again(struct call *c, struct db *db, struct delivery_row *d, const char *quiet)
{
    int64_t start_ms = db_int(db, 0, "SELECT start_ms FROM occurrence WHERE id = $1", p_int(d->occurrence_id));

    d->next_ms = d->due_ms > c->req.now_ms ? planner_at_ms(c, db, quiet, d->channel_id, d, start_ms) : c->req.now_ms;
    store_delivery_update(db, d);
}

void planner_channel_quiet(struct call *c, struct db *db, int64_t channel_id)
{
    struct ids open = store_delivery_open_of_channel(db, channel_id, &c->out);
    char *quiet = NULL;

    store_channel_name(db, channel_id, &quiet, &c->out);
    for (size_t i = 0; i < open.count; i++) {
        struct delivery_row *d = store_delivery_by_id(db, open.items[i], &c->out);
        if (d && strcmp(d->state, "scheduled") == 0)
            place_again(c, db, d, quiet);
    }
    call_changed(c, CHANGE_DELIVERIES, 0);
}

void planner_occurrence_removed(struct call *c, struct db *db, int64_t occurrence_id)
{
    struct ids open = store_delivery_open_of_occurrence(db, occurrence_id, &c->out);

    for (size_t i = 0; i < open.count; i++)
        planner_cancel(c, db, open.items[i], "occurrence removed");
}

void planner_event_removed(struct call *c, struct db *db, int64_t event_id)
{
    struct ids open = store_delivery_open_of_event(db, event_id, &c->out);

    for (size_t i = 0; i < open.count; i++)
        planner_cancel(c, db, open.items[i], "event removed");
}

struct ids planner_channels_told(struct call *c, struct db *db, int64_t event_id)
{
    struct plan p = {0};
    struct ids told = {0};
    size_t most = 0;

    read_rules(c, db, event_id, &p);
    for (size_t k = 0; k < p.rule_count; k++)
        most += p.rules[k].channels.count;
    told.items = arena_alloc(&c->out, (most + 1) * sizeof *told.items);
    for (size_t k = 0; k < p.rule_count; k++)
        for (size_t i = 0; i < p.rules[k].channels.count; i++)
            if (!planner_contains(&told, p.rules[k].channels.items[i]))
                told.items[told.count++] = p.rules[k].channels.items[i];
    return told;
}
