/* iCalendar text: folds, escapes, durations, rules and zones; read back by libical, which wrote none of it. */
#include "base/utf8.h"
#include "calendar/civil.h"
#include "calendar/ical_zone.h"

#include <libical/ical.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define YEAR_FIRST 2024
#define YEAR_LAST 2040
#define STEP_S (6 * 3600 + 11)

static struct buf out;
static struct ical writer = {&out, 0};

static int clear(void **state)
{
    (void)state;
    buf_clear(&out);
    return 0;
}

static const char *text_line(const char *text)
{
    buf_clear(&out);
    ical_text(&writer, "SUMMARY", text);
    return buf_text(&out);
}

static void text_is_escaped_as_rfc_5545_has_it(void **state)
{
    (void)state;
    assert_string_equal(text_line("a, b; c\\d"), "SUMMARY:a\\, b\\; c\\\\d\r\n");
    assert_string_equal(text_line("1\n2\r\n3\r4"), "SUMMARY:1\\n2\\n3\\n4\r\n");
    assert_string_equal(text_line(""), "SUMMARY:\r\n");
    assert_string_equal(text_line("\"<b>&amp:"), "SUMMARY:\"<b>&amp:\r\n");
}

static void control_characters_go_and_broken_utf8_is_replaced(void **state)
{
    (void)state;
    assert_string_equal(text_line("a\x01\x1b\x7f" "b\xc2\x85" "c"), "SUMMARY:abc\r\n");
    assert_string_equal(text_line("a\xff" "b"), "SUMMARY:a\xef\xbf\xbd" "b\r\n");
    buf_clear(&out);
    ical_raw(&writer, "URL", "http://x/\r\nATTENDEE:mailto:a@b");
    assert_string_equal(buf_text(&out), "URL:http://x/ATTENDEE:mailto:a@b\r\n");
}

static void a_name_in_a_parameter_cannot_end_it(void **state)
{
    (void)state;
    ical_named(&writer, "ORGANIZER", "a\";X=\n\"b", "mailto:a@b");
    assert_string_equal(buf_text(&out), "ORGANIZER;CN=\"a;X=b\":mailto:a@b\r\n");
}

/* Every line ≤75 octets and whole characters; unfolded, the text is there. */
static void check_folds(const char *text)
{
    struct buf whole = {0};
    const char *line = text_line(text);

    while (*line) {
        const char *end = strstr(line, "\r\n");
        assert_non_null(end);
        assert_true(end - line <= ICAL_LINE_OCTETS_MAX);
        assert_true(utf8_valid(line, (size_t)(end - line)));
        buf_add(&whole, line + (line > out.data), (size_t)(end - line) - (line > out.data));
        line = end + 2;
    }
    assert_string_equal(buf_text(&whole) + strlen("SUMMARY:"), text);
    buf_release(&whole);
}

static void folds_are_at_75_octets_and_never_cut_a_character(void **state)
{
    static const char *const characters[] = {"a", "é", "科", "🎈"};
    struct buf text = {0};

    (void)state;
    for (size_t kind = 0; kind < 4; kind++) {
        for (size_t length = 0; length < 240; length++) {
            buf_clear(&text);
            for (size_t i = 0; i < length; i++)
                buf_adds(&text, characters[i % 7 ? kind : 0]);
            check_folds(buf_text(&text));
        }
    }
    buf_release(&text);
}

static void durations_are_what_phones_can_read(void **state)
{
    static const struct { int64_t s; const char *text; } cases[] = {
        {3600, "PT1H"}, {86400, "P1D"}, {-86400, "-P1D"}, {-5400, "-PT1H30M"}, {90061, "P1DT1H1M1S"}, {60, "PT1M"},
        {0, "PT0S"}, {30 * 86400, "P30D"},
    };
    char wanted[64];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        buf_clear(&out);
        ical_duration(&writer, "TRIGGER", cases[i].s);
        snprintf(wanted, sizeof wanted, "TRIGGER:%s\r\n", cases[i].text);
        assert_string_equal(buf_text(&out), wanted);
    }
}

static void times_are_local_with_their_zone_dates_plain_and_utc_a_z(void **state)
{
    int64_t walls[] = {civil_days(2027, 9, 18) * CIVIL_DAY_S + 9 * 3600, civil_days(2028, 9, 16) * CIVIL_DAY_S};

    (void)state;
    ical_local(&writer, "DTSTART", zone_find("Asia/Shanghai", NULL), false, walls[0]);
    ical_locals(&writer, "EXDATE", zone_find("Asia/Shanghai", NULL), true, walls, 2);
    ical_local(&writer, "DTSTART", zone_find("UTC", NULL), false, walls[0]);
    ical_instant(&writer, "DTSTAMP", walls[0] * 1000 + 999);
    assert_string_equal(buf_text(&out), "DTSTART;TZID=Asia/Shanghai:20270918T090000\r\n"
                                        "EXDATE;VALUE=DATE:20270918,20280916\r\n"
                                        "DTSTART:20270918T090000Z\r\nDTSTAMP:20270918T090000Z\r\n");
}

