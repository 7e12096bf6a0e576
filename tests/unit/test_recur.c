/* The recurrence engine: what it reads, what it refuses, what it yields, and that it always ends. */
#include "base/buf.h"
#include "base/clock.h"
#include "calendar/civil.h"
#include "calendar/recur.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int64_t wall_of(const char *text)
{
    int64_t wall_s;
    bool date;

    assert_true(civil_parse(text, &wall_s, &date));
    return wall_s;
}

static struct recur_rule *rule_of(const char *text, struct arena *a)
{
    struct recur_rule *r;
    struct err e;

    if (recur_parse(text, a, &r, &e) < 0)
        fail_msg("refused: %s", text);
    return r;
}

/* A set of one rule; the memory is the arena's. */
static struct recur_set set_of(const char *start, const char *rule, struct arena *a)
{
    struct recur_set set = {.rule_count = 1};
    struct recur_rule **rules = arena_alloc(a, sizeof(struct recur_rule *));

    rules[0] = rule_of(rule, a);
    set.rules = rules;
    assert_true(civil_parse(start, &set.start_s, &set.date));
    return set;
}

/* Up to `limit` instances as text, "!" after them if the end was the bound's, "..." if there are more. */
static char *walk(const struct recur_set *set, const char *from, int limit, struct arena *a)
{
    struct buf out = {0};
    char text[CIVIL_TEXT_BYTES], *result;
    struct err e;
    struct recur_iter *it = recur_iter_new(set, from ? wall_of(from) : CIVIL_WALL_MIN, &e);
    int64_t at_s;

    assert_non_null(it);
    for (int i = 0; recur_iter_next(it, &at_s); i++) {
        if (i == limit) {
            buf_adds(&out, " ...");
            break;
        }
        civil_format_basic(at_s, set->date, text);
        buf_printf(&out, "%s%s", i ? " " : "", text);
    }
    if (!recur_iter_complete(it))
        buf_adds(&out, "!");
    recur_iter_free(it);
    result = arena_strdup(a, buf_text(&out));
    buf_release(&out);
    return result;
}

/* Reading ------------------------------------------------------------------------------------------------------- */

