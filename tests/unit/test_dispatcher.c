/* The dispatcher on a network of the test's own: what is due goes out, and whatever comes back is written down. */
#include "event_fixture.h"

#include "base/clock.h"
#include "notify/dispatcher.h"

#define PATIENCE_MS 20000
#define CALLS_MAX 1000

/* A request that went out and has no answer yet. */
struct network_call {
    fetch_done *done;
    void *arg;
};

struct desk {
    struct fixture *f;
    struct network network;
    struct dispatcher *dispatcher;
    struct network_call calls[CALLS_MAX];
    size_t started, answered;
    bool refuses;                      /* the network takes no request */
    bool stopped, impatient;
    uv_timer_t watchdog;
};

static struct network_call *start_call(void *impl, const struct fetch_request *request, fetch_done *done, void *arg)
{
    struct desk *k = impl;

    if (k->refuses || k->started == CALLS_MAX)
        return NULL;
    assert_non_null(strstr(request->url, "hooks.example.org"));
    k->calls[k->started] = (struct network_call){done, arg};
    return &k->calls[k->started++];
}

static void cancel_call(void *impl, struct network_call *call)
{
    (void)impl;
    (void)call;
    fail_msg("nothing is cancelled: its outcome would be lost");
}

static void on_patience(uv_timer_t *timer)
{
    ((struct desk *)timer->data)->impatient = true;
}

static int set_up_desk(void **state)
{
    struct desk *k = calloc(1, sizeof *k);

    set_up_events(state);
    k->f = *state;
    k->f->now_ms = clock_wall_ms();
    add_webhook(k->f, "群");
    uv_timer_init(&k->f->loop, &k->watchdog);
    k->watchdog.data = k;
    uv_timer_start(&k->watchdog, on_patience, PATIENCE_MS, 0);
    k->network = (struct network){k, start_call, cancel_call};
    *state = k;
    return 0;
}

