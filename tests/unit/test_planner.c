/* Planning: which deliveries follow from rules, channels and dates, and what becomes of each (SPEC 8). */
#include "event_fixture.h"

#include "service/office.h"

#define DELIVERIES "SELECT COUNT(*) FROM delivery"
#define OPEN_ONES DELIVERIES " WHERE state IN ('scheduled', 'retrying', 'ambiguous', 'sending')"

static void what_was_due_before_its_rule_existed_is_not_planned(void **state)
{
    struct fixture *f = *state;

    add_webhook(f, "群");
    add(f, "daily", "2026-09-20 10:00", "FREQ=DAILY;COUNT=4");
    remind(f, "daily", "1d");
    assert_int_equal(sql(f, DELIVERIES), 2);
    assert_int_equal(sql(f, "SELECT MIN(due_ms) FROM delivery"), at(0, 10));
}

static void a_rule_a_channel_and_an_event_may_come_in_any_order(void **state)
{
    struct fixture *f = *state;

    remind(f, NULL, "1d");
    add(f, "talk", "2026-09-25 10:00", NULL);
    assert_int_equal(sql(f, DELIVERIES), 0);
    add_webhook(f, "群");
    assert_int_equal(sql(f, DELIVERIES " WHERE due_ms = 1790215200000 AND next_ms = due_ms"), 1);
    assert_int_equal(at(3, 10), 1790215200000);
    add(f, "more", "2026-09-26 10:00", NULL);
    assert_int_equal(sql(f, DELIVERIES), 2);
}

static void moving_an_occurrence_redates_what_is_not_final(void **state)
{
    struct fixture *f = *state;

    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    remind(f, "talk", "1d");
    move_to(f, "talk", NULL, "2026-09-27 11:00");
    assert_int_equal(sql(f, DELIVERIES " WHERE kind = 'upcoming'"), 1);
    assert_int_equal(sql(f, "SELECT due_ms FROM delivery WHERE kind = 'upcoming' AND next_ms = due_ms"), at(5, 11));
}

static void moving_after_it_was_told_tells_it_again(void **state)
{
    struct fixture *f = *state;

    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    remind(f, "talk", "1d");
    f->now_ms = at(3, 10);
    assert_int_equal(deliver(f), 1);
    move_to(f, "talk", NULL, "2026-09-30 10:00");
    assert_int_equal(sql(f, "SELECT due_ms FROM delivery WHERE kind = 'upcoming' AND state = 'scheduled'"), at(8, 10));
    assert_int_equal(sql(f, DELIVERIES " WHERE kind = 'upcoming'"), 2);
}

static void an_event_given_another_time_is_told_of_again_too(void **state)
{
    struct fixture *f = *state;
    struct event_input in = edit_of("talk");

    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    remind(f, "talk", "1d");
    f->now_ms = at(3, 10);
    assert_int_equal(deliver(f), 1);
    in.start = txt("2026-09-25 15:00");
    assert_non_null(ask(f, &op_event_edit, &in));
    assert_int_equal(sql(f, "SELECT due_ms FROM delivery WHERE kind = 'upcoming' AND state = 'scheduled'"), at(3, 15));
}

static void thanks_are_given_once_however_often_it_is_moved(void **state)
{
    struct fixture *f = *state;
    struct reminder_input in = rule_in("talk", NULL);

    add_webhook(f, "群");
    add(f, "talk", "2026-09-22 10:00", NULL);
    in.after = txt("1h");
    assert_non_null(ask(f, &op_reminder_add, &in));
    f->now_ms = at(1, 12);
    assert_int_equal(deliver(f), 1);
    move_to(f, "talk", NULL, "2026-09-23 10:00");
    assert_int_equal(sql(f, DELIVERIES " WHERE kind = 'thanks'"), 1);
}

static void a_retry_of_a_moved_occurrence_waits_for_the_new_time(void **state)
{
    struct fixture *f = *state;

    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    remind(f, "talk", "1d");
    f->now_ms = at(3, 10);
    assert_int_equal(claim(f)->items.count, 1);
    outcome(f, 1, 1, ATTEMPT_RETRY);
    move_to(f, "talk", NULL, "2026-09-30 10:00");
    assert_int_equal(sql(f, "SELECT next_ms FROM delivery WHERE kind = 'upcoming'"), at(8, 10));
}

