/* Events, channels and rules on a store of their own: for the tests of events, of planning and of sending. */
#ifndef KEPU_TESTS_EVENT_FIXTURE_H
#define KEPU_TESTS_EVENT_FIXTURE_H

#include "people_fixture.h"

#include "notify/notify.h"
#include "service/event.h"
#include "service/notice.h"

#define MINUTE_MS 60000LL
#define TODAY_MS (NOW_MS - 9 * HOUR_MS)        /* midnight, and a Monday */

/* "2026-09-22T10:00" as an instant is at(1, 10). */
static inline int64_t at(int64_t days, int64_t hour)
{
    return TODAY_MS + days * DAY_MS + hour * HOUR_MS;
}

static inline char *txt(const char *text)
{
    return (char *)(uintptr_t)text;
}

static inline int set_up_events(void **state)
{
    struct fixture *f;

    set_up(state);
    f = *state;
    service_set_robots(f->service, &notify_robots);
    sql(f, "INSERT INTO category (slug, title, title_en, color, position, version)"
           " VALUES ('talk', '讲座', 'Talk', 'red', 1, 1), ('other', '其他', 'Other', 'blue', 2, 1)");
    sql(f, "INSERT INTO department (slug, title, title_en, aliases, position, version)"
           " VALUES ('kexie', '科协', '', '', 1, 1), ('jiaoyu', '教育局', '', '', 2, 1)");
    sql(f, "INSERT INTO audience (slug, title, title_en, position, version) VALUES ('youth', '青少年', '', 1, 1)");
    return 0;
}

static inline struct event_input event_in(const char *slug, const char *start, const char *repeat)
{
    struct event_input in;

    fields_clear(&event_input_fields, &in);
    in.slug = txt(slug);
    in.title = txt("科普讲座");
    in.start = txt(start);
    in.repeat = txt(repeat);
    return in;
}

static inline struct event *add(struct fixture *f, const char *slug, const char *start, const char *repeat)
{
    struct event_input in = event_in(slug, start, repeat);
    struct event *ev = ask(f, &op_event_add, &in);

    if (!ev)
        fail_msg("%s: %d %s %s", slug, (int)f->call.err.msg, f->call.err.field, f->call.err.args[0]);
    return ev;
}

/* An edit of all of an event, to be filled. */
static inline struct event_input edit_of(const char *slug)
{
    struct event_input in;

    fields_clear(&event_input_fields, &in);
    in.slug = txt(slug);
    in.scope = txt("all");
    return in;
}

static inline struct event_ref ref_of(const char *slug, const char *on)
{
    struct event_ref in;

    fields_clear(&event_ref_fields, &in);
    in.slug = txt(slug);
    in.on = txt(on);
    return in;
}

static inline struct occurrence *move_to(struct fixture *f, const char *slug, const char *on, const char *to)
{
    struct event_ref in = ref_of(slug, on);
    struct occurrence *o;

    in.to = txt(to);
    o = ask(f, &op_occurrence_move, &in);
    assert_non_null(o);
    return o;
}

static inline struct channel_input channel_in(const char *name)
{
    struct channel_input in;

    fields_clear(&channel_input_fields, &in);
    in.name = txt(name);
    return in;
}

static inline void add_channel(struct fixture *f, const char *name, const char *kind, const char *url)
{
    struct channel_input in = channel_in(name);

    in.kind = txt(kind);
    in.url = txt(url);
    if (!ask(f, &op_channel_add, &in))
        fail_msg("channel %s: %s %s", name, f->call.err.field, f->call.err.args[0]);
}

static inline void add_webhook(struct fixture *f, const char *name)
{
    add_channel(f, name, "webhook", "https://hooks.example.org/kepu");
}

static inline struct reminder_input rule_in(const char *event, const char *before)
{
    struct reminder_input in;

    fields_clear(&reminder_input_fields, &in);
    in.event = txt(event);
    in.all = event ? -1 : 1;
    in.before = txt(before);
    return in;
}

/* A rule for an event (NULL: for all); valid until the next call. */
static inline struct reminder *remind(struct fixture *f, const char *event, const char *before)
{
    struct reminder_input in = rule_in(event, before);
    struct reminder *r = ask(f, &op_reminder_add, &in);

    assert_non_null(r);
    return r;
}

/* What is claimed now; valid until the next call. */
static inline const struct list *claim(struct fixture *f)
{
    struct dispatch_claim in = {.most = 100};
    const struct list *list = ask(f, &op_dispatch_claim, &in);

    assert_non_null(list);
    return list;
}

static inline void outcome(struct fixture *f, int64_t id, int64_t attempt, enum attempt_outcome how)
{
    struct dispatch_outcome in = {.id = id, .attempt = attempt, .outcome = how, .status = 200, .took_ms = 5,
                                  .reason = txt("")};

    assert_non_null(ask(f, &op_dispatch_outcome, &in));
}

/* Claims what is due and has all of it delivered; how many there were. */
static inline size_t deliver(struct fixture *f)
{
    const struct list *list = claim(f);
    size_t count = list->items.count;
    struct dispatch_item items[100];

    if (count > 0)
        memcpy(items, list->items.items, count * sizeof items[0]);
    for (size_t i = 0; i < count; i++)
        outcome(f, items[i].id, items[i].attempt, ATTEMPT_OK);
    return count;
}

#endif