static void a_rule_has_one_canonical_text(void **state)
{
    (void)state;
    static const struct { const char *text, *canonical; } cases[] = {
        {"FREQ=YEARLY;BYDAY=3SA;BYMONTH=9", "FREQ=YEARLY;BYMONTH=9;BYDAY=3SA"},
        {"wkst=su;byday=fr,mo,we,mo;freq=weekly;interval=2", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR;WKST=SU"},
        {"INTERVAL=1;FREQ=DAILY;WKST=MO", "FREQ=DAILY"},
        {"FREQ=MONTHLY;BYMONTHDAY=-1,15,-2,+1;COUNT=007", "FREQ=MONTHLY;COUNT=7;BYMONTHDAY=1,15,-2,-1"},
        {"FREQ=MONTHLY;BYDAY=-1FR,1FR,MO,+2TU", "FREQ=MONTHLY;BYDAY=MO,1FR,2TU,-1FR"},
        {"BYMONTH=6L,6,12;FREQ=YEARLY;RSCALE=chinese;SKIP=OMIT", "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=6,6L,12"},
        {"RSCALE=GREGORIAN;FREQ=DAILY", "FREQ=DAILY"},
        {"RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=forward", "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD"},
        {"FREQ=DAILY;UNTIL=19971224", "FREQ=DAILY;UNTIL=19971224"},
        {"FREQ=DAILY;UNTIL=19971224t090000z", "FREQ=DAILY;UNTIL=19971224T090000Z"},
        {"FREQ=SECONDLY;UNTIL=19971224T090000;BYSECOND=60,0;BYMINUTE=59;BYHOUR=23",
         "FREQ=SECONDLY;UNTIL=19971224T090000;BYHOUR=23;BYMINUTE=59;BYSECOND=0,60"},
        {"FREQ=YEARLY;BYSETPOS=-366,366;BYYEARDAY=-366,366;BYWEEKNO=53,-53;BYDAY=SU",
         "FREQ=YEARLY;BYWEEKNO=53,-53;BYYEARDAY=366,-366;BYDAY=SU;BYSETPOS=366,-366"},
        {"FREQ=YEARLY;RSCALE=CHINESE;BYYEARDAY=385;BYWEEKNO=55",
         "RSCALE=CHINESE;FREQ=YEARLY;BYWEEKNO=55;BYYEARDAY=385"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena a = {0};
        char *text = recur_format(rule_of(cases[i].text, &a), &a);
        assert_string_equal(text, cases[i].canonical);
        assert_string_equal(recur_format(rule_of(text, &a), &a), text);
        arena_release(&a);
    }
}

static void what_the_rfc_forbids_is_refused_and_the_part_is_named(void **state)
{
    (void)state;
    static const struct { const char *text, *named; } cases[] = {
        {"", "FREQ"}, {"BYDAY=MO", "FREQ"}, {"FREQ=", "FREQ"}, {"FREQ", "FREQ"}, {"FREQ=HOURLYX", "FREQ"},
        {"FREQ=DAILY;", ""}, {";FREQ=DAILY", ""}, {"FREQ=DAILY;;COUNT=1", ""}, {"FREQ=DAILY COUNT=1", "FREQ"},
        {"FREQ=DAILY;BYEASTER=1", "BYEASTER"}, {"FREQ=DAILY;X-FOO=1", "X-FOO"}, {"RRULE:FREQ=DAILY", "RRULE:FREQ"},
        {"FREQ=DAILY;FREQ=DAILY", "FREQ"}, {"FREQ=DAILY;COUNT=1;COUNT=1", "COUNT"},
        {"FREQ=DAILY;COUNT=1;UNTIL=20300101", "UNTIL"}, {"FREQ=DAILY;COUNT=0", "COUNT"},
        {"FREQ=DAILY;COUNT=-1", "COUNT"},
        {"FREQ=DAILY;COUNT=99999999999999999999", "COUNT"}, {"FREQ=DAILY;COUNT=1.5", "COUNT"},
        {"FREQ=DAILY;INTERVAL=0", "INTERVAL"}, {"FREQ=DAILY;INTERVAL=-1", "INTERVAL"},
        {"FREQ=DAILY;INTERVAL=2147483648", "INTERVAL"},
        {"FREQ=DAILY;UNTIL=2030", "UNTIL"}, {"FREQ=DAILY;UNTIL=20300230", "UNTIL"},
        {"FREQ=DAILY;UNTIL=20300101Z", "UNTIL"},
        {"FREQ=DAILY;UNTIL=2030-01-01", "UNTIL"}, {"FREQ=DAILY;UNTIL=20300101T250000", "UNTIL"},
        {"FREQ=WEEKLY;BYDAY=0MO", "BYDAY"}, {"FREQ=MONTHLY;BYDAY=0MO", "BYDAY"}, {"FREQ=MONTHLY;BYDAY=255SU", "BYDAY"},
        {"FREQ=MONTHLY;BYDAY=54SU", "BYDAY"}, {"FREQ=MONTHLY;BYDAY=-0SU", "BYDAY"}, {"FREQ=MONTHLY;BYDAY=XX", "BYDAY"},
        {"FREQ=MONTHLY;BYDAY=+MO", "BYDAY"}, {"FREQ=MONTHLY;BYDAY=MO,", "BYDAY"}, {"FREQ=MONTHLY;BYDAY=1", "BYDAY"},
        {"FREQ=MONTHLY;BYDAY=MONDAY", "BYDAY"}, {"FREQ=MONTHLY;BYDAY=--1MO", "BYDAY"},
        {"FREQ=WEEKLY;BYDAY=1TU", "BYDAY"}, {"FREQ=DAILY;BYDAY=1TU", "BYDAY"}, {"FREQ=HOURLY;BYDAY=1TU", "BYDAY"},
        {"FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO", "BYDAY"},
        {"FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"}, {"FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"},
        {"FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"}, {"FREQ=MONTHLY;BYMONTHDAY=-32", "BYMONTHDAY"},
        {"FREQ=MONTHLY;RSCALE=CHINESE;BYMONTHDAY=31", "BYMONTHDAY"}, {"FREQ=MONTHLY;BYMONTHDAY=1,,2", "BYMONTHDAY"},
        {"FREQ=MONTHLY;BYMONTHDAY=1 2", "BYMONTHDAY"},
        {"FREQ=DAILY;BYYEARDAY=1", "BYYEARDAY"}, {"FREQ=WEEKLY;BYYEARDAY=1", "BYYEARDAY"},
        {"FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY"},
        {"FREQ=YEARLY;BYYEARDAY=0", "BYYEARDAY"}, {"FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY"},
        {"FREQ=YEARLY;BYYEARDAY=-367", "BYYEARDAY"},
        {"FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO"}, {"FREQ=DAILY;BYWEEKNO=1", "BYWEEKNO"},
        {"FREQ=YEARLY;BYWEEKNO=54", "BYWEEKNO"},
        {"FREQ=YEARLY;BYWEEKNO=0", "BYWEEKNO"}, {"FREQ=YEARLY;BYMONTH=0", "BYMONTH"},
        {"FREQ=YEARLY;BYMONTH=13", "BYMONTH"},
        {"FREQ=YEARLY;BYMONTH=-1", "BYMONTH"}, {"FREQ=YEARLY;BYMONTH=6L", "BYMONTH"},
        {"FREQ=YEARLY;BYMONTH=6LL;RSCALE=CHINESE", "BYMONTH"},
        {"FREQ=DAILY;BYHOUR=24", "BYHOUR"}, {"FREQ=DAILY;BYHOUR=-1", "BYHOUR"}, {"FREQ=DAILY;BYMINUTE=60", "BYMINUTE"},
        {"FREQ=DAILY;BYSECOND=61", "BYSECOND"}, {"FREQ=DAILY;BYSETPOS=1", "BYSETPOS"},
        {"FREQ=DAILY;BYHOUR=1;BYSETPOS=0", "BYSETPOS"},
        {"FREQ=DAILY;BYHOUR=1;BYSETPOS=367", "BYSETPOS"}, {"FREQ=WEEKLY;WKST=1", "WKST"},
        {"FREQ=WEEKLY;WKST=MO,TU", "WKST"},
        {"FREQ=YEARLY;RSCALE=HEBREW", "HEBREW"}, {"FREQ=YEARLY;SKIP=OMIT", "SKIP"},
        {"FREQ=YEARLY;RSCALE=CHINESE;SKIP=UP", "SKIP"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena a = {0};
        struct recur_rule *r;
        struct err e = {0};
        struct buf text = {0};
        if (recur_parse(cases[i].text, &a, &r, &e) == 0)
            fail_msg("read: %s", cases[i].text);
        assert_int_equal(e.code, ERR_INVALID);
        assert_string_equal(e.field, "repeat");
        err_message(&e, LANG_EN, &text);
        if (!strstr(buf_text(&text), cases[i].named))
            fail_msg("%s: %s", cases[i].text, buf_text(&text));
        buf_release(&text);
        arena_release(&a);
    }
}

static void a_rule_has_at_most_1000_bytes(void **state)
{
    (void)state;
    char text[RECUR_RULE_BYTES_MAX + 2];
    struct arena a = {0};
    struct recur_rule *r;
    struct err e;

    memset(text, '0', sizeof text);
    memcpy(text, "FREQ=DAILY;COUNT=", 17);
    text[RECUR_RULE_BYTES_MAX - 1] = '5';
    text[RECUR_RULE_BYTES_MAX] = 0;
    assert_int_equal(recur_parse(text, &a, &r, &e), 0);
    text[RECUR_RULE_BYTES_MAX] = '5';
    text[RECUR_RULE_BYTES_MAX + 1] = 0;
    assert_int_equal(recur_parse(text, &a, &r, &e), -1);
    assert_int_equal(e.msg, MSG_TOO_LONG);
    arena_release(&a);
}

static void a_rule_is_known_by_its_kind(void **state)
{
    (void)state;
    static const struct { const char *text; bool lunar, subdaily, endless; } cases[] = {
        {"FREQ=DAILY", false, false, true},
        {"FREQ=DAILY;BYHOUR=9", false, false, true},
        {"FREQ=DAILY;BYHOUR=9,10;COUNT=2", false, true, false},
        {"FREQ=YEARLY;BYSECOND=1,2", false, true, true},
        {"FREQ=HOURLY;UNTIL=20300101", false, true, false},
        {"RSCALE=CHINESE;FREQ=YEARLY", true, false, true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena a = {0};
        struct recur_rule *r = rule_of(cases[i].text, &a);
        assert_int_equal(recur_is_lunar(r), cases[i].lunar);
        assert_int_equal(recur_is_subdaily(r), cases[i].subdaily);
        assert_int_equal(recur_is_endless(r), cases[i].endless);
        arena_release(&a);
    }
}

/* Instances ----------------------------------------------------------------------------------------------------- */

static const struct {
    const char *promise, *start, *rule, *instances;
} cases[] = {
    {"the third Saturday of September", "20260919", "FREQ=YEARLY;BYMONTH=9;BYDAY=3SA;COUNT=3",
     "20260919 20270918 20280916"},
    {"29 February in leap years alone", "20960229", "FREQ=YEARLY;COUNT=3", "20960229 21040229 21080229"},
    {"the 31st of months that have one", "20260131", "FREQ=MONTHLY;COUNT=4", "20260131 20260331 20260531 20260731"},
    {"ISO week 53", "20200101", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;COUNT=2", "20201228 20261228"},
    {"the last week, counted from the end", "20200101", "FREQ=YEARLY;BYWEEKNO=-53;BYDAY=TH;COUNT=2",
     "20200102 20260101"},
    {"a week without a day has the start's", "20200102", "FREQ=YEARLY;BYWEEKNO=2;COUNT=2", "20200109 20210114"},
    {"BYSETPOS of a week, the first week whole too", "20260107", "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1,-1;COUNT=3",
     "20260109 20260112 20260116"},
    {"BYSETPOS over days and times", "20260101T000000", "FREQ=WEEKLY;BYDAY=MO,TU;BYHOUR=8,20;BYSETPOS=2,-2;COUNT=4",
     "20260105T200000 20260106T080000 20260112T200000 20260113T080000"},
    {"BYSETPOS of a day", "20260101T000000", "FREQ=DAILY;BYHOUR=8,12,20;BYSETPOS=-1;COUNT=2",
     "20260101T200000 20260102T200000"},
    {"BYSETPOS that picks nothing", "20260101T000000", "FREQ=DAILY;BYHOUR=8;BYSETPOS=2", ""},
    {"BYSETPOS that both ends name once", "20260101", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1,-4,-5;COUNT=3",
     "20260105 20260202 20260302"},
    {"UNTIL is inclusive", "20260101T090000", "FREQ=DAILY;UNTIL=20260103T090000",
     "20260101T090000 20260102T090000 20260103T090000"},
    {"UNTIL as a date lets that day pass", "20260101T090000", "FREQ=DAILY;UNTIL=20260102",
     "20260101T090000 20260102T090000"},
    {"UNTIL in UTC without a zone is a wall time", "20260101T090000", "FREQ=DAILY;UNTIL=20260102T090000Z",
     "20260101T090000 20260102T090000"},
    {"UNTIL before the start", "20260101T090000", "FREQ=DAILY;UNTIL=20250101T090000", ""},
    {"times of day mean nothing to dates", "20260101", "FREQ=DAILY;BYHOUR=8,9;BYMINUTE=1;COUNT=2", "20260101 20260102"},
    {"a leap second is the second before it", "20260101T000000", "FREQ=MINUTELY;BYSECOND=59,60;COUNT=2",
     "20260101T000059 20260101T000159"},
    {"an interval of hours across days", "20260101T000000", "FREQ=HOURLY;INTERVAL=7;BYHOUR=0;COUNT=3",
     "20260101T000000 20260108T000000 20260115T000000"},
    {"seconds with every limit", "20260101T000000",
     "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=-1;BYDAY=SA;BYHOUR=23;BYMINUTE=59;BYSECOND=58;COUNT=2",
     "20260228T235958 20370228T235958"},
    {"weeks limited by months", "20260126", "FREQ=WEEKLY;BYMONTH=2;BYDAY=MO,SU;COUNT=3", "20260201 20260202 20260208"},
    {"an interval of years beyond the calendar", "20260101", "FREQ=YEARLY;INTERVAL=2147483647", "20260101"},
    {"an interval of months beyond the calendar", "20260101", "FREQ=MONTHLY;INTERVAL=2147483647", "20260101"},
    {"an interval of seconds", "20260101T000000", "FREQ=SECONDLY;INTERVAL=2147483647;COUNT=2",
     "20260101T000000 20940119T031407"},
    {"to the end of the calendar", "99970101", "FREQ=YEARLY", "99970101 99980101 99990101"},
    {"SKIP backward", "20260131", "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;COUNT=3", "20260131 20260228 20260331"},
    {"SKIP forward, a day once", "20260131", "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=1,31;SKIP=FORWARD;COUNT=4",
     "20260131 20260201 20260301 20260331"},
    {"SKIP forward, counted from the end", "20260401",
     "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=-31;SKIP=FORWARD;COUNT=3", "20260401 20260501 20260601"},
    {"SKIP makes a day that BYDAY counts in the year", "20260101",
     "RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTHDAY=31;BYDAY=9SU;SKIP=FORWARD;COUNT=1", "20260301"},
    {"backward too", "20260101", "RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTHDAY=-31;BYDAY=5SA;SKIP=BACKWARD;COUNT=1",
     "20260131"},
    {"BYSETPOS looks at periods beyond UNTIL", "20260101",
     "FREQ=YEARLY;BYMONTH=1,12;BYMONTHDAY=1;BYSETPOS=1;UNTIL=20270601", "20260101 20270101"},
    {"Chongyang", "20251029", "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=9;COUNT=3",
     "20251029 20261018 20271008"},
    {"the lunar day of the start", "20251029", "RSCALE=CHINESE;FREQ=YEARLY;COUNT=3", "20251029 20261018 20271008"},
    {"New Year's Eve is the last day of the last month", "20250128",
     "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-1;COUNT=3",
     "20250128 20260216 20270205"},
    {"a start in a leap month", "20250725", "RSCALE=CHINESE;FREQ=YEARLY;COUNT=2", "20250725 20360723"},
    {"a leap month that skips forward", "20250725",
     "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=6L;BYMONTHDAY=1;SKIP=FORWARD;COUNT=2", "20250725 20260813"},
    {"a leap month that skips backward", "20250725",
     "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=6L;BYMONTHDAY=1;SKIP=BACKWARD;COUNT=2", "20250725 20260714"},
    {"every second lunar year", "20250129", "RSCALE=CHINESE;FREQ=YEARLY;INTERVAL=2;COUNT=3",
     "20250129 20270206 20290213"},
    {"the first Saturday of lunar months", "20260221", "RSCALE=CHINESE;FREQ=MONTHLY;BYDAY=1SA;COUNT=3",
     "20260221 20260321 20260418"},
    {"days of lunar months", "20260217", "RSCALE=CHINESE;FREQ=DAILY;BYMONTH=1;BYMONTHDAY=15,-1;COUNT=3",
     "20260303 20260318 20270220"},
    {"to the end of the lunar table", "21970217", "RSCALE=CHINESE;FREQ=YEARLY", "21970217 21980206 21990127!"},
};

static void instances_come_as_the_rule_says(void **state)
{
    (void)state;
    int failed = 0;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena a = {0};
        struct recur_set set = set_of(cases[i].start, cases[i].rule, &a);
        char *got = walk(&set, NULL, 10, &a);
        if (strcmp(got, cases[i].instances) != 0) {
            print_message("%s: %s\n", cases[i].promise, got);
            failed++;
        }
        arena_release(&a);
    }
    assert_int_equal(failed, 0);
}

static void until_in_utc_is_an_instant_of_the_zone(void **state)
{
    (void)state;
    static const struct { const char *zone, *start, *rule, *instances; } zoned[] = {
        {"Asia/Shanghai", "20260307T003000", "FREQ=WEEKLY;UNTIL=20260313T163000Z", "20260307T003000 20260314T003000"},
        {"Asia/Shanghai", "20260307T003000", "FREQ=WEEKLY;UNTIL=20260313T162959Z", "20260307T003000"},
        {"America/New_York", "20260306T200000", "FREQ=DAILY;UNTIL=20260309T000000Z",
         "20260306T200000 20260307T200000 20260308T200000"},
        /* 02:30 in the gap is 07:30Z, later than 03:00, which is 07:00Z. */
        {"America/New_York", "20270314T023000", "FREQ=MINUTELY;INTERVAL=30;UNTIL=20270314T071500Z", "20270314T030000"},
    };

    for (size_t i = 0; i < sizeof zoned / sizeof zoned[0]; i++) {
        struct arena a = {0};
        struct recur_set set = set_of(zoned[i].start, zoned[i].rule, &a);
        set.zone = zone_find(zoned[i].zone, NULL);
        if (!set.zone)
            skip();
        assert_string_equal(walk(&set, NULL, 10, &a), zoned[i].instances);
        arena_release(&a);
    }
}

/* Rules of all kinds, for the promises that hold for each. */
static const struct { const char *start, *rule; } kinds[] = {
    {"19970902T090000", "FREQ=YEARLY"}, {"19970902T090000", "FREQ=YEARLY;INTERVAL=3;BYMONTH=1,7;BYDAY=-1FR,2MO"},
    {"19970902T090000", "FREQ=YEARLY;BYDAY=20MO,-3TU"}, {"19970902T090000", "FREQ=YEARLY;BYYEARDAY=1,-1,100"},
    {"19970902T090000", "FREQ=YEARLY;BYWEEKNO=1,-1;BYDAY=MO,SU;WKST=SU"},
    {"19970902T090000", "FREQ=YEARLY;BYDAY=MO;BYHOUR=8,9;BYSETPOS=7,-7,100"},
    {"19970831T090000", "FREQ=MONTHLY"}, {"19970902T090000", "FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=1,-1;BYHOUR=1,2,3"},
    {"19970902T090000", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1"},
    {"19970902T090000", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=TH"},
    {"19970902T090000", "FREQ=WEEKLY;BYMONTH=3,4;BYDAY=MO,FR;BYSETPOS=-1"},
    {"19970902T090000", "FREQ=DAILY;INTERVAL=10"},
    {"19970902T090000", "FREQ=DAILY;BYMONTH=2,3;BYDAY=SA,SU;BYMINUTE=5,10"},
    {"19970902T093000", "FREQ=HOURLY;INTERVAL=5;BYMINUTE=15,45"},
    {"19970902T093015", "FREQ=MINUTELY;INTERVAL=7;BYHOUR=9,10;BYDAY=MO"},
    {"19970902T093015", "FREQ=SECONDLY;INTERVAL=1000;BYMONTHDAY=1"},
    {"19970131T090000", "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD"},
    {"19970131T090000", "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=1,31;SKIP=FORWARD"},
    {"19970131T090000", "RSCALE=GREGORIAN;FREQ=YEARLY;BYYEARDAY=366;SKIP=FORWARD"},
    {"19970131T090000", "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=-31,30;SKIP=BACKWARD"},
    {"19970902T090000", "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=9,6L;BYMONTHDAY=9"},
    {"19970902T090000", "RSCALE=CHINESE;FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=-1"},
    {"19970902T090000", "RSCALE=CHINESE;FREQ=MONTHLY;BYMONTHDAY=30;SKIP=FORWARD"},
    {"19970902T090000", "RSCALE=CHINESE;FREQ=WEEKLY;BYMONTH=1;BYDAY=SA"},
    {"19970902T090000", "RSCALE=CHINESE;FREQ=YEARLY;BYWEEKNO=1,-1;BYDAY=MO"},
    {"19970902T090000", "RSCALE=CHINESE;FREQ=HOURLY;INTERVAL=11;BYMONTHDAY=15"},
};

#define WALKED 400

/* From from_s on come the instances from `at` on; all of them are known if there are fewer than WALKED. */
static void check_seek(const struct recur_set *set, const int64_t *all, int count, int at, int64_t from_s)
{
    struct recur_iter *it = recur_iter_new(set, from_s, NULL);
    int64_t at_s;

    for (int i = at; i < count; i++) {
        assert_int_equal(recur_iter_next(it, &at_s), 1);
        assert_int_equal(at_s, all[i]);
    }
    if (count < WALKED)
        assert_int_equal(recur_iter_next(it, &at_s), 0);
    recur_iter_free(it);
}

/* `count` instances from the start on, whatever the rule's own end is. */
static int walk_all(const struct recur_set *set, int64_t *all)
{
    struct recur_iter *it = recur_iter_new(set, CIVIL_WALL_MIN, NULL);
    int count = 0;

    assert_non_null(it);
    while (count < WALKED && recur_iter_next(it, &all[count])) {
        assert_true(count == 0 || all[count] > all[count - 1]);
        count++;
    }
    recur_iter_free(it);
    return count;
}

static void seeking_gives_what_walking_gives_counted_or_not(void **state)
{
    (void)state;
    static int64_t all[WALKED];

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        for (int counted = 0; counted < 2; counted++) {
            struct arena a = {0};
            char *rule = arena_printf(&a, "%s%s", kinds[i].rule, counted ? ";COUNT=380" : "");
            struct recur_set set = set_of(kinds[i].start, rule, &a);
            int count = walk_all(&set, all);
            assert_true(counted ? count <= 380 : count > 50);
            for (int at = 0; at < count; at += 13) {
                check_seek(&set, all, count, at, all[at]);
                check_seek(&set, all, count, at, at ? all[at - 1] + 1 : all[at] - 1);
            }
            arena_release(&a);
        }
}

static void a_far_point_is_reached_at_once_by_every_kind_of_rule(void **state)
{
    (void)state;
    int64_t begin_ms = clock_monotonic_ms(), at_s;

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        for (int counted = 0; counted < 2; counted++) {
            struct arena a = {0};
            char *rule = arena_printf(&a, "%s%s", kinds[i].rule, counted ? ";COUNT=2147483647" : "");
            struct recur_set set = set_of(kinds[i].start, rule, &a);
            struct recur_iter *it = recur_iter_new(&set, wall_of(strstr(rule,
             "CHINESE") ? "2150-01-01" : "9990-01-01"), NULL);
            assert_int_equal(recur_iter_next(it, &at_s), 1);
            recur_iter_free(it);
            arena_release(&a);
        }
    assert_true(clock_monotonic_ms() - begin_ms < 5000);
}

static void count_ends_where_the_rule_says_from_wherever_one_looks(void **state)
{
    (void)state;
    static const struct { const char *start, *rule, *from, *instances; } counted[] = {
        {"20260101T000000", "FREQ=SECONDLY;COUNT=100000000", "20290303T094638", "20290303T094638 20290303T094639"},
        {"20260101T000000", "FREQ=SECONDLY;COUNT=100000000", "20290303T094640", ""},
        {"20260101T000000", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=2610", "20351229T000000",
         "20351231T000000 20360101T000000 20360102T000000"},
        {"20260101T000000", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1;COUNT=120", "20351101T000000",
         "20351105T000000 20351203T000000"},
        {"20260101T000000", "FREQ=YEARLY;BYHOUR=0,12;BYMONTH=1;COUNT=20", "20350101T060000", "20350101T120000"},
        {"20260131T000000", "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;COUNT=24", "20271101T000000",
         "20271201T000000 20271231T000000"},
    };

    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
        struct arena a = {0};
        struct recur_set set = set_of(counted[i].start, counted[i].rule, &a);
        assert_string_equal(walk(&set, counted[i].from, 10, &a), counted[i].instances);
        arena_release(&a);
    }
}

static void a_rule_that_never_comes_ends_at_once_and_is_known_to(void **state)
{
    (void)state;
    static const struct { const char *start, *rule; } never[] = {
        {"20260101T000000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"},
        {"20260101T000000", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31"},
        {"20260101T000000", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"},
        {"20260101T000000", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"},
        {"20260101T000000", "FREQ=MONTHLY;BYDAY=6MO"}, {"20260101T000000", "FREQ=YEARLY;BYMONTH=1;BYYEARDAY=200"},
        {"20260101T000000", "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29"},
        {"20260101T000000", "FREQ=WEEKLY;INTERVAL=20871;BYMONTH=2"},
        {"20260101T000000", "FREQ=HOURLY;INTERVAL=168;BYDAY=MO"},
        {"20260101T000000", "FREQ=HOURLY;INTERVAL=2;BYHOUR=1"},
        {"20260101T000000", "FREQ=SECONDLY;INTERVAL=60;BYSECOND=1"},
        {"20260101T000000", "FREQ=MINUTELY;INTERVAL=1440;BYHOUR=1"},
        {"20260101T000000",
         "FREQ=SECONDLY;INTERVAL=86399;BYHOUR=0;BYMINUTE=0;BYSECOND=0;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO"},
        {"20260101T000000", "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2"},
        {"20260101T000000", "FREQ=YEARLY;BYYEARDAY=1;BYSETPOS=-2"},
        {"20260101T000000", "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=1L;BYMONTHDAY=1"},
        {"20260101T000000", "RSCALE=CHINESE;FREQ=SECONDLY;BYMONTH=1L"},
        {"20260101T000000", "FREQ=SECONDLY;INTERVAL=2147483647;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;BYSECOND=0"},
    };
    int64_t begin_ms = clock_monotonic_ms();

    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        struct arena a = {0};
        struct recur_set set = set_of(never[i].start, never[i].rule, &a);
        char *got = walk(&set, NULL, 10, &a);
        if (*got)
            fail_msg("%s: %s", never[i].rule, got);
        arena_release(&a);
    }
    assert_true(clock_monotonic_ms() - begin_ms < 5000);
}

static void the_lunar_table_s_end_is_told_from_a_rule_that_never_comes(void **state)
{
    (void)state;
    struct arena a = {0};
    struct recur_set set = set_of("20141102", "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=9L;BYMONTHDAY=10", &a);

    assert_string_equal(walk(&set, "21950101", 10, &a), "!");
    set = set_of("20141102", "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=12L;BYMONTHDAY=10", &a);
    assert_string_equal(walk(&set, NULL, 10, &a), "");
    arena_release(&a);
}

/* Sets ---------------------------------------------------------------------------------------------------------- */

static void the_start_counts_where_it_is_told_to(void **state)
{
    (void)state;
    struct arena a = {0};
    struct recur_set set = set_of("20260918", "FREQ=WEEKLY;BYDAY=SA;COUNT=2", &a);

    assert_string_equal(walk(&set, NULL, 10, &a), "20260919 20260926");
    set.start_always = true;
    assert_string_equal(walk(&set, NULL, 10, &a), "20260918 20260919 20260926");
    assert_string_equal(walk(&set, "20260919", 10, &a), "20260919 20260926");
    set.rule_count = 0;
    set.start_always = false;
    assert_string_equal(walk(&set, NULL, 10, &a), "20260918");
    arena_release(&a);
}

static void dates_are_added_and_taken_away_in_any_order(void **state)
{
    (void)state;
    struct arena a = {0};
    struct recur_set set = set_of("20260901T090000", "FREQ=DAILY;COUNT=4", &a);
    const int64_t rdates[] = {wall_of("20260910T090000"), wall_of("20260825T090000"), wall_of("20260902T090000"),
     wall_of("20260910T090000")};
    const int64_t exdates[] = {wall_of("20260904T090000"), wall_of("20260901T090000"), wall_of("20260903"),
     wall_of("20260902"),
                               wall_of("20260904T085959")};
    const bool whole_days[] = {false, false, true, false, false};

    set.rdates = rdates;
    set.rdate_count = 4;
    assert_string_equal(walk(&set, NULL, 10, &a),
     "20260825T090000 20260901T090000 20260902T090000 20260903T090000 20260904T090000 20260910T090000");
    set.exdates = exdates;
    set.exdate_count = 5;
    set.exdate_is_date = whole_days;
    assert_string_equal(walk(&set, NULL, 10, &a), "20260825T090000 20260902T090000 20260910T090000");
    assert_string_equal(walk(&set, "20260902T090001", 10, &a), "20260910T090000");
    set.exdate_is_date = NULL;
    assert_string_equal(walk(&set, "20260902", 10, &a), "20260902T090000 20260903T090000 20260910T090000");
    arena_release(&a);
}

static void excluding_rules_are_asked_wherever_the_instances_are(void **state)
{
    (void)state;
    struct arena a = {0};
    struct recur_set set = set_of("20260101T090000", "FREQ=YEARLY;COUNT=5", &a);
    struct recur_rule *const seconds[] = {rule_of("FREQ=SECONDLY;INTERVAL=2;BYDAY=FR", &a)};
    struct recur_rule *const counted[] = {rule_of("FREQ=DAILY;COUNT=732", &a)};

    set.exrules = seconds;
    set.exrule_count = 1;
    assert_string_equal(walk(&set, NULL, 10, &a), "20260101T090000 20280101T090000 20290101T090000 20300101T090000");
    set.exrules = counted;
    assert_string_equal(walk(&set, NULL, 10, &a), "20290101T090000 20300101T090000");
    arena_release(&a);
}

static void what_excludes_itself_wholly_is_bounded_and_says_so(void **state)
{
    (void)state;
    struct arena a = {0};
    struct recur_set set = set_of("20260101T090000", "FREQ=SECONDLY;INTERVAL=2", &a);
    static const char *const excluding[] = {"FREQ=SECONDLY;COUNT=2147483647",
     "FREQ=SECONDLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;COUNT=2147483647"};

    set.exrule_count = 1;
    for (size_t i = 0; i < 2; i++) {
        struct recur_rule *const excluded[] = {rule_of(excluding[i], &a)};
        set.exrules = excluded;
        assert_string_equal(walk(&set, NULL, 10, &a), "!");
    }
    set.exrules = set.rules;
    assert_string_equal(walk(&set, NULL, 10, &a), "!");
    arena_release(&a);
}

static void a_set_has_limits(void **state)
{
    (void)state;
    static int64_t dates[RECUR_DATES_MAX + 1];
    struct recur_set set = {.rdates = dates, .rdate_count = RECUR_DATES_MAX + 1};
    struct err e;

    assert_null(recur_iter_new(&set, 0, &e));
    assert_int_equal(e.msg, MSG_RULE_TOO_MANY);
    set = (struct recur_set){.exdates = dates, .exdate_count = RECUR_DATES_MAX + 1};
    assert_null(recur_iter_new(&set, 0, &e));
    set = (struct recur_set){.rule_count = RECUR_RULES_MAX + 1};
    assert_null(recur_iter_new(&set, 0, &e));
    recur_iter_free(NULL);
}

/* The RFC's own examples ---------------------------------------------------------------------------------------- */

#define EXAMPLE_BYTES 4096

/* Reads the lines up to a blank one into `ret`, joined with blanks. */
static void read_instances(FILE *f, char ret[EXAMPLE_BYTES])
{
    char line[256];

    *ret = 0;
    while (fgets(line, sizeof line, f) && line[0] != '\n') {
        line[strcspn(line, "\n")] = 0;
        assert_true(strlen(ret) + strlen(line) + 2 < EXAMPLE_BYTES);
        strcat(ret, *ret ? " " : "");
        strcat(ret, line);
    }
}

static void the_examples_of_rfc_5545_come_out(void **state)
{
    (void)state;
    FILE *f = fopen("tests/data/rrule-rfc5545.txt", "r");
    char title[256], start[64], rule[256], expected[EXAMPLE_BYTES];
    int count = 0;

    assert_non_null(f);
    while (fgets(title, sizeof title, f)) {
        struct arena a = {0};
        if (title[0] == '#' || title[0] == '\n')
            continue;
        assert_true(fgets(start, sizeof start, f) && fgets(rule, sizeof rule, f));
        start[strcspn(start, "\n")] = rule[strcspn(rule, "\n")] = 0;
        read_instances(f, expected);
        struct recur_set set = set_of(start, rule, &a);
        set.zone = zone_find("America/New_York", NULL);
        if (!set.zone)
            skip();
        int limit = strstr(expected, "...") ? (int)(strlen(expected) - 4 + 1) / 16 : 1000;
        assert_string_equal(walk(&set, NULL, limit, &a), expected);
        arena_release(&a);
        count++;
    }
    fclose(f);
    assert_int_equal(count, 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_has_one_canonical_text),
        cmocka_unit_test(what_the_rfc_forbids_is_refused_and_the_part_is_named),
        cmocka_unit_test(a_rule_has_at_most_1000_bytes),
        cmocka_unit_test(a_rule_is_known_by_its_kind),
        cmocka_unit_test(instances_come_as_the_rule_says),
        cmocka_unit_test(until_in_utc_is_an_instant_of_the_zone),
        cmocka_unit_test(seeking_gives_what_walking_gives_counted_or_not),
        cmocka_unit_test(a_far_point_is_reached_at_once_by_every_kind_of_rule),
        cmocka_unit_test(count_ends_where_the_rule_says_from_wherever_one_looks),
        cmocka_unit_test(a_rule_that_never_comes_ends_at_once_and_is_known_to),
        cmocka_unit_test(the_lunar_table_s_end_is_told_from_a_rule_that_never_comes),
        cmocka_unit_test(the_start_counts_where_it_is_told_to),
        cmocka_unit_test(dates_are_added_and_taken_away_in_any_order),
        cmocka_unit_test(excluding_rules_are_asked_wherever_the_instances_are),
        cmocka_unit_test(what_excludes_itself_wholly_is_bounded_and_says_so),
        cmocka_unit_test(a_set_has_limits),
        cmocka_unit_test(the_examples_of_rfc_5545_come_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