static void what_is_being_sent_while_it_moves_waits_for_the_new_time_too(void **state)
{
    struct fixture *f = *state;

    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    remind(f, "talk", "1d");
    f->now_ms = at(3, 10);
    assert_int_equal(claim(f)->items.count, 1);
    move_to(f, "talk", NULL, "2026-09-30 10:00");
    assert_non_null(ask(f, &op_dispatch_recover, NULL));
    assert_int_equal(sql(f, "SELECT next_ms FROM delivery WHERE kind = 'upcoming' AND state = 'ambiguous'"), at(8, 10));
}

static void a_retry_of_what_was_moved_ahead_ends_at_the_new_deadline(void **state)
{
    struct fixture *f = *state;

    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    remind(f, "talk", "1d");
    f->now_ms = at(3, 10);
    assert_int_equal(claim(f)->items.count, 1);
    outcome(f, 1, 1, ATTEMPT_RETRY);
    sql(f, "UPDATE delivery SET next_ms = deadline_ms WHERE kind = 'upcoming'");
    move_to(f, "talk", NULL, "2026-09-25 09:00");
    assert_int_equal(sql(f, "SELECT next_ms - deadline_ms FROM delivery WHERE kind = 'upcoming'"), 0);
}

static void no_attempt_stays_without_an_outcome(void **state)
{
    struct fixture *f = *state;
    struct event_ref in = ref_of("talk", NULL);

    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    remind(f, "talk", "1d");
    f->now_ms = at(3, 10);
    assert_int_equal(claim(f)->items.count, 1);
    assert_non_null(ask(f, &op_event_cancel, &in));
    assert_non_null(ask(f, &op_dispatch_recover, NULL));
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM attempt WHERE outcome IS NULL"), 0);
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM delivery WHERE kind = 'upcoming' AND state = 'cancelled'"), 1);
}

static void a_robot_keeps_its_pace_when_its_channel_is_made_again_and_the_clock_is_set(void **state)
{
    struct fixture *f = *state;
    struct channel_input in = channel_in("群");
    struct dispatch_claim now = {.most = 100, .boot = "this", .boot_ms = 1000};
    const struct list *list;

    add_channel(f, "群", "slack", "https://hooks.slack.com/services/1");
    in.text = txt("下午改在室内");
    assert_non_null(ask(f, &op_channel_send, &in));
    list = ask(f, &op_dispatch_claim, &now);
    assert_int_equal(list->items.count, 1);
    assert_non_null(ask(f, &op_channel_remove, &in));
    add_channel(f, "群", "slack", "https://hooks.slack.com/services/1");
    f->now_ms += HOUR_MS;
    assert_non_null(ask(f, &op_channel_send, &in));
    now.boot_ms = 1900;
    list = ask(f, &op_dispatch_claim, &now);
    assert_int_equal(list->items.count, 0);
    assert_int_equal(sql(f, "SELECT next_ms FROM delivery WHERE state = 'scheduled'"), f->now_ms + 100);
}

static void cancelling_withdraws_what_was_planned_and_says_so(void **state)
{
    struct fixture *f = *state;
    struct event_ref in = ref_of("weekly", "2026-09-29");

    add_webhook(f, "群");
    add(f, "weekly", "2026-09-22 10:00", "FREQ=WEEKLY;COUNT=3");
    remind(f, "weekly", "1h");
    assert_int_equal(sql(f, DELIVERIES), 3);
    assert_non_null(ask(f, &op_occurrence_cancel, &in));
    assert_int_equal(sql(f, DELIVERIES " WHERE state = 'cancelled'"), 1);
    assert_int_equal(sql(f, DELIVERIES " WHERE state = 'scheduled' AND kind = 'upcoming'"), 2);
    assert_int_equal(sql(f, "SELECT due_ms FROM delivery WHERE kind = 'changed'"), NOW_MS);
}

static void an_event_after_a_removed_one_is_told_of(void **state)
{
    struct fixture *f = *state;
    struct event_ref in = ref_of("old", NULL);

    add_webhook(f, "群");
    remind(f, NULL, "1d");
    add(f, "old", "2026-09-25 10:00", NULL);
    assert_non_null(ask(f, &op_event_remove, &in));
    add(f, "new", "2026-09-26 10:00", NULL);
    assert_int_equal(sql(f, "SELECT due_ms FROM delivery WHERE state = 'scheduled'"), at(4, 10));
}

