/* Outgoing requests against servers that misbehave: what is said to have happened has, and the loop goes on. */
#include "notify/fetch.h"

#include "base/clock.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#define BEAT_MS 5
#define STALL_MS_MAX 50
#define REQUEST_BYTES 8192
#define TIMEOUT_MS 400

/* The server: a thread that accepts, a thread a connection; what it does follows from the path. */
static int server_port;
static atomic_int connections;
static atomic_int requests;
static pthread_mutex_t last_lock = PTHREAD_MUTEX_INITIALIZER;
static char last_request[REQUEST_BYTES];

static void say(int fd, const char *text)
{
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        return;
}

static void reset(int fd)
{
    struct linger now = {.l_onoff = 1};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void wait_for_hangup(int fd)
{
    char byte;

    while (recv(fd, &byte, 1, 0) > 0)
        ;
}

static void do_ok(int fd)
{
    say(fd, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"errcode\":0}");
}

static void do_html(int fd)
{
    say(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>Please log in</html>");
}

static void do_reset_in_body(int fd)
{
    say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"errcode\":");
    usleep(20000);
    reset(fd);
}

static void do_cut_in_body(int fd)
{
    say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"errcode\":");
}

static void do_endless(int fd)
{
    say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (send(fd, "40\r\n0123456789012345678901234567890123456789012345678901234567890123\r\n", 70, MSG_NOSIGNAL) > 0)
        ;
}

static void do_flood(int fd)
{
    say(fd, "HTTP/1.1 200 OK\r\n");
    while (send(fd, "X-Flood: 0123456789012345678901234567890123456789\r\n", 51, MSG_NOSIGNAL) > 0)
        ;
}

static void do_flood_100(int fd)
{
    while (send(fd, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL) > 0)
        ;
}

static void do_drip(int fd)
{
    say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (send(fd, "x", 1, MSG_NOSIGNAL) > 0)
        usleep(10000);
}

static void do_429(int fd)
{
    say(fd, "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}");
}

static void do_429_date(int fd)
{
    say(fd, "HTTP/1.1 503 Service Unavailable\r\n"
            "retry-after: Fri, 31 Dec 2199 23:59:59 GMT\r\nContent-Length: 0\r\n\r\n");
}

static void do_answer_then_reset(int fd)
{
    do_ok(fd);
    reset(fd);
}

static void do_redirect(int fd)
{
    say(fd, "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n");
}

static void do_garbage(int fd)
{
    say(fd, "SSH-2.0-OpenSSH_9.2\r\nhello\r\n");
}

static void do_long_answer(int fd)
{
    char head[128], *body = mem_alloc(FETCH_BODY_BYTES_MAX + 1);

    memset(body, 'a', FETCH_BODY_BYTES_MAX);
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", FETCH_BODY_BYTES_MAX);
    say(fd, head);
    say(fd, body);
    free(body);
}

static void do_long_headers(int fd)
{
    say(fd, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < FETCH_HEADER_BYTES_MAX / 32; i++)
        say(fd, "X-Header: 0123456789012345678901\r\n");
    say(fd, "Content-Length: 0\r\n\r\n");
}

static void do_close(int fd)
{
    (void)fd;
}

static const struct { const char *path; void (*act)(int fd); } acts[] = {
    {"/ok", do_ok}, {"/html", do_html}, {"/silent", wait_for_hangup}, {"/reset-in-body", do_reset_in_body},
    {"/cut-in-body", do_cut_in_body}, {"/endless", do_endless}, {"/flood", do_flood}, {"/flood-100", do_flood_100},
    {"/drip", do_drip}, {"/429", do_429}, {"/429-date", do_429_date}, {"/answer-then-reset", do_answer_then_reset},
    {"/redirect", do_redirect}, {"/garbage", do_garbage}, {"/long", do_long_answer}, {"/close", do_close},
    {"/reset", reset}, {"/long-headers", do_long_headers}, {"/keep", do_ok},
};

