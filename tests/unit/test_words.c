/* Times, spans and rules in words: tests/data/phrases.txt, and what holds for all of them. */
#include "base/buf.h"
#include "calendar/civil.h"
#include "calendar/explain.h"
#include "calendar/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PHRASES "tests/data/phrases.txt"
#define COLUMNS 4
#define PHRASES_MIN 120

static struct words_context context(const char *tz, const char *now)
{
    struct words_context ctx = {.zone = zone_find(tz, NULL)};
    int64_t wall_s;
    bool date;

    assert_non_null(ctx.zone);
    assert_true(civil_parse(now, &wall_s, &date));
    ctx.now_ms = zone_to_utc(ctx.zone, wall_s) * 1000;
    return ctx;
}

static void refused(const struct err *e, char *ret)
{
    struct buf text = {0};

    assert_int_equal(e->code, ERR_INVALID);
    err_message(e, LANG_EN, &text);
    strcpy(ret, strstr(buf_text(&text), "two ways") ? "ambiguous" : "invalid");
    buf_release(&text);
}

static void ask_when(const char *phrase, const struct words_context *ctx, char *ret)
{
    struct words_when when;
    struct err e = {0};

    if (words_when(phrase, ctx, &when, &e) < 0)
        refused(&e, ret);
    else
        civil_format(when.wall_s, when.date, ret);
}

static void ask_rule(const char *phrase, const struct words_context *ctx, char *ret)
{
    struct arena a = {0};
    struct err e = {0};
    char *rule;
    int time_s;

    if (words_rule(phrase, ctx, &a, &rule, &time_s, &e) < 0)
        refused(&e, ret);
    else if (time_s < 0)
        strcpy(ret, rule);
    else
        sprintf(ret, "%s @%02d:%02d", rule, time_s / 3600, time_s / 60 % 60);
    arena_release(&a);
}

static void ask_span(const char *phrase, char *ret)
{
    struct err e = {0};
    int64_t ms;

    if (words_span(phrase, &ms, &e) < 0)
        refused(&e, ret);
    else
        sprintf(ret, "%lld", (long long)ms);
}

/* As `kepuctl time explain` has it. */
static void ask_any(const char *phrase, const struct words_context *ctx, char *ret)
{
    struct arena a = {0};
    struct err e = {0};
    struct explanation x;

    if (explain_words(phrase, ctx, NULL, &a, &x, &e) < 0)
        refused(&e, ret);
    else if (x.kind == EXPLAIN_RULE)
        ask_rule(phrase, ctx, ret);
    else
        ask_when(phrase, ctx, ret);
    arena_release(&a);
}

static char *trimmed(char *text)
{
    size_t len;

    text += strspn(text, " ");
    len = strlen(text);
    while (len > 0 && strchr(" \n", text[len - 1]))
        text[--len] = 0;
    return text;
}

static int columns(char *line, char *ret[COLUMNS])
{
    int count = 0;

    for (char *at = line; at && count < COLUMNS; count++) {
        char *bar = strchr(at, '|');
        if (bar)
            *bar++ = 0;
        ret[count] = trimmed(at);
        at = bar;
    }
    return count;
}

static void check_phrase(char *column[COLUMNS], int count, int line)
{
    struct words_context ctx = context("Asia/Shanghai", column[1]);
    const char *kind = count == COLUMNS ? column[3] : "";
    char got[1200];

    if (strcmp(kind, "when") == 0)
        ask_when(column[0], &ctx, got);
    else if (strcmp(kind, "rule") == 0)
        ask_rule(column[0], &ctx, got);
    else if (strcmp(kind, "span") == 0)
        ask_span(column[0], got);
    else
        ask_any(column[0], &ctx, got);
    if (strcmp(got, column[2]) != 0)
        fail_msg("line %d: \"%s\" is read as %s, not %s", line, column[0], got, column[2]);
}

static FILE *open_phrases(void)
{
    FILE *file = fopen(PHRASES, "r");

    if (!file)
        fail_msg("cannot open %s: run from the root of the repository", PHRASES);
    return file;
}

