/* Targets: people counted as they come, what is entered added up or replaced, and the day it is reached. */
#include "people_fixture.h"

#include "service/target.h"

static int set_up_plan(void **state)
{
    struct fixture *f;

    set_up(state);
    f = *state;
    sql(f, "INSERT INTO plan VALUES ('old', 'o', 'o', '2016-01-01', '2020-12-31', 'closed', 1)");
    sql(f, "INSERT INTO plan VALUES ('now', 'n', 'n', '2021-01-01', '2025-12-31', 'open', 1)");
    sql(f, "INSERT INTO section VALUES ('now', 'P5', 's', 's', 1)");
    sql(f, "INSERT INTO section_department VALUES ('now', 'P5', 'lead', 'zuzhi', 0),"
           " ('now', 'P5', 'lead', 'kexie', 1)");
    sql(f, "INSERT INTO indicator VALUES"
           " ('now', 'volunteers', '志愿者', 'v', '人', 'persons', 'plan', '', 'P5', 4000000, 0, 1),"
           " ('now', 'farmers', '农民', 'f', '人次', 'attendances', 'plan', '', 'A2', 5000000, 1, 1),"
           " ('now', 'literacy', '素质', 'l', '%', 'manual', 'plan', '', 'goal', 15000, 2, 1),"
           " ('now', 'pupils', '学生', 'p', '%', 'ratio', 'year', '', 'A1', 90000, 3, 1),"
           " ('old', 'farmers', '农民', 'f', '人次', 'attendances', 'plan', '', 'A2', 1000, 1, 1)");
    return 0;
}

static struct target *show(struct fixture *f, const char *slug)
{
    struct target_ref ref = {.slug = (char *)(uintptr_t)slug};

    return ask(f, &op_target_show, &ref);
}

static struct target_input entry(const char *slug)
{
    struct target_input in;

    fields_clear(&target_record_fields, &in);
    fields_clear(&target_set_fields, &in);
    in.amount_milli = in.of_milli = in.value_milli = FIELD_INT_ABSENT;
    in.slug = (char *)(uintptr_t)slug;
    return in;
}

static void volunteers_are_people_neither_resting_nor_erased(void **state)
{
    struct fixture *f = *state;
    struct target *t;
    char phone[20];

    for (int i = 0; i < 5; i++) {
        snprintf(phone, sizeof phone, "1380000000%d", i % 10);
        free(add_person(f, "王芳", phone));
    }
    sql(f, "UPDATE volunteer SET status = 'resting' WHERE id = 1");
    sql(f, "UPDATE volunteer SET created_ms = 0 WHERE id = 2");
    t = show(f, "volunteers");
    assert_int_equal(t->value_milli, 4000);
    assert_int_equal(t->percent_milli, 100);
    assert_int_equal(t->pace, 3);
    assert_true(t->forecast.set == false);              /* 3996 people at 3 a month is not in our time */
    assert_int_equal(t->lead.count, 2);
    assert_string_equal(t->lead.items[0], "zuzhi");
    assert_string_equal(t->plan, "now");
    sql(f, "UPDATE indicator SET target_milli = 10000 WHERE slug = 'volunteers'");
    t = show(f, "volunteers");
    assert_true(t->forecast.set && t->forecast.date);   /* 6 people, 60 days from 2026-09-21 */
    assert_int_equal(t->forecast.wall_s, 1795132800);
    sql(f, "UPDATE indicator SET target_milli = 4000 WHERE slug = 'volunteers'");
    assert_false(show(f, "volunteers")->forecast.set);
}

