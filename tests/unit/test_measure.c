/* Where a target stands, when it is reached and how sure that is; school terms. */
#include "domain/measure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Half of a way of a thousand days is gone. */
static struct course half_way(int64_t value_milli)
{
    return (struct course){.value_milli = value_milli, .target_milli = 100000, .from_day = 1, .to_day = 1000,
                           .today = 500, .recent_days = 100, .grows = true};
}

static void a_tenth_off_the_even_way_is_ahead_or_behind(void **state)
{
    static const struct {
        int64_t value_milli;
        enum standing standing;
    } cases[] = {{0, STANDING_BEHIND},      {44999, STANDING_BEHIND},   {45000, STANDING_ON},
                 {50000, STANDING_ON},      {54999, STANDING_ON},       {55000, STANDING_AHEAD},
                 {99999, STANDING_AHEAD},   {100000, STANDING_REACHED}, {250000, STANDING_REACHED}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct course c = half_way(cases[i].value_milli);
        assert_int_equal(course_standing(&c), cases[i].standing);
    }
}

static void after_the_end_what_is_not_reached_is_behind(void **state)
{
    struct course c = half_way(99000);

    (void)state;
    c.today = 1001;
    assert_int_equal(course_standing(&c), STANDING_BEHIND);
    assert_int_equal(course_expected_milli(&c), 100000);
    c.today = 0;
    assert_int_equal(course_expected_milli(&c), 0);
}

static void a_state_is_not_expected_to_grow_evenly(void **state)
{
    struct course c = half_way(0);

    (void)state;
    c.grows = false;
    assert_int_equal(course_standing(&c), STANDING_ON);
    c.value_milli = 80000;
    assert_int_equal(course_standing(&c), STANDING_BEHIND);
    c.value_milli = 95000;
    assert_int_equal(course_standing(&c), STANDING_ON);
}

static void the_forecast_follows_the_recent_pace(void **state)
{
    struct course c = half_way(40000);
    struct outlook o;

    (void)state;
    c.recent_milli = 20000;
    c.recent_half_milli = 10000;
    c.events = 20;
    assert_true(course_outlook(&c, &o));
    assert_int_equal(o.days, 300);                    /* 60 at 20 in 100 days */
    assert_int_equal(o.days_least, 300);
    assert_int_equal(o.days_most, 750);               /* 60 at 40 in 500 days */
    assert_int_equal(o.sure, SURE_LOW);
}

static void it_is_sure_when_paces_agree_and_rest_on_much(void **state)
{
    struct course c = half_way(50000);
    struct outlook o;

    (void)state;
    c.recent_milli = 10000;
    c.recent_half_milli = 5000;
    c.events = 12;
    assert_true(course_outlook(&c, &o));
    assert_int_equal(o.sure, SURE_HIGH);
    c.events = 11;
    assert_true(course_outlook(&c, &o));
    assert_int_equal(o.sure, SURE_MEDIUM);
    c.events = 3;
    assert_true(course_outlook(&c, &o));
    assert_int_equal(o.sure, SURE_LOW);
    c.events = 12;
    c.recent_half_milli = 3000;
    assert_true(course_outlook(&c, &o));
    assert_int_equal(o.sure, SURE_MEDIUM);
    c.recent_half_milli = 0;
    assert_true(course_outlook(&c, &o));
    assert_int_equal(o.days_most, -1);
    assert_int_equal(o.sure, SURE_LOW);
}

static void nothing_lately_and_what_is_reached_have_no_forecast(void **state)
{
    struct course c = half_way(50000);
    struct outlook o;

    (void)state;
    assert_false(course_outlook(&c, &o));
    c.recent_milli = 1;
    assert_false(course_outlook(&c, &o));             /* not in our time */
    c.recent_milli = 10000;
    c.value_milli = 100000;
    assert_false(course_outlook(&c, &o));
    c.value_milli = 0;
    c.target_milli = INT64_MAX;
    c.recent_milli = INT64_MAX;
    assert_true(course_outlook(&c, &o));
}

static void january_belongs_to_the_term_that_began_in_autumn(void **state)
{
    static const struct {
        int year, month;
        const char *name;
    } cases[] = {{2025, 1, "2024-autumn"}, {2025, 2, "2025-spring"}, {2025, 7, "2025-spring"}, {2025, 8, "2025-autumn"},
                 {2025, 12, "2025-autumn"}};
    char name[SEMESTER_TEXT_BYTES];
    int term, year, month;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        semester_name(semester_of(cases[i].year, cases[i].month), name);
        assert_string_equal(name, cases[i].name);
        assert_true(semester_parse(name, &term));
        semester_start(term, &year, &month);
        assert_int_equal(semester_of(year, month), term);
    }
    assert_false(semester_parse("2025-winter", &term));
    assert_false(semester_parse("2025-autumn ", &term));
    assert_false(semester_parse("autumn", &term));
}

static void words_are_read_back(void **state)
{
    enum measure m;
    enum period p;

    (void)state;
    for (int i = 0; i < MEASURE_COUNT; i++)
        assert_true(measure_parse(measure_names[i], &m) && (int)m == i);
    for (int i = 0; i < PERIOD_COUNT; i++)
        assert_true(period_parse(period_names[i], &p) && (int)p == i);
    assert_false(measure_parse("people", &m));
    assert_false(period_parse("", &p));
    assert_false(measure_parse(NULL, &m));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tenth_off_the_even_way_is_ahead_or_behind),
        cmocka_unit_test(after_the_end_what_is_not_reached_is_behind),
        cmocka_unit_test(a_state_is_not_expected_to_grow_evenly),
        cmocka_unit_test(the_forecast_follows_the_recent_pace),
        cmocka_unit_test(it_is_sure_when_paces_agree_and_rest_on_much),
        cmocka_unit_test(nothing_lately_and_what_is_reached_have_no_forecast),
        cmocka_unit_test(january_belongs_to_the_term_that_began_in_autumn),
        cmocka_unit_test(words_are_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
