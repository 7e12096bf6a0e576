/* What is asked of the daemon: events, rules, channels, moves, cancellations, in any order and at any time. */
#include "world.h"

#include "service/event.h"
#include "service/office.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TEXTS 4
#define TEXT_BYTES 80

/* A call with all that it needs; lives until its answer. */
struct order {
    struct call call;
    struct world *world;
    union {
        struct event_input event;
        struct event_ref ref;
        struct channel_input channel;
        struct reminder_input reminder;
        struct delivery_filter delivery;
    } in;
    char texts[TEXTS][TEXT_BYTES];
    char *names[1];
};

static void on_answered(struct call *c)
{
    struct order *o = c->data;
    struct world *w = o->world;

    w->counts.refused += c->status != 0;
    if (c->status)
        world_say(w, "%s is refused: %s %s", c->op->name, c->err.field, c->err.args[0]);
    call_release(c);
    free(o);
}

static struct order *order_new(struct world *w, const struct fields *fields)
{
    struct order *o = calloc(1, sizeof *o);

    o->world = w;
    if (fields)
        fields_clear(fields, &o->in);
    return o;
}

static void ask(struct order *o, const struct operation *op)
{
    struct world *w = o->world;

    o->call.op = op;
    o->call.input = &o->in;
    o->call.data = o;
    o->call.done = on_answered;
    o->call.req = (struct request){.principal = {.role = ROLE_ADMIN, .name = "people"},
                                   .now_ms = world_wall(w), .if_version = FIELD_INT_ABSENT, .yes = true,
                                   .force = true};
    w->counts.orders++;
    w->order_ms = w->boot_ms;
    world_say(w, "%s %s", op->name, o->texts[0]);
    service_call(w->service, &o->call);
}

void people_daily(struct world *w)
{
    ask(order_new(w, NULL), &op_daily);
}

/* Local time of the office, to the minute. */
static char *local(struct order *o, int slot, int64_t wall_ms)
{
    time_t shanghai = (time_t)((wall_ms + 8 * HOUR_MS) / 1000);
    struct tm tm;

    gmtime_r(&shanghai, &tm);
    strftime(o->texts[slot], TEXT_BYTES, "%Y-%m-%d %H:%M", &tm);
    return o->texts[slot];
}

static char *text(struct order *o, int slot, const char *value)
{
    snprintf(o->texts[slot], TEXT_BYTES, "%s", value);
    return o->texts[slot];
}

/* One of a table's rows; false if it is empty. The literal yields a name, and what belongs to it. */
#define PICK(w, o, from)                                                                                       \
    pick(w, o, db_int((w)->db, 0, "SELECT COUNT(*) FROM " from), "SELECT name, more FROM " from                \
                                                                 " ORDER BY name, more LIMIT 1 OFFSET $1")

static bool pick(struct world *w, struct order *o, int64_t count, const char *sql)
{
    struct arena a = {0};
    struct stmt *s;

    if (count <= 0) {
        free(o);
        return false;
    }
    s = db_query_params(w->db, sql, (const struct param[]){p_int(world_below(w, count)), {.type = PARAM_END}});
    if (!stmt_row(s))
        world_wrong(w, "%s", sql);
    text(o, 0, stmt_text(s, 0, &a));
    text(o, 1, stmt_text(s, 1, &a));
    stmt_done(s);
    arena_release(&a);
    return true;
}

#define EVENTS "(SELECT slug AS name, '' AS more FROM event) x"
#define DATES                                                                                             \
    "(SELECT e.slug AS name, o.recurrence_id AS more FROM occurrence o JOIN event e ON e.id = o.event_id" \
    "  WHERE o.status <> 'cancelled' AND e.status <> 'cancelled') x"
#define RULES "(SELECT code AS name, '' AS more FROM reminder) x"
#define WEEKLY_RULES "(SELECT code AS name, '' AS more FROM reminder WHERE kind IN ('digest', 'ask')) x"
#define CHANNELS "(SELECT name AS name, '' AS more FROM channel) x"
#define PAUSED "(SELECT name AS name, '' AS more FROM channel WHERE state = 'paused') x"
#define WAITING "(SELECT code AS name, '' AS more FROM delivery WHERE next_ms IS NOT NULL) x"

static int64_t some_time_ms(struct world *w)
{
    return world_wall(w) + world_between(w, 1, 6 * 24 * 60) * MINUTE_MS;
}

/* Events */

