/* What rules would send next, to whom and when, without sending it. */
#include "digest.h"
#include "event.h"
#include "planner_private.h"
#include "quiet.h"
#include "store/event.h"
#include "target.h"

#include <stdlib.h>
#include <string.h>

#define PREVIEW_CHANNELS_MAX 50

/* One thing to tell, for all channels of its rule. */
struct unit {
    const struct reminder *rule;
    enum notice_kind kind;
    int64_t occurrence_id, event_id;      /* DB_NULL_INT: none */
    int64_t due_ms, start_ms, end_ms;     /* due: FIELD_INT_ABSENT = when it happens */
    char *subject;
};

struct previewing {
    struct call *c;
    struct db *db;
    int64_t most;
    struct list_builder units;            /* struct unit */
    struct list_builder items;            /* struct reminder_preview */
};

static struct unit *add_unit(struct previewing *p, const struct reminder *r, enum notice_kind kind)
{
    struct unit *u = list_add(p->c, &p->units, sizeof *u);

    *u = (struct unit){.rule = r, .kind = kind, .occurrence_id = DB_NULL_INT, .event_id = DB_NULL_INT,
                       .due_ms = FIELD_INT_ABSENT, .subject = (char *)(uintptr_t)""};
    return u;
}

/* The next dates of the events that a rule is about. */
static void add_occurrences(struct previewing *p, const struct reminder *r, enum notice_kind kind)
{
    bool timed = notice_kind_has_offset(kind);
    struct stmt *s = db_query(
        p->db,
        "SELECT o.id, o.event_id, o.start_ms, o.end_ms FROM occurrence o JOIN event e ON e.id = o.event_id"
        " WHERE e.status <> 'cancelled' AND o.status <> 'cancelled' AND (CAST($1 AS bigint) IS NULL OR e.id = $1)"
        " AND (CAST($2 AS text) IS NULL OR e.category = $2)"
        " AND CASE WHEN $3 = 1 THEN o.end_ms ELSE o.start_ms END > $4 ORDER BY o.start_ms, o.id LIMIT $5",
        p_int(r->event_id), p_text(r->category), p_int(kind == NOTICE_THANKS), p_int(p->c->req.now_ms - r->offset_ms),
        p_int(timed ? p->most : 1));

    while (stmt_row(s)) {
        struct unit *u = add_unit(p, r, kind);
        u->occurrence_id = stmt_int(s, 0);
        u->event_id = stmt_int(s, 1);
        u->start_ms = stmt_int(s, 2);
        u->end_ms = stmt_int(s, 3);
        if (timed)
            u->due_ms = (kind == NOTICE_THANKS ? u->end_ms : u->start_ms) + r->offset_ms;
    }
}

static void add_asks(struct previewing *p, const struct reminder *r)
{
    struct ids events = store_read_ids(
        db_query(p->db,
                 "SELECT DISTINCT o.event_id FROM occurrence o JOIN event e ON e.id = o.event_id"
                 " WHERE o.status = 'tentative' AND o.end_ms > $1 AND e.status <> 'cancelled'"
                 " AND (CAST($2 AS bigint) IS NULL OR e.id = $2) AND (CAST($3 AS text) IS NULL OR e.category = $3)"
                 " ORDER BY o.event_id LIMIT $4",
                 p_int(p->c->req.now_ms), p_int(r->event_id), p_text(r->category), p_int(p->most)),
        &p->c->out);

    for (size_t i = 0; i < events.count; i++) {
        struct unit *u = add_unit(p, r, NOTICE_ASK);
        u->event_id = events.items[i];
        planner_weekly_next(p->c, r, &u->due_ms, &u->subject);
    }
    if (r->event_id == DB_NULL_INT) {
        struct unit *u = add_unit(p, r, NOTICE_ASK);    /* what has no date at all */
        planner_weekly_next(p->c, r, &u->due_ms, &u->subject);
    }
}

/* The next step of each target that the rule is about. */
static void add_milestones(struct previewing *p, const struct reminder *r)
{
    int64_t steps[MILESTONE_STEPS_MAX];
    size_t count = milestone_steps_parse(r->steps, steps);
    struct target_ref ref = {0};
    struct err e = {0};
    const struct list *list;
    void *found;

    if (op_target_list.run(p->c, p->db, &ref, &found, &e))
        return;
    list = found;
    for (size_t i = 0; i < list->items.count; i++) {
        const struct target *t = &((const struct target *)list->items.items)[i];
        size_t k = 0;
        while (k < count && t->percent_milli != FIELD_INT_ABSENT && steps[k] <= t->percent_milli)
            k++;
        if (k < count && (!r->target[0] || strcmp(r->target, t->slug) == 0))
            add_unit(p, r, NOTICE_MILESTONE)->subject =
                arena_printf(&p->c->out, "%s/%s:%lld", t->plan, t->slug, (long long)steps[k]);
    }
}