/* Head and body, by Content-Length; false if the other end isn't speaking HTTP. */
static bool read_request(int fd, char *text)
{
    size_t len = 0, want = 0;
    const char *head_end, *length;

    while (len < REQUEST_BYTES - 1) {
        ssize_t n = recv(fd, text + len, REQUEST_BYTES - 1 - len, 0);
        if (n <= 0)
            return false;
        len += (size_t)n;
        text[len] = 0;
        head_end = strstr(text, "\r\n\r\n");
        length = strcasestr(text, "Content-Length:");
        if (head_end)
            want = (size_t)(head_end + 4 - text) + (length ? (size_t)atoi(length + 15) : 0);
        if (want && len >= want)
            return true;
        if (len > 8 && !strstr(text, "HTTP/1.1\r\n") && (unsigned char)text[0] < 0x20)
            return false;
    }
    return false;
}

static void act(int fd, const char *text)
{
    size_t path = strcspn(text, " ") + 1;

    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        size_t len = strlen(acts[i].path);
        if (strncmp(text + path, acts[i].path, len) == 0 && text[path + len] == ' ')
            acts[i].act(fd);
    }
}

static void *serve(void *arg)
{
    int fd = (int)(intptr_t)arg;
    char text[REQUEST_BYTES];

    if (read_request(fd, text)) {
        requests++;
        pthread_mutex_lock(&last_lock);
        memcpy(last_request, text, sizeof last_request);
        pthread_mutex_unlock(&last_lock);
        act(fd, text);
        /* A connection that is kept, and dies at the next request. */
        if (strstr(text, " /keep ") && read_request(fd, text))
            requests++;
    }
    close(fd);
    return NULL;
}

static void *accept_all(void *arg)
{
    int listener = (int)(intptr_t)arg;

    for (;;) {
        int fd = accept(listener, NULL, NULL);
        pthread_t thread;

        if (fd < 0)
            return NULL;
        connections++;
        pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd);
        pthread_detach(thread);
    }
}

static bool last_request_says(const char *text)
{
    bool says;

    pthread_mutex_lock(&last_lock);
    says = strstr(last_request, text) != NULL;
    pthread_mutex_unlock(&last_lock);
    return says;
}

static int listen_local(int backlog, int *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, backlog), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &bytes), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

/* The client's side: a loop with a heartbeat that notices stalls. */
struct desk {
    uv_loop_t loop;
    uv_timer_t beat;
    int64_t last_beat_ms, last_queued_ms, stall_ms;
    struct fetch *fetch;
    bool freed;
};

struct answer {
    int calls;
    struct fetch_result result;
    char body[FETCH_BODY_BYTES_MAX + 1];
    char reason[128];
};

/* How long this thread was ready to run and others had the processor: no fault of the loop's. 0 where it isn't told. */
static int64_t queued_ms(void)
{
    FILE *f = fopen("/proc/thread-self/schedstat", "r");
    long long ns = 0;

    if (!f)
        return 0;
    if (fscanf(f, "%*d %lld", &ns) != 1)
        ns = 0;
    fclose(f);
    return ns / 1000000;
}

static void start_beat(struct desk *d)
{
    d->last_beat_ms = clock_monotonic_ms();
    d->last_queued_ms = queued_ms();
}

static void on_beat(uv_timer_t *timer)
{
    struct desk *d = timer->data;
    int64_t before_ms = d->last_beat_ms, before_queued_ms = d->last_queued_ms, stall_ms;

    start_beat(d);
    stall_ms = d->last_beat_ms - before_ms - (d->last_queued_ms - before_queued_ms);
    if (stall_ms > d->stall_ms)
        d->stall_ms = stall_ms;
}