static void every_phrase_is_read_as_documented(void **state)
{
    (void)state;
    FILE *file = open_phrases();
    char line[1000], *column[COLUMNS];
    int number = 0, phrases = 0;

    while (fgets(line, sizeof line, file)) {
        number++;
        if (line[0] == '#' || line[0] == '\n')
            continue;
        int count = columns(line, column);
        if (count < 3)
            fail_msg("line %d has %d columns", number, count);
        check_phrase(column, count, number);
        phrases++;
    }
    fclose(file);
    assert_true(phrases >= PHRASES_MIN);
}

/* What can be said in neat words is understood again, so that an echo can be pasted back. */
static void a_rule_said_back_is_understood_as_itself(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=WE", "FREQ=WEEKLY;BYDAY=MO,WE,FR",
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "FREQ=WEEKLY;BYMONTH=9;BYDAY=SA",
        "FREQ=WEEKLY;INTERVAL=2;BYMONTH=3,9;BYDAY=MO,WE", "FREQ=MONTHLY", "FREQ=MONTHLY;BYMONTHDAY=15",
        "FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYMONTHDAY=-2",
        "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=21,22,23", "FREQ=MONTHLY;BYDAY=3SA", "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=MONTHLY;BYDAY=-2FR", "FREQ=MONTHLY;BYDAY=2FR,4FR", "FREQ=MONTHLY;BYDAY=1MO,3FR",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=12",
        "FREQ=MONTHLY;BYMONTH=1,7;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", "FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=9",
        "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=12", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", "FREQ=YEARLY;BYMONTH=9;BYDAY=3SA",
        "FREQ=YEARLY;BYMONTH=1,4,7,10;BYDAY=1MO", "FREQ=YEARLY;INTERVAL=2;BYMONTH=9;BYDAY=3SA",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=WEEKLY;COUNT=10;BYDAY=FR", "FREQ=WEEKLY;UNTIL=20270630T155959Z;BYDAY=WE",
        "FREQ=WEEKLY;UNTIL=20270630T040000Z;BYDAY=WE", "FREQ=HOURLY;INTERVAL=2",
    };
    struct words_context ctx = context("Asia/Shanghai", "2026-11-23T10:00:00");
    struct arena a = {0};

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        for (int lang = LANG_ZH; lang <= LANG_EN; lang++) {
            char *said = words_describe_in(rules[i], ctx.zone, 14 * 3600 + 1800, (enum lang)lang, &a), *again;
            struct err e = {0};
            int time_s;
            if (words_rule(said, &ctx, &a, &again, &time_s, &e) < 0)
                fail_msg("%s is said as \"%s\", which is not understood", rules[i], said);
            assert_string_equal(again, rules[i]);
            assert_int_equal(time_s, 14 * 3600 + 1800);
        }
    }
    arena_release(&a);
}

static void a_lunar_rule_said_back_is_understood_as_itself(void **state)
{
    (void)state;
    static const struct { const char *rule, *said; enum lang lang; } cases[] = {
        {"RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=9", "每年农历九月初九", LANG_ZH},
        {"RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=9",
         "every year on the 9th day of the 9th lunar month", LANG_EN},
        {"RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=6L;BYMONTHDAY=15", "每年农历闰六月十五", LANG_ZH},
        {"RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=6L;BYMONTHDAY=15",
         "every year on the 15th day of the leap 6th lunar month", LANG_EN},
        {"RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-1", "每年农历腊月最后一天", LANG_ZH},
        {"RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-1",
         "every year on the last day of the 12th lunar month", LANG_EN},
        {"RSCALE=CHINESE;FREQ=MONTHLY;BYMONTHDAY=1,15", "农历每月初一和十五", LANG_ZH},
    };
    struct words_context ctx = context("Asia/Shanghai", "2026-11-23T10:00:00");
    struct arena a = {0};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *said = words_describe(cases[i].rule, cases[i].lang, &a), *again;
        int time_s;
        assert_string_equal(said, cases[i].said);
        assert_int_equal(words_rule(said, &ctx, &a, &again, &time_s, NULL), 0);
        assert_string_equal(again, cases[i].rule);
    }
    arena_release(&a);
}