static void no_line_holds_more_dates_than_other_programs_read(void **state)
{
    int64_t walls[2 * ICAL_LOCALS_A_LINE + 1];
    size_t lines = 0, dates = 0;

    (void)state;
    for (size_t i = 0; i < sizeof walls / sizeof walls[0]; i++)
        walls[i] = (civil_days(2027, 1, 1) + (int64_t)i) * CIVIL_DAY_S;
    ical_locals(&writer, "EXDATE", zone_find("Asia/Shanghai", NULL), true, walls, sizeof walls / sizeof walls[0]);
    for (const char *p = buf_text(&out); (p = strstr(p, "EXDATE;VALUE=DATE:")); p++)
        lines++;
    for (const char *p = buf_text(&out); *p; p++)
        dates += *p == ',' || *p == ':';
    assert_int_equal(lines, 3);
    assert_int_equal(dates, sizeof walls / sizeof walls[0]);
    buf_clear(&out);
    ical_locals(&writer, "EXDATE", zone_find("Asia/Shanghai", NULL), true, walls, 0);
    assert_int_equal(out.len, 0);
}

static void until_has_the_form_that_belongs_to_its_dtstart(void **state)
{
    static const struct { const char *rule, *zone; bool date; const char *wanted; } cases[] = {
        {"FREQ=DAILY;UNTIL=20270920", "Asia/Shanghai", false, "RRULE:FREQ=DAILY;UNTIL=20270920T155959Z\r\n"},
        {"FREQ=DAILY;UNTIL=20270920T090000", "America/New_York", false, "RRULE:FREQ=DAILY;UNTIL=20270920T130000Z\r\n"},
        {"FREQ=DAILY;UNTIL=20270920T010000Z", "Asia/Shanghai", false, "RRULE:FREQ=DAILY;UNTIL=20270920T010000Z\r\n"},
        {"FREQ=DAILY;UNTIL=20270919T160000Z", "Asia/Shanghai", true, "RRULE:FREQ=DAILY;UNTIL=20270920\r\n"},
        {"FREQ=WEEKLY;BYDAY=WE", "Asia/Shanghai", false, "RRULE:FREQ=WEEKLY;BYDAY=WE\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena arena = {0};
        struct recur_rule *rule;
        buf_clear(&out);
        assert_int_equal(recur_parse(cases[i].rule, &arena, &rule, NULL), 0);
        ical_rule(&writer, rule, zone_find(cases[i].zone, NULL), cases[i].date);
        assert_string_equal(buf_text(&out), cases[i].wanted);
        arena_release(&arena);
    }
}

/* libical's zone made of what we wrote. */
static icaltimezone *read_zone(const char *tzid, int64_t from_utc_s, icalcomponent **ret_calendar)
{
    icaltimezone *zone = icaltimezone_new();

    buf_clear(&out);
    ical_begin(&writer, "VCALENDAR");
    ical_zone(&writer, zone_find(tzid, NULL), from_utc_s);
    ical_end(&writer, "VCALENDAR");
    *ret_calendar = icalparser_parse_string(buf_text(&out));
    assert_non_null(*ret_calendar);
    assert_int_equal(icalcomponent_count_errors(*ret_calendar), 0);
    assert_true(icaltimezone_set_component(
        zone, icalcomponent_new_clone(icalcomponent_get_first_component(*ret_calendar, ICAL_VTIMEZONE_COMPONENT))));
    return zone;
}

/* In a gap or an overlap what a wall time means is the reader's choice; elsewhere there is but one answer. */
static bool is_plain(const struct zone *z, int64_t wall_s)
{
    return zone_is_fixed(z, wall_s - 4 * 3600, wall_s + 4 * 3600);
}

static void check_zone(const char *tzid, int year_first, int year_last)
{
    const struct zone *ours = zone_find(tzid, NULL);
    int64_t from_s = civil_days(year_first, 1, 1) * CIVIL_DAY_S, to_s = civil_days(year_last, 1, 1) * CIVIL_DAY_S;
    icalcomponent *calendar;
    icaltimezone *theirs = read_zone(tzid, from_s, &calendar);

    for (int64_t wall_s = from_s + CIVIL_DAY_S; wall_s < to_s; wall_s += STEP_S) {
        struct icaltimetype t = icaltime_from_timet_with_zone((time_t)wall_s, 0, NULL);
        int daylight;
        if (is_plain(ours, wall_s) && icaltimezone_get_utc_offset(theirs, &t, &daylight) != zone_offset_s(ours, wall_s))
            fail_msg("%s at %s: %d, not %d\n%s", tzid, icaltime_as_ical_string(t),
                     icaltimezone_get_utc_offset(theirs, &t, &daylight), zone_offset_s(ours, wall_s), buf_text(&out));
    }
    icaltimezone_free(theirs, 1);
    icalcomponent_free(calendar);
}

static void zones_are_right_for_all_dates_from_the_first_on(void **state)
{
    static const char *const zones[] = {
        "Asia/Shanghai", "Asia/Urumqi", "America/New_York", "Europe/London", "Europe/Dublin", "Australia/Lord_Howe",
        "Asia/Jerusalem", "America/Nuuk", "America/Santiago", "Africa/Cairo", "Asia/Kathmandu", "America/St_Johns",
        "Africa/Casablanca", "Pacific/Chatham", "Asia/Tehran",
    };

    (void)state;
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
        check_zone(zones[i], YEAR_FIRST, YEAR_LAST);
}

static void zones_are_right_through_changes_of_their_past(void **state)
{
    (void)state;
    check_zone("Asia/Shanghai", 1985, 1995);
    check_zone("America/New_York", 2004, 2012);
    check_zone("Europe/London", 1990, 2000);
    check_zone("Europe/Moscow", 2009, 2016);
    check_zone("Asia/Pyongyang", 2014, 2020);
    check_zone("America/Sao_Paulo", 2010, 2022);
    check_zone("Asia/Tehran", 2015, 2026);
}

static void outlook_gets_rules_of_1970_where_clocks_follow_one(void **state)
{
    icalcomponent *calendar;

    (void)state;
    icaltimezone_free(read_zone("America/New_York", civil_days(2026, 11, 3) * CIVIL_DAY_S, &calendar), 1);
    icalcomponent_free(calendar);
    assert_non_null(strstr(out.data, "DTSTART:19701101T020000\r\n"));
    assert_non_null(strstr(out.data, "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\n"));
    assert_null(strstr(out.data, "RDATE"));
    icaltimezone_free(read_zone("Europe/London", civil_days(2026, 11, 3) * CIVIL_DAY_S, &calendar), 1);
    icalcomponent_free(calendar);
    assert_non_null(strstr(out.data, "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"));
}

static void a_zone_without_summer_time_is_one_observance(void **state)
{
    (void)state;
    ical_zone(&writer, zone_find("Asia/Shanghai", NULL), civil_days(2026, 1, 1) * CIVIL_DAY_S);
    assert_string_equal(buf_text(&out),
                        "BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
                        "TZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\nTZNAME:CST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n");
}

static void libical_reads_a_text_back_as_it_was(void **state)
{
    static const char text[] = "逗号, 分号; 反斜杠\\ 换行\n和一个很长很长的标题，用来检验折行绝不会把一个汉字切成两半🎈 \"quoted\"";
    icalcomponent *event;

    (void)state;
    ical_begin(&writer, "VEVENT");
    ical_text(&writer, "SUMMARY", text);
    ical_end(&writer, "VEVENT");
    event = icalparser_parse_string(buf_text(&out));
    assert_non_null(event);
    assert_string_equal(icalcomponent_get_summary(event), text);
    icalcomponent_free(event);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(text_is_escaped_as_rfc_5545_has_it, clear),
        cmocka_unit_test_setup(control_characters_go_and_broken_utf8_is_replaced, clear),
        cmocka_unit_test_setup(a_name_in_a_parameter_cannot_end_it, clear),
        cmocka_unit_test_setup(folds_are_at_75_octets_and_never_cut_a_character, clear),
        cmocka_unit_test_setup(durations_are_what_phones_can_read, clear),
        cmocka_unit_test_setup(times_are_local_with_their_zone_dates_plain_and_utc_a_z, clear),
        cmocka_unit_test_setup(no_line_holds_more_dates_than_other_programs_read, clear),
        cmocka_unit_test_setup(until_has_the_form_that_belongs_to_its_dtstart, clear),
        cmocka_unit_test_setup(zones_are_right_for_all_dates_from_the_first_on, clear),
        cmocka_unit_test_setup(zones_are_right_through_changes_of_their_past, clear),
        cmocka_unit_test_setup(outlook_gets_rules_of_1970_where_clocks_follow_one, clear),
        cmocka_unit_test_setup(a_zone_without_summer_time_is_one_observance, clear),
        cmocka_unit_test_setup(libical_reads_a_text_back_as_it_was, clear),
    };
    int failed;

    buf_init(&out, 0);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_release(&out);
    icaltimezone_free_builtin_timezones();
    return failed;
}