static int open_desk(void **state)
{
    struct desk *d = mem_alloc(sizeof *d);

    uv_loop_init(&d->loop);
    uv_timer_init(&d->loop, &d->beat);
    d->beat.data = d;
    start_beat(d);
    uv_timer_start(&d->beat, on_beat, BEAT_MS, BEAT_MS);
    d->fetch = fetch_new(&d->loop);
    *state = d;
    return d->fetch ? 0 : -1;
}

static void on_freed(void *arg)
{
    struct desk *d = arg;

    d->freed = true;
    uv_close((uv_handle_t *)&d->beat, NULL);
}

static int close_desk(void **state)
{
    struct desk *d = *state;
    int64_t stall_ms = d->stall_ms;
    bool freed;

    fetch_free(d->fetch, on_freed, d);
    uv_run(&d->loop, UV_RUN_DEFAULT);
    freed = d->freed && uv_loop_close(&d->loop) == 0;
    free(d);
    if (stall_ms > STALL_MS_MAX)
        print_error("the loop stood still for %d ms\n", (int)stall_ms);
    return freed && stall_ms <= STALL_MS_MAX ? 0 : -1;
}

static void on_answer(void *arg, const struct fetch_result *result)
{
    struct answer *a = arg;

    a->calls++;
    a->result = *result;
    assert_int_equal(strlen(result->body) <= result->body_bytes, 1);
    memcpy(a->body, result->body, result->body_bytes);
    a->body[result->body_bytes] = 0;
    snprintf(a->reason, sizeof a->reason, "%s", result->reason);
    a->result.body = a->body;
    a->result.reason = a->reason;
}

static struct fetch_request post(const char *url)
{
    return (struct fetch_request){
        .method = "POST", .url = url, .headers = {"Content-Type: application/json"}, .body = "{\"a\":\"值\"}",
        .body_bytes = strlen("{\"a\":\"值\"}"), .allow_private = true, .timeout_ms = TIMEOUT_MS,
    };
}

static void run_request(struct desk *d, const struct fetch_request *request, struct answer *ret)
{
    memset(ret, 0, sizeof *ret);
    assert_non_null(fetch_start(d->fetch, request, on_answer, ret));
    assert_int_equal(ret->calls, 0);
    start_beat(d);
    uv_update_time(&d->loop);
    while (ret->calls == 0)
        uv_run(&d->loop, UV_RUN_ONCE);
    assert_int_equal(ret->calls, 1);
    assert_int_equal(fetch_active(d->fetch), 0);
}

static void url_of(const char *path, char ret[128])
{
    snprintf(ret, 128, "http://127.0.0.1:%d%s", server_port, path);
}

static struct answer answer;

static void ask(void **state, const char *path)
{
    char url[128];
    struct fetch_request request;

    url_of(path, url);
    request = post(url);
    run_request(*state, &request, &answer);
}

static void the_request_goes_out_once_and_whole(void **state)
{
    int before = requests;

    ask(state, "/ok");
    assert_int_equal(answer.result.end, FETCH_ANSWERED);
    assert_int_equal(answer.result.status, 200);
    assert_string_equal(answer.body, "{\"errcode\":0}");
    assert_int_equal(answer.result.body_bytes, 13);
    assert_int_equal(answer.result.retry_after_ms, -1);
    assert_false(answer.result.body_cut);
    assert_int_equal(requests, before + 1);
    assert_true(last_request_says("POST /ok HTTP/1.1\r\n"));
    assert_true(last_request_says("Content-Type: application/json\r\n"));
    assert_false(last_request_says("Expect"));
    assert_true(last_request_says("\r\n\r\n{\"a\":\"值\"}"));
}

static void put_carries_its_body_too(void **state)
{
    char url[128];
    struct fetch_request request;

    url_of("/ok", url);
    request = post(url);
    request.method = "PUT";
    run_request(*state, &request, &answer);
    assert_int_equal(answer.result.status, 200);
    assert_true(last_request_says("PUT /ok HTTP/1.1\r\n"));
    assert_true(last_request_says("\r\n\r\n{\"a\":\"值\"}"));
}

