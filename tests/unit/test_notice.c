/* Deliveries: their deadlines, their waits, their states. */
#include "domain/notice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define SECOND 1000LL
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define DUE (1000 * DAY)

static void the_deadline_is_the_one_of_its_kind(void **state)
{
    static const struct {
        enum notice_kind kind;
        int64_t lead, start, end, deadline; /* lead before the start; the others from when it is due */
    } rows[] = {
        /* A quarter of the lead, at least ten minutes … */
        {NOTICE_UPCOMING, 7 * DAY, 7 * DAY, 7 * DAY + HOUR, 42 * HOUR},
        {NOTICE_UPCOMING, DAY, DAY, DAY + HOUR, 6 * HOUR},
        {NOTICE_UPCOMING, HOUR, HOUR, 2 * HOUR, 15 * MINUTE},
        {NOTICE_UPCOMING, 20 * MINUTE, 20 * MINUTE, HOUR, 10 * MINUTE},
        /* … but not past the start, unless that leaves less than two minutes. */
        {NOTICE_UPCOMING, 5 * MINUTE, 5 * MINUTE, HOUR, 5 * MINUTE},
        {NOTICE_UPCOMING, MINUTE, MINUTE, HOUR, 2 * MINUTE},
        {NOTICE_UPCOMING, 0, 0, HOUR, 2 * MINUTE},
        {NOTICE_UNDERSTAFFED, 3 * DAY, 3 * DAY, 4 * DAY, 18 * HOUR},
        {NOTICE_UNDERSTAFFED, 4 * MINUTE, 4 * MINUTE, HOUR, 4 * MINUTE},
        {NOTICE_THANKS, -2 * HOUR, -4 * HOUR, -2 * HOUR, DAY},
        {NOTICE_CHANGED, 0, 2 * DAY, 3 * DAY, DAY},
        {NOTICE_CHANGED, 0, HOUR, 2 * HOUR, 2 * HOUR},
        {NOTICE_FILLED, 0, 5 * DAY, 6 * DAY, 5 * DAY},
        {NOTICE_TEST, 0, 0, 0, HOUR},
        {NOTICE_NOTICE, 0, 0, 0, HOUR},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(notice_deadline_ms(rows[i].kind, DUE, rows[i].lead, DUE + rows[i].start, DUE + rows[i].end),
                         DUE + rows[i].deadline);
}

static void the_waits_grow_and_then_stay(void **state)
{
    static const int64_t waits[] = {5 * SECOND,  30 * SECOND, 2 * MINUTE,  5 * MINUTE, 10 * MINUTE,
                                    20 * MINUTE, 40 * MINUTE, 40 * MINUTE, 40 * MINUTE};

    (void)state;
    for (int64_t n = 1; n <= 9; n++)
        assert_int_equal(delivery_backoff_ms(n, 500), waits[n - 1]);
    assert_int_equal(delivery_backoff_ms(100000, 500), 40 * MINUTE);
    assert_int_equal(delivery_backoff_ms(0, 500), 5 * SECOND);
}

static void a_wait_is_off_by_a_fifth_at_most(void **state)
{
    (void)state;
    assert_int_equal(delivery_backoff_ms(1, 0), 4 * SECOND);
    assert_int_equal(delivery_backoff_ms(1, 1000), 6 * SECOND);
    for (int64_t n = 1; n <= 8; n++)
        for (uint32_t r = 0; r < 1000; r++)
            assert_true(delivery_backoff_ms(n, r) <= delivery_backoff_ms(n, r + 1));
}

#define BIT(state) (1u << (state))

static void states_move_as_in_the_picture_and_no_other_way(void **state)
{
    static const unsigned ends =
        BIT(DELIVERY_EXPIRED) | BIT(DELIVERY_CANCELLED) | BIT(DELIVERY_SUPERSEDED) | BIT(DELIVERY_FAILED);
    static const unsigned allowed[DELIVERY_STATE_COUNT] = {
        [DELIVERY_SCHEDULED] = BIT(DELIVERY_SENDING) | ends,
        [DELIVERY_SENDING] = BIT(DELIVERY_DELIVERED) | BIT(DELIVERY_RETRYING) | BIT(DELIVERY_AMBIGUOUS) | ends,
        [DELIVERY_RETRYING] = BIT(DELIVERY_SENDING) | ends,
        [DELIVERY_AMBIGUOUS] = BIT(DELIVERY_SENDING) | ends,
    };

    (void)state;
    for (int from = 0; from < DELIVERY_STATE_COUNT; from++)
        for (int to = 0; to < DELIVERY_STATE_COUNT; to++)
            assert_int_equal(delivery_may_move((enum delivery_state)from, (enum delivery_state)to),
                             (allowed[from] & BIT(to)) != 0);
}

static void a_final_state_is_left_by_nothing(void **state)
{
    (void)state;
    for (int from = 0; from < DELIVERY_STATE_COUNT; from++) {
        bool leaves = false;
        for (int to = 0; to < DELIVERY_STATE_COUNT; to++)
            leaves |= delivery_may_move((enum delivery_state)from, (enum delivery_state)to);
        assert_int_equal(delivery_is_final((enum delivery_state)from), !leaves);
    }
}

static void names_are_read_back(void **state)
{
    (void)state;
    for (int i = 0; i < DELIVERY_STATE_COUNT; i++) {
        enum delivery_state read;
        assert_true(delivery_state_parse(delivery_state_name((enum delivery_state)i), &read));
        assert_int_equal(read, i);
    }
    for (int i = 0; i < NOTICE_KIND_COUNT; i++) {
        enum notice_kind read;
        assert_true(notice_kind_parse(notice_kind_name((enum notice_kind)i), &read));
        assert_int_equal(read, i);
    }
    for (int i = ATTEMPT_OK; i <= ATTEMPT_UNKNOWN; i++) {
        enum attempt_outcome read;
        assert_true(attempt_outcome_parse(attempt_outcome_name((enum attempt_outcome)i), &read));
        assert_int_equal(read, i);
    }
}

static void a_rule_can_ask_for_what_happens_to_an_occurrence(void **state)
{
    (void)state;
    assert_true(notice_kind_is_asked_for(NOTICE_UPCOMING) && notice_kind_has_offset(NOTICE_UPCOMING));
    assert_true(notice_kind_is_asked_for(NOTICE_FILLED) && !notice_kind_has_offset(NOTICE_FILLED));
    assert_false(notice_kind_is_asked_for(NOTICE_TEST) || notice_kind_is_asked_for(NOTICE_NOTICE));
}

#define DAY_S 86400

static void quiet_hours_are_read_or_refused(void **state)
{
    static const char *const bad[] = {"22-7", "22:00", "22:00-", "-07:00", "24:30-07:00", "22:60-07:00", "07:00-07:00",
                                      "22:00-07:00x", " 22:00-07:00", "00:00-24:00"};
    struct quiet q;

    (void)state;
    assert_true(quiet_parse("", &q) && q.from_min == -1);
    assert_true(quiet_parse("22:00-07:30", &q) && q.from_min == 22 * 60 && q.to_min == 7 * 60 + 30);
    assert_true(quiet_parse("9:00-24:00", &q) && q.from_min == 9 * 60 && q.to_min == 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (quiet_parse(bad[i], &q))
            fail_msg("%s", bad[i]);
}

static void quiet_hours_may_pass_midnight(void **state)
{
    struct quiet night, noon, none;
    int64_t begin, end;

    (void)state;
    assert_true(quiet_parse("22:00-07:00", &night) && quiet_parse("12:00-14:00", &noon) && quiet_parse("", &none));
    assert_true(quiet_at(&night, 10 * DAY_S + 3 * 3600, &begin, &end));
    assert_int_equal(begin, 9 * DAY_S + 22 * 3600);
    assert_int_equal(end, 10 * DAY_S + 7 * 3600);
    assert_true(quiet_at(&night, 10 * DAY_S + 22 * 3600, &begin, &end));
    assert_int_equal(end, 11 * DAY_S + 7 * 3600);
    assert_false(quiet_at(&night, 10 * DAY_S + 7 * 3600, &begin, &end));
    assert_false(quiet_at(&night, 10 * DAY_S + 22 * 3600 - 1, &begin, &end));
    assert_true(quiet_at(&noon, 5 * DAY_S + 13 * 3600, &begin, &end) && begin == 5 * DAY_S + 12 * 3600);
    assert_true(quiet_at(&night, -1, &begin, &end) && begin == -2 * 3600);
    assert_false(quiet_at(&none, 0, &begin, &end));
}

static void a_spread_is_a_little_early_and_only_at_half_hours(void **state)
{
    int64_t nine_ms = 1789952400000, seen = 0;

    (void)state;
    assert_int_equal(notice_spread_ms(nine_ms, 0, 7), nine_ms);
    assert_int_equal(notice_spread_ms(nine_ms + 600000, 60000, 7), nine_ms + 600000);
    for (uint64_t grain = 0; grain < 1000; grain++) {
        int64_t at = notice_spread_ms(nine_ms, 60000, grain);
        assert_true(at < nine_ms && at >= nine_ms - 60000);
        assert_int_equal(at, notice_spread_ms(nine_ms, 60000, grain));
        seen |= (int64_t)1 << ((nine_ms - at) / 1000);
    }
    assert_true(seen == ((int64_t)1 << 60) - 1 || seen == ((int64_t)1 << 61) - 1);
}

static void steps_of_a_milestone_rise(void **state)
{
    static const char *const bad[] = {"", "0", "50,25", "25,25", "25;50", "25,", ",25", "x", "-1", "nan", "1001",
                                      "25 50",
                                      "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21"};
    int64_t steps[MILESTONE_STEPS_MAX];

    (void)state;
    assert_int_equal(milestone_steps_parse(MILESTONE_STEPS_DEFAULT, steps), 5);
    assert_int_equal(steps[4], 100000);
    assert_int_equal(milestone_steps_parse("12.5,100,150", steps), 3);
    assert_int_equal(steps[0], 12500);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (milestone_steps_parse(bad[i], steps))
            fail_msg("%s", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_deadline_is_the_one_of_its_kind),
        cmocka_unit_test(the_waits_grow_and_then_stay),
        cmocka_unit_test(a_wait_is_off_by_a_fifth_at_most),
        cmocka_unit_test(states_move_as_in_the_picture_and_no_other_way),
        cmocka_unit_test(a_final_state_is_left_by_nothing),
        cmocka_unit_test(names_are_read_back),
        cmocka_unit_test(a_rule_can_ask_for_what_happens_to_an_occurrence),
        cmocka_unit_test(quiet_hours_are_read_or_refused),
        cmocka_unit_test(quiet_hours_may_pass_midnight),
        cmocka_unit_test(a_spread_is_a_little_early_and_only_at_half_hours),
        cmocka_unit_test(steps_of_a_milestone_rise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
