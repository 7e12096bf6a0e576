#include "base/utf8.h"
#include "../../ctl/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define WORDS_MAX 32

/* A line of words without spaces in them. */
struct line {
    char text[512];
    char *argv[WORDS_MAX + 1];
    struct invocation inv;
    struct err e;
    int rc;
};

static void read_line(struct line *l, const char *text)
{
    int argc = 0;
    char *rest;

    memset(l, 0, sizeof *l);
    strncpy(l->text, text, sizeof l->text - 1);
    for (char *w = strtok_r(l->text, " ", &rest); w && argc < WORDS_MAX; w = strtok_r(NULL, " ", &rest))
        l->argv[argc++] = w;
    args_scan(argc, l->argv, &l->inv);
    l->rc = args_resolve(&l->inv, &l->e);
}

static void test_words_and_flags_stand_in_any_order(void **state)
{
    static const char *const lines[] = {
        "kepuctl event list --category c -n --lang en", "kepuctl --category c event --dry-run list --lang=en",
        "kepuctl -n --lang en --category=c event list", "kepuctl event --category c --lang en -n -- list"};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct line l;
        read_line(&l, lines[i]);
        assert_int_equal(l.rc, 0);
        assert_ptr_equal(l.inv.command, command_find("event", "list"));
        assert_string_equal(given_text(&l.inv, "category"), "c");
        assert_string_equal(given_text(&l.inv, "lang"), "en");
        assert_true(given_true(&l.inv, "dry-run"));
        assert_false(given_true(&l.inv, "yes"));
        args_release(&l.inv);
    }
}

static void test_a_flag_takes_the_next_word_whatever_it_begins_with(void **state)
{
    struct line l;

    (void)state;
    read_line(&l, "kepuctl event list --from -3d --to --json -nyN5 -");
    assert_string_equal(given_text(&l.inv, "from"), "-3d");
    assert_string_equal(given_text(&l.inv, "to"), "--json");
    assert_string_equal(given_text(&l.inv, "count"), "5");
    assert_string_equal(l.inv.words[2], "-");
    args_release(&l.inv);
    read_line(&l, "kepuctl event headcount e --on 2027-05-12 -5");
    assert_int_equal(l.rc, 0);
    assert_string_equal(args_positional(&l.inv, 1), "-5");
    args_release(&l.inv);
}

static void test_what_is_wrong_is_named(void **state)
{
    static const struct { const char *line; enum msg msg; const char *field; } cases[] = {
        {"kepuctl", MSG_CTL_NO_COMMAND, ""},
        {"kepuctl evnt", MSG_CTL_UNKNOWN_COMMAND_NEAR, ""},
        {"kepuctl qqqqq", MSG_CTL_UNKNOWN_COMMAND, ""},
        {"kepuctl event", MSG_CTL_NO_VERB, ""},
        {"kepuctl event qqqqq", MSG_CTL_UNKNOWN_VERB, ""},
        {"kepuctl --sokcet x event list", MSG_CTL_UNKNOWN_FLAG_NEAR, "--sokcet"},
        {"kepuctl event list -Z", MSG_CTL_UNKNOWN_FLAG, "-Z"},
        {"kepuctl event list --consent", MSG_CTL_UNKNOWN_FLAG, "--consent"},
        {"kepuctl event list --=x", MSG_CTL_UNKNOWN_FLAG, "--"},
        {"kepuctl event list --from", MSG_CTL_FLAG_WITHOUT_VALUE, "--from"},
        {"kepuctl status --lang en --lang zh", MSG_CTL_FLAG_TWICE, "--lang"},
        {"kepuctl status --json=x", MSG_CTL_FLAG_STANDS_ALONE, "--json"},
        {"kepuctl status --json=", MSG_CTL_FLAG_STANDS_ALONE, "--json"},
        {"kepuctl status x", MSG_CTL_ARGUMENT_EXTRA, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct line l;
        read_line(&l, cases[i].line);
        assert_int_equal(l.rc, -1);
        assert_int_equal(l.e.code, ERR_USAGE);
        assert_string_equal(catalogue_name(l.e.msg), catalogue_name(cases[i].msg));
        assert_string_equal(l.e.field, cases[i].field);
        args_release(&l.inv);
    }
}

static void test_whole_numbers_are_whole_and_small_enough(void **state)
{
    long long n;

    (void)state;
    assert_true(args_parse_int("-12", &n) && n == -12);
    assert_true(args_parse_int("+0", &n) && n == 0);
    assert_true(args_parse_int("999999999999999", &n));
    assert_false(args_parse_int("9999999999999999", &n));
    assert_false(args_parse_int("", &n));
    assert_false(args_parse_int("-", &n));
    assert_false(args_parse_int(" 1", &n));
    assert_false(args_parse_int("1 ", &n));
    assert_false(args_parse_int("1e3", &n));
}

static void check_request(const char *line, const char *path, const char *body)
{
    const struct settings settings = {.lang = LANG_EN};
    struct request r;
    struct line l;

    read_line(&l, line);
    assert_int_equal(l.rc, 0);
    assert_int_equal(request_build(&l.inv, &settings, &r, &l.e), 0);
    assert_string_equal(buf_text(&r.path), path);
    assert_string_equal(buf_text(&r.body), body);
    request_release(&r);
    args_release(&l.inv);
}

static void test_a_line_becomes_a_request(void **state)
{
    (void)state;
    check_request("kepuctl event list -q a&b=c% --from +2h", "/events?q=a%26b%3Dc%25&from=%2B2h", "");
    check_request("kepuctl event cancel e --reason 雨", "/events/e/cancel", "{\"reason\":\"雨\"}");
    check_request("kepuctl event edit e --this --on d --audience= --title=", "/events/e?scope=this&on=d",
                  "{\"audiences\":[],\"title\":\"\"}");
    check_request("kepuctl channel show a%2F?#", "/channels/a%252F%3F%23", "");
    check_request("kepuctl target set x --value 0.1", "/targets/x/set", "{\"value\":0.1}");
    check_request("kepuctl time explain every wednesday", "/time/explain", "{\"words\":\"every wednesday\"}");
}

static void test_keys_are_of_32_digits_and_never_the_same(void **state)
{
    const struct settings settings = {.lang = LANG_EN};
    struct request a, b;
    struct line l;

    (void)state;
    read_line(&l, "kepuctl event cancel e");
    assert_int_equal(request_build(&l.inv, &settings, &a, &l.e), 0);
    assert_int_equal(request_build(&l.inv, &settings, &b, &l.e), 0);
    assert_int_equal(strlen(a.idempotency_key), 32);
    assert_int_equal(strspn(a.idempotency_key, "0123456789abcdef"), 32);
    assert_string_not_equal(a.idempotency_key, b.idempotency_key);
    request_release(&a);
    request_release(&b);
    args_release(&l.inv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_and_flags_stand_in_any_order),
        cmocka_unit_test(test_a_flag_takes_the_next_word_whatever_it_begins_with),
        cmocka_unit_test(test_what_is_wrong_is_named),
        cmocka_unit_test(test_whole_numbers_are_whole_and_small_enough),
        cmocka_unit_test(test_a_line_becomes_a_request),
        cmocka_unit_test(test_keys_are_of_32_digits_and_never_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