static void a_rule_without_neat_words_is_enumerated(void **state)
{
    (void)state;
    static const struct { const char *rule, *zh, *en; } cases[] = {
        {"FREQ=YEARLY;BYMONTH=9;BYDAY=3SA", "每年9月第三个周六", "every year on the third Saturday of September"},
        {"FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "每月；日期 13；星期 周五", "every month; days of the month 13; weekdays Friday"},
        {"FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "每年；一年中的第 20 周；星期 周一",
         "every year; weeks of the year 20; weekdays Monday"},
        {"FREQ=DAILY;COUNT=4;BYHOUR=9,15", "每天；小时 9、15，共4次", "every day; hours 9, 15, 4 times"},
        {"FREQ=YEARLY;BYMONTH=1,2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
         "每年；月份 1、2；星期 周一、周二、周三、周四、周五；取其中第 -1 个",
         "every year; months 1, 2; weekdays Monday, Tuesday, Wednesday, Thursday, Friday; of these number -1"},
        {"FREQ=WEEKLY;UNTIL=20270630T155959Z", "每周，至 2027-06-30T15:59:59Z", "every week, until 2027-06-30T15:59:59Z"},
        {"not a rule", "not a rule", "not a rule"},
    };
    struct arena a = {0};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(words_describe(cases[i].rule, LANG_ZH, &a), cases[i].zh);
        assert_string_equal(words_describe(cases[i].rule, LANG_EN, &a), cases[i].en);
    }
    arena_release(&a);
}

static void a_span_is_written_the_shortest_way_and_read_back(void **state)
{
    (void)state;
    static const struct { int64_t ms; const char *text; } cases[] = {
        {5400000, "1h30m"}, {60000, "1m"}, {1000, "1s"}, {86400000, "1d"}, {604800000, "1w"}, {864000000, "10d"},
        {1209600000, "2w"}, {90061000, "1d1h1m1s"}, {315576000000, "3652d12h"},
    };
    struct arena a = {0};
    int64_t ms;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(words_span_format(cases[i].ms, &a), cases[i].text);
        assert_int_equal(words_span(cases[i].text, &ms, NULL), 0);
        assert_int_equal(ms, cases[i].ms);
    }
    assert_string_equal(words_span_format(0, &a), "0s");
    assert_string_equal(words_span_format(-5, &a), "0s");
    arena_release(&a);
}

static void a_refusal_names_both_readings(void **state)
{
    (void)state;
    struct words_context ctx = context("Asia/Shanghai", "2026-11-23T10:00:00");
    struct words_when when = {.wall_s = 7};
    struct err e = {0};
    struct buf text = {0};

    assert_int_equal(words_when("next saturday", &ctx, &when, &e), -1);
    assert_int_equal(when.wall_s, 7);
    err_message(&e, LANG_ZH, &text);
    assert_string_equal(buf_text(&text), "“next saturday”有两种读法：2026-11-28 或 2026-12-05");
    buf_release(&text);
}

static void an_unknown_word_is_named(void **state)
{
    (void)state;
    struct words_context ctx = context("Asia/Shanghai", "2026-11-23T10:00:00");
    struct words_when when;
    struct err e = {0};

    assert_int_equal(words_when("tomorrow afternoonish", &ctx, &when, &e), -1);
    assert_string_equal(e.args[1], "afternoonish");
    assert_int_equal(words_when("明天吃饭", &ctx, &when, &e), -1);
    assert_string_equal(e.args[1], "吃");
}

static void hours_are_exact_and_days_keep_the_time_across_a_dst_change(void **state)
{
    (void)state;
    struct words_context ctx = context("America/New_York", "2027-03-13T12:00:00");
    char got[CIVIL_TEXT_BYTES];

    ask_when("+24h", &ctx, got);
    assert_string_equal(got, "2027-03-14T13:00:00");
    ask_when("+1d", &ctx, got);
    assert_string_equal(got, "2027-03-14T12:00:00");
}

