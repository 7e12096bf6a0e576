/* The configuration: defaults, the file over them, flags over the file; whatever is wrong is named. */
#include "base/conf.h"
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define ARGS_MAX 16

static char path[] = "/tmp/kepu-conf-XXXXXX";
static struct conf conf;
static struct err err;

static int make_file(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    close(fd);
    return fd < 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static int release(void **state)
{
    (void)state;
    conf_release(&conf);
    return 0;
}

static void write_file(const char *text)
{
    FILE *f = fopen(path, "w");

    fputs(text, f);
    fclose(f);
}

/* Flags in one text, separated by blanks; the file comes by itself. */
static int read_conf(const char *flags)
{
    static char copy[2000], word[] = "kepud", flag[] = "--config";
    char *argv[ARGS_MAX] = {word, flag, path}, *rest = copy;
    int argc = 3;

    snprintf(copy, sizeof copy, "%s", flags);
    while (rest && *rest && argc < ARGS_MAX)
        argv[argc++] = strsep(&rest, " ");
    conf_release(&conf);
    err_clear(&err);
    return conf_read(argc, argv, &conf, &err);
}

static void refused(const char *file, const char *flags, enum err_code code, enum msg msg, const char *field)
{
    write_file(file);
    assert_int_equal(read_conf(flags), -1);
    assert_int_equal(err.code, code);
    assert_int_equal(err.msg, msg);
    assert_non_null(strstr(err.field, field));
}

static void an_empty_file_is_all_defaults(void **state)
{
    (void)state;
    write_file("");
    assert_int_equal(read_conf(""), 0);
    assert_string_equal(conf.state_dir, "/var/lib/kepu");
    assert_string_equal(conf.store_url, "sqlite:/var/lib/kepu/kepu.db");
    assert_string_equal(conf.key_file, "/var/lib/kepu/key");
    assert_string_equal(conf.socket, "/run/kepu/kepud.sock");
    assert_string_equal(conf.office_tz, "Asia/Shanghai");
    assert_int_equal(conf.socket_mode, 0660);
    assert_int_equal(conf.log_level, LOG_LEVEL_INFO);
    assert_int_equal(conf.metrics, CONF_METRICS_LOOPBACK);
    assert_int_equal(conf.waitlist, CONF_WAITLIST_PROMOTE);
    assert_int_equal(conf.on_unknown, CONF_UNKNOWN_RESEND);
    assert_null(conf.public_url);
    assert_null(conf.seed);
}

static void the_state_directory_moves_the_store_and_the_key(void **state)
{
    (void)state;
    write_file("[privacy]\nkey_file = /etc/kepu/key\n");
    assert_int_equal(read_conf("--state-dir /tmp/x"), 0);
    assert_string_equal(conf.store_url, "sqlite:/tmp/x/kepu.db");
    assert_string_equal(conf.key_file, "/etc/kepu/key");
}

static void the_file_is_read_to_the_letter(void **state)
{
    (void)state;
    write_file("\xEF\xBB\xBF# a comment\n; another\n\n[http]\r\n  listen = [::1]:80  \n"
               "public-url = https://kepu.example.org/x//\ntrusted_proxies = 127.0.0.1, 10.0.0.0/8\n"
               "[store]\nurl = postgresql://u:p;=#x@h/d\n[office]\nname = \" 科协 \"\n[server]\nsocket_mode=600\n"
               "[notify]\nspread = 2m\non_unknown = hold\n[signup]\nwaitlist = offer\nwaitlist-unused");
    assert_int_equal(read_conf(""), -1);
    assert_string_equal(err.field + strlen(err.field) - 7, "line 19");
    write_file("\xEF\xBB\xBF# a comment\n; another\n\n[http]\r\n  listen = [::1]:80  \n"
               "public-url = https://kepu.example.org/x//\ntrusted_proxies = 127.0.0.1, 10.0.0.0/8\n"
               "[store]\nurl = postgresql://u:p;=#x@h/d\n[office]\nname = \" 科协 \"\n[server]\nsocket_mode=600\n"
               "[notify]\nspread = 2m\non_unknown = hold\n[signup]\nwaitlist = offer");
    assert_int_equal(read_conf(""), 0);
    assert_string_equal(conf.listen, "[::1]:80");
    assert_string_equal(conf.public_url, "https://kepu.example.org/x");
    assert_int_equal(conf.trusted_proxies.count, 2);
    assert_string_equal(conf.trusted_proxies.items[1], "10.0.0.0/8");
    assert_string_equal(conf.store_url, "postgresql://u:p;=#x@h/d");
    assert_string_equal(conf.office_name, " 科协 ");
    assert_int_equal(conf.socket_mode, 0600);
    assert_int_equal(conf.spread_ms, 120000);
    assert_int_equal(conf.on_unknown, CONF_UNKNOWN_HOLD);
    assert_int_equal(conf.waitlist, CONF_WAITLIST_OFFER);
}

static void flags_go_over_the_file(void **state)
{
    (void)state;
    write_file("[log]\nlevel = error\n[http]\nlisten = 127.0.0.1:1\n");
    assert_int_equal(read_conf("--log-level=debug --notify-spread 500ms --seed none"), 0);
    assert_int_equal(conf.log_level, LOG_LEVEL_DEBUG);
    assert_string_equal(conf.listen, "127.0.0.1:1");
    assert_int_equal(conf.spread_ms, 500);
    assert_string_equal(conf.seed, "none");
}

static void rates_and_days_are_read(void **state)
{
    (void)state;
    write_file("[limits]\naddress = 0\nphone = 7/d\n[privacy]\nretention = 30d\n");
    assert_int_equal(read_conf(""), 0);
    assert_int_equal(conf.limit_address.most, 0);
    assert_int_equal(conf.limit_phone.most, 7);
    assert_int_equal(conf.limit_phone.period_ms, 86400000);
    assert_int_equal(conf.limit_event.most, 6000);
    assert_int_equal(conf.retention_ms, 30LL * 86400000);
}

static void what_is_wrong_in_the_file_is_named_with_its_line(void **state)
{
    static const struct { const char *text; enum msg msg; const char *line; } cases[] = {
        {"[http]\nlisen = x\n", MSG_CONF_KEY_UNKNOWN_NEAR, "line 2"},
        {"[zzzzzzzzzzzzzzz]\nqqqqqqq = x\n", MSG_CONF_KEY_UNKNOWN, "line 2"},
        {"listen = x\n", MSG_CONF_NO_SECTION, "line 1"},
        {"[http\n", MSG_CONF_SYNTAX, "line 1"},
        {"[http]\n\n= x\n", MSG_CONF_SYNTAX, "line 3"},
        {"[http]\nlisten = a\nlisten = b\n", MSG_FIELD_TWICE, "line 3"},
        {"[http]\npublic_url = ftp://x\n", MSG_CONF_URL, "line 2"},
        {"[http]\npublic_url = http:///x\n", MSG_CONF_URL, "line 2"},
        {"[http]\npublic_url = http://x?y\n", MSG_CONF_URL, "line 2"},
        {"[http]\nmetrics = loop\n", MSG_CONF_CHOICE, "line 2"},
        {"[notify]\nspread = 11m\n", MSG_CONF_SPAN, "line 2"},
        {"[notify]\nspread = -1s\n", MSG_CONF_SPAN, "line 2"},
        {"[notify]\nspread = s\n", MSG_CONF_SPAN, "line 2"},
        {"[limits]\naddress = 600\n", MSG_CONF_RATE, "line 2"},
        {"[limits]\nphone = -1/d\n", MSG_CONF_RATE, "line 2"},
        {"[limits]\nevent = 5/w\n", MSG_CONF_RATE, "line 2"},
        {"[privacy]\nretention = 9999d\n", MSG_CONF_SPAN, "line 2"},
        {"[server]\nsocket_mode = 0888\n", MSG_CONF_MODE, "line 2"},
        {"[server]\nsocket_mode = 7777\n", MSG_CONF_MODE, "line 2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refused(cases[i].text, "", ERR_INVALID, cases[i].msg, cases[i].line);
}

static void what_is_wrong_in_the_flags_is_named(void **state)
{
    (void)state;
    refused("", "--lisen x", ERR_USAGE, MSG_CONF_FLAG_UNKNOWN_NEAR, "--lisen");
    assert_string_equal(err.args[1], "--listen");
    refused("", "--zzzzzzzzzzzzzzzzz", ERR_USAGE, MSG_CONF_FLAG_UNKNOWN, "--zzz");
    refused("", "start", ERR_USAGE, MSG_CONF_WORD, "");
    refused("", "--listen", ERR_USAGE, MSG_CONF_FLAG_VALUE, "--listen");
    refused("", "--check-config=1", ERR_USAGE, MSG_CONF_FLAG_NO_VALUE, "--check-config");
    refused("", "--log-level loud", ERR_INVALID, MSG_CONF_CHOICE, "--log-level");
}

static void a_file_that_was_asked_for_must_be_there(void **state)
{
    char word[] = "kepud", flag[] = "--config=/nonexistent/kepud.conf";
    char *argv[] = {word, flag};

    (void)state;
    conf_release(&conf);
    assert_int_equal(conf_read(2, argv, &conf, &err), -1);
    assert_int_equal(err.msg, MSG_CANNOT_OPEN);
}

static void help_names_every_key_in_both_languages(void **state)
{
    static const char *const needed[] = {"--listen", "[http] public_url", "--config", "resend|hold",
                                         "sqlite:STATE-DIR/kepu.db"};

    (void)state;
    for (int lang = LANG_ZH; lang <= LANG_EN; lang++) {
        struct buf out = {0};
        conf_help((enum lang)lang, &out);
        for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
            assert_non_null(strstr(buf_text(&out), needed[i]));
        buf_release(&out);
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_file_is_all_defaults),
        TEST(the_state_directory_moves_the_store_and_the_key),
        TEST(the_file_is_read_to_the_letter),
        TEST(flags_go_over_the_file),
        TEST(rates_and_days_are_read),
        TEST(what_is_wrong_in_the_file_is_named_with_its_line),
        TEST(what_is_wrong_in_the_flags_is_named),
        TEST(a_file_that_was_asked_for_must_be_there),
        TEST(help_names_every_key_in_both_languages),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
