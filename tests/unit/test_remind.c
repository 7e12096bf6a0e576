/* What is told of a week, a target, a silence or a trouble, and when a channel wants its quiet. */
#include "event_fixture.h"

#include "service/office.h"

#define DELIVERIES "SELECT COUNT(*) FROM delivery"

/* Of kind and state. A statement is known by its place in memory: its text is a constant. */
#define THERE_ARE(kind, state) DELIVERIES " WHERE kind = '" kind "' AND state = '" state "'"

/* The text of the only message that is claimed now. */
static const struct dispatch_item *only(struct fixture *f)
{
    const struct list *list = claim(f);

    assert_int_equal(list->items.count, 1);
    return list->items.items;
}

static void more_than_five_overdue_dates_are_told_in_one_message(void **state)
{
    struct fixture *f = *state;
    const struct dispatch_item *item;
    char slug[16];

    add_webhook(f, "群");
    for (int i = 0; i < 6; i++) {
        snprintf(slug, sizeof slug, "talk-%d", i);
        add(f, slug, "2026-09-28 10:00", NULL);
    }
    remind(f, NULL, "6d");
    f->now_ms = at(1, 10) + 5 * MINUTE_MS;
    assert_non_null(ask(f, &op_dispatch_recover, NULL));
    assert_int_equal(sql(f, THERE_ARE("upcoming", "superseded")), 6);
    item = only(f);
    assert_string_equal(item->kind, "digest");
    assert_non_null(strstr(item->text, "科普讲座"));
    assert_non_null(strstr(item->text, "2026-09-28"));
}

static void five_overdue_dates_are_told_one_by_one_and_late(void **state)
{
    struct fixture *f = *state;
    const struct list *list;
    char slug[16];

    add_webhook(f, "群");
    for (int i = 0; i < 5; i++) {
        snprintf(slug, sizeof slug, "talk-%d", i);
        add(f, slug, "2026-09-28 10:00", NULL);
    }
    remind(f, NULL, "6d");
    f->now_ms = at(1, 10) + 5 * MINUTE_MS;
    assert_non_null(ask(f, &op_dispatch_recover, NULL));
    list = claim(f);
    assert_int_equal(list->items.count, 5);
    assert_non_null(strstr(((const struct dispatch_item *)list->items.items)->text, "迟到"));
}

static void what_expired_is_told_to_another_channel_once_an_hour(void **state)
{
    struct fixture *f = *state;
    const struct dispatch_item *item;
    struct channel_input in = channel_in("群");

    add_webhook(f, "群");
    add(f, "a", "2026-09-25 10:00", NULL);
    add(f, "b", "2026-09-25 10:00", NULL);
    remind(f, NULL, "1h");
    add_webhook(f, "值班");
    sql(f, "DELETE FROM delivery WHERE channel_name = '值班'");
    assert_non_null(ask(f, &op_channel_pause, &in));
    f->now_ms = at(4, 10);
    item = NULL;
    assert_int_equal(claim(f)->items.count, 0);
    assert_int_equal(sql(f, THERE_ARE("upcoming", "expired")), 2);
    assert_int_equal(sql(f, THERE_ARE("notice", "scheduled")), 1);
    item = only(f);
    assert_string_equal(item->channel_name, "值班");
    assert_non_null(strstr(item->text, "2 条"));
}

static void a_channel_that_is_paused_by_an_error_says_so_through_one_made_for_that(void **state)
{
    struct fixture *f = *state;
    struct channel_input marked = channel_in("值班");
    struct dispatch_outcome broken = {.outcome = ATTEMPT_PERMANENT, .pause_channel = true, .status = 410,
                                      .reason = txt("410: gone")};
    struct channel_input in = channel_in("群");
    const struct dispatch_item *item;

    add_webhook(f, "群");
    add_webhook(f, "大群");
    add_webhook(f, "值班");
    marked.alerts = 1;
    assert_non_null(ask(f, &op_channel_edit, &marked));
    assert_non_null(ask(f, &op_channel_test, &in));
    item = only(f);
    broken.id = item->id;
    broken.attempt = item->attempt;
    assert_non_null(ask(f, &op_dispatch_outcome, &broken));
    item = only(f);
    assert_string_equal(item->channel_name, "值班");
    assert_non_null(strstr(item->text, "410: gone"));
    assert_non_null(strstr(item->text, "resume 群"));
}

static void in_quiet_hours_nothing_goes_out_but_what_cannot_wait(void **state)
{
    struct fixture *f = *state;
    struct channel_input in = channel_in("群");
    struct event_ref off = ref_of("soon", NULL);

    add_webhook(f, "群");
    in.quiet = txt("22:00-07:00");
    assert_non_null(ask(f, &op_channel_edit, &in));
    add(f, "soon", "2026-09-23 06:00", NULL);
    add(f, "later", "2026-09-23 12:00", NULL);
    remind(f, NULL, "30d");
    f->now_ms = at(1, 23);
    assert_non_null(ask(f, &op_occurrence_cancel, &off));
    off = ref_of("later", NULL);
    assert_non_null(ask(f, &op_occurrence_cancel, &off));
    assert_string_equal(only(f)->event, "soon");
    assert_int_equal(sql(f, "SELECT next_ms FROM delivery WHERE kind = 'changed' AND state = 'scheduled'"), at(2, 7));
}

