/* Calendar files as other programs write them: what is read of them, and what zone they mean. */
#include "calendar/civil.h"
#include "calendar/ical_tzid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENT(lines) "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" lines "END:VEVENT\r\nEND:VCALENDAR\r\n"
#define US_EAST_PARTS                                                                                         \
    "BEGIN:STANDARD\nDTSTART:16010101T020000\nTZOFFSETFROM:-0400\nTZOFFSETTO:-0500\n"                         \
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11\nEND:STANDARD\n"                                       \
    "BEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:-0500\nTZOFFSETTO:-0400\n"                         \
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3\nEND:DAYLIGHT\n"

static struct arena arena;

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct ical_file *read_all(const char *text)
{
    struct ical_file *f;
    struct err e = {0};

    assert_int_equal(ical_read(text, strlen(text), &arena, &f, &e), 0);
    return f;
}

static const struct ical_component *read_one(const char *text)
{
    struct ical_file *f = read_all(text);

    assert_int_equal(f->count, 1);
    return &f->components[0];
}

static void assert_time(const struct ical_time *t, const char *expected)
{
    char text[CIVIL_TEXT_BYTES];

    assert_true(t->set);
    civil_format_basic(t->wall_s, t->date, text);
    assert_string_equal(text, expected);
}

static void folded_lines_are_one_even_within_a_character(void **state)
{
    const struct ical_component *c = read_one(EVENT("SUMMARY:全国\r\n 科普\r\n\t日\r\nDTSTART\r\n :20270918T090000\r\n"
                                                    "DESCRIPTION:\xE7\xA7\r\n \x91\r\n"));

    (void)state;
    assert_string_equal(c->title, "全国科普日");
    assert_string_equal(c->description, "科");
    assert_time(&c->start, "20270918T090000");
}

static void line_ends_of_every_kind_are_line_ends(void **state)
{
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    char text[300];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const char *n = ends[i];
        snprintf(text, sizeof text, "BEGIN:VCALENDAR%sBEGIN:VEVENT%sSUMMARY:a%s b%sUID:x%sEND:VEVENT%sEND:VCALENDAR",
                 n, n, n, n, n, n);
        assert_string_equal(read_one(text)->title, "ab");
        assert_string_equal(read_one(text)->uid, "x");
    }
}

static void events_need_no_calendar_around_them(void **state)
{
    struct ical_file *f = read_all("BEGIN:VEVENT\nUID:1\nEND:VEVENT\n\nBEGIN:VEVENT\nUID:2\nEND:VEVENT\n");

    (void)state;
    assert_int_equal(f->count, 2);
    assert_string_equal(f->components[1].uid, "2");
    assert_int_equal(f->components[1].line, 5);
    assert_int_equal(read_all("      BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nEND:VEVENT\nEND:VCALENDAR")->count, 1);
}

static void a_missing_end_costs_only_what_it_must(void **state)
{
    struct ical_file *f = read_all("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nBEGIN:VALARM\nTRIGGER:P0D\nEND:VEVENT\n"
                                   "BEGIN:VEVENT\nUID:2\nBEGIN:VEVENT\nUID:3\nEND:VEVENT\nBEGIN:VEVENT\nUID:4\n");

    (void)state;
    assert_int_equal(f->count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(f->components[i].uid[0], "1234"[i]);
        assert_int_equal(f->components[i].cut_off, i == 3);
    }
}

static void what_is_no_calendar_is_refused(void **state)
{
    static const char *const texts[] = {"", "hello", "name,phone\n王芳,13800000000\n", "<html>BEGIN:VCALENDAR</html>"};
    struct ical_file *f;
    struct err e;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        e = (struct err){0};
        assert_int_equal(ical_read(texts[i], strlen(texts[i]), &arena, &f, &e), -1);
        assert_int_equal(e.code, ERR_INVALID);
    }
    assert_int_equal(read_all("BEGIN:VCALENDAR\nEND:VCALENDAR\n")->count, 0);
}

static void a_file_has_limits(void **state)
{
    char *large = malloc(ICAL_FILE_BYTES_MAX + 1), *at = large;
    struct ical_file *f;
    struct err e = {0};

    (void)state;
    memset(large, 'x', ICAL_FILE_BYTES_MAX + 1);
    assert_int_equal(ical_read(large, ICAL_FILE_BYTES_MAX + 1, &arena, &f, &e), -1);
    assert_int_equal(e.code, ERR_TOO_LARGE);
    for (int i = 0; i <= ICAL_COMPONENTS_MAX; i++)
        at += sprintf(at, "BEGIN:VEVENT\nEND:VEVENT\n");
    assert_int_equal(ical_read(large, (size_t)(at - large), &arena, &f, &e), -1);
    assert_int_equal(e.code, ERR_TOO_LARGE);
    free(large);
}

