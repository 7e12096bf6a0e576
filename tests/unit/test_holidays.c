/* Days off and make-up workdays, and where a policy puts an instance that falls on one. */
#include "base/buf.h"
#include "calendar/civil.h"
#include "calendar/holidays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 2026-09-20 is a Sunday that is worked for the holiday that begins on the 25th. */
static const char sample[] =
    "{\n"
    "  \"year\": 2026,\n"
    "  \"papers\": [\"days\"],\n"
    "  \"days\": [\n"
    "    {\"name\": \"国庆节\", \"date\": \"2026-10-01\", \"isOffDay\": true},\n"
    "    {\"name\": \"国庆节\", \"date\": \"2026-09-20\", \"isOffDay\": false},\n"
    "    {\"name\": \"中秋节\", \"date\": \"2026-09-25\", \"isOffDay\": true},\n"
    "    {\"name\": \"中秋节\", \"date\": \"2026-09-26\", \"isOffDay\": true},\n"
    "    {\"name\": \"中秋节\", \"date\": \"2026-09-27\", \"isOffDay\": true}\n"
    "  ]\n"
    "}\n";

static int64_t wall_of(const char *text)
{
    int64_t wall_s;
    bool date;

    assert_true(civil_parse(text, &wall_s, &date));
    return wall_s;
}

static int64_t day_of(const char *text)
{
    return wall_of(text) / CIVIL_DAY_S;
}

static void parse(const char *json, struct arena *a, struct holidays *ret)
{
    assert_int_equal(holidays_parse(json, strlen(json), a, ret, NULL), 0);
}

static void a_published_file_is_read_and_sorted(void **state)
{
    (void)state;
    struct arena a = {0};
    struct holidays h;

    parse(sample, &a, &h);
    assert_int_equal(h.count, 5);
    for (size_t i = 1; i < h.count; i++)
        assert_true(h.days[i - 1].days < h.days[i].days);
    assert_string_equal(holidays_find(&h, day_of("2026-10-01"))->name, "国庆节");
    assert_null(holidays_find(&h, day_of("2026-10-02")));
    assert_null(holidays_find(&h, -1));
    arena_release(&a);
}

static void weekends_are_off_and_make_up_days_are_not(void **state)
{
    (void)state;
    struct arena a = {0};
    struct holidays h, none = {0};

    parse(sample, &a, &h);
    assert_true(holidays_is_off(&h, day_of("2026-09-19")));
    assert_false(holidays_is_off(&h, day_of("2026-09-20")));
    assert_false(holidays_is_off(&h, day_of("2026-09-21")));
    assert_true(holidays_is_off(&h, day_of("2026-09-25")));
    assert_true(holidays_is_off(&none, day_of("2026-09-20")));
    assert_false(holidays_is_off(&none, day_of("2026-09-25")));
    assert_true(holidays_is_off(&none, day_of("1969-12-28")));
    arena_release(&a);
}

static void a_policy_keeps_skips_or_moves(void **state)
{
    (void)state;
    static const struct { const char *policy, *from, *to; } cases[] = {
        {"keep", "2026-09-25T09:00:00", "2026-09-25T09:00:00"},
        {"skip", "2026-09-25T09:00:00", NULL},
        {"skip", "2026-09-24T09:00:00", "2026-09-24T09:00:00"},
        {"skip", "2026-09-20T09:00:00", "2026-09-20T09:00:00"},
        {"next-workday", "2026-09-19T09:00:00", "2026-09-20T09:00:00"},
        {"next-workday", "2026-09-25T09:00:00", "2026-09-28T09:00:00"},
        {"next-workday", "2026-09-24T23:59:59", "2026-09-24T23:59:59"},
        {"prev-workday", "2026-09-27T09:00:00", "2026-09-24T09:00:00"},
        {"prev-workday", "2026-10-01T00:00:00", "2026-09-30T00:00:00"},
        {"next-workday", "1969-12-27T09:00:00", "1969-12-29T09:00:00"},
    };
    struct arena a = {0};
    struct holidays h;

    parse(sample, &a, &h);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum holiday_policy policy;
        int64_t wall_s = -7;
        assert_true(holiday_policy_parse(cases[i].policy, &policy));
        assert_string_equal(holiday_policy_name(policy), cases[i].policy);
        assert_int_equal(holidays_apply(&h, policy, wall_of(cases[i].from), &wall_s), cases[i].to != NULL);
        assert_int_equal(wall_s, cases[i].to ? wall_of(cases[i].to) : -7);
    }
    arena_release(&a);
}

static void a_policy_looks_thirty_days_ahead_and_no_further(void **state)
{
    (void)state;
    struct holiday days[40];
    struct holidays h = {days, 29};
    int64_t wall_s;

    for (int i = 0; i < 40; i++)
        days[i] = (struct holiday){day_of("2027-03-01") + i, true, "长假"};
    assert_true(holidays_apply(&h, HOLIDAY_NEXT_WORKDAY, wall_of("2027-03-01"), &wall_s));
    assert_int_equal(wall_s, wall_of("2027-03-30"));
    h.count = 40;
    assert_false(holidays_apply(&h, HOLIDAY_NEXT_WORKDAY, wall_of("2027-03-01"), &wall_s));
}