static void a_channel_that_is_added_again_is_told(void **state)
{
    struct fixture *f = *state;
    struct channel_input in = channel_in("群");

    add_webhook(f, "群");
    remind(f, NULL, "1d");
    add(f, "talk", "2026-09-25 10:00", NULL);
    assert_non_null(ask(f, &op_channel_remove, &in));
    add_webhook(f, "群");
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM delivery WHERE state = 'scheduled'"), 1);
}

static void filters_decide_which_channels_are_told(void **state)
{
    struct fixture *f = *state;
    struct channel_input in = channel_in("讲座群");
    struct event_input ev = event_in("talk", "2026-09-25 10:00", NULL);

    add_webhook(f, "讲座群");
    add_webhook(f, "大群");
    in.filters = (struct texts){(char *[]){txt("category=talk"), txt("lead=kexie")}, 2, true};
    assert_non_null(ask(f, &op_channel_edit, &in));
    remind(f, NULL, "1d");
    ev.category = txt("talk");
    assert_non_null(ask(f, &op_event_add, &ev));
    assert_int_equal(sql(f, DELIVERIES " WHERE channel_name = '讲座群'"), 0);
    ev.slug = txt("led");
    ev.lead = txt("kexie");
    assert_non_null(ask(f, &op_event_add, &ev));
    assert_int_equal(sql(f, DELIVERIES " WHERE channel_name = '讲座群'"), 1);
    assert_int_equal(sql(f, DELIVERIES " WHERE channel_name = '大群'"), 2);
}

static void what_the_planner_took_back_comes_back_with_its_reason(void **state)
{
    struct fixture *f = *state;
    struct channel_input in = channel_in("群");

    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    remind(f, "talk", "1d");
    in.filters = (struct texts){(char *[]){txt("category=talk")}, 1, true};
    assert_non_null(ask(f, &op_channel_edit, &in));
    assert_int_equal(sql(f, OPEN_ONES), 0);
    in.filters.count = 0;
    assert_non_null(ask(f, &op_channel_edit, &in));
    assert_int_equal(sql(f, OPEN_ONES), 1);
    assert_int_equal(sql(f, "SELECT due_ms FROM delivery WHERE state = 'scheduled'"), at(3, 10));
}

static void a_general_rule_stands_in_again_when_the_special_one_goes(void **state)
{
    struct fixture *f = *state;
    struct reminder_input in;
    char code[40];

    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    remind(f, NULL, "1d");
    snprintf(code, sizeof code, "%s", remind(f, "talk", "2d")->code);
    assert_int_equal(sql(f, "SELECT due_ms FROM delivery WHERE state = 'scheduled'"), at(2, 10));
    fields_clear(&reminder_input_fields, &in);
    in.id = code;
    assert_non_null(ask(f, &op_reminder_remove, &in));
    assert_int_equal(sql(f, OPEN_ONES), 1);
    assert_int_equal(sql(f, "SELECT due_ms FROM delivery WHERE state = 'scheduled'"), at(3, 10));
}

static void what_was_dropped_by_hand_stays_dropped(void **state)
{
    struct fixture *f = *state;
    struct delivery_filter in;
    struct event_input edit = edit_of("talk");
    const struct list *all;

    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    remind(f, "talk", "1d");
    fields_clear(&delivery_filter_fields, &in);
    all = ask(f, &op_delivery_list, &in);
    in.id = strdup(((struct delivery *)all->items.items)->code);
    assert_non_null(ask(f, &op_delivery_drop, &in));
    free(in.id);
    edit.title = txt("另一个题目");
    assert_non_null(ask(f, &op_event_edit, &edit));
    assert_int_equal(sql(f, OPEN_ONES), 0);
}

