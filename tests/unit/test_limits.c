/* How often a form may be sent: so often at once, then evenly; each key for itself. */
#include "web/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define NOW_MS 1800000000000LL

static const struct conf_rate hourly = {6, 3600000};

static int start(void **state)
{
    *state = limits_new();
    return 0;
}

static int end(void **state)
{
    limits_free(*state);
    return 0;
}

static void so_many_at_once_and_then_evenly(void **state)
{
    int64_t wait_ms = 0;

    for (int i = 0; i < 6; i++)
        assert_true(limits_take(*state, LIMIT_PHONE, "138", &hourly, NOW_MS, &wait_ms));
    assert_false(limits_take(*state, LIMIT_PHONE, "138", &hourly, NOW_MS, &wait_ms));
    assert_in_range(wait_ms, 599000, 600002);
    assert_false(limits_take(*state, LIMIT_PHONE, "138", &hourly, NOW_MS + wait_ms - 1000, &wait_ms));
    assert_true(limits_take(*state, LIMIT_PHONE, "138", &hourly, NOW_MS + 600001, &wait_ms));
    assert_false(limits_take(*state, LIMIT_PHONE, "138", &hourly, NOW_MS + 600001, &wait_ms));
}

static void one_key_is_not_another_s(void **state)
{
    int64_t wait_ms;

    for (int i = 0; i < 7; i++)
        limits_take(*state, LIMIT_PHONE, "138", &hourly, NOW_MS, &wait_ms);
    assert_false(limits_take(*state, LIMIT_PHONE, "138", &hourly, NOW_MS, &wait_ms));
    assert_true(limits_take(*state, LIMIT_PHONE, "139", &hourly, NOW_MS, &wait_ms));
    assert_true(limits_take(*state, LIMIT_EVENT, "138", &hourly, NOW_MS, &wait_ms));
}

static void no_limit_is_none(void **state)
{
    static const struct conf_rate none = {0, 0};
    int64_t wait_ms;

    for (int i = 0; i < 1000; i++)
        assert_true(limits_take(*state, LIMIT_ADDRESS, "::1", &none, NOW_MS, &wait_ms));
}

static void a_clock_that_was_put_back_shuts_nobody_out(void **state)
{
    int64_t wait_ms;

    assert_true(limits_take(*state, LIMIT_ADDRESS, "a", &hourly, NOW_MS, &wait_ms));
    assert_true(limits_take(*state, LIMIT_ADDRESS, "a", &hourly, NOW_MS - 86400000, &wait_ms));
}

static void more_keys_than_there_is_room_for_are_taken_all_the_same(void **state)
{
    int64_t wait_ms;
    char key[24];

    for (int i = 0; i < 2 * LIMITS_ENTRIES; i++) {
        snprintf(key, sizeof key, "%d", i);
        assert_true(limits_take(*state, LIMIT_ADDRESS, key, &hourly, NOW_MS, &wait_ms));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(so_many_at_once_and_then_evenly, start, end),
        cmocka_unit_test_setup_teardown(one_key_is_not_another_s, start, end),
        cmocka_unit_test_setup_teardown(no_limit_is_none, start, end),
        cmocka_unit_test_setup_teardown(a_clock_that_was_put_back_shuts_nobody_out, start, end),
        cmocka_unit_test_setup_teardown(more_keys_than_there_is_room_for_are_taken_all_the_same, start, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
