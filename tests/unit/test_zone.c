/* Wall time and UTC, with the gaps and overlaps of RFC 5545 3.3.5. */
#include "calendar/civil.h"
#include "calendar/zone.h"
#include "calendar/zone_file.h"
#include "calendar/zone_posix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const struct zone *zone_of(const char *id)
{
    struct err e;
    const struct zone *z = zone_find(id, &e);

    if (!z) {
        print_message("no %s in the system's tz database\n", id);
        skip();
    }
    return z;
}

static int64_t wall_of(const char *text)
{
    int64_t wall_s;
    bool date;

    assert_true(civil_parse(text, &wall_s, &date));
    return wall_s;
}

static void wall_times_take_the_offset_of_their_day_and_the_first_in_doubt(void **state)
{
    (void)state;
    static const struct { const char *zone, *wall, *with_offset; } cases[] = {
        {"Asia/Shanghai", "2027-09-18T09:00:00", "2027-09-18T09:00:00+08:00"},
        {"UTC", "2027-09-18T09:00:00", "2027-09-18T09:00:00+00:00"},
        /* Shanghai had summer time from 1986 to 1991. */
        {"Asia/Shanghai", "1986-05-04T01:59:59", "1986-05-04T01:59:59+08:00"},
        {"Asia/Shanghai", "1986-05-04T02:30:00", "1986-05-04T02:30:00+08:00"},
        {"Asia/Shanghai", "1986-05-04T03:00:00", "1986-05-04T03:00:00+09:00"},
        {"Asia/Shanghai", "1988-07-01T12:00:00", "1988-07-01T12:00:00+09:00"},
        {"Asia/Shanghai", "1991-09-15T01:30:00", "1991-09-15T01:30:00+09:00"},
        {"Asia/Shanghai", "1991-09-15T02:00:00", "1991-09-15T02:00:00+08:00"},
        {"Asia/Shanghai", "1992-07-01T12:00:00", "1992-07-01T12:00:00+08:00"},
        {"America/New_York", "2027-03-14T01:59:59", "2027-03-14T01:59:59-05:00"},
        {"America/New_York", "2027-03-14T02:30:00", "2027-03-14T02:30:00-05:00"},
        {"America/New_York", "2027-03-14T03:00:00", "2027-03-14T03:00:00-04:00"},
        {"America/New_York", "2027-11-07T01:30:00", "2027-11-07T01:30:00-04:00"},
        {"America/New_York", "2027-11-07T02:00:00", "2027-11-07T02:00:00-05:00"},
        /* Beyond what the file writes out: the footer's rule. */
        {"America/New_York", "2097-07-04T12:00:00", "2097-07-04T12:00:00-04:00"},
        {"America/New_York", "2497-07-04T12:00:00", "2497-07-04T12:00:00-04:00"},
        {"America/New_York", "2497-12-04T12:00:00", "2497-12-04T12:00:00-05:00"},
        {"America/New_York", "9999-07-04T12:00:00", "9999-07-04T12:00:00-04:00"},
        {"America/New_York", "1883-01-01T12:00:00", "1883-01-01T12:00:00-04:56"},
        {"Australia/Lord_Howe", "2027-10-03T02:15:00", "2027-10-03T02:15:00+10:30"},
        {"Australia/Lord_Howe", "2027-10-03T02:30:00", "2027-10-03T02:30:00+11:00"},
        {"Australia/Lord_Howe", "2027-04-04T01:45:00", "2027-04-04T01:45:00+11:00"},
        {"Australia/Lord_Howe", "2027-04-04T02:00:00", "2027-04-04T02:00:00+10:30"},
        /* Casablanca goes back for Ramadan, by dates of the file alone. */
        {"Africa/Casablanca", "2024-03-01T12:00:00", "2024-03-01T12:00:00+01:00"},
        {"Africa/Casablanca", "2024-03-20T12:00:00", "2024-03-20T12:00:00+00:00"},
        {"Africa/Casablanca", "2024-04-20T12:00:00", "2024-04-20T12:00:00+01:00"},
        {"Asia/Kathmandu", "2027-01-01T00:00:00", "2027-01-01T00:00:00+05:45"},
    };
    char text[ZONE_TEXT_BYTES];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        zone_format(zone_of(cases[i].zone), wall_of(cases[i].wall), text);
        assert_string_equal(text, cases[i].with_offset);
    }
}