static void each_request_has_a_connection_of_its_own_and_goes_out_once(void **state)
{
    int before = connections, requests_before = requests;

    ask(state, "/keep");
    ask(state, "/keep");
    assert_int_equal(answer.result.end, FETCH_ANSWERED);
    assert_int_equal(connections, before + 2);
    assert_int_equal(requests, requests_before + 2);
}

static void a_refused_connection_sent_nothing(void **state)
{
    char url[128];
    struct fetch_request request;
    int port;

    close(listen_local(1, &port));
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
    request = post(url);
    run_request(*state, &request, &answer);
    assert_int_equal(answer.result.end, FETCH_NOT_SENT);
    assert_string_equal(answer.reason, "cannot connect");
    assert_false(answer.result.refused_address);
}

/* A full backlog drops what comes: the connection never stands. */
static void a_connection_that_never_stands_sent_nothing(void **state)
{
    char url[128];
    struct fetch_request request;
    int port, listener = listen_local(0, &port), fillers[4];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    address.sin_port = htons((uint16_t)port);
    for (int i = 0; i < 4; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        connect(fillers[i], (struct sockaddr *)&address, sizeof address);
    }
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
    request = post(url);
    run_request(*state, &request, &answer);
    assert_int_equal(answer.result.end, FETCH_NOT_SENT);
    assert_string_equal(answer.reason, "timed out while connecting");
    for (int i = 0; i < 4; i++)
        close(fillers[i]);
    close(listener);
}

static void a_failed_handshake_sent_nothing(void **state)
{
    char url[128];
    struct fetch_request request;

    snprintf(url, sizeof url, "https://127.0.0.1:%d/ok", server_port);
    request = post(url);
    run_request(*state, &request, &answer);
    assert_int_equal(answer.result.end, FETCH_NOT_SENT);
}

static void a_name_that_is_none_sent_nothing(void **state)
{
    struct fetch_request request = post("http://kepu.invalid/hook");

    run_request(*state, &request, &answer);
    assert_int_equal(answer.result.end, FETCH_NOT_SENT);
}

static void only_http_is_spoken(void **state)
{
    static const char *const urls[] = {"file:///etc/hostname", "ftp://127.0.0.1/x", "gopher://127.0.0.1/", "http://",
                                       "nonsense://x"};

    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct fetch_request request = post(urls[i]);
        run_request(*state, &request, &answer);
        assert_int_equal(answer.result.end, FETCH_NOT_SENT);
        assert_int_equal(answer.result.body_bytes, 0);
    }
}

static void special_addresses_are_refused_at_connection(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", "0x7f.1", "2130706433", "0", "[::ffff:127.0.0.1]",
                                        "[::1]"};
    int before = connections;

    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        char url[128];
        struct fetch_request request;

        snprintf(url, sizeof url, "http://%s:%d/ok", hosts[i], server_port);
        request = post(url);
        request.allow_private = false;
        run_request(*state, &request, &answer);
        assert_int_equal(answer.result.end, FETCH_NOT_SENT);
        assert_true(answer.result.refused_address);
        assert_string_equal(answer.reason, "special address refused");
    }
    assert_int_equal(connections, before);
}

static void a_proxy_of_the_environment_is_not_used(void **state)
{
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    ask(state, "/ok");
    assert_int_equal(answer.result.status, 200);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
}

static void no_answer_is_unknown_after_the_time_limit(void **state)
{
    ask(state, "/silent");
    assert_int_equal(answer.result.end, FETCH_UNKNOWN);
    assert_string_equal(answer.reason, "timed out waiting for the answer");
    assert_in_range(answer.result.ms, TIMEOUT_MS - 20, TIMEOUT_MS + FETCH_WATCHDOG_GRACE_MS);
}