static void add_event(struct world *w)
{
    static const char *const repeats[] = {NULL, "FREQ=DAILY;COUNT=4", "FREQ=WEEKLY;COUNT=3",
                                          "FREQ=DAILY;INTERVAL=2;COUNT=3"};
    struct order *o = order_new(w, &event_input_fields);
    struct event_input *in = &o->in.event;
    char slug[24];

    snprintf(slug, sizeof slug, "e%d", w->events_made++);
    in->slug = text(o, 0, slug);
    in->title = text(o, 1, "科普讲座");
    in->start = local(o, 2, some_time_ms(w));
    in->repeat = (char *)(uintptr_t)repeats[world_below(w, 4)];
    in->category = (char *)(uintptr_t)(world_chance(w, 500) ? "talk" : "other");
    in->duration = (char *)(uintptr_t)"1h";
    if (world_chance(w, 200))
        in->provisional = 1;
    if (world_chance(w, 250))
        in->tz = (char *)(uintptr_t)"America/New_York";
    ask(o, &op_event_add);
}

static void edit_event(struct world *w)
{
    struct order *o = order_new(w, &event_input_fields);

    if (!PICK(w, o, EVENTS))
        return;
    o->in.event.slug = o->texts[0];
    o->in.event.scope = (char *)(uintptr_t)"all";
    o->in.event.start = local(o, 2, some_time_ms(w));
    ask(o, &op_event_edit);
}

static void on_event(struct world *w, const struct operation *op)
{
    struct order *o = order_new(w, &event_ref_fields);

    if (!PICK(w, o, EVENTS))
        return;
    o->in.ref.slug = o->texts[0];
    ask(o, op);
}

static void cancel_event(struct world *w)
{
    on_event(w, &op_event_cancel);
}

static void remove_event(struct world *w)
{
    on_event(w, &op_event_remove);
}

static void confirm_event(struct world *w)
{
    on_event(w, &op_event_confirm);
}

static struct order *on_date(struct world *w)
{
    struct order *o = order_new(w, &event_ref_fields);

    if (!PICK(w, o, DATES))
        return NULL;
    o->in.ref.slug = o->texts[0];
    o->in.ref.on = o->texts[1];
    return o;
}

static void move_date(struct world *w)
{
    struct order *o = on_date(w);

    if (!o)
        return;
    o->in.ref.to = local(o, 2, some_time_ms(w));
    ask(o, &op_occurrence_move);
}

static void cancel_date(struct world *w)
{
    struct order *o = on_date(w);

    if (o)
        ask(o, &op_occurrence_cancel);
}

/* Rules */

static char *some_span(struct world *w)
{
    static const char *const spans[] = {"10m", "50m", "1h", "2h", "5h", "6h", "1d", "30h", "3d"};

    return (char *)(uintptr_t)spans[world_below(w, 9)];
}

static void add_rule(struct world *w)
{
    struct order *o = order_new(w, &reminder_input_fields);
    struct reminder_input *in = &o->in.reminder;

    if (world_chance(w, 600)) {
        if (!PICK(w, o, EVENTS))
            return;
        in->event = o->texts[0];
    } else if (world_chance(w, 500)) {
        in->category = (char *)(uintptr_t)"talk";
    } else {
        in->all = 1;
    }
    if (world_chance(w, 200))
        in->after = some_span(w);
    else
        in->before = some_span(w);
    if (world_chance(w, 400)) {
        o->names[0] = w->robots[world_below(w, ROBOTS)].name;
        in->channels = (struct texts){o->names, 1, true};
    }
    ask(o, &op_reminder_add);
}

static char *some_weekly(struct world *w)
{
    static const char *const times[] = {"每周一 9:00", "every sunday 18:00", "每周三 12:30", "every friday 23:00"};

    return (char *)(uintptr_t)times[world_below(w, 4)];
}

/* Digests, and asks for dates that are provisional. */
static void add_weekly(struct world *w)
{
    struct order *o = order_new(w, &reminder_input_fields);
    struct reminder_input *in = &o->in.reminder;

    in->kind = (char *)(uintptr_t)(world_chance(w, 500) ? "digest" : "ask");
    in->weekly = some_weekly(w);
    if (world_chance(w, 300))
        in->category = (char *)(uintptr_t)"talk";
    else
        in->all = 1;
    ask(o, &op_reminder_add);
}

static void edit_weekly(struct world *w)
{
    struct order *o = order_new(w, &reminder_input_fields);

    if (!PICK(w, o, WEEKLY_RULES))
        return;
    o->in.reminder.id = o->texts[0];
    o->in.reminder.weekly = some_weekly(w);
    ask(o, &op_reminder_edit);
}

