/* The hidden field of forms: ours, for this form, of an age that people have. */
#include "web/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define MADE_MS 1789952400000LL
#define HERE "/events/x/2027-05-12"

static struct crypto_keys keys;
static char token[FORM_TOKEN_BYTES];

static int set_up(void **state)
{
    (void)state;
    memset(&keys, 7, sizeof keys);
    if (crypto_init())
        return -1;
    form_token_make(&keys, HERE, MADE_MS, token);
    return 0;
}

static enum form_state read_after(int64_t ms)
{
    return form_token_read(&keys, HERE, token, MADE_MS + ms);
}

static void test_it_is_good_from_two_seconds_to_a_day(void **state)
{
    (void)state;
    assert_int_equal(strlen(token), FORM_TOKEN_CHARS);
    assert_int_equal(read_after(0), FORM_SOON);
    assert_int_equal(read_after(FORM_AGE_MIN_MS - 1), FORM_SOON);
    assert_int_equal(read_after(FORM_AGE_MIN_MS), FORM_GOOD);
    assert_int_equal(read_after(FORM_AGE_MAX_MS), FORM_GOOD);
    assert_int_equal(read_after(FORM_AGE_MAX_MS + 1), FORM_OLD);
}

static void test_a_clock_put_back_asks_for_a_new_form(void **state)
{
    (void)state;
    assert_int_equal(read_after(-1), FORM_OLD);
}

static void test_no_character_of_it_can_be_changed(void **state)
{
    char other[FORM_TOKEN_BYTES];

    (void)state;
    for (size_t i = 0; i < FORM_TOKEN_CHARS; i++) {
        memcpy(other, token, sizeof other);
        other[i] = other[i] == '0' ? '1' : '0';
        assert_int_equal(form_token_read(&keys, HERE, other, MADE_MS + 5000), FORM_FORGED);
    }
}

static void test_one_for_another_form_is_forged(void **state)
{
    (void)state;
    assert_int_equal(form_token_read(&keys, "/events/x/2027-05-13", token, MADE_MS + 5000), FORM_FORGED);
}

static void test_one_of_another_office_is_forged(void **state)
{
    struct crypto_keys others = keys;

    (void)state;
    others.form[0] ^= 1;
    assert_int_equal(form_token_read(&others, HERE, token, MADE_MS + 5000), FORM_FORGED);
}

static void test_what_is_no_token_is_forged(void **state)
{
    static const char *const junk[] = {"", "x", "0000000000000000000000000000000000000000000000000000000000"};
    char longer[FORM_TOKEN_BYTES + 1];

    (void)state;
    assert_int_equal(form_token_read(&keys, HERE, NULL, MADE_MS), FORM_FORGED);
    for (size_t i = 0; i < sizeof junk / sizeof junk[0]; i++)
        assert_int_equal(form_token_read(&keys, HERE, junk[i], MADE_MS), FORM_FORGED);
    snprintf(longer, sizeof longer, "%sx", token);
    assert_int_equal(form_token_read(&keys, HERE, longer, MADE_MS + 5000), FORM_FORGED);
}

static void test_two_forms_made_at_once_differ(void **state)
{
    char other[FORM_TOKEN_BYTES];

    (void)state;
    form_token_make(&keys, HERE, MADE_MS, other);
    assert_string_not_equal(other, token);
}

static void test_a_double_tap_is_one_request_and_another_child_is_another(void **state)
{
    const char *once[] = {"小明", "13800000001", ""}, *other[] = {"小红", "13800000001", ""};
    const char *shifted[] = {"小明13800000001", "", ""};
    char first[FORM_REQUEST_BYTES], again[FORM_REQUEST_BYTES];

    (void)state;
    form_request_id(&keys, token, once, 3, first);
    form_request_id(&keys, token, once, 3, again);
    assert_string_equal(first, again);
    assert_int_equal(strlen(first), FORM_REQUEST_BYTES - 1);
    form_request_id(&keys, token, other, 3, again);
    assert_string_not_equal(first, again);
    form_request_id(&keys, token, shifted, 3, again);
    assert_string_not_equal(first, again);
    form_request_id(&keys, "another token", once, 3, again);
    assert_string_not_equal(first, again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_good_from_two_seconds_to_a_day),
        cmocka_unit_test(test_a_clock_put_back_asks_for_a_new_form),
        cmocka_unit_test(test_no_character_of_it_can_be_changed),
        cmocka_unit_test(test_one_for_another_form_is_forged),
        cmocka_unit_test(test_one_of_another_office_is_forged),
        cmocka_unit_test(test_what_is_no_token_is_forged),
        cmocka_unit_test(test_two_forms_made_at_once_differ),
        cmocka_unit_test(test_a_double_tap_is_one_request_and_another_child_is_another),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