static void a_time_in_a_gap_is_the_instant_that_its_old_offset_gives(void **state)
{
    (void)state;
    const struct zone *z = zone_of("America/New_York");

    assert_int_equal(zone_to_utc(z, wall_of("2027-03-14T02:30:00")), wall_of("2027-03-14T07:30:00"));
    assert_int_equal(zone_to_wall(z, wall_of("2027-03-14T07:30:00")), wall_of("2027-03-14T03:30:00"));
    assert_int_equal(zone_to_utc(z, wall_of("2027-03-15T02:30:00")), wall_of("2027-03-15T06:30:00"));
}

static void every_instant_goes_to_the_wall_and_back_but_for_the_second_of_two(void **state)
{
    (void)state;
    static const char *const ids[] = {"Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Europe/Dublin"};

    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        const struct zone *z = zone_of(ids[i]);
        for (int64_t t = wall_of("1980-01-01"); t < wall_of("2060-01-01"); t += 1799) {
            int64_t back = zone_to_utc(z, zone_to_wall(z, t));
            assert_true(back == t || (back < t && t - back <= 3600));
        }
    }
}

static void transitions_are_found_one_after_the_other_for_ever(void **state)
{
    (void)state;
    const struct zone *z = zone_of("America/New_York");
    struct zone_transition t;
    int64_t utc_s = wall_of("2027-01-01");

    assert_true(zone_next_transition(z, utc_s, &t));
    assert_int_equal(t.at_utc_s, wall_of("2027-03-14T07:00:00"));
    assert_int_equal(t.offset_before_s, -5 * 3600);
    assert_int_equal(t.offset_after_s, -4 * 3600);
    assert_true(t.dst_after);
    assert_string_equal(t.name_before, "EST");
    assert_string_equal(t.name_after, "EDT");
    for (int i = 0; i < 2 * (9999 - 2027); i++) {
        assert_true(zone_next_transition(z, utc_s, &t));
        assert_true(t.at_utc_s > utc_s && t.at_utc_s - utc_s < 250 * 86400LL);
        utc_s = t.at_utc_s;
    }
    assert_false(zone_next_transition(zone_of("Asia/Shanghai"), wall_of("1992-01-01"), &t));
    assert_false(zone_next_transition(zone_of("UTC"), 0, &t));
}

static void a_span_is_fixed_if_no_transition_touches_it(void **state)
{
    (void)state;
    const struct zone *z = zone_of("America/New_York");

    assert_true(zone_is_fixed(z, wall_of("2027-03-15"), wall_of("2027-11-07T01:00:00")));
    assert_false(zone_is_fixed(z, wall_of("2027-03-15"), wall_of("2027-11-07T01:00:01")));
    assert_false(zone_is_fixed(z, wall_of("2027-03-14T02:30:00"), wall_of("2027-03-14T02:31:00")));
    assert_true(zone_is_fixed(z, wall_of("2027-03-14T03:00:00"), wall_of("2027-03-14T04:00:00")));
    assert_false(zone_is_fixed(z, wall_of("2027-03-01"), wall_of("2500-03-01")));
    assert_true(zone_is_fixed(zone_of("Asia/Shanghai"), wall_of("2000-01-01"), wall_of("9999-01-01")));
}

static void unknown_zones_are_refused_with_the_nearest_name(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "/etc/passwd", "../zoneinfo/UTC", "Asia/../UTC", "Asia", "Mars/Base", "tzdata.zi", "Asia/Shanghai ",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    };
    static const struct { const char *text, *nearest; } slips[] = {
        {"Asia/Shangai", "Asia/Shanghai"}, {"asia/shanghai", "Asia/Shanghai"}, {"China Standard Time", "Asia/Shanghai"},
    };
    struct err e;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_null(zone_find(bad[i], &e));
        assert_int_equal(e.code, ERR_INVALID);
        assert_string_equal(e.field, "tz");
    }
    zone_of("Asia/Shanghai");
    for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
        assert_null(zone_find(slips[i].text, &e));
        assert_string_equal(e.args[1], slips[i].nearest);
    }
}

static void utc_is_there_without_a_tz_database(void **state)
{
    (void)state;
    struct err e;
    struct zone_data d;

    zone_data_utc(&d);
    assert_int_equal(d.types[0].offset_s, 0);
    zone_data_release(&d);
    assert_non_null(zone_find("UTC", &e));
    assert_string_equal(zone_id(zone_find("UTC", &e)), "UTC");
    assert_ptr_equal(zone_find("UTC", &e), zone_find("UTC", &e));
}

