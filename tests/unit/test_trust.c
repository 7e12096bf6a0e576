/* A clock that jumps far ahead is waited with; any other is followed. */
#include "notify/trust.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define WALL 1700000000000
#define HOUR 3600000LL

static void a_clock_that_goes_on_is_followed(void **state)
{
    struct trust t;

    (void)state;
    trust_init(&t, WALL, 5000);
    assert_int_equal(trust_now_ms(&t, WALL + 30 * HOUR, 5000 + 30 * HOUR), WALL + 30 * HOUR);
    assert_false(trust_doubts(&t));
}

static void small_steps_and_steps_back_are_believed(void **state)
{
    struct trust t;

    (void)state;
    trust_init(&t, WALL, 5000);
    assert_int_equal(trust_now_ms(&t, WALL + TRUST_JUMP_MS, 5000), WALL + TRUST_JUMP_MS);
    assert_int_equal(trust_now_ms(&t, WALL - 17520 * HOUR, 6000), WALL - 17520 * HOUR);
    assert_false(trust_doubts(&t));
}

static void a_jump_ahead_is_believed_after_a_minute(void **state)
{
    struct trust t;

    (void)state;
    trust_init(&t, WALL, 5000);
    assert_int_equal(trust_now_ms(&t, WALL + HOUR, 5000), WALL);
    assert_true(trust_doubts(&t));
    assert_int_equal(trust_now_ms(&t, WALL + HOUR + TRUST_WAIT_MS - 1, 5000 + TRUST_WAIT_MS - 1),
                     WALL + TRUST_WAIT_MS - 1);
    assert_int_equal(trust_now_ms(&t, WALL + HOUR + TRUST_WAIT_MS, 5000 + TRUST_WAIT_MS), WALL + HOUR + TRUST_WAIT_MS);
    assert_false(trust_doubts(&t));
}

static void a_jump_that_is_taken_back_never_was(void **state)
{
    struct trust t;

    (void)state;
    trust_init(&t, WALL, 5000);
    trust_now_ms(&t, WALL + 17520 * HOUR, 5000);
    assert_int_equal(trust_now_ms(&t, WALL + 1000, 6000), WALL + 1000);
    assert_false(trust_doubts(&t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_that_goes_on_is_followed),
        cmocka_unit_test(small_steps_and_steps_back_are_believed),
        cmocka_unit_test(a_jump_ahead_is_believed_after_a_minute),
        cmocka_unit_test(a_jump_that_is_taken_back_never_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