static void a_change_is_told_where_the_event_is_told_of(void **state)
{
    struct fixture *f = *state;

    add_webhook(f, "群");
    add_webhook(f, "别的群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    add(f, "silent", "2026-09-25 10:00", NULL);
    {
        struct reminder_input in = rule_in("talk", "1d");
        in.channels = (struct texts){(char *[]){txt("群")}, 1, true};
        assert_non_null(ask(f, &op_reminder_add, &in));
    }
    move_to(f, "talk", NULL, "2026-09-26 10:00");
    move_to(f, "silent", NULL, "2026-09-26 10:00");
    assert_int_equal(sql(f, DELIVERIES " WHERE kind = 'changed'"), 1);
    assert_int_equal(sql(f, DELIVERIES " WHERE kind = 'changed' AND channel_name = '群'"), 1);
    assert_int_equal(sql(f, "SELECT deadline_ms FROM delivery WHERE kind = 'changed'"), NOW_MS + DAY_MS);
}

static void of_two_changes_not_told_yet_only_the_later_one_is(void **state)
{
    struct fixture *f = *state;

    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    remind(f, "talk", "1d");
    move_to(f, "talk", NULL, "2026-09-26 10:00");
    move_to(f, "talk", NULL, "2026-09-27 10:00");
    assert_int_equal(sql(f, DELIVERIES " WHERE kind = 'changed' AND state = 'superseded'"), 1);
    assert_int_equal(deliver(f), 1);
}

static void a_series_that_is_cancelled_does_not_fill_the_group(void **state)
{
    struct fixture *f = *state;
    struct event_ref in = ref_of("daily", NULL);

    add_webhook(f, "群");
    add(f, "daily", "2026-09-22 10:00", "FREQ=DAILY");
    remind(f, "daily", "1h");
    assert_non_null(ask(f, &op_event_cancel, &in));
    assert_int_equal(sql(f, DELIVERIES " WHERE kind = 'upcoming' AND state <> 'cancelled'"), 0);
    assert_in_range(sql(f, DELIVERIES " WHERE kind = 'changed'"), 1, 3);
    assert_int_equal(sql(f, "SELECT MIN(o.start_ms) FROM delivery d JOIN occurrence o ON o.id = d.occurrence_id"
                            " WHERE d.kind = 'changed'"), at(1, 10));
}

static void of_several_overdue_rules_only_the_latest_is_sent(void **state)
{
    struct fixture *f = *state;

    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    remind(f, "talk", "72h");
    remind(f, "talk", "70h");
    f->now_ms = at(1, 13);
    assert_int_equal(deliver(f), 1);
    assert_int_equal(sql(f, "SELECT due_ms FROM delivery WHERE state = 'delivered'"), at(1, 12));
    assert_int_equal(sql(f, "SELECT due_ms FROM delivery WHERE state = 'superseded'"), at(1, 10));
}

static void an_earlier_rule_is_not_sent_after_a_later_one(void **state)
{
    struct fixture *f = *state;

    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    remind(f, "talk", "30h");
    remind(f, "talk", "29h");
    f->now_ms = at(3, 4);
    assert_int_equal(claim(f)->items.count, 1);
    for (int64_t n = 1; n <= 7; n++) {             /* refused until its next try comes after the other rule's time */
        outcome(f, 1, n, ATTEMPT_RETRY);
        f->now_ms = sql(f, "SELECT next_ms FROM delivery WHERE id = 1");
        if (f->now_ms > at(3, 5))
            break;
        assert_int_equal(claim(f)->items.count, 1);
    }
    assert_true(f->now_ms > at(3, 5));
    f->now_ms = at(3, 5);
    assert_int_equal(deliver(f), 1);
    f->now_ms = at(3, 6);
    assert_int_equal(claim(f)->items.count, 0);
    assert_int_equal(sql(f, DELIVERIES " WHERE id = 1 AND state = 'superseded'"), 1);
}

static void a_paused_channel_is_not_spoken_to(void **state)
{
    struct fixture *f = *state;
    struct channel_input in = channel_in("群");

    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    remind(f, "talk", "1h");
    assert_non_null(ask(f, &op_channel_pause, &in));
    f->now_ms = at(4, 9);
    assert_int_equal(claim(f)->items.count, 0);
    assert_int_equal(sql(f, "SELECT next_ms FROM delivery WHERE next_ms = deadline_ms"), at(4, 9) + 15 * MINUTE_MS);
    assert_non_null(ask(f, &op_channel_resume, &in));
    assert_int_equal(claim(f)->items.count, 1);
}

static void a_channel_paused_until_the_deadline_lets_it_expire(void **state)
{
    struct fixture *f = *state;
    struct channel_input in = channel_in("群");

    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    remind(f, "talk", "1h");
    assert_non_null(ask(f, &op_channel_pause, &in));
    f->now_ms = at(4, 9);
    claim(f);
    f->now_ms += 15 * MINUTE_MS;
    assert_int_equal(claim(f)->items.count, 0);
    assert_int_equal(sql(f, DELIVERIES " WHERE state = 'expired' AND reason LIKE '%paused%'"), 1);
}

static void past_its_deadline_a_delivery_expires_unsent(void **state)
{
    struct fixture *f = *state;

    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    remind(f, "talk", "1h");
    f->now_ms = at(4, 9) + 15 * MINUTE_MS - 1;
    assert_int_equal(sql(f, OPEN_ONES), 1);
    f->now_ms++;
    assert_int_equal(claim(f)->items.count, 0);
    assert_int_equal(sql(f, DELIVERIES " WHERE state = 'expired' AND final_ms IS NOT NULL AND next_ms IS NULL"), 1);
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM attempt"), 0);
}

/* One delivery, claimed and so under way when kepud ends. */
static void leave_one_under_way(struct fixture *f)
{
    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    remind(f, "talk", "1h");
    f->now_ms = at(4, 9);
    assert_int_equal(claim(f)->items.count, 1);
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM attempt WHERE outcome IS NULL"), 1);
    assert_int_equal(sql(f, DELIVERIES " WHERE state = 'sending'"), 1);
}

static void after_a_kill_what_was_under_way_is_ambiguous(void **state)
{
    struct fixture *f = *state;
    struct dispatch_next *next;

    leave_one_under_way(f);
    next = ask(f, &op_dispatch_recover, NULL);
    assert_non_null(next);
    assert_in_range(next->at_ms, f->now_ms + 4000, f->now_ms + 6000);
    assert_int_equal(sql(f, DELIVERIES " WHERE state = 'ambiguous'"), 1);
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM attempt WHERE outcome = 'unknown'"), 1);
    f->now_ms += 6000;
    assert_int_equal(deliver(f), 1);
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM attempt WHERE outcome = 'ok' AND number = 2"), 1);
}

static void on_unknown_hold_ends_it_failed(void **state)
{
    struct fixture *f = *state;

    ((struct settings *)(uintptr_t)service_settings(f->service))->hold_unknown = true;
    leave_one_under_way(f);
    assert_non_null(ask(f, &op_dispatch_recover, NULL));
    assert_int_equal(sql(f, DELIVERIES " WHERE state = 'failed' AND next_ms IS NULL"), 1);
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM attempt WHERE outcome = 'unknown'"), 1);
}

static void an_unknown_outcome_waits_no_longer_than_the_deadline(void **state)
{
    struct fixture *f = *state;
    struct dispatch_outcome in = {.id = 1, .attempt = 1, .outcome = ATTEMPT_UNKNOWN, .status = FIELD_INT_ABSENT,
                                  .retry_after_ms = DAY_MS, .reason = txt("")};

    leave_one_under_way(f);
    assert_non_null(ask(f, &op_dispatch_outcome, &in));
    assert_int_equal(sql(f, "SELECT next_ms - deadline_ms FROM delivery WHERE state = 'ambiguous'"), 0);
}

static void an_event_that_is_removed_leaves_nothing_to_send(void **state)
{
    struct fixture *f = *state;
    struct event_ref in = ref_of("talk", NULL);

    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    remind(f, NULL, "1d");
    move_to(f, "talk", NULL, "2026-09-26 10:00");
    assert_int_equal(sql(f, OPEN_ONES), 2);
    assert_non_null(ask(f, &op_event_remove, &in));
    assert_int_equal(sql(f, OPEN_ONES), 0);
}

static void dates_that_a_rule_no_longer_has_are_not_told(void **state)
{
    struct fixture *f = *state;
    struct event_input in = edit_of("weekly");

    add_webhook(f, "群");
    add(f, "weekly", "2026-09-22 10:00", "FREQ=WEEKLY;COUNT=3");
    remind(f, "weekly", "1h");
    in.repeat = txt("FREQ=WEEKLY;COUNT=2");
    assert_non_null(ask(f, &op_event_edit, &in));
    assert_int_equal(sql(f, OPEN_ONES), 2);
    assert_int_equal(sql(f, DELIVERIES " WHERE state = 'cancelled'"), 1);
}

static void a_rule_given_another_kind_sends_that_kind(void **state)
{
    struct fixture *f = *state;
    struct reminder_input in;
    char code[40];

    add_webhook(f, "群");
    add(f, "talk", "2026-09-25 10:00", NULL);
    snprintf(code, sizeof code, "%s", remind(f, "talk", "1d")->code);
    fields_clear(&reminder_input_fields, &in);
    in.id = code;
    in.kind = txt("understaffed");
    assert_non_null(ask(f, &op_reminder_edit, &in));
    assert_int_equal(sql(f, DELIVERIES " WHERE kind = 'understaffed'"), 1);
    assert_int_equal(sql(f, DELIVERIES), 1);
    in.kind = txt("thanks");                       /* comes after: the time before means nothing */
    refused(f, &op_reminder_edit, &in, ERR_USAGE, "before");
}

static void a_robot_is_not_talked_to_faster_than_it_listens(void **state)
{
    struct fixture *f = *state;
    int64_t sent = 0;

    add_channel(f, "企业微信", "wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0");
    remind(f, NULL, "1h");
    for (int i = 0; i < 50; i++) {
        struct event_input in = event_in(NULL, "2026-09-25 10:00", NULL);
        assert_non_null(ask(f, &op_event_add, &in));
    }
    for (int64_t second = 0; second < 60; second++) {
        f->now_ms = at(4, 9) + second * 1000;
        sent += (int64_t)deliver(f);
    }
    assert_in_range(sent, 1, 20);
    for (int64_t second = 60; second < 300; second++) {
        f->now_ms = at(4, 9) + second * 1000;
        sent += (int64_t)deliver(f);
    }
    assert_int_equal(sent, 50);
    assert_int_equal(sql(f, OPEN_ONES), 0);
}

static void dates_of_a_list_far_ahead_are_planned_when_their_time_comes(void **state)
{
    struct fixture *f = *state;
    struct event_input in = event_in("dates", "2026-09-25 10:00", NULL);

    add_webhook(f, "群");
    in.rdates = (struct texts){(char *[]){txt("2028-03-01")}, 1, true};
    assert_non_null(ask(f, &op_event_add, &in));
    remind(f, NULL, "1d");
    assert_int_equal(sql(f, OPEN_ONES), 1);
    f->now_ms += 300 * DAY_MS;
    ask(f, &op_daily, NULL);
    assert_int_equal(f->call.status, 0);
    assert_int_equal(sql(f, DELIVERIES " WHERE state = 'scheduled' AND due_ms > 1830000000000"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(test) cmocka_unit_test_setup_teardown(test, set_up_events, tear_down)
        T(what_was_due_before_its_rule_existed_is_not_planned),
        T(a_rule_a_channel_and_an_event_may_come_in_any_order),
        T(moving_an_occurrence_redates_what_is_not_final),
        T(moving_after_it_was_told_tells_it_again),
        T(an_event_given_another_time_is_told_of_again_too),
        T(thanks_are_given_once_however_often_it_is_moved),
        T(a_retry_of_a_moved_occurrence_waits_for_the_new_time),
        T(what_is_being_sent_while_it_moves_waits_for_the_new_time_too),
        T(a_retry_of_what_was_moved_ahead_ends_at_the_new_deadline),
        T(no_attempt_stays_without_an_outcome),
        T(a_robot_keeps_its_pace_when_its_channel_is_made_again_and_the_clock_is_set),
        T(cancelling_withdraws_what_was_planned_and_says_so),
        T(an_event_after_a_removed_one_is_told_of),
        T(a_channel_that_is_added_again_is_told),
        T(filters_decide_which_channels_are_told),
        T(what_the_planner_took_back_comes_back_with_its_reason),
        T(a_general_rule_stands_in_again_when_the_special_one_goes),
        T(what_was_dropped_by_hand_stays_dropped),
        T(a_change_is_told_where_the_event_is_told_of),
        T(of_two_changes_not_told_yet_only_the_later_one_is),
        T(a_series_that_is_cancelled_does_not_fill_the_group),
        T(of_several_overdue_rules_only_the_latest_is_sent),
        T(an_earlier_rule_is_not_sent_after_a_later_one),
        T(a_paused_channel_is_not_spoken_to),
        T(a_channel_paused_until_the_deadline_lets_it_expire),
        T(past_its_deadline_a_delivery_expires_unsent),
        T(after_a_kill_what_was_under_way_is_ambiguous),
        T(on_unknown_hold_ends_it_failed),
        T(an_unknown_outcome_waits_no_longer_than_the_deadline),
        T(an_event_that_is_removed_leaves_nothing_to_send),
        T(dates_that_a_rule_no_longer_has_are_not_told),
        T(a_rule_given_another_kind_sends_that_kind),
        T(a_robot_is_not_talked_to_faster_than_it_listens),
        T(dates_of_a_list_far_ahead_are_planned_when_their_time_comes),
#undef T
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