static void a_dripping_answer_is_unknown_after_the_time_limit(void **state)
{
    ask(state, "/drip");
    assert_int_equal(answer.result.end, FETCH_UNKNOWN);
    assert_in_range(answer.result.ms, TIMEOUT_MS - 20, TIMEOUT_MS + FETCH_WATCHDOG_GRACE_MS);
}

static void a_broken_connection_is_unknown_and_never_sent_again(void **state)
{
    static const char *const paths[] = {"/close", "/reset", "/reset-in-body", "/cut-in-body", "/garbage"};

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        int before = requests;

        ask(state, paths[i]);
        if (answer.result.end != FETCH_UNKNOWN || requests != before + 1)
            fail_msg("%s: end %d, %d requests, %s", paths[i], (int)answer.result.end, requests - before, answer.reason);
    }
}

static void a_whole_answer_before_a_reset_counts(void **state)
{
    for (int i = 0; i < 20; i++) {
        ask(state, "/answer-then-reset");
        assert_int_equal(answer.result.end, FETCH_ANSWERED);
        assert_string_equal(answer.body, "{\"errcode\":0}");
    }
}

static void an_answer_in_html_is_handed_on_as_it_is(void **state)
{
    ask(state, "/html");
    assert_int_equal(answer.result.end, FETCH_ANSWERED);
    assert_int_equal(answer.result.status, 200);
    assert_string_equal(answer.body, "<html>Please log in</html>");
}

static void an_endless_answer_is_cut(void **state)
{
    ask(state, "/endless");
    assert_int_equal(answer.result.end, FETCH_ANSWERED);
    assert_true(answer.result.body_cut);
    assert_int_equal(answer.result.body_bytes, FETCH_BODY_BYTES_MAX);
    assert_true(answer.result.ms < TIMEOUT_MS / 2);
}

static void an_answer_of_just_the_limit_is_whole(void **state)
{
    ask(state, "/long");
    assert_int_equal(answer.result.end, FETCH_ANSWERED);
    assert_false(answer.result.body_cut);
    assert_int_equal(answer.result.body_bytes, FETCH_BODY_BYTES_MAX);
}

static void a_flood_of_headers_is_ended(void **state)
{
    static const char *const paths[] = {"/flood", "/flood-100", "/long-headers"};

    for (size_t i = 0; i < 3; i++) {
        ask(state, paths[i]);
        assert_int_equal(answer.result.end, FETCH_UNKNOWN);
        assert_string_equal(answer.reason, "answer's headers too long");
        assert_true(answer.result.ms < TIMEOUT_MS);
    }
}

static void a_redirect_is_not_followed(void **state)
{
    int before = requests;

    ask(state, "/redirect");
    assert_int_equal(answer.result.status, 302);
    assert_int_equal(requests, before + 1);
}

static void retry_after_is_read_from_the_answer(void **state)
{
    ask(state, "/429");
    assert_int_equal(answer.result.status, 429);
    assert_int_equal(answer.result.retry_after_ms, 7000);
    ask(state, "/429-date");
    assert_int_equal(answer.result.status, 503);
    assert_int_equal(answer.result.retry_after_ms, FETCH_RETRY_AFTER_MS_MAX);
}