static void an_unknown_policy_is_refused(void **state)
{
    (void)state;
    enum holiday_policy policy;

    assert_false(holiday_policy_parse("next_workday", &policy));
    assert_false(holiday_policy_parse("", &policy));
}

static void a_local_overlay_wins(void **state)
{
    (void)state;
    static const char overlay[] = "{\"days\": [{\"name\": \"校庆\", \"date\": \"2026-09-20\", \"isOffDay\": true},"
                                  "{\"name\": \"校庆\", \"date\": \"2026-12-31\", \"isOffDay\": true}]}";
    struct arena a = {0};
    struct holidays base, over, both;

    parse(sample, &a, &base);
    parse(overlay, &a, &over);
    holidays_merge(&base, &over, &a, &both);
    assert_int_equal(both.count, 6);
    assert_string_equal(holidays_find(&both, day_of("2026-09-20"))->name, "校庆");
    assert_true(holidays_is_off(&both, day_of("2026-12-31")));
    assert_string_equal(holidays_find(&both, day_of("2026-09-25"))->name, "中秋节");
    arena_release(&a);
}

static void a_broken_file_is_refused_with_its_line_and_field(void **state)
{
    (void)state;
    static const struct { const char *json, *field, *line; enum msg msg; } cases[] = {
        {"{\n\"days\": [\n", "", "3", MSG_JSON_BAD},
        {"", "", "1", MSG_JSON_BAD},
        {"[]", "days", "1", MSG_HOLIDAYS_BAD},
        {"{\"days\": 3}", "days", "1", MSG_HOLIDAYS_BAD},
        {"{\"days\": [7]}", "days", "1", MSG_HOLIDAYS_BAD},
        {"{\"papers\": [\"[{\\\"days\"],\n\"other\": [{}, {}],\n\"days\": [\n{\"name\": \"元旦\", "
         "\"date\": \"2026-01-01\", \"isOffDay\": true},\n\n{\"name\": \"元旦\", \"date\": \"2026-02-30\", "
         "\"isOffDay\": true}]}",
         "line 6, date", "6", MSG_HOLIDAYS_BAD},
        {"{\"days\": [\n{\"name\": \"元旦\", \"date\": \"2026-01-01\", \"isOffDay\": \"yes\"}]}", "line 2, isOffDay", "2",
         MSG_HOLIDAYS_BAD},
        {"{\"days\": [{\"date\": \"2026-01-01\", \"isOffDay\": true}]}", "line 1, name", "1", MSG_HOLIDAYS_BAD},
        {"{\"days\": [{\"name\": \"元旦\", \"date\": \"2026-01-01T09:00\", \"isOffDay\": true}]}", "line 1, date", "1",
         MSG_HOLIDAYS_BAD},
        {"{\"days\": [{\"name\": \"元旦\", \"date\": \"2026-01-01\", \"isOffDay\": true},\n"
         "{\"name\": \"元旦\", \"date\": \"2026-01-01\", \"isOffDay\": false}]}",
         "line 2, isOffDay", "2", MSG_HOLIDAYS_BAD},
    };
    struct arena a = {0};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct holidays h = {NULL, 77};
        struct err e = {0};
        assert_int_equal(holidays_parse(cases[i].json, strlen(cases[i].json), &a, &h, &e), -1);
        assert_int_equal(e.msg, cases[i].msg);
        assert_string_equal(e.field, cases[i].field);
        assert_string_equal(e.args[0], cases[i].line);
        assert_int_equal(h.count, 77);
    }
    arena_release(&a);
}

/* The State Council's own calendar, where the reference data is there. */
static void the_published_year_2026_is_as_announced(void **state)
{
    (void)state;
    const char *folder = getenv("KEPU_REFERENCE_DATA");
    char path[1000], json[65536];
    struct arena a = {0};
    struct holidays h;
    FILE *file;
    size_t bytes;
    int64_t wall_s;

    snprintf(path, sizeof path, "%s/holidays/2026.json", folder ? folder : "../shared/data");
    file = fopen(path, "r");
    if (!file) {
        print_message("skipped: no reference data (%s)\n", path);
        skip();
    }
    bytes = fread(json, 1, sizeof json, file);
    fclose(file);
    assert_int_equal(holidays_parse(json, bytes, &a, &h, NULL), 0);
    assert_true(h.count > 30);
    assert_false(holidays_is_off(&h, day_of("2026-09-20")));
    assert_true(holidays_is_off(&h, day_of("2026-09-19")));
    assert_true(holidays_is_off(&h, day_of("2026-10-01")));
    assert_true(holidays_apply(&h, HOLIDAY_NEXT_WORKDAY, wall_of("2026-09-19T09:00:00"), &wall_s));
    assert_int_equal(wall_s, wall_of("2026-09-20T09:00:00"));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_published_file_is_read_and_sorted),
        cmocka_unit_test(weekends_are_off_and_make_up_days_are_not),
        cmocka_unit_test(a_policy_keeps_skips_or_moves),
        cmocka_unit_test(a_policy_looks_thirty_days_ahead_and_no_further),
        cmocka_unit_test(an_unknown_policy_is_refused),
        cmocka_unit_test(a_local_overlay_wins),
        cmocka_unit_test(a_broken_file_is_refused_with_its_line_and_field),
        cmocka_unit_test(the_published_year_2026_is_as_announced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
