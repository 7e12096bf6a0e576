/* The proleptic Gregorian calendar as plain arithmetic. */
#include "calendar/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define DAY_S CIVIL_DAY_S

static void every_day_of_400_years_follows_the_one_before(void **state)
{
    (void)state;
    int64_t days = civil_days(1999, 1, 1);
    struct civil c;

    for (int year = 1999; year < 2399; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= civil_days_in_month(year, month); day++, days++) {
                assert_int_equal(civil_days(year, month, day), days);
                civil_from_wall(days * DAY_S + 86399, &c);
                assert_true(c.year == year && c.month == month && c.day == day);
                assert_true(c.hour == 23 && c.minute == 59 && c.second == 59);
            }
    assert_int_equal(days - civil_days(1999, 1, 1), 146097);
}

static void the_ends_of_the_calendar_are_where_the_header_says(void **state)
{
    (void)state;
    struct civil first = {1, 1, 1, 0, 0, 0}, last = {9999, 12, 31, 23, 59, 59}, c;

    assert_int_equal(civil_to_wall(&first), CIVIL_WALL_MIN);
    assert_int_equal(civil_to_wall(&last), CIVIL_WALL_MAX);
    civil_from_wall(CIVIL_WALL_MIN, &c);
    assert_memory_equal(&c, &first, sizeof c);
    civil_from_wall(CIVIL_WALL_MAX, &c);
    assert_memory_equal(&c, &last, sizeof c);
}

static void weekdays_are_known_before_and_after_1970(void **state)
{
    (void)state;
    static const struct { int year, month, day; enum weekday weekday; } cases[] = {
        {1970, 1, 1, WEEKDAY_TH}, {1969, 12, 31, WEEKDAY_WE}, {2026, 9, 19, WEEKDAY_SA},
        {1900, 1, 1, WEEKDAY_MO}, {2000, 2, 29, WEEKDAY_TU}, {1, 1, 1, WEEKDAY_MO},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t midnight = civil_days(cases[i].year, cases[i].month, cases[i].day) * DAY_S;
        assert_int_equal(civil_weekday(midnight), cases[i].weekday);
        assert_int_equal(civil_weekday(midnight + 86399), cases[i].weekday);
        assert_int_equal(civil_midnight(midnight + 86399), midnight);
    }
}

static void both_forms_of_text_are_read_and_written(void **state)
{
    (void)state;
    static const struct { const char *text, *extended, *basic; bool date; } cases[] = {
        {"2027-09-18T09:00:00", "2027-09-18T09:00:00", "20270918T090000", false},
        {"20270918T090000", "2027-09-18T09:00:00", "20270918T090000", false},
        {"20240229", "2024-02-29", "20240229", true},
        {"0001-01-01", "0001-01-01", "00010101", true},
        {"9999-12-31T23:59:59", "9999-12-31T23:59:59", "99991231T235959", false},
        {"19691231T235959", "1969-12-31T23:59:59", "19691231T235959", false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[CIVIL_TEXT_BYTES];
        int64_t wall_s;
        bool date;
        assert_true(civil_parse(cases[i].text, &wall_s, &date));
        assert_int_equal(date, cases[i].date);
        civil_format(wall_s, date, text);
        assert_string_equal(text, cases[i].extended);
        civil_format_basic(wall_s, date, text);
        assert_string_equal(text, cases[i].basic);
    }
}

static void what_is_no_real_time_is_not_read(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "2027", "2027-9-18", "20270230", "2027-02-30T00:00:00", "20270101T240000", "20270101T236000",
        "20270101T235960", "00000101", "20271301", "20270100", "20270101T", "20270101T09:00:00", "2027-01-01T090000",
        "20270101T090000Z", "20270101 ", " 20270101", "2027-01-01T09:00", "2027-0101", "202701011", "-0270101",
    };
    int64_t wall_s;
    bool date;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (civil_parse(texts[i], &wall_s, &date))
            fail_msg("read %s", texts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_400_years_follows_the_one_before),
        cmocka_unit_test(the_ends_of_the_calendar_are_where_the_header_says),
        cmocka_unit_test(weekdays_are_known_before_and_after_1970),
        cmocka_unit_test(both_forms_of_text_are_read_and_written),
        cmocka_unit_test(what_is_no_real_time_is_not_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