static void the_end_of_a_day_is_that_of_the_zone(void **state)
{
    (void)state;
    struct words_context ctx = context("America/New_York", "2027-01-04T12:00:00");
    char got[200];

    ask_rule("every friday until 2027-06-30", &ctx, got);
    assert_string_equal(got, "FREQ=WEEKLY;UNTIL=20270701T035959Z;BYDAY=FR");
}

static void an_endless_or_broken_text_is_refused(void **state)
{
    (void)state;
    struct words_context ctx = context("Asia/Shanghai", "2026-11-23T10:00:00");
    char long_text[2001], got[1200];
    struct words_when when;
    struct err e = {0};

    memset(long_text, '1', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = 0;
    ask_any(long_text, &ctx, got);
    assert_string_equal(got, "invalid");
    for (size_t i = 0; i + 1 < sizeof long_text; i++)
        long_text[i] = i % 2 ? ' ' : 'd';
    long_text[299] = 0;
    ask_any(long_text, &ctx, got);
    assert_string_equal(got, "invalid");
    assert_int_equal(words_when("\xE5\x91", &ctx, &when, &e), -1);
    assert_int_equal(e.msg, MSG_NOT_UTF8);
    ask_any("", &ctx, got);
    assert_string_equal(got, "invalid");
    ask_any("   ", &ctx, got);
    assert_string_equal(got, "invalid");
}

static void an_explanation_shows_the_next_five_dates(void **state)
{
    (void)state;
    static const struct holiday off[] = {{20727, true, "国庆节"}};
    static const struct holidays days = {off, 1};
    struct words_context ctx = context("Asia/Shanghai", "2026-09-24T15:00:00");
    struct arena a = {0};
    struct explanation x;

    assert_int_equal(explain_words("每周四 14:00", &ctx, &days, &a, &x, NULL), 0);
    assert_int_equal(x.kind, EXPLAIN_RULE);
    assert_string_equal(x.rule, "FREQ=WEEKLY;BYDAY=TH");
    assert_string_equal(x.text[LANG_ZH], "每周四 14:00");
    assert_string_equal(x.text[LANG_EN], "every Thursday at 14:00");
    assert_int_equal(x.count, 5);
    assert_string_equal(x.dates[0].text, "2026-10-01T14:00:00+08:00");
    assert_int_equal(civil_days(2026, 10, 1), off[0].days);
    assert_true(x.dates[0].off);
    assert_string_equal(x.dates[0].holiday, "国庆节");
    assert_string_equal(x.dates[0].lunar, "八月廿一");
    assert_int_equal(x.dates[0].weekday, WEEKDAY_TH);
    assert_string_equal(x.dates[4].text, "2026-10-29T14:00:00+08:00");
    assert_false(x.dates[4].off);
    arena_release(&a);
}

static void a_time_is_explained_with_its_weekday(void **state)
{
    (void)state;
    struct words_context ctx = context("Asia/Shanghai", "2026-11-23T10:00:00");
    struct arena a = {0};
    struct explanation x;

    assert_int_equal(explain_words("下周六下午3点", &ctx, NULL, &a, &x, NULL), 0);
    assert_int_equal(x.kind, EXPLAIN_WHEN);
    assert_null(x.rule);
    assert_string_equal(x.text[LANG_ZH], "2026-12-05 周六 15:00");
    assert_int_equal(x.count, 1);
    assert_true(x.dates[0].off);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_phrase_is_read_as_documented),
        cmocka_unit_test(a_rule_said_back_is_understood_as_itself),
        cmocka_unit_test(a_lunar_rule_said_back_is_understood_as_itself),
        cmocka_unit_test(a_rule_without_neat_words_is_enumerated),
        cmocka_unit_test(a_span_is_written_the_shortest_way_and_read_back),
        cmocka_unit_test(a_refusal_names_both_readings),
        cmocka_unit_test(an_unknown_word_is_named),
        cmocka_unit_test(hours_are_exact_and_days_keep_the_time_across_a_dst_change),
        cmocka_unit_test(the_end_of_a_day_is_that_of_the_zone),
        cmocka_unit_test(an_endless_or_broken_text_is_refused),
        cmocka_unit_test(an_explanation_shows_the_next_five_dates),
        cmocka_unit_test(a_time_is_explained_with_its_weekday),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