static void times_say_what_they_are(void **state)
{
    const struct ical_component *c = read_one(
        EVENT("DTSTART;TZID=\"(GMT+10:00) Canberra, Melbourne, Sydney\":20201028T133000\nDTEND:20201028T033000Z\n"
              "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20201028\nRDATE;VALUE=PERIOD:19960403T020000Z/PT3H,"
              "19960404T010000Z/19960404T020000Z\nEXDATE;TZID=Asia/Shanghai:20201101T010203,20201102T010203\n"
              "EXDATE;VALUE=DATE:20201103\n"));

    (void)state;
    assert_time(&c->start, "20201028T133000");
    assert_string_equal(c->start.tzid, "(GMT+10:00) Canberra, Melbourne, Sydney");
    assert_true(c->end.utc && !c->end.tzid);
    assert_true(c->and_future && c->recurrence.date);
    assert_int_equal(c->rdates.count, 2);
    assert_time(&c->rdates.items[1], "19960404T010000");
    assert_int_equal(c->exdates.count, 3);
    assert_time(&c->exdates.items[2], "20201103");
}

static void unreadable_properties_are_told_from_absent_ones(void **state)
{
    static const struct { const char *line; unsigned bad; } cases[] = {
        {"DTSTART:garbage\n", ICAL_BAD_START}, {"DTSTART:20270231T090000\n", ICAL_BAD_START},
        {"DTSTART:20270918T256199\n", ICAL_BAD_START}, {"DTEND:\n", ICAL_BAD_END},
        {"RECURRENCE-ID:yesterday\n", ICAL_BAD_RECURRENCE}, {"EXDATE:x\n", ICAL_BAD_EXDATE},
        {"DURATION:P999999999999999999W\n", ICAL_BAD_DURATION}, {"DURATION:-PT1H\n", ICAL_BAD_DURATION},
        {"DURATION:PT\n", ICAL_BAD_DURATION}, {"DURATION:P1H\n", 0}, {"SUMMARY:x\n", 0}};
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(text, sizeof text, "BEGIN:VEVENT\n%sEND:VEVENT\n", cases[i].line);
        assert_int_equal(read_one(text)->bad, cases[i].bad);
    }
}

static void durations_add_up(void **state)
{
    static const struct { const char *text; int64_t seconds; } cases[] = {
        {"P1D", 86400}, {"PT1H30M", 5400}, {"P2W", 1209600}, {"+P1DT2H3M4S", 93784}, {"P0D", 0}};
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(text, sizeof text, "BEGIN:VEVENT\nDURATION:%s\nEND:VEVENT\n", cases[i].text);
        assert_int_equal(read_one(text)->duration_s, cases[i].seconds);
    }
}

static void rules_and_categories_come_as_they_are_written(void **state)
{
    const struct ical_component *c = read_one(
        EVENT("RRULE;X-BUSYMAC-REGENERATE=TRASH:FREQ=WEEKLY;BYDAY=FR,MO\nRRULE:RSCALE=CHINESE;FREQ=YEARLY\n"
              "CATEGORIES:A,B\\,C,,D\\;E\nCATEGORIES:科普日\nX-KEPU-RAW-RRULE:FREQ=DAILY\nX-KEPU-ROLE:a\\,b=3/1\n"));

    (void)state;
    assert_int_equal(c->rules.count, 2);
    assert_string_equal(c->rules.items[0], "FREQ=WEEKLY;BYDAY=FR,MO");
    assert_string_equal(c->rules.items[1], "RSCALE=CHINESE;FREQ=YEARLY");
    assert_int_equal(c->categories.count, 4);
    assert_string_equal(c->categories.items[1], "B,C");
    assert_string_equal(c->categories.items[2], "D;E");
    assert_string_equal(c->categories.items[3], "科普日");
    assert_string_equal(ical_own(c, "ROLE"), "a,b=3/1");
}

static void long_lists_lose_nothing(void **state)
{
    char *text = malloc(30000), *at = text;
    const struct ical_component *c;

    (void)state;
    at += sprintf(at, "BEGIN:VEVENT\nEXDATE;VALUE=DATE:");
    for (int i = 0; i < 1300; i++)
        at += sprintf(at, "%s%04d%02d%02d", i ? "," : "", 2000 + i / 28, 1 + i % 12, 1 + i % 28);
    sprintf(at, ",\nEND:VEVENT\n");
    c = read_one(text);
    assert_int_equal(c->exdates.count, 1300);
    assert_time(&c->exdates.items[1299], "20460412");
    free(text);
}

