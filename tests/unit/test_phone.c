/* Phone numbers: one form however they are written. */
#include "domain/phone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void one_number_however_it_is_written(void **state)
{
    static const char *const written[] = {
        "13812340003", "138 1234 0003", "138-1234-0003", "+86 138 1234 0003", "+8613812340003", "008613812340003",
        "0086-138-1234-0003", "１３８１２３４０００３", "＋８６　１３８－１２３４－０００３", "(+86)13812340003",
        " 13812340003 ", "138\u20101234\u20130003"};
    char phone[PHONE_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
        assert_int_equal(phone_normalise(written[i], phone, NULL), 0);
        assert_string_equal(phone, "13812340003");
    }
}

static void foreign_numbers_keep_their_country_code(void **state)
{
    static const struct { const char *written, *phone; } cases[] = {
        {"+44 20 7946 0123", "+442079460123"}, {"0044 20 7946 0123", "+442079460123"},
        {"+852 5123 4567", "+85251234567"},
        {"+886 912 345 678", "+886912345678"}, {"+1 (212) 555-0100", "+12125550100"}, {"+1234567", "+1234567"},
        {"+123456789012345", "+123456789012345"}};
    char phone[PHONE_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(phone_normalise(cases[i].written, phone, NULL), 0);
        assert_string_equal(phone, cases[i].phone);
    }
}

static void what_is_no_number_is_refused_with_its_field(void **state)
{
    static const char *const bad[] = {
        "", " ", "+", "00", "12345", "1381234000", "138123400031", "1381234567890", "12812340003", "23812345678",
        "1381234567a", "138123456789012345", "+86 10 6552 9999", "+861281234567", "+0123456789", "+123456",
        "138+12340003",
        "+1234567890123456", "138.1234.0003", "１３８", "\xFF\xFE", "13812340003\n",
        "11111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111"};
    char phone[PHONE_BYTES] = "kept";
    struct err e = {0};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(phone_normalise(bad[i], phone, &e), -1);
        assert_int_equal(e.code, ERR_INVALID);
        assert_string_equal(e.field, "phone");
        assert_string_equal(phone, "kept");
    }
}

static void a_mask_leaves_the_ends(void **state)
{
    static const struct { const char *phone, *masked; } cases[] = {
        {"13812340003", "138****0003"}, {"+442079460123", "+44****0123"}, {"+1234567", "+12****67"},
        {"+123456789012345", "+12****2345"}};
    char masked[PHONE_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        phone_mask(cases[i].phone, masked);
        assert_string_equal(masked, cases[i].masked);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_number_however_it_is_written),
        cmocka_unit_test(foreign_numbers_keep_their_country_code),
        cmocka_unit_test(what_is_no_number_is_refused_with_its_field),
        cmocka_unit_test(a_mask_leaves_the_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