static void add_rule(struct previewing *p, const struct reminder *r)
{
    enum notice_kind kind;

    if (!r || !notice_kind_parse(r->kind, &kind))
        return;
    if (notice_kind_has_occurrence(kind)) {
        add_occurrences(p, r, kind);
    } else if (kind == NOTICE_ASK) {
        add_asks(p, r);
    } else if (kind == NOTICE_MILESTONE) {
        add_milestones(p, r);
    } else {
        struct unit *u = add_unit(p, r, kind);
        planner_weekly_next(p->c, r, &u->due_ms, &u->subject);
    }
}

static int by_due(const void *a, const void *b)
{
    const struct unit *x = a, *y = b;
    int64_t due_x = x->due_ms == FIELD_INT_ABSENT ? INT64_MAX : x->due_ms;
    int64_t due_y = y->due_ms == FIELD_INT_ABSENT ? INT64_MAX : y->due_ms;

    if (due_x != due_y)
        return due_x < due_y ? -1 : 1;
    return (x->occurrence_id > y->occurrence_id) - (x->occurrence_id < y->occurrence_id);
}

static char *first_role(struct previewing *p, int64_t occurrence_id)
{
    struct objects roles = store_occurrence_roles(p->db, occurrence_id, &p->c->out);

    return roles.count ? ((const struct role *)roles.items)[0].name : (char *)(uintptr_t)"";
}

static struct delivery_row as_delivery(struct previewing *p, const struct unit *u, const struct channel_row *ch)
{
    struct delivery_row d = {.code = (char *)(uintptr_t)"d-preview", .channel_id = ch->shown.id,
                             .channel_name = ch->shown.name, .kind = u->rule->kind, .reminder_id = u->rule->id,
                             .event_id = u->event_id, .occurrence_id = u->occurrence_id, .subject = u->subject,
                             .text = (char *)(uintptr_t)"", .role = (char *)(uintptr_t)"", .attempts = 1};

    d.due_ms = u->due_ms == FIELD_INT_ABSENT ? p->c->req.now_ms : u->due_ms;
    d.deadline_ms = notice_deadline_ms(u->kind, d.due_ms, -u->rule->offset_ms, u->start_ms, u->end_ms);
    if (u->kind == NOTICE_FILLED)
        d.role = first_role(p, u->occurrence_id);
    return d;
}

struct verdict_words {
    const char *state;
    enum msg reason;
};

static bool is_staffed(struct db *db, int64_t occurrence_id)
{
    return db_int(db, 0, "SELECT 1 FROM occurrence_role WHERE occurrence_id = $1 AND taken < minimum LIMIT 1",
                  p_int(occurrence_id)) == 0;
}

/* Whether it would be sent; false with the reason why not. */
static bool goes(struct previewing *p, const struct unit *u, const struct delivery_row *d,
                 const struct channel_row *ch, struct verdict_words *ret)
{
    bool of_event = u->event_id != DB_NULL_INT;
    struct ids rules = of_event ? planner_rules_of(p->c, p->db, u->event_id) : (struct ids){0};
    struct ids told = of_event ? store_reminder_channels(p->db, u->rule, u->event_id, &p->c->out) : (struct ids){0};

    *ret = (struct verdict_words){"planned", WORD_PREVIEW_HAPPENS};
    if (of_event && !planner_contains(&rules, u->rule->id))
        *ret = (struct verdict_words){"overruled", WORD_PREVIEW_OVERRULED};
    else if (of_event && !planner_contains(&told, ch->shown.id))
        *ret = (struct verdict_words){"filtered", WORD_PREVIEW_FILTERED};
    else if (ch->paused)
        *ret = (struct verdict_words){"paused", WORD_PREVIEW_PAUSED};
    else if (u->kind == NOTICE_UNDERSTAFFED && is_staffed(p->db, u->occurrence_id))
        *ret = (struct verdict_words){"nothing", WORD_PREVIEW_STAFFED};
    else if ((u->kind == NOTICE_DIGEST && digest_is_empty(p->c, p->db, d, ch)) ||
             (u->kind == NOTICE_ASK && !digest_is_asked(p->c, p->db, d, ch)))
        *ret = (struct verdict_words){"nothing", WORD_PREVIEW_NOTHING};
    return strcmp(ret->state, "planned") == 0;
}