static void windows_names_lead_to_zones_that_exist(void **state)
{
    (void)state;
    static const char *const names[] = {
        "China Standard Time", "W. Europe Standard Time", "Eastern Standard Time", "tokyo standard time",
        "(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_non_null(zone_of(zone_from_windows(names[i])));
    assert_null(zone_from_windows("Atlantis Standard Time"));
}

static void posix_rules_are_read_or_refused(void **state)
{
    (void)state;
    static const struct { const char *text; bool ok; } cases[] = {
        {"CST-8", true}, {"EST5EDT,M3.2.0,M11.1.0", true}, {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", true},
        {"IST-1GMT0,M10.5.0,M3.5.0/1", true}, {"X5Y,J60/2,300/-1:30", true}, {"EST5EDT", false}, {"", false},
        {"EST", false}, {"EST5EDT,M13.2.0,M11.1.0", false}, {"EST5EDT,M3.6.0,M11.1.0", false}, {"<EST5", false},
        {"EST5EDT,M3.2.0", false}, {"EST99", false}, {"EST5EDT,M3.2.0,M11.1.0x", false}, {"EST5EDT,J0,J1", false},
        {"EST5EDT,M3.2.0/168,M11.1.0", false},
    };
    struct zone_posix p;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (zone_posix_parse(cases[i].text, strlen(cases[i].text), &p) != cases[i].ok)
            fail_msg("%s", cases[i].text);
    assert_true(zone_posix_parse("X5Y,J60/2,300/-1:30", 19, &p));
    assert_int_equal(zone_posix_start(&p, 2028), wall_of("2028-03-01T07:00:00"));
    assert_int_equal(zone_posix_end(&p, 2028), wall_of("2028-10-26T22:30:00") + 4 * 3600);
    assert_true(zone_posix_parse("CET-1CEST,M3.5.0,M10.5.0/3", 26, &p));
    assert_int_equal(zone_posix_start(&p, 2027), wall_of("2027-03-28T01:00:00"));
    assert_int_equal(zone_posix_end(&p, 2027), wall_of("2027-10-31T01:00:00"));
}

/* Any cut and any changed byte of a file is read or refused, never more. */
static void a_broken_file_is_refused_and_does_no_harm(void **state)
{
    (void)state;
    static const unsigned char file[] =
        "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1"
        "\0\0\0\0\0\0\0"
        "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\2\0\0\0\10"
        "\0\0\0\0\0\1\2\3\1"
        "\0\0\0\0\0\0\0\0\16\20\1\4UTC\0XDT\0"
        "\nUTC0XDT,M3.2.0,M11.1.0\n";
    unsigned char copy[sizeof file];
    struct zone_data d;

    assert_true(zone_data_parse(file, sizeof file - 1, &d));
    zone_data_release(&d);
    for (size_t bytes = 0; bytes < sizeof file - 1; bytes++)
        assert_false(zone_data_parse(file, bytes, &d));
    for (size_t i = 0; i < sizeof file - 1; i++)
        for (int value = 0; value < 256; value += 17) {
            memcpy(copy, file, sizeof file);
            copy[i] = (unsigned char)value;
            if (zone_data_parse(copy, sizeof file - 1, &d))
                zone_data_release(&d);
        }
}

static void *find_many(void *arg)
{
    static const char *const ids[] = {"Asia/Tokyo", "Europe/Paris", "UTC", "America/Chicago", "Asia/Seoul"};
    const struct zone **found = arg;

    for (size_t i = 0; i < 5; i++)
        found[i] = zone_find(ids[i], NULL);
    return NULL;
}

static void threads_find_the_same_zones(void **state)
{
    (void)state;
    const struct zone *found[4][5];
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, find_many, found[i]), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    for (int i = 1; i < 4; i++)
        assert_memory_equal(found[i], found[0], sizeof found[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wall_times_take_the_offset_of_their_day_and_the_first_in_doubt),
        cmocka_unit_test(a_time_in_a_gap_is_the_instant_that_its_old_offset_gives),
        cmocka_unit_test(every_instant_goes_to_the_wall_and_back_but_for_the_second_of_two),
        cmocka_unit_test(transitions_are_found_one_after_the_other_for_ever),
        cmocka_unit_test(a_span_is_fixed_if_no_transition_touches_it),
        cmocka_unit_test(unknown_zones_are_refused_with_the_nearest_name),
        cmocka_unit_test(utc_is_there_without_a_tz_database),
        cmocka_unit_test(windows_names_lead_to_zones_that_exist),
        cmocka_unit_test(posix_rules_are_read_or_refused),
        cmocka_unit_test(a_broken_file_is_refused_and_does_no_harm),
        cmocka_unit_test(threads_find_the_same_zones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
