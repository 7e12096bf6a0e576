/* What `kepuctl time expand` answers, and the recurrence cases of other engines. */
#include "calendar/expand.h"
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST(...) {(const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)}
#define RULE_DAILY "FREQ=DAILY"

static char *joined(char *const *texts, size_t count, struct arena *a)
{
    struct buf out = {0};
    char *text;

    for (size_t i = 0; i < count; i++)
        buf_printf(&out, "%s%s", i ? " " : "", texts[i]);
    text = arena_strdup(a, buf_text(&out));
    buf_release(&out);
    return text;
}

static const struct {
    const char *promise;
    struct expand_input in;
    const char *instances, *utc;
    bool complete;
} cases[] = {
    {"floating times have no instants", {.dtstart = "20260919T090000", .rrule = LIST(RULE_DAILY), .limit = 2},
     "20260919T090000 20260920T090000", NULL, false},
    {"a zone gives the instants", {.dtstart = "2026-09-19T09:00:00", .tzid = "Asia/Shanghai",
     .rrule = LIST(RULE_DAILY), .limit = 2},
     "20260919T090000 20260920T090000", "20260919T010000Z 20260920T010000Z", false},
    {"so does a Windows name", {.dtstart = "20260919T090000", .tzid = "China Standard Time", .rrule = LIST(RULE_DAILY),
     .limit = 1},
     "20260919T090000", "20260919T010000Z", false},
    {"a Z stays a Z", {.dtstart = "20260919T090000Z", .rrule = LIST("FREQ=DAILY;COUNT=2")},
     "20260919T090000Z 20260920T090000Z", "20260919T090000Z 20260920T090000Z", true},
    {"dates are dates", {.dtstart = "20260919", .value = "DATE", .tzid = "Asia/Shanghai",
     .rrule = LIST("FREQ=WEEKLY;COUNT=2")},
     "20260919 20260926", NULL, true},
    {"without a rule the start is the instance", {.dtstart = "20260919T090000", .rdate = LIST("20260921T100000")},
     "20260919T090000 20260921T100000", NULL, true},
    {"a start that does not match is left out", {.dtstart = "20260918T090000", .rrule = LIST("FREQ=WEEKLY;BYDAY=SA"),
     .limit = 2},
     "20260919T090000 20260926T090000", NULL, false},
    {"from and an rdate before it", {.dtstart = "20260901T090000", .rrule = LIST(RULE_DAILY),
     .rdate = LIST("20260801T090000"),
     .from = "20260910T100000", .limit = 2}, "20260911T090000 20260912T090000", NULL, false},
    {"from in UTC", {.dtstart = "20260901T090000", .tzid = "Asia/Shanghai", .rrule = LIST(RULE_DAILY),
     .from = "20260910T010000Z", .limit = 1}, "20260910T090000", "20260910T010000Z", false},
    {"an exdate that is a date takes the day", {.dtstart = "20260901T090000",
     .rrule = LIST("FREQ=HOURLY;INTERVAL=6;COUNT=8"),
     .exdate = LIST("20260902", "20260901T150000")}, "20260901T090000 20260901T210000 20260903T030000", NULL, true},
    {"exdates in UTC", {.dtstart = "20260901T090000", .tzid = "Asia/Shanghai", .rrule = LIST("FREQ=DAILY;COUNT=3"),
     .exdate = LIST("20260902T010000Z")}, "20260901T090000 20260903T090000", "20260901T010000Z 20260903T010000Z", true},
    {"of a period the start counts", {.dtstart = "19970101T090000", .tzid = "America/New_York",
     .rrule = LIST("FREQ=DAILY;COUNT=1"),
     .rdate = LIST("19970101T180000Z/PT5H30M", "19970102T160000/19970102T170000")},
     "19970101T090000 19970101T130000 19970102T160000", "19970101T140000Z 19970101T180000Z 19970102T210000Z", true},
    {"an rdate that is a date has the start's time", {.dtstart = "20260901T090000",
     .rrule = LIST("FREQ=DAILY;COUNT=1"), .rdate = LIST("20260905")},
     "20260901T090000 20260905T090000", NULL, true},
    {"a rule that excludes", {.dtstart = "20260901T090000", .rrule = LIST("FREQ=DAILY;COUNT=6"),
     .exrule = LIST("FREQ=DAILY;INTERVAL=2")},
     "20260902T090000 20260904T090000 20260906T090000", NULL, true},
    {"two rules, each instance once", {.dtstart = "20260901T090000", .rrule = LIST("FREQ=DAILY;COUNT=3",
     "FREQ=DAILY;INTERVAL=2;COUNT=3")},
     "20260901T090000 20260902T090000 20260903T090000 20260905T090000", NULL, true},
    {"a local time in a gap stays as it is, for that day alone", {.dtstart = "20270313T023000",
     .tzid = "America/New_York",
     .rrule = LIST("FREQ=DAILY;COUNT=3")}, "20270313T023000 20270314T023000 20270315T023000",
     "20270313T073000Z 20270314T073000Z 20270315T063000Z", true},
    {"a rule that never comes is an empty list", {.dtstart = "20260101",
     .rrule = LIST("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")},
     "", NULL, true},
    {"the last second there is", {.dtstart = "99991231T235958", .rrule = LIST("FREQ=SECONDLY")},
     "99991231T235958 99991231T235959", NULL, true},
};