static void edit_rule(struct world *w)
{
    struct order *o = order_new(w, &reminder_input_fields);

    if (!PICK(w, o, RULES))
        return;
    o->in.reminder.id = o->texts[0];
    o->in.reminder.before = some_span(w);
    ask(o, &op_reminder_edit);
}

static void remove_rule(struct world *w)
{
    struct order *o = order_new(w, &reminder_input_fields);

    if (!PICK(w, o, RULES))
        return;
    o->in.reminder.id = o->texts[0];
    ask(o, &op_reminder_remove);
}

/* Channels */

static void add_channel_of(struct world *w, const struct robot *r)
{
    struct order *o = order_new(w, &channel_input_fields);

    o->in.channel.name = text(o, 0, r->name);
    o->in.channel.kind = (char *)(uintptr_t)r->kind;
    o->in.channel.url = (char *)(uintptr_t)r->url;
    ask(o, &op_channel_add);
}

static void add_channel(struct world *w)
{
    add_channel_of(w, &w->robots[world_below(w, ROBOTS)]);
}

static void on_channel(struct world *w, const struct operation *op, const char *said)
{
    struct order *o = order_new(w, &channel_input_fields);

    if (!PICK(w, o, CHANNELS))
        return;
    o->in.channel.name = o->texts[0];
    o->in.channel.text = (char *)(uintptr_t)said;
    ask(o, op);
}

static void edit_channel(struct world *w)
{
    struct order *o = order_new(w, &channel_input_fields);

    if (!PICK(w, o, CHANNELS))
        return;
    o->in.channel.name = o->texts[0];
    o->names[0] = (char *)(uintptr_t)"category=talk";
    o->in.channel.filters = (struct texts){o->names, (size_t)world_below(w, 2), true};
    ask(o, &op_channel_edit);
}

static void edit_quiet(struct world *w)
{
    static const char *const hours[] = {"22:00-07:00", "12:00-13:30", ""};
    struct order *o = order_new(w, &channel_input_fields);

    if (!PICK(w, o, CHANNELS))
        return;
    o->in.channel.name = o->texts[0];
    o->in.channel.quiet = (char *)(uintptr_t)hours[world_below(w, 3)];
    ask(o, &op_channel_edit);
}

static void pause_channel(struct world *w)
{
    on_channel(w, &op_channel_pause, NULL);
}

static void resume_channel(struct world *w)
{
    struct order *o = order_new(w, &channel_input_fields);

    if (!PICK(w, o, PAUSED))
        return;
    o->in.channel.name = o->texts[0];
    ask(o, &op_channel_resume);
}

static void remove_channel(struct world *w)
{
    on_channel(w, &op_channel_remove, NULL);
}

static void send_notice(struct world *w)
{
    on_channel(w, &op_channel_send, "下午改在室内");
}

void people_send_many(struct world *w)
{
    for (int i = 0; i < 25; i++)
        on_channel(w, &op_channel_send, "请看通知");
}

/* Deliveries */

void people_hurry(struct world *w)
{
    struct order *o = order_new(w, &delivery_filter_fields);

    if (!PICK(w, o, WAITING))
        return;
    o->in.delivery.id = o->texts[0];
    promise_track(w, o->texts[0])->hurried = true;
    ask(o, &op_delivery_retry);
}

static void drop_delivery(struct world *w)
{
    struct order *o = order_new(w, &delivery_filter_fields);

    if (!PICK(w, o, WAITING))
        return;
    o->in.delivery.id = o->texts[0];
    ask(o, &op_delivery_drop);
}

static const struct {
    int weight;
    void (*order)(struct world *w);
} orders[] = {
    {10, add_event},     {4, edit_event},     {1, cancel_event}, {1, remove_event}, {8, move_date},
    {5, cancel_date},    {4, add_rule},       {2, edit_rule},    {1, remove_rule},  {2, add_channel},
    {2, edit_channel},   {2, pause_channel},  {5, resume_channel}, {1, remove_channel}, {3, send_notice},
    {1, people_send_many},      {2, people_hurry}, {1, drop_delivery}, {2, people_daily},
    {2, add_weekly},     {1, edit_weekly},    {1, confirm_event}, {2, edit_quiet},
};

void people_order(struct world *w)
{
    int total = 0, at;

    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
        total += orders[i].weight;
    at = (int)world_below(w, total);
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        at -= orders[i].weight;
        if (at < 0) {
            orders[i].order(w);
            return;
        }
    }
}

void people_begin(struct world *w)
{
    for (size_t i = 0; i < ROBOTS; i++)
        add_channel_of(w, &w->robots[i]);
    add_event(w);
    add_event(w);
    add_rule(w);
    add_rule(w);
}