static void texts_lose_their_backslashes(void **state)
{
    const struct ical_component *c = read_one(
        EVENT("SUMMARY;LANGUAGE=en: Tea\\, talk\\; \\\\ x\nDESCRIPTION:a\\nb\\Nc\n"
              "LOCATION;ALTREP=\"http://x:1/\":here\n"));

    (void)state;
    assert_string_equal(c->title + strspn(c->title, " "), "Tea, talk; \\ x");
    assert_string_equal(c->description, "a\nb\nc");
    assert_string_equal(c->location, "here");
}

static void other_encodings_are_read_or_repaired(void **state)
{
    (void)state;
    assert_string_equal(read_one("\xEF\xBB\xBF" EVENT("SUMMARY:科普\n"))->title, "科普");
    assert_string_equal(read_one(EVENT("SUMMARY:\xBF\xC6\xC6\xD5\n"))->title, "科普");
    assert_string_equal(read_one(EVENT("SUMMARY:科普\xFF日\nDESCRIPTION:全国科普日\n"))->title,
                        "科普\xEF\xBF\xBD日");
}

static void what_is_not_taken_is_counted(void **state)
{
    struct ical_file *f = read_all(EVENT("ATTENDEE:mailto:a@b.c\nATTENDEE:mailto:d@b.c\nORGANIZER:mailto:a@b.c\n"
                                         "BEGIN:VALARM\nATTENDEE:x\nEND:VALARM\nBEGIN:VALARM\nEND:VALARM\n"));

    (void)state;
    assert_int_equal(f->ignored_count, 3);
    assert_string_equal(f->ignored[0].name, "VALARM");
    assert_int_equal(f->ignored[0].count, 2);
    assert_int_equal(f->ignored[1].count, 2);
}

/* Zones -------------------------------------------------------------------------------------------------------- */

static const char *zone_named(struct ical_file *f, const char *tzid, enum ical_zone_how *how)
{
    const struct zone *z = ical_zone_of(f, tzid, zone_find("Asia/Shanghai", NULL), civil_days(2026, 6, 1) * 86400, how);

    return z ? zone_id(z) : "?";
}

static void zones_are_known_by_many_names(void **state)
{
    static const struct { const char *tzid, *iana; } cases[] = {
        {"Asia/Shanghai", "Asia/Shanghai"},
        {"China Standard Time", "Asia/Shanghai"},
        {"/freeassociation.sourceforge.net/Europe/Berlin", "Europe/Berlin"},
        {"/softwarestudio.org/Olson_20011030_5/America/New_York", "America/New_York"},
        {"(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"},
        {"(GMT+10:00) Canberra, Melbourne, Sydney", "Australia/Sydney"},
        {"(UTC+08:00) Kuala Lumpur, Singapore", "Asia/Singapore"},
        {"(UTC+03:00) Sydney", "?"},
        {"tzone://Microsoft/Custom", "?"},
        {"", "?"}};
    struct ical_file *f = read_all("BEGIN:VCALENDAR\n");
    enum ical_zone_how how;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(zone_named(f, cases[i].tzid, &how), cases[i].iana);
        assert_int_equal(how, cases[i].iana[0] == '?' ? ICAL_ZONE_UNKNOWN : ICAL_ZONE_NAMED);
    }
}

static void a_zone_with_a_name_of_its_own_is_known_by_its_clock(void **state)
{
    struct ical_file *f = read_all(
        "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Customized Time Zone\n" US_EAST_PARTS "END:VTIMEZONE\n"
        "BEGIN:VTIMEZONE\nTZID:Located\nX-LIC-LOCATION:Europe/Paris\n" US_EAST_PARTS "END:VTIMEZONE\n"
        "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0800\nTZOFFSETTO:+0800\n"
        "END:STANDARD\nEND:VTIMEZONE\nBEGIN:VTIMEZONE\nTZID:Odd\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
        "TZOFFSETFROM:+0123\nTZOFFSETTO:+0123\nEND:STANDARD\nEND:VTIMEZONE\n"
        "BEGIN:VTIMEZONE\nTZID:Empty\nEND:VTIMEZONE\n");
    enum ical_zone_how how;
    int64_t utc_s;

    (void)state;
    assert_string_equal(zone_named(f, "Customized Time Zone", &how), "America/New_York");
    assert_int_equal(how, ICAL_ZONE_MATCHED);
    assert_string_equal(zone_named(f, "Located", &how), "Europe/Paris");
    assert_int_equal(how, ICAL_ZONE_NAMED);
    assert_string_equal(zone_named(f, "Ours", &how), "Asia/Shanghai");
    assert_string_equal(zone_named(f, "Odd", &how), "?");
    assert_string_equal(zone_named(f, "Empty", &how), "?");
    assert_true(ical_zone_instant(f, "Odd", 100000, &utc_s));
    assert_int_equal(utc_s, 100000 - 4980);
    assert_true(ical_zone_instant(f, "Customized Time Zone", civil_days(2026, 7, 1) * 86400, &utc_s));
    assert_int_equal(utc_s, civil_days(2026, 7, 1) * 86400 + 4 * 3600);
    assert_false(ical_zone_instant(f, "Empty", 0, &utc_s));
}