static void expand_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena a = {0};
        struct expand_result r;
        struct err e;
        print_message("%s\n", cases[i].promise);
        assert_int_equal(expand(&cases[i].in, &a, &r, &e), 0);
        assert_string_equal(joined(r.instances, r.count, &a), cases[i].instances);
        assert_int_equal(!r.utc, !cases[i].utc);
        if (r.utc)
            assert_string_equal(joined(r.utc, r.count, &a), cases[i].utc);
        assert_int_equal(r.complete, cases[i].complete);
        arena_release(&a);
    }
}

static void what_cannot_be_read_is_refused_with_its_field(void **state)
{
    (void)state;
    const struct { struct expand_input in; const char *field; } bad[] = {
        {{.dtstart = NULL}, "dtstart"},
        {{.dtstart = ""}, "dtstart"},
        {{.dtstart = "tomorrow"}, "dtstart"},
        {{.dtstart = "20260230"}, "dtstart"},
        {{.dtstart = "20260919Z"}, "dtstart"},
        {{.dtstart = "20260919T090000", .value = "PERIOD"}, "value"},
        {{.dtstart = "20260919", .value = "DATE-TIME"}, "value"},
        {{.dtstart = "20260919T090000", .tzid = "Mars/Base"}, "tz"},
        {{.dtstart = "20260919T090000", .rrule = LIST("FREQ=FORTNIGHTLY")}, "repeat"},
        {{.dtstart = "20260919", .rrule = LIST("FREQ=HOURLY")}, "repeat"},
        {{.dtstart = "20260919T090000", .exrule = LIST("")}, "repeat"},
        {{.dtstart = "20260919T090000", .exdate = LIST("never")}, "exdate"},
        {{.dtstart = "20260919T090000", .rdate = LIST("/PT1H")}, "rdate"},
        {{.dtstart = "20260919T090000", .from = "2026"}, "from"},
        {{.dtstart = "20260919T090000", .limit = EXPAND_LIMIT_MAX + 1}, "limit"},
        {{.dtstart = "21991231", .rrule = LIST("RSCALE=CHINESE;FREQ=YEARLY"), .from = "99990101"}, NULL},
        {{.dtstart = "23000101", .rrule = LIST("RSCALE=CHINESE;FREQ=YEARLY")}, "start"},
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct arena a = {0};
        struct expand_result r;
        struct err e = {0};
        assert_int_equal(expand(&bad[i].in, &a, &r, &e), bad[i].field ? -1 : 0);
        assert_string_equal(e.field, bad[i].field ? bad[i].field : "");
        arena_release(&a);
    }
}