static void say_when(struct previewing *p, const struct unit *u, const struct delivery_row *d,
                     const struct channel_row *ch, struct reminder_preview *v)
{
    enum lang lang = p->c->req.lang;

    v->due_ms = v->at_ms = u->due_ms;
    if (u->due_ms == FIELD_INT_ABSENT) {
        v->reason = arena_strdup(&p->c->out, catalogue_text(WORD_PREVIEW_HAPPENS, lang));
        return;
    }
    v->at_ms = planner_at_ms(p->c, p->db, ch->shown.quiet, ch->shown.id, d, u->start_ms);
    if (v->at_ms != v->due_ms)
        v->reason = arena_strdup(&p->c->out, catalogue_text(ch->shown.quiet[0] ? WORD_PREVIEW_QUIET
                                                                               : WORD_PREVIEW_SPREAD, lang));
}

static int word(struct previewing *p, const struct delivery_row *d, const struct channel_row *ch,
                struct reminder_preview *v, struct err *e)
{
    struct dispatch_item item;
    struct composed words;
    const char *payload;

    if (compose(p->c, p->db, d, ch, &words, e))
        return -1;
    item = (struct dispatch_item){.code = d->code, .kind = d->kind, .channel_kind = ch->shown.kind,
                                  .channel_name = ch->shown.name, .keyword = ch->shown.keyword,
                                  .url = (char *)(uintptr_t)"https://preview.invalid/", .title = words.title,
                                  .subject = words.subject, .text = words.text, .link = words.link,
                                  .event = words.event, .recurrence_id = words.recurrence_id, .start = words.start,
                                  .venue = words.venue, .timestamp_ms = p->c->req.now_ms};
    if (service_robots(p->c->service)->body(&item, &p->c->out, &payload, e))
        return -1;
    v->title = words.title;
    v->text = words.text;
    v->payload = (char *)(uintptr_t)payload;
    v->bytes = (int64_t)strlen(payload);
    return 0;
}

static int show_channel(struct previewing *p, const struct unit *u, int64_t channel_id, struct err *e)
{
    struct channel_row *ch = store_channel_by_id(p->db, channel_id, &p->c->out);
    struct delivery_row d = as_delivery(p, u, ch);
    struct reminder_preview *v = list_add(p->c, &p->items, sizeof *v);
    struct occurrence *o = u->occurrence_id == DB_NULL_INT ? NULL : occurrence_get(p->c, p->db, u->occurrence_id);
    struct event *ev = o || u->event_id == DB_NULL_INT ? NULL : event_get(p->c, p->db, u->event_id);
    struct verdict_words verdict;

    *v = (struct reminder_preview){.reminder = u->rule->code, .kind = u->rule->kind, .channel = ch->shown.name,
                                   .bytes = FIELD_INT_ABSENT};
    v->event = o ? o->event : ev ? ev->slug : NULL;
    if (o)
        v->recurrence_id = o->recurrence_id;
    say_when(p, u, &d, ch, v);
    if (!goes(p, u, &d, ch, &verdict)) {
        v->reason = arena_strdup(&p->c->out, catalogue_text(verdict.reason, p->c->req.lang));
        v->at_ms = FIELD_INT_ABSENT;
    }
    v->state = (char *)(uintptr_t)verdict.state;
    return word(p, &d, ch, v, e);
}

static int run(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct reminder_input *in = input;
    bool all = strcmp(in->id, "all") == 0;
    struct reminder *r = all ? NULL : store_reminder_by_code(db, in->id, &c->out);
    struct ids rules = all ? store_reminder_ids(db, &c->out) : (struct ids){0};
    struct previewing p = {.c = c, .db = db, .most = in->count == FIELD_INT_ABSENT ? PREVIEW_DEFAULT : in->count};
    struct unit *units;

    if (p.most < 1 || p.most > PREVIEW_MAX)
        return err_set(e, ERR_INVALID, MSG_OUT_OF_RANGE, "count", "count", "1", "50", NULL);
    if (!all && !r)
        return db_check(db, e) ? -1
                               : err_set(e, ERR_NOT_FOUND, MSG_THING_NOT_FOUND, "reminder", "reminder", in->id, NULL);
    add_rule(&p, r);
    for (size_t i = 0; i < rules.count; i++)
        add_rule(&p, store_reminder_by_id(db, rules.items[i], &c->out));
    units = (struct unit *)(void *)p.units.items;
    if (p.units.count > 1)
        qsort(units, p.units.count, sizeof *units, by_due);
    for (size_t i = 0; i < p.units.count && (int64_t)i < p.most; i++) {
        struct ids channels = planner_rule_channels(c, db, units[i].rule);
        for (size_t k = 0; k < channels.count && k < PREVIEW_CHANNELS_MAX; k++)
            if (show_channel(&p, &units[i], channels.items[k], e))
                return -1;
    }
    *ret = list_end(c, &p.items, NULL);
    return db_check(db, e);
}

const struct operation op_reminder_preview = {"reminder preview", ROLE_VIEWER, false, run};