static void rules_that_never_yield_do_not_hold_a_zone_up(void **state)
{
    struct ical_file *f = read_all(
        "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Never\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\n"
        "TZOFFSETTO:+0200\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\nEND:STANDARD\nEND:VTIMEZONE\n"
        "BEGIN:VTIMEZONE\nTZID:Always\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n"
        "RRULE:FREQ=SECONDLY\nEND:STANDARD\nEND:VTIMEZONE\n");
    enum ical_zone_how how;

    (void)state;
    assert_string_not_equal(zone_named(f, "Never", &how), "?");      /* +02:00 for good */
    assert_string_equal(zone_named(f, "Always", &how), "?");
}

/* Every program's own file ------------------------------------------------------------------------------------- */

static void read_file(const char *dir, const char *name)
{
    char path[1200], *text = malloc(1 << 20);
    struct ical_file *f;
    struct err e = {0};
    FILE *in;
    size_t bytes;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    in = fopen(path, "rb");
    assert_non_null(in);
    bytes = fread(text, 1, 1 << 20, in);
    fclose(in);
    assert_int_equal(ical_read(text, bytes, &arena, &f, &e), 0);
    for (size_t i = 0; i < f->count; i++)
        assert_false(f->components[i].bad & (ICAL_BAD_START | ICAL_BAD_RECURRENCE | ICAL_BAD_RDATE | ICAL_BAD_EXDATE));
    free(text);
}

static void every_reference_file_is_read(void **state)
{
    const char *data = getenv("KEPU_REFERENCE_DATA");
    char dir[900];
    struct dirent *entry;
    DIR *d;

    (void)state;
    snprintf(dir, sizeof dir, "%s/ics", data ? data : "../shared/data");
    d = opendir(dir);
    if (!d) {
        print_message("[  SKIPPED ] no reference data in %s\n", dir);
        skip();
    }
    while ((entry = readdir(d)))
        if (strstr(entry->d_name, ".ics"))
            read_file(dir, entry->d_name);
    closedir(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(folded_lines_are_one_even_within_a_character, tear_down),
        cmocka_unit_test_teardown(line_ends_of_every_kind_are_line_ends, tear_down),
        cmocka_unit_test_teardown(events_need_no_calendar_around_them, tear_down),
        cmocka_unit_test_teardown(a_missing_end_costs_only_what_it_must, tear_down),
        cmocka_unit_test_teardown(what_is_no_calendar_is_refused, tear_down),
        cmocka_unit_test_teardown(a_file_has_limits, tear_down),
        cmocka_unit_test_teardown(times_say_what_they_are, tear_down),
        cmocka_unit_test_teardown(unreadable_properties_are_told_from_absent_ones, tear_down),
        cmocka_unit_test_teardown(durations_add_up, tear_down),
        cmocka_unit_test_teardown(rules_and_categories_come_as_they_are_written, tear_down),
        cmocka_unit_test_teardown(long_lists_lose_nothing, tear_down),
        cmocka_unit_test_teardown(texts_lose_their_backslashes, tear_down),
        cmocka_unit_test_teardown(other_encodings_are_read_or_repaired, tear_down),
        cmocka_unit_test_teardown(what_is_not_taken_is_counted, tear_down),
        cmocka_unit_test_teardown(zones_are_known_by_many_names, tear_down),
        cmocka_unit_test_teardown(a_zone_with_a_name_of_its_own_is_known_by_its_clock, tear_down),
        cmocka_unit_test_teardown(rules_that_never_yield_do_not_hold_a_zone_up, tear_down),
        cmocka_unit_test_teardown(every_reference_file_is_read, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