static void retry_after_is_read_in_both_forms(void **state)
{
    static const struct { const char *value; int64_t ms; } cases[] = {
        {"0", 0}, {"120", 120000}, {" 3 \r\n", 3000}, {"-5", -1}, {"soon", -1}, {"", -1}, {"1.5", -1}, {"5 min", -1},
        {"99999999999999999999", FETCH_RETRY_AFTER_MS_MAX},
        {"Tue, 14 Nov 2023 22:13:30 GMT\r\n", 10000}, {"Tuesday, 14-Nov-23 22:13:30 GMT", 10000},
        {"Tue Nov 14 22:13:30 2023", 10000}, {"Tue, 14 Nov 2023 22:00:00 GMT", 0},
        {"Fri, 31 Dec 2199 23:59:59 GMT", FETCH_RETRY_AFTER_MS_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ms = fetch_retry_after(cases[i].value, 1700000000000);
        if (ms != cases[i].ms)
            fail_msg("'%s' is read as %lld", cases[i].value, (long long)ms);
    }
}

static void many_at_once_all_end(void **state)
{
    static const char *const paths[] = {"/ok", "/close", "/silent", "/reset", "/endless", "/html", "/drip", "/flood"};
    static struct answer answers[160];
    struct desk *d = *state;

    memset(answers, 0, sizeof answers);
    for (int i = 0; i < 160; i++) {
        char url[128];
        struct fetch_request request;

        url_of(paths[i % 8], url);
        request = post(url);
        request.timeout_ms = 2000;
        assert_non_null(fetch_start(d->fetch, &request, on_answer, &answers[i]));
    }
    while (fetch_active(d->fetch) > 0)
        uv_run(&d->loop, UV_RUN_ONCE);
    for (int i = 0; i < 160; i++) {
        bool whole = i % 8 == 0 || i % 8 == 4 || i % 8 == 5;
        assert_int_equal(answers[i].calls, 1);
        assert_int_equal(answers[i].result.end, whole ? FETCH_ANSWERED : FETCH_UNKNOWN);
    }
    d->stall_ms = 0;   /* 160 threads of the server's on few cores: no measure of the loop */
}

static void a_cancelled_request_is_never_heard_of(void **state)
{
    struct desk *d = *state;
    static struct answer cancelled;
    struct network network = fetch_network(d->fetch);
    struct network_call *call;
    char url[128];
    struct fetch_request request;

    memset(&cancelled, 0, sizeof cancelled);
    url_of("/ok", url);
    request = post(url);
    call = network.start(network.impl, &request, on_answer, &cancelled);
    network.cancel(network.impl, call);
    assert_int_equal(fetch_active(d->fetch), 0);
    ask(state, "/ok");
    assert_int_equal(cancelled.calls, 0);
}

struct pair {
    struct fetch *fetch;
    struct network_call *other;
    int calls;
};

static void cancel_the_other(void *arg, const struct fetch_result *result)
{
    struct pair *p = arg;

    (void)result;
    p->calls++;
    fetch_cancel(p->fetch, p->other);
}

/* Both end in the same turn of the loop: each is already out of libcurl when the first result is handed out. */
static void a_result_may_cancel_another_that_has_ended_too(void **state)
{
    struct desk *d = *state;
    struct pair a = {.fetch = d->fetch}, b = {.fetch = d->fetch};
    struct fetch_request request = post("nonsense://x");

    b.other = fetch_start(d->fetch, &request, cancel_the_other, &a);
    a.other = fetch_start(d->fetch, &request, cancel_the_other, &b);
    while (fetch_active(d->fetch) > 0)
        uv_run(&d->loop, UV_RUN_ONCE);
    assert_int_equal(a.calls + b.calls, 1);
}

static void start_another(void *arg, const struct fetch_result *result)
{
    struct desk *d = arg;
    char url[128];
    struct fetch_request request;

    (void)result;
    url_of("/ok", url);
    request = post(url);
    assert_non_null(fetch_start(d->fetch, &request, on_answer, &answer));
}

static void a_result_may_start_another(void **state)
{
    struct desk *d = *state;
    struct fetch_request request = post("nonsense://x");

    memset(&answer, 0, sizeof answer);
    assert_non_null(fetch_start(d->fetch, &request, start_another, d));
    while (fetch_active(d->fetch) > 0)
        uv_run(&d->loop, UV_RUN_ONCE);
    assert_int_equal(answer.calls, 1);
    assert_int_equal(answer.result.status, 200);
}

static void more_than_the_limit_are_not_started(void **state)
{
    struct desk *d = *state;
    struct fetch_request request = post("http://127.0.0.1:1/");

    memset(&answer, 0, sizeof answer);
    for (int i = 0; i < FETCH_ACTIVE_MAX; i++)
        assert_non_null(fetch_start(d->fetch, &request, on_answer, &answer));
    assert_null(fetch_start(d->fetch, &request, on_answer, &answer));
    while (fetch_active(d->fetch) > 0)
        uv_run(&d->loop, UV_RUN_ONCE);
    assert_int_equal(answer.calls, FETCH_ACTIVE_MAX);
    d->stall_ms = 0;   /* starting a thousand at once is the test's doing */
}

static int handed_out;

static void start_one_more(void *arg, const struct fetch_result *result)
{
    struct desk *d = arg;
    struct fetch_request request = post("http://127.0.0.1:1/");

    (void)result;
    if (handed_out++ == 0)
        assert_non_null(fetch_start(d->fetch, &request, start_one_more, d));
}

static void a_result_makes_room_for_the_next(void **state)
{
    struct desk *d = *state;
    struct fetch_request request = post("http://127.0.0.1:1/");

    handed_out = 0;
    for (int i = 0; i < FETCH_ACTIVE_MAX; i++)
        assert_non_null(fetch_start(d->fetch, &request, start_one_more, d));
    while (fetch_active(d->fetch) > 0)
        uv_run(&d->loop, UV_RUN_ONCE);
    assert_int_equal(handed_out, FETCH_ACTIVE_MAX + 1);
    d->stall_ms = 0;
}

static void freeing_ends_what_is_under_way_without_a_result(void **state)
{
    struct desk *d = *state;
    char url[128];
    struct fetch_request request;

    memset(&answer, 0, sizeof answer);
    url_of("/silent", url);
    request = post(url);
    for (int i = 0; i < 5; i++)
        assert_non_null(fetch_start(d->fetch, &request, on_answer, &answer));
    for (int i = 0; i < 5; i++)
        uv_run(&d->loop, UV_RUN_ONCE);
    close_desk(state);
    open_desk(state);
    assert_int_equal(answer.calls, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_desk, close_desk)
    const struct CMUnitTest tests[] = {
        TEST(the_request_goes_out_once_and_whole),
        TEST(put_carries_its_body_too),
        TEST(each_request_has_a_connection_of_its_own_and_goes_out_once),
        TEST(a_refused_connection_sent_nothing),
        TEST(a_connection_that_never_stands_sent_nothing),
        TEST(a_failed_handshake_sent_nothing),
        TEST(a_name_that_is_none_sent_nothing),
        TEST(only_http_is_spoken),
        TEST(special_addresses_are_refused_at_connection),
        TEST(a_proxy_of_the_environment_is_not_used),
        TEST(no_answer_is_unknown_after_the_time_limit),
        TEST(a_dripping_answer_is_unknown_after_the_time_limit),
        TEST(a_broken_connection_is_unknown_and_never_sent_again),
        TEST(a_whole_answer_before_a_reset_counts),
        TEST(an_answer_in_html_is_handed_on_as_it_is),
        TEST(an_endless_answer_is_cut),
        TEST(an_answer_of_just_the_limit_is_whole),
        TEST(a_flood_of_headers_is_ended),
        TEST(a_redirect_is_not_followed),
        TEST(retry_after_is_read_from_the_answer),
        TEST(retry_after_is_read_in_both_forms),
        TEST(many_at_once_all_end),
        TEST(a_cancelled_request_is_never_heard_of),
        TEST(a_result_may_cancel_another_that_has_ended_too),
        TEST(a_result_may_start_another),
        TEST(more_than_the_limit_are_not_started),
        TEST(a_result_makes_room_for_the_next),
        TEST(freeing_ends_what_is_under_way_without_a_result),
    };
    pthread_t thread;
    int listener = listen_local(128, &server_port);

    pthread_create(&thread, NULL, accept_all, (void *)(intptr_t)listener);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