/* The reference cases ------------------------------------------------------------------------------------------- */

static struct expand_texts texts_of(json_t *list, struct arena *a)
{
    size_t count = json_array_size(list);
    const char **texts = arena_alloc(a, (count + 1) * sizeof *texts);

    for (size_t i = 0; i < count; i++)
        texts[i] = json_string_value(json_array_get(list, i));
    return (struct expand_texts){texts, count};
}

static bool same(json_t *expected, char *const *texts, size_t count)
{
    if (json_array_size(expected) != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(json_string_value(json_array_get(expected, i)), texts[i]) != 0)
            return false;
    return true;
}

/* With start_at, the instances from there on of the list that holds all. */
static json_t *from_start_at(json_t *expected, const char *from)
{
    json_t *rest = json_array(), *text;
    size_t i;

    json_array_foreach(expected, i, text)
        if (!from || strcmp(json_string_value(text), from) >= 0)
            json_array_append(rest, text);
    return rest;
}

static bool expand_case(json_t *c, const char *from, json_t *expected)
{
    struct arena a = {0};
    bool complete = json_is_true(json_object_get(c, "complete")), ok;
    struct expand_input in = {
        .dtstart = json_string_value(json_object_get(c, "dtstart")),
        .value = json_string_value(json_object_get(c, "value")),
        .tzid = json_string_value(json_object_get(c, "tzid")),
        .rrule = texts_of(json_object_get(c, "rrule"), &a),
        .exrule = texts_of(json_object_get(c, "exrule"), &a),
        .exdate = texts_of(json_object_get(c, "exdate"), &a),
        .rdate = texts_of(json_object_get(c, "rdate"), &a),
        .from = from,
        .limit = json_array_size(expected) + (complete ? 5 : 0),
    };
    struct expand_result r;
    struct err e;
    json_t *utc = json_object_get(c, "expected_utc");

    if (expand(&in, &a, &r, &e) < 0)
        ok = json_array_size(json_object_get(c, "rfc5545_issues")) > 0 ||
             strcmp(json_string_value(json_object_get(c, "expect")), "error") == 0;
    else
        ok = same(expected, r.instances, r.count) && r.complete == complete && (!utc || from || same(utc, r.utc,
         r.count));
    arena_release(&a);
    return ok;
}

static bool run_case(json_t *c)
{
    const char *from = json_string_value(json_object_get(c, "start_at"));
    json_t *expected = json_object_get(c, "expected");
    json_t *rest = from_start_at(expected, from);
    bool ok = expand_case(c, NULL, expected) && (!from || expand_case(c, from, rest));

    json_decref(rest);
    return ok;
}

static void every_case_of_other_engines_comes_out_as_they_agree(void **state)
{
    (void)state;
    const char *dir = getenv("KEPU_REFERENCE_DATA");
    char path[512];
    static char line[65536];
    FILE *f;
    int count = 0, failed = 0;

    snprintf(path, sizeof path, "%s/rrule/cases.jsonl", dir && *dir ? dir : "../shared/data");
    f = fopen(path, "r");
    if (!f) {
        print_message("no rrule/cases.jsonl in the reference data\n");
        skip();
    }
    for (; fgets(line, sizeof line, f); count++) {
        json_t *c = json_loads(line, 0, NULL);
        assert_non_null(c);
        if (!json_is_true(json_object_get(c, "disputed")) && !run_case(c)) {
            print_message("differs: %s\n", json_string_value(json_object_get(c, "id")));
            failed++;
        }
        json_decref(c);
    }
    fclose(f);
    print_message("%d cases\n", count);
    assert_int_equal(failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expand_answers),
        cmocka_unit_test(what_cannot_be_read_is_refused_with_its_field),
        cmocka_unit_test(every_case_of_other_engines_comes_out_as_they_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
