/* The Chinese calendar's table, against published dates. */
#include "calendar/civil.h"
#include "calendar/lunar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t days_of(const char *text)
{
    int64_t wall_s;
    bool date;

    assert_true(civil_parse(text, &wall_s, &date));
    return wall_s / CIVIL_DAY_S;
}

static void festivals_fall_on_their_published_days(void **state)
{
    (void)state;
    static const struct { const char *date; struct lunar_date lunar; const char *name; } cases[] = {
        {"1949-10-01", {1949, 8, false, 10}, "八月初十"},
        {"2000-02-05", {2000, 1, false, 1}, "正月初一"},
        {"2024-02-09", {2023, 12, false, 30}, "腊月三十"},
        {"2024-02-10", {2024, 1, false, 1}, "正月初一"},
        {"2025-07-25", {2025, 6, true, 1}, "闰六月初一"},
        {"2025-10-29", {2025, 9, false, 9}, "九月初九"},
        {"2026-02-17", {2026, 1, false, 1}, "正月初一"},
        {"2026-06-19", {2026, 5, false, 5}, "五月初五"},
        {"2026-09-25", {2026, 8, false, 15}, "八月十五"},
        {"2027-02-06", {2027, 1, false, 1}, "正月初一"},
        {"2030-02-03", {2030, 1, false, 1}, "正月初一"},
        {"2033-12-22", {2033, 11, true, 1}, "闰冬月初一"},
        {"2026-03-08", {2026, 1, false, 20}, "正月二十"},
        {"2026-03-09", {2026, 1, false, 21}, "正月廿一"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct lunar_date d;
        int64_t days;
        char text[LUNAR_TEXT_BYTES];
        assert_true(lunar_from_days(days_of(cases[i].date), &d));
        assert_int_equal(d.year, cases[i].lunar.year);
        assert_int_equal(d.month, cases[i].lunar.month);
        assert_int_equal(d.leap, cases[i].lunar.leap);
        assert_int_equal(d.day, cases[i].lunar.day);
        assert_true(lunar_to_days(&cases[i].lunar, &days));
        assert_int_equal(days, days_of(cases[i].date));
        lunar_format(&d, text);
        assert_string_equal(text, cases[i].name);
    }
}

static void every_day_of_the_table_goes_there_and_back(void **state)
{
    (void)state;
    int64_t first = days_of("1900-01-31"), days = first;
    struct lunar_date d, before = {1899, 12, false, 30};

    assert_false(lunar_from_days(first - 1, &d));
    for (; lunar_from_days(days, &d); days++) {
        int64_t back;
        assert_true(lunar_to_days(&d, &back));
        assert_int_equal(back, days);
        assert_true(d.day == before.day + 1 || (d.day == 1 && before.day >= 29));
        assert_true(d.day <= lunar_month_days(d.year, d.month, d.leap));
        before = d;
    }
    assert_int_equal(before.year, LUNAR_YEAR_MAX);
    assert_int_equal(before.month, 12);
}

static void what_is_not_in_the_calendar_is_not_found(void **state)
{
    (void)state;
    static const struct lunar_date dates[] = {
        {2026, 6, true, 1}, {2026, 13, false, 1}, {2026, 0, false, 1}, {2026, 1, false, 31}, {2026, 1, false, 0},
        {1899, 1, false, 1}, {LUNAR_YEAR_MAX + 1, 1, false, 1}, {2025, 12, false, 30}, {2025, 1, false, -1},
    };
    struct lunar_date d;
    int64_t days;

    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++)
        assert_false(lunar_to_days(&dates[i], &days));
    assert_false(lunar_from_days(INT64_MIN / 2, &d));
    assert_false(lunar_from_days(INT64_MAX / 2, &d));
    assert_int_equal(lunar_leap_month(2025), 6);
    assert_int_equal(lunar_leap_month(2026), 0);
    assert_int_equal(lunar_leap_month(1), 0);
    assert_int_equal(lunar_month_days(2026, 6, true), 0);
}

static FILE *reference(const char *name)
{
    const char *dir = getenv("KEPU_REFERENCE_DATA");
    char path[512];

    snprintf(path, sizeof path, "%s/%s", dir && *dir ? dir : "../shared/data", name);
    return fopen(path, "r");
}

static void check_year(int year, const char *new_year, int leap, const char *lengths)
{
    struct lunar_date d = {year, 1, false, 1};
    int64_t days;

    assert_true(lunar_to_days(&d, &days));
    assert_int_equal(days, days_of(new_year));
    assert_int_equal(lunar_leap_month(year), leap);
    assert_int_equal(lunar_months(year), strlen(lengths));
    for (int i = 0; lengths[i]; i++) {
        bool is_leap;
        int month = lunar_month_label(year, i, &is_leap);
        assert_int_equal(lunar_month_days(year, month, is_leap), lengths[i] == '1' ? 30 : 29);
    }
}

static void the_table_is_the_almanac_s_from_1900_to_2100(void **state)
{
    (void)state;
    FILE *f = reference("lunar/years.csv");
    char line[128], new_year[16], lengths[16];
    int year, leap, count = 0;

    if (!f) {
        print_message("no lunar/years.csv in the reference data\n");
        skip();
    }
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "%d,%15[^,],%d,%15[01]", &year, new_year, &leap, lengths) == 4) {
            check_year(year, new_year, leap, lengths);
            count++;
        }
    fclose(f);
    assert_int_equal(count, 201);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(festivals_fall_on_their_published_days),
        cmocka_unit_test(every_day_of_the_table_goes_there_and_back),
        cmocka_unit_test(what_is_not_in_the_calendar_is_not_found),
        cmocka_unit_test(the_table_is_the_almanac_s_from_1900_to_2100),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
