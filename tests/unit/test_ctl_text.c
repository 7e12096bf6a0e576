#include "../../ctl/role.h"
#include "../../ctl/suggest.h"
#include "../../ctl/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define assert_text(buf, text)                          \
    do {                                                \
        assert_string_equal(buf_text(&(buf)), (text));  \
        buf_release(&(buf));                            \
    } while (0)

static void test_times_are_shown_by_their_wall_time(void **state)
{
    static const struct { const char *text, *zh, *en; } cases[] = {
        {"2027-05-12T09:00:00+08:00", "2027-05-12 周三 09:00", "2027-05-12 Wed 09:00"},
        {"2027-03-14T02:30:00-05:00", "2027-03-14 周日 02:30", "2027-03-14 Sun 02:30"},
        {"2000-02-29T23:59:59.999Z", "2000-02-29 周二 23:59", "2000-02-29 Tue 23:59"},
        {"1900-01-01T00:00:00Z", "1900-01-01 周一 00:00", "1900-01-01 Mon 00:00"},
        {"2027-09-18", "2027-09-18 周六", "2027-09-18 Sat"},
        {"20260919T090000", "2026-09-19 周六 09:00", "2026-09-19 Sat 09:00"},
        {"20260919", "2026-09-19 周六", "2026-09-19 Sat"},
        {"0001-01-01", "0001-01-01 周一", "0001-01-01 Mon"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf zh = {.data = NULL}, en = {.data = NULL};
        assert_true(text_time(&zh, cases[i].text, LANG_ZH));
        assert_true(text_time(&en, cases[i].text, LANG_EN));
        assert_text(zh, cases[i].zh);
        assert_text(en, cases[i].en);
    }
}

static void test_what_is_no_time_is_left_alone(void **state)
{
    static const char *const texts[] = {"", "x", "2027-05-12x", "2027-05-12T09:00:00 ", "2027-13-01", "2027-05-00",
                                        "2027-05-12T",
                                        "2027-05-12T09:00:00+8", "2027-05-12T09:00:00.", "202705123", "９027-05-12"};
    struct buf out = {.data = NULL};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_false(text_time(&out, texts[i], LANG_EN));
    assert_int_equal(out.len, 0);
    assert_false(text_is_date_time("2027-05-12"));
    assert_false(text_is_date_time("20270512T090000"));
    assert_true(text_is_date_time("2027-05-12T09:00:00Z"));
}

static void test_nothing_reaches_a_terminal_that_acts_there(void **state)
{
    struct buf out = {.data = NULL};

    (void)state;
    text_clean(&out, "a\x1b[31m\tb\nc\x7f\xc2\x9b" "d\xe2\x80\xae" "e\xff", TEXT_ONE_LINE);
    assert_text(out, "a\\x1B[31m b c\\x7F\\x9Bd\\u202Ee\\xFF");
    text_clean(&out, "a\nb\tc\rd", TEXT_MANY_LINES);
    assert_text(out, "a\nb\tc\\x0Dd");
    text_clean(&out, "普通话 🌧 \xef\xbf\xbd", TEXT_ONE_LINE);
    assert_text(out, "普通话 🌧 \xef\xbf\xbd");
}

static void test_texts_are_cut_and_wrapped_by_their_width(void **state)
{
    struct buf out = {.data = NULL};

    (void)state;
    text_cut(&out, "全国科普日", 10);
    assert_text(out, "全国科普日");
    text_cut(&out, "全国科普日", 8);
    assert_text(out, "全国科…");
    text_wrap(&out, "one two three four five six seven", 2, 20);
    assert_text(out, "one two three four\n  five six seven");
    text_wrap(&out, "一二三四五六七八九十", 4, 20);
    assert_text(out, "一二三四五六七八\n    九十");
    text_wrap(&out, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0, 16);
    assert_text(out, "aaaaaaaaaaaaaaaa\naaaaaaaaaaaaaaaa\naaaaaaaa");
}

static void test_csv_quotes_and_guards(void **state)
{
    static const struct { const char *text; bool number; const char *cell; } cases[] = {
        {"a", false, "a"}, {"a,b", false, "\"a,b\""}, {"a\"b", false, "\"a\"\"b\""}, {"a\nb", false, "\"a\nb\""},
        {"=1", false, "'=1"}, {"@a", false, "'@a"}, {"-a", false, "'-a"},
        {"+1+cmd|' /C'!A0", false, "'+1+cmd|' /C'!A0"},
        {"=\"x\"", false, "\"'=\"\"x\"\"\""}, {"-3.5", true, "-3.5"}, {"+86 138", false, "'+86 138"}, {"", false, ""},
        {"-", false, "'-"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = {.data = NULL};
        text_csv(&out, cases[i].text, cases[i].number);
        assert_text(out, cases[i].cell);
    }
}

static void test_durations_and_sizes_read_well(void **state)
{
    struct buf out = {.data = NULL};

    (void)state;
    text_duration(&out, 93784, LANG_EN);
    assert_text(out, "1 d 2 h");
    text_duration(&out, 0, LANG_EN);
    assert_text(out, "0 s");
    text_duration(&out, 3600, LANG_ZH);
    assert_text(out, "1 小时");
    text_size(&out, 1023);
    assert_text(out, "1023 B");
    text_size(&out, 5452595);
    assert_text(out, "5.2 MiB");
}

static const char *nearest(const char *typed)
{
    static const char *const words[] = {"event", "preset", "volunteer", "signup", "list", "--x", "occurrences", "add"};
    struct suggestion s = {.typed = typed};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        suggest_offer(&s, words[i]);
    return s.best;
}

static void test_the_nearest_word_is_suggested_and_nothing_far_off(void **state)
{
    (void)state;
    assert_string_equal(nearest("evnt"), "event");
    assert_string_equal(nearest("evnet"), "event");
    assert_string_equal(nearest("volnuteers"), "volunteer");
    assert_string_equal(nearest("occ"), "occurrences");
    assert_string_equal(nearest("lst"), "list");
    assert_null(nearest("xyz"));
    assert_null(nearest(""));
    assert_null(nearest("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"));
}

static void check_role(const char *text, const char *want)
{
    struct err e = {.code = ERR_NONE};
    json_t *role = NULL;
    char *got;

    assert_int_equal(role_parse(text, "--role", &role, &e), want ? 0 : -1);
    if (!want) {
        assert_int_equal(e.code, ERR_INVALID);
        assert_string_equal(e.field, "--role");
        return;
    }
    got = json_dumps(role, JSON_COMPACT);
    assert_string_equal(got, want);
    free(got);
    json_decref(role);
}

static void test_a_role_is_said_in_one_word(void **state)
{
    (void)state;
    check_role("讲解员=5", "{\"name\":\"讲解员\",\"capacity\":5,\"participant\":false}");
    check_role("guide=5/2", "{\"name\":\"guide\",\"capacity\":5,\"minimum\":2,\"participant\":false}");
    check_role("a=b=80/0:participant", "{\"name\":\"a=b\",\"capacity\":80,\"minimum\":0,\"participant\":true}");
    check_role("x=-1", "{\"name\":\"x\",\"capacity\":-1,\"participant\":false}");
    check_role("x=1:helper", "{\"name\":\"x\",\"capacity\":1,\"participant\":false}");
    check_role("guide", NULL);
    check_role("=5", NULL);
    check_role("guide=", NULL);
    check_role("guide=5/", NULL);
    check_role("guide=5:", NULL);
    check_role("guide=5.0", NULL);
    check_role("guide= 5", NULL);
    check_role("guide=0x5", NULL);
    check_role("\xff=5", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_are_shown_by_their_wall_time),
        cmocka_unit_test(test_what_is_no_time_is_left_alone),
        cmocka_unit_test(test_nothing_reaches_a_terminal_that_acts_there),
        cmocka_unit_test(test_texts_are_cut_and_wrapped_by_their_width),
        cmocka_unit_test(test_csv_quotes_and_guards),
        cmocka_unit_test(test_durations_and_sizes_read_well),
        cmocka_unit_test(test_the_nearest_word_is_suggested_and_nothing_far_off),
        cmocka_unit_test(test_a_role_is_said_in_one_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