static void records_add_up_and_a_set_value_replaces(void **state)
{
    struct fixture *f = *state;
    struct target_input in = entry("farmers");

    assert_int_equal(show(f, "farmers")->value_milli, 0);
    in.amount_milli = 120000;
    assert_int_equal(((struct target *)ask(f, &op_target_record, &in))->value_milli, 120000);
    in.amount_milli = -20500;
    refused(f, &op_target_record, &in, ERR_INVALID, "amount");     /* there is no half of a person */
    in.amount_milli = -20000;
    assert_int_equal(((struct target *)ask(f, &op_target_record, &in))->value_milli, 100000);
    in = entry("farmers");
    in.value_milli = 50000;
    assert_int_equal(((struct target *)ask(f, &op_target_set, &in))->value_milli, 50000);
    in = entry("farmers");
    in.amount_milli = 7000;
    assert_int_equal(((struct target *)ask(f, &op_target_record, &in))->value_milli, 57000);
    in.amount_milli = -58000;
    refused(f, &op_target_record, &in, ERR_INVALID, "amount");
}

static void what_nobody_has_said_is_unknown_and_a_share_is_part_over_whole(void **state)
{
    struct fixture *f = *state;
    struct target_input in = entry("pupils");
    struct target *t = show(f, "literacy");

    assert_true(t->value_milli == FIELD_INT_ABSENT && t->percent_milli == FIELD_INT_ABSENT);
    assert_true(t->pace == FIELD_INT_ABSENT);
    in.amount_milli = 1000;
    in.of_milli = 3000;
    assert_int_equal(((struct target *)ask(f, &op_target_record, &in))->value_milli, 33333);
    in.amount_milli = 4000;
    refused(f, &op_target_record, &in, ERR_INVALID, "amount");
}

static void what_cannot_be_entered_is_refused_by_name(void **state)
{
    struct fixture *f = *state;
    struct target_input in = entry("volunters");

    in.value_milli = 1;
    refused(f, &op_target_set, &in, ERR_NOT_FOUND, "slug");
    assert_string_equal(f->call.err.args[2], "volunteers");
    in.slug = (char *)(uintptr_t)"volunteers";
    refused(f, &op_target_set, &in, ERR_CONFLICT, "slug");
    in = entry("farmers");
    refused(f, &op_target_set, &in, ERR_INVALID, "value");
    in.value_milli = -1;
    refused(f, &op_target_set, &in, ERR_INVALID, "value");
    in.value_milli = TARGET_AMOUNT_MILLI_MAX + 1;
    refused(f, &op_target_set, &in, ERR_INVALID, "value");
    in.value_milli = 1;
    in.plan = (char *)(uintptr_t)"old";
    refused(f, &op_target_set, &in, ERR_CONFLICT, "plan");
    in.plan = (char *)(uintptr_t)"older";
    refused(f, &op_target_set, &in, ERR_NOT_FOUND, "plan");
}

static void a_list_is_the_newest_open_plan_s_or_the_named_one_s(void **state)
{
    struct fixture *f = *state;
    struct target_ref ref = {0};

    assert_int_equal(((struct list *)ask(f, &op_target_list, &ref))->items.count, 4);
    ref.plan = (char *)(uintptr_t)"old";
    assert_int_equal(((struct list *)ask(f, &op_target_list, &ref))->items.count, 1);
    sql(f, "UPDATE plan SET state = 'closed'");
    ref.plan = NULL;
    refused(f, &op_target_list, &ref, ERR_NOT_FOUND, "plan");
}

static void a_day_that_is_begun_counts_and_never_is_never(void **state)
{
    (void)state;
    assert_int_equal(target_days_left(0, 1000, 7), 5);
    assert_int_equal(target_days_left(0, 7000, 7), 30);
    assert_int_equal(target_days_left(500, 1000, 30), 1);
    assert_int_equal(target_days_left(1000, 1000, 0), 0);
    assert_int_equal(target_days_left(0, 1000, 0), -1);
    assert_int_equal(target_days_left(0, INT64_MAX, 1), -1);
    assert_int_equal(target_percent_milli(INT64_MAX / 2, INT64_MAX), 49999);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_plan, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(volunteers_are_people_neither_resting_nor_erased),
        TEST(records_add_up_and_a_set_value_replaces),
        TEST(what_nobody_has_said_is_unknown_and_a_share_is_part_over_whole),
        TEST(what_cannot_be_entered_is_refused_by_name),
        cmocka_unit_test(a_day_that_is_begun_counts_and_never_is_never),
        TEST(a_list_is_the_newest_open_plan_s_or_the_named_one_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