#define UNTIL(k, condition)                                  \
    do {                                                     \
        while (!(condition) && !(k)->impatient)              \
            uv_run(&(k)->f->loop, UV_RUN_ONCE);              \
        if (!(condition))                                    \
            fail_msg("waited in vain for %s", #condition);   \
    } while (0)

/* Jobs beside the dispatcher's own: the loop runs until this very one is done. */
struct question {
    struct sql_job sql;
    bool answered;
};

static void on_answered(struct job *job)
{
    ((struct question *)(void *)job)->answered = true;
}

static int64_t query(struct desk *k, const char *text)
{
    struct question q = {.sql = {.job = {.write = true, .run = run_sql, .done = on_answered}, .sql = text}};

    store_submit(k->f->store, &q.sql.job);
    UNTIL(k, q.answered);
    if (q.sql.job.status)
        fail_msg("%s: %s", text, q.sql.job.err.args[0]);
    return q.sql.value;
}

#define UNTIL_SQL(k, text, wanted)                           \
    do {                                                     \
        while (query(k, text) != (wanted) && !(k)->impatient)\
            uv_run(&(k)->f->loop, UV_RUN_NOWAIT);            \
        assert_int_equal(query(k, text), wanted);            \
    } while (0)

static void open_desk(struct desk *k)
{
    k->dispatcher = dispatcher_new(&k->f->loop, k->f->service, &k->network);
}

static void on_stopped(void *arg)
{
    ((struct desk *)arg)->stopped = true;
}

static int tear_down_desk(void **state)
{
    struct desk *k = *state;

    if (k->dispatcher && !k->stopped) {
        dispatcher_stop(k->dispatcher, on_stopped, k);
        UNTIL(k, k->stopped);
    }
    uv_close((uv_handle_t *)&k->watchdog, NULL);
    uv_run(&k->f->loop, UV_RUN_NOWAIT);
    *state = k->f;
    tear_down(state);
    free(k);
    return 0;
}

/* So many notices, due now. Before the desk is open. */
static void order(struct desk *k, int count)
{
    struct channel_input in = channel_in("群");

    in.text = txt("下午改在室内");
    for (int i = 0; i < count; i++)
        assert_non_null(ask(k->f, &op_channel_send, &in));
}

static void answer_with(struct desk *k, struct fetch_result r)
{
    struct network_call *call = &k->calls[k->answered++];

    assert_true(k->answered <= k->started);
    r.body = r.body ? r.body : "";
    r.body_bytes = strlen(r.body);
    r.reason = r.reason ? r.reason : "HTTP";
    call->done(call->arg, &r);
}

static void answer(struct desk *k, enum fetch_end end, int status)
{
    answer_with(k, (struct fetch_result){.end = end, .status = status, .retry_after_ms = -1, .ms = 3});
}

#define STATE(state) "SELECT COUNT(*) FROM delivery WHERE state = '" state "'"
#define WAIT "SELECT next_ms FROM delivery"

static void what_is_due_goes_out_and_its_outcome_is_written(void **state)
{
    struct desk *k = *state;
    struct dispatch_counts counts;

    order(k, 1);
    open_desk(k);
    UNTIL(k, k->started == 1);
    assert_int_equal(query(k, STATE("sending")), 1);
    assert_int_equal(query(k, "SELECT COUNT(*) FROM attempt WHERE outcome IS NULL"), 1);
    answer(k, FETCH_ANSWERED, 200);
    UNTIL_SQL(k, STATE("delivered"), 1);
    assert_int_equal(query(k, "SELECT COUNT(*) FROM attempt WHERE outcome = 'ok' AND status = 200 AND took_ms = 3"), 1);
    assert_int_equal(query(k, "SELECT COUNT(*) FROM channel WHERE last_success_ms IS NOT NULL"), 1);
    dispatcher_counts(k->dispatcher, &counts);
    assert_int_equal(counts.delivered, 1);
}

static void what_is_refused_is_tried_again_after_a_growing_wait(void **state)
{
    static const int64_t waits_ms[] = {5000, 30000, 120000};
    struct desk *k = *state;

    order(k, 1);
    open_desk(k);
    for (size_t i = 0; i < 3; i++) {
        int64_t now_ms = clock_wall_ms();
        UNTIL(k, k->started == i + 1);
        answer(k, FETCH_ANSWERED, 503);
        UNTIL_SQL(k, STATE("retrying"), 1);
        assert_in_range(query(k, WAIT) - now_ms, waits_ms[i] * 8 / 10, waits_ms[i] * 12 / 10 + 5000);
        query(k, "UPDATE delivery SET next_ms = 1");
        dispatcher_wake(k->dispatcher);
    }
    UNTIL(k, k->started == 4);
    answer(k, FETCH_ANSWERED, 200);
    UNTIL_SQL(k, STATE("delivered"), 1);
    assert_int_equal(query(k, "SELECT COUNT(*) FROM attempt WHERE outcome = 'retry'"), 3);
}

static void a_wait_that_is_asked_for_is_kept(void **state)
{
    struct desk *k = *state;
    int64_t now_ms;

    order(k, 1);
    open_desk(k);
    UNTIL(k, k->started == 1);
    now_ms = clock_wall_ms();
    answer_with(k, (struct fetch_result){.end = FETCH_ANSWERED, .status = 503, .retry_after_ms = 600000});
    UNTIL_SQL(k, STATE("retrying"), 1);
    assert_in_range(query(k, WAIT) - now_ms, 600000, 600000 + PATIENCE_MS);
}

static void a_robot_that_is_asked_too_much_is_left_alone_by_all(void **state)
{
    struct desk *k = *state;
    int64_t now_ms;

    order(k, 1);
    open_desk(k);
    UNTIL(k, k->started == 1);
    now_ms = clock_wall_ms();
    answer_with(k, (struct fetch_result){.end = FETCH_ANSWERED, .status = 429, .retry_after_ms = -1});
    UNTIL_SQL(k, STATE("retrying"), 1);
    assert_true(query(k, "SELECT breaker_until_ms FROM channel") >= now_ms + 4000);
    query(k, "INSERT INTO delivery (code, identity, channel_id, channel_name, kind, role, moves, text, due_ms,"
             " deadline_ms, state, next_ms, attempts, reason, created_ms) SELECT 'd-other', 'other', channel_id,"
             " channel_name, kind, role, 0, text, due_ms, deadline_ms, 'scheduled', due_ms, 0, '', due_ms"
             " FROM delivery");
    dispatcher_wake(k->dispatcher);
    UNTIL_SQL(k, "SELECT COUNT(*) FROM delivery WHERE code = 'd-other' AND next_ms > due_ms", 1);
    assert_int_equal(k->started, 1);
}

static void an_unknown_outcome_is_written_as_such(void **state)
{
    struct desk *k = *state;

    order(k, 1);
    open_desk(k);
    UNTIL(k, k->started == 1);
    answer(k, FETCH_UNKNOWN, 0);
    UNTIL_SQL(k, STATE("ambiguous"), 1);
    assert_int_equal(query(k, "SELECT COUNT(*) FROM attempt WHERE outcome = 'unknown' AND status IS NULL"), 1);
}

static void a_permanent_error_pauses_the_channel(void **state)
{
    struct desk *k = *state;

    order(k, 1);
    open_desk(k);
    UNTIL(k, k->started == 1);
    answer_with(k, (struct fetch_result){.end = FETCH_NOT_SENT, .refused_address = true, .retry_after_ms = -1,
                                         .reason = "special address"});
    UNTIL_SQL(k, STATE("failed"), 1);
    assert_int_equal(query(k, "SELECT COUNT(*) FROM channel WHERE state = 'paused' AND reason <> ''"), 1);
}

static void a_network_that_takes_nothing_is_tried_again(void **state)
{
    struct desk *k = *state;

    order(k, 1);
    k->refuses = true;
    open_desk(k);
    UNTIL_SQL(k, STATE("retrying"), 1);
    assert_int_equal(query(k, "SELECT COUNT(*) FROM attempt WHERE outcome = 'retry'"), 1);
}

static void an_outcome_that_cannot_be_written_is_kept_until_it_can(void **state)
{
    struct desk *k = *state;

    order(k, 1);
    open_desk(k);
    UNTIL(k, k->started == 1);
    query(k, "CREATE TRIGGER full BEFORE UPDATE ON attempt BEGIN SELECT RAISE(ABORT, 'no room'); END");
    answer(k, FETCH_ANSWERED, 200);
    query(k, STATE("sending"));                 /* goes through the same queue: the outcome was refused by now */
    assert_int_equal(query(k, STATE("sending")), 1);
    query(k, "DROP TRIGGER full");
    UNTIL_SQL(k, STATE("delivered"), 1);
    assert_int_equal(k->started, 1);
}

static void no_more_go_out_at_once_than_are_allowed(void **state)
{
    struct desk *k = *state;

    order(k, DISPATCH_ACTIVE_MAX + 50);
    open_desk(k);
    UNTIL(k, k->started == DISPATCH_ACTIVE_MAX);
    dispatcher_wake(k->dispatcher);
    query(k, STATE("sending"));
    assert_int_equal(query(k, STATE("sending")), DISPATCH_ACTIVE_MAX);
    while (k->answered < DISPATCH_ACTIVE_MAX)
        answer(k, FETCH_ANSWERED, 200);
    UNTIL(k, k->started == DISPATCH_ACTIVE_MAX + 50);
    while (k->answered < k->started)
        answer(k, FETCH_ANSWERED, 200);
    UNTIL_SQL(k, STATE("delivered"), DISPATCH_ACTIVE_MAX + 50);
}

/* As notify.c does. */
static void on_change(void *arg, const struct change *changes, int count)
{
    struct desk *k = arg;

    for (int i = 0; i < count; i++)
        if (changes[i].kind == CHANGE_DELIVERIES && k->dispatcher && !k->stopped)
            dispatcher_wake(k->dispatcher);
}

static void outcomes_that_stream_in_do_not_keep_the_next_ones_waiting(void **state)
{
    struct desk *k = *state;
    size_t all = 2 * DISPATCH_CLAIM_MAX + 50;

    order(k, (int)all);
    service_listen(k->f->service, on_change, k);
    open_desk(k);
    UNTIL(k, k->started > 0);
    while (k->started < all && !k->impatient) {
        if (k->answered + 1 < k->started)
            answer(k, FETCH_ANSWERED, 200);
        else
            fail_msg("%zu of %zu are answered, and the next ones have not been sent", k->answered, k->started);
        uv_run(&k->f->loop, UV_RUN_ONCE);
    }
    while (k->answered < k->started)
        answer(k, FETCH_ANSWERED, 200);
    UNTIL_SQL(k, STATE("delivered"), (int64_t)all);
}

static void a_stop_waits_for_what_is_under_way(void **state)
{
    struct desk *k = *state;

    order(k, 3);
    open_desk(k);
    UNTIL(k, k->started == 3);
    dispatcher_stop(k->dispatcher, on_stopped, k);
    answer(k, FETCH_ANSWERED, 200);
    answer(k, FETCH_ANSWERED, 200);
    assert_int_equal(query(k, STATE("delivered")), 2);
    assert_false(k->stopped);
    answer(k, FETCH_UNKNOWN, 0);
    UNTIL(k, k->stopped);
    assert_int_equal(query(k, STATE("delivered")), 2);
    assert_int_equal(query(k, STATE("ambiguous")), 1);
}

static void what_the_last_run_left_is_dealt_with_before_anything_goes_out(void **state)
{
    struct desk *k = *state;

    order(k, 1);
    k->f->now_ms = clock_wall_ms();
    assert_int_equal(claim(k->f)->items.count, 1);
    sql(k->f, "CREATE TRIGGER full BEFORE UPDATE ON attempt BEGIN SELECT RAISE(ABORT, 'no room'); END");
    open_desk(k);
    query(k, STATE("sending"));
    query(k, "DROP TRIGGER full");
    UNTIL_SQL(k, STATE("ambiguous"), 1);
    assert_int_equal(k->started, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(test) cmocka_unit_test_setup_teardown(test, set_up_desk, tear_down_desk)
        T(what_is_due_goes_out_and_its_outcome_is_written),
        T(what_is_refused_is_tried_again_after_a_growing_wait),
        T(a_wait_that_is_asked_for_is_kept),
        T(a_robot_that_is_asked_too_much_is_left_alone_by_all),
        T(an_unknown_outcome_is_written_as_such),
        T(a_permanent_error_pauses_the_channel),
        T(a_network_that_takes_nothing_is_tried_again),
        T(an_outcome_that_cannot_be_written_is_kept_until_it_can),
        T(no_more_go_out_at_once_than_are_allowed),
        T(outcomes_that_stream_in_do_not_keep_the_next_ones_waiting),
        T(a_stop_waits_for_what_is_under_way),
        T(what_the_last_run_left_is_dealt_with_before_anything_goes_out),
#undef T
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