static void a_digest_tells_of_the_week_that_comes_as_the_channel_wants_it(void **state)
{
    struct fixture *f = *state;
    struct reminder_input rule = rule_in(NULL, NULL);
    struct channel_input in = channel_in("讲座群");
    struct event_input ev = event_in("talk", "2026-09-29 10:00", NULL);
    const struct dispatch_item *item;

    add_webhook(f, "讲座群");
    in.filters = (struct texts){(char *[]){txt("category=talk")}, 1, true};
    assert_non_null(ask(f, &op_channel_edit, &in));
    rule.kind = txt("digest");
    assert_non_null(ask(f, &op_reminder_add, &rule));
    assert_int_equal(sql(f, "SELECT due_ms FROM delivery WHERE kind = 'digest'"), at(6, 18));
    ev.category = txt("talk");
    ev.title = txt("下周的讲座");
    assert_non_null(ask(f, &op_event_add, &ev));
    ev.slug = txt("hidden");
    ev.title = txt("别人的活动");
    ev.category = txt("other");
    assert_non_null(ask(f, &op_event_add, &ev));
    f->now_ms = at(6, 18);
    item = only(f);
    assert_non_null(strstr(item->text, "下周的讲座"));
    assert_null(strstr(item->text, "别人的活动"));
    outcome(f, item->id, 1, ATTEMPT_OK);
    for (int i = 0; i < 2; i++)
        ask(f, &op_daily, NULL);
    assert_int_equal(sql(f, DELIVERIES " WHERE kind = 'digest'"), 2);
    assert_int_equal(sql(f, THERE_ARE("digest", "scheduled")), 1);
    f->now_ms = at(13, 18);
    assert_int_equal(claim(f)->items.count, 0);
    assert_int_equal(sql(f, THERE_ARE("digest", "cancelled")), 1);
}

static void a_date_is_asked_for_until_it_is_confirmed(void **state)
{
    struct fixture *f = *state;
    struct reminder_input rule = rule_in(NULL, NULL);
    struct event_input ev = event_in("week", "2027-05-22 10:00", NULL);
    struct event_ref sure = ref_of("week", NULL);

    add_webhook(f, "群");
    ev.provisional = 1;
    assert_non_null(ask(f, &op_event_add, &ev));
    rule.kind = txt("ask");
    assert_non_null(ask(f, &op_reminder_add, &rule));
    assert_int_equal(sql(f, "SELECT due_ms FROM delivery WHERE kind = 'ask'"), at(7, 9));
    f->now_ms = at(7, 9);
    assert_non_null(strstr(only(f)->text, "event confirm week"));
    outcome(f, 1, 1, ATTEMPT_OK);
    ask(f, &op_daily, NULL);
    assert_int_equal(sql(f, THERE_ARE("ask", "scheduled")), 1);
    assert_non_null(ask(f, &op_event_confirm, &sure));
    f->now_ms = at(14, 9);
    deliver(f);
    assert_int_equal(sql(f, THERE_ARE("ask", "cancelled")), 1);
}

/* What may have come before says so. */
static void a_message_sent_again_after_an_unknown_outcome_bears_its_id(void **state)
{
    struct fixture *f = *state;
    struct channel_input in = channel_in("群");
    const struct dispatch_item *item;

    add_webhook(f, "群");
    assert_non_null(ask(f, &op_channel_test, &in));
    item = only(f);
    assert_null(strstr(item->text, item->code));
    outcome(f, item->id, 1, ATTEMPT_UNKNOWN);
    f->now_ms += MINUTE_MS;
    item = only(f);
    assert_non_null(strstr(item->text, item->code));
}

static void templates_name_what_there_is(void **state)
{
    struct fixture *f = *state;
    struct reminder_input in = rule_in(NULL, "1d");

    add_webhook(f, "群");
    in.template = txt("{{title}}\n  {{strat}}");
    assert_null(ask(f, &op_reminder_add, &in));
    assert_string_equal(f->call.err.field, "template");
    assert_string_equal(f->call.err.args[0], "strat");
    assert_string_equal(f->call.err.args[1], "2");
    assert_string_equal(f->call.err.args[2], "3");
    assert_string_equal(f->call.err.args[3], "start");
    in.template = txt("{{> other}}");
    assert_null(ask(f, &op_reminder_add, &in));
    in.template = txt("{{! note }}{{#roles}}{{name}} {{&free}} {{{short}}}{{/roles}}{{^late}}{{.}}{{/late}}");
    assert_non_null(ask(f, &op_reminder_add, &in));
}

#define T(test) cmocka_unit_test_setup_teardown(test, set_up_events, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(more_than_five_overdue_dates_are_told_in_one_message),
        T(five_overdue_dates_are_told_one_by_one_and_late),
        T(what_expired_is_told_to_another_channel_once_an_hour),
        T(a_channel_that_is_paused_by_an_error_says_so_through_one_made_for_that),
        T(in_quiet_hours_nothing_goes_out_but_what_cannot_wait),
        T(a_digest_tells_of_the_week_that_comes_as_the_channel_wants_it),
        T(a_date_is_asked_for_until_it_is_confirmed),
        T(a_message_sent_again_after_an_unknown_outcome_bears_its_id),
        T(templates_name_what_there_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
