/* A robot's rate is kept ahead of time. */
#include "notify/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define T0 1700000000000

/* Sends as early as allowed, from `start` on; the times go into sent. */
static void send_all(enum channel_kind kind, int64_t start_ms, int64_t *sent, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sent[i] = pace_next_ms(kind, sent, i, i ? sent[i - 1] : start_ms);
}

static size_t most_in(const int64_t *sent, size_t count, int64_t window_ms)
{
    size_t most = 0;

    for (size_t i = 0, from = 0; i < count; i++) {
        while (sent[i] - sent[from] >= window_ms)
            from++;
        if (i - from + 1 > most)
            most = i - from + 1;
    }
    return most;
}

static void the_next_time_follows_from_the_ones_before(void **state)
{
    static const struct {
        enum channel_kind kind;
        int64_t sent[8];        /* before now */
        size_t count;
        int64_t wait_ms;
    } cases[] = {
        {CHANNEL_WECOM, {0}, 0, 0},
        {CHANNEL_WECOM, {0, 0, 0, 0}, 4, 0},
        {CHANNEL_WECOM, {0, 0, 0, 0, 0}, 5, 3200},
        {CHANNEL_WECOM, {1000, 1000, 1000, 1000, 1000}, 5, 2200},
        {CHANNEL_WECOM, {3200, 3200, 3200, 3200, 3200}, 5, 0},
        {CHANNEL_WECOM, {59000, 20000, 10000, 5000, 100}, 5, 1000},
        {CHANNEL_WECOM, {60000, 20000, 10000, 5000, 100}, 5, 0},
        {CHANNEL_DINGTALK, {0, 0, 0, 0, 0}, 5, 3200},
        {CHANNEL_TELEGRAM, {0, 0, 0, 0, 0}, 5, 3200},
        {CHANNEL_FEISHU, {0, 0, 0}, 3, 0},
        {CHANNEL_FEISHU, {900, 100, 0, 0}, 4, 100},
        {CHANNEL_LARK, {0, 0, 0, 0}, 4, 1000},
        {CHANNEL_SLACK, {0}, 1, 1000},
        {CHANNEL_SLACK, {999}, 1, 1},
        {CHANNEL_SLACK, {1000}, 1, 0},
        {CHANNEL_WEBHOOK, {0, 0, 0, 0, 0, 0, 0, 0}, 8, 0},
        {CHANNEL_DISCORD, {0, 0, 0, 0, 0, 0, 0, 0}, 8, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t sent[8];
        for (size_t n = 0; n < cases[i].count; n++)
            sent[n] = T0 - cases[i].sent[n];
        if (pace_next_ms(cases[i].kind, sent, cases[i].count, T0) != T0 + cases[i].wait_ms)
            fail_msg("case %d waits %d ms", (int)i, (int)(pace_next_ms(cases[i].kind, sent, cases[i].count, T0) - T0));
    }
}

static void a_minute_never_holds_more_than_18(void **state)
{
    static const enum channel_kind kinds[] = {CHANNEL_WECOM, CHANNEL_DINGTALK, CHANNEL_TELEGRAM};
    int64_t sent[200];

    (void)state;
    for (size_t k = 0; k < 3; k++) {
        send_all(kinds[k], T0, sent, 200);
        assert_int_equal(most_in(sent, 200, 60000), 18);
        assert_int_equal(sent[4], T0);
        for (size_t i = 5; i < 200; i++)
            assert_true(sent[i] - sent[i - 1] >= 3200);
    }
}

static void feishu_stays_under_90_a_minute_and_4_a_second(void **state)
{
    int64_t sent[400];

    (void)state;
    send_all(CHANNEL_FEISHU, T0, sent, 400);
    assert_int_equal(most_in(sent, 400, 60000), 90);
    assert_int_equal(most_in(sent, 400, 1000), 4);
    assert_true(sent[399] - sent[0] < 5 * 60000);
}

static void slack_hears_once_a_second(void **state)
{
    int64_t sent[100];

    (void)state;
    send_all(CHANNEL_SLACK, T0, sent, 100);
    assert_int_equal(sent[99] - sent[0], 99000);
}

static void no_more_is_asked_of_memory_than_is_said(void **state)
{
    int64_t sent[400];

    (void)state;
    for (int kind = 0; kind < CHANNEL_KIND_COUNT; kind++) {
        send_all((enum channel_kind)kind, T0, sent, 400);
        for (size_t n = PACE_MEMORY_MAX; n < 400; n++) {
            const int64_t *latest = sent + n - PACE_MEMORY_MAX;
            int64_t now_ms = sent[n - 1];
            assert_int_equal(pace_next_ms((enum channel_kind)kind, sent, n, now_ms),
                             pace_next_ms((enum channel_kind)kind, latest, PACE_MEMORY_MAX, now_ms));
        }
    }
}

static void times_from_before_the_clock_was_set_back_do_not_block(void **state)
{
    int64_t sent[20];
    const int64_t year_ms = 365 * INT64_C(86400000);

    (void)state;
    for (int i = 0; i < 20; i++)
        sent[i] = T0 + 2 * year_ms;
    assert_int_equal(pace_next_ms(CHANNEL_WECOM, sent, 20, T0), T0);
    sent[0] = T0;
    assert_int_equal(pace_next_ms(CHANNEL_SLACK, sent, 20, T0), T0 + 1000);
    for (int i = 0; i < 20; i++)
        sent[i] = T0 + 5000;
    assert_true(pace_next_ms(CHANNEL_WECOM, sent, 20, T0) <= T0 + 5000 + PACE_WINDOW_MS);
    assert_true(pace_next_ms(CHANNEL_WECOM, sent, 20, T0) > T0 + PACE_WINDOW_MS);
}

static void only_paced_kinds_need_a_memory(void **state)
{
    (void)state;
    assert_true(pace_needed(CHANNEL_WECOM) && pace_needed(CHANNEL_SLACK) && pace_needed(CHANNEL_LARK));
    assert_false(pace_needed(CHANNEL_WEBHOOK) || pace_needed(CHANNEL_MATRIX) || pace_needed(CHANNEL_NTFY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_time_follows_from_the_ones_before),
        cmocka_unit_test(a_minute_never_holds_more_than_18),
        cmocka_unit_test(feishu_stays_under_90_a_minute_and_4_a_second),
        cmocka_unit_test(slack_hears_once_a_second),
        cmocka_unit_test(no_more_is_asked_of_memory_than_is_said),
        cmocka_unit_test(times_from_before_the_clock_was_set_back_do_not_block),
        cmocka_unit_test(only_paced_kinds_need_a_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
