/* Which addresses are special, and which hosts of URLs show it. */
#include "notify/address.h"

#include "base/err.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/un.h>

#include <cmocka.h>

static const char *special(const char *text)
{
    struct sockaddr_in in4 = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, text, &in4.sin_addr) == 1)
        return address_special((const struct sockaddr *)&in4);
    assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
    return address_special((const struct sockaddr *)&in6);
}

static void special_addresses_are_known(void **state)
{
    static const char *const list[] = {
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
        "127.255.0.9", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::2", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:0:8.8.8.8", "::7f00:1",
        "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378::1", "2001:2::1", "2001:20::1",
        "2001:db8::1", "2002:7f00:1::1", "2002::1", "2620:4f:8000::1", "3fff::1", "3fff:fff::1", "5f00::1", "fc00::1",
        "fd12:3456::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "4000::1", "1::1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (!special(list[i]))
            fail_msg("%s is taken for a public address", list[i]);
}

static void public_addresses_are_let_through(void **state)
{
    static const char *const list[] = {
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0",
        "198.17.255.255", "198.20.0.0", "223.255.255.255", "::ffff:8.8.8.8", "2001:200::1", "2001:4860:4860::8888",
        "2400:3200::1", "2606:4700::1111", "2a00:1450::1", "3ffe:ffff::1", "3fff:1000::1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (special(list[i]))
            fail_msg("%s is taken for special: %s", list[i], special(list[i]));
}

static void another_family_is_special(void **state)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};

    (void)state;
    assert_true(address_is_special((const struct sockaddr *)&un));
}

static void a_reason_names_the_kind_of_range(void **state)
{
    (void)state;
    assert_string_equal(special("127.0.0.1"), "loopback");
    assert_string_equal(special("::ffff:192.168.0.1"), "private");
    assert_string_equal(special("2001::1"), "Teredo");
    assert_string_equal(special("255.255.255.255"), "broadcast");
    assert_string_equal(special("fe80::1"), "link-local");
}

static void a_url_that_shows_a_special_address_is_refused(void **state)
{
    static const char *const list[] = {
        "http://127.0.0.1/", "https://127.0.0.1:8443/x", "http://0x7f.1/", "http://2130706433/", "http://0/",
        "http://0177.0.0.1/", "http://[::1]/", "http://[::]:80/", "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1%25eth0]/", "http://127.0.0.1./", "http://localhost/", "http://LOCALHOST:99/",
        "http://localhost./",
        "http://a.localhost/",
        "http://user:pw@10.0.0.1/", "http://169.254.169.254/latest", "http://%31%32%37.0.0.1/", "http://[64:ff9b::1]/",
    };
    struct err e;

    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        err_clear(&e);
        if (address_check_url(list[i], &e) != -1)
            fail_msg("%s is let through", list[i]);
        assert_int_equal(e.code, ERR_INVALID);
        assert_string_equal(e.field, "url");
    }
}

static void a_host_shows_its_address_in_every_form_that_resolvers_take(void **state)
{
    static const struct { const char *host, *what; } cases[] = {
        {"127.1", "loopback"}, {"0x7f.1", "loopback"}, {"2130706433", "loopback"}, {"0", "this network"},
        {"0300.0250.1.1", "private"}, {"[::1]", "loopback"}, {"::1", "loopback"}, {"[fe80::1%eth0]", "link-local"},
        {"10.0.0.1.", "private"}, {"8.8.8.8", NULL}, {"[2400:3200::1]", NULL}, {"h.example.", NULL}, {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *what = address_special_host(cases[i].host);
        if ((what == NULL) != (cases[i].what == NULL) || (what && strcmp(what, cases[i].what) != 0))
            fail_msg("%s is %s", cases[i].host, what ? what : "ordinary");
    }
}

static void a_url_with_a_name_or_a_public_address_is_taken(void **state)
{
    static const char *const list[] = {
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=127.0.0.1", "https://1.1.1.1/", "http://[2400:3200::1]/",
        "http://localhost.example.com/", "http://127.0.0.1.example.com/", "http://mylocalhost/", "http://10.example/",
    };
    struct err e;

    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (address_check_url(list[i], &e) != 0)
            fail_msg("%s is refused", list[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(special_addresses_are_known),
        cmocka_unit_test(public_addresses_are_let_through),
        cmocka_unit_test(another_family_is_special),
        cmocka_unit_test(a_reason_names_the_kind_of_range),
        cmocka_unit_test(a_url_that_shows_a_special_address_is_refused),
        cmocka_unit_test(a_host_shows_its_address_in_every_form_that_resolvers_take),
        cmocka_unit_test(a_url_with_a_name_or_a_public_address_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
