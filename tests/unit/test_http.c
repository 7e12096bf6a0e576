/* The HTTP layer on a loop of its own, asked over real sockets; raw ones, as the interesting requests are malformed. */
#include "base/clock.h"
#include "base/log.h"
#include "web/http_private.h"
#include "web/listen.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_MS 10000
#define BODY_MAX 100000
#define HELD_MAX 128
#define ANSWER_MAX (4 * 1024 * 1024)
#define HOST "Host: kepu.example\r\n"

struct world {
    uv_loop_t loop;
    struct http *http;
    int tcp_fd;
    int port;
    char unix_path[64];
    struct http_bytes *bytes;
    struct exchange *held[HELD_MAX];
    size_t held_count;
    bool stopped;
};

static char answer[ANSWER_MAX + 1];
static size_t answer_bytes;

/* What the test server says: everything it was told, so that a test can look. */
static void echo(struct exchange *x)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER"};
    struct http_answer_header headers[] = {{"Content-Type", "text/plain; charset=utf-8"},
                                           {"X-Method", methods[x->method]}};
    const char *name, *value, *seen = http_header(x, "x-seen");
    struct buf out = {0};

    buf_printf(&out, "path=%s address=%s uid=%d seen=%s", x->path, x->address, (int)x->peer_uid, seen ? seen : "-");
    for (size_t i = 0; http_query(x, i, &name, &value); i++)
        buf_printf(&out, " q:%s=%s", name, value);
    for (size_t i = 0; http_form(x, i, &name, &value); i++)
        buf_printf(&out, " f:%s=%s", name, value);
    buf_printf(&out, " body=%zu:%.40s\n", x->body_bytes, x->body);
    http_answer(x, 200, headers, 2, &out);
}

static void give_bytes(struct exchange *x, struct http_bytes *b)
{
    static const struct http_answer_header headers[] = {{"ETag", "\"a\""}, {"Referrer-Policy", "no-referrer"}};

    http_answer_bytes(x, http_header(x, "If-None-Match") ? 304 : 200, headers, 2, http_bytes_ref(b));
}

static void handle(void *arg, struct exchange *x)
{
    struct world *w = arg;

    if (strncmp(x->path, "/later", 6) == 0) {
        assert_true(w->held_count < HELD_MAX);
        w->held[w->held_count++] = x;
    } else if (strcmp(x->path, "/bytes") == 0) {
        give_bytes(x, w->bytes);
    } else {
        echo(x);
    }
}

static size_t body_bytes_max(void *arg, enum http_method method, const char *path)
{
    (void)arg, (void)method;
    return strcmp(path, "/none") == 0 ? 0 : BODY_MAX;
}

static const struct http_settings quick = {
    .idle_timeout_s = 1, .receive_timeout_ms = 1500, .answer_timeout_ms = 200, .stop_grace_ms = 100};

static struct world *world_new(const struct http_settings *settings)
{
    struct world *w = calloc(1, sizeof *w);
    char name[LISTEN_NAME_BYTES];
    int unix_fd;
    struct err e;

    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&w->loop);
    w->http = http_new(&w->loop, settings, handle, body_bytes_max, w);
    assert_int_equal(listen_tcp("127.0.0.1:0", &w->tcp_fd, &e), 0);
    assert_int_equal(listen_name(w->tcp_fd, name, &e), 0);
    w->port = atoi(strchr(name, ':') + 1);
    snprintf(w->unix_path, sizeof w->unix_path, "/tmp/kepu-test-%d.sock", (int)getpid());
    assert_int_equal(listen_unix(w->unix_path, &unix_fd, &e), 0);
    assert_int_equal(http_listen(w->http, w->tcp_fd, HTTP_DOOR_TCP, &e), 0);
    assert_int_equal(http_listen(w->http, unix_fd, HTTP_DOOR_UNIX, &e), 0);
    w->bytes = http_bytes_new(strdup("twenty thousand bytes, nearly"), 29);
    return w;
}

static void on_stopped(void *arg)
{
    ((struct world *)arg)->stopped = true;
}

static void turn(struct world *w, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    uv_run(&w->loop, UV_RUN_NOWAIT);
    poll(&p, 1, 1);
}

static void wait_stopped(struct world *w)
{
    int64_t until = clock_monotonic_ms() + WAIT_MS;

    while (!w->stopped && clock_monotonic_ms() < until)
        turn(w, -1);
    assert_true(w->stopped);
}

static void world_free(struct world *w)
{
    if (!w->stopped) {
        http_stop(w->http, on_stopped, w);
        wait_stopped(w);
    }
    http_free(w->http);
    http_bytes_unref(w->bytes);
    for (size_t i = 0; i < w->held_count; i++)
        http_answer(w->held[i], 200, NULL, 0, NULL);
    assert_int_equal(uv_loop_close(&w->loop), 0);
    unlink(w->unix_path);
    free(w);
}

static int setup(void **state)
{
    *state = world_new(NULL);
    return 0;
}

static int setup_quick(void **state)
{
    *state = world_new(&quick);
    return 0;
}

static int setup_proxied(void **state)
{
    static const char *const proxies[] = {"127.0.0.0/8", "nonsense", "10.1.2.3"};
    struct http_settings settings = {.trusted_proxies = proxies, .trusted_proxy_count = 3};

    *state = world_new(&settings);
    return 0;
}

static int teardown(void **state)
{
    world_free(*state);
    return 0;
}

static int dial(struct world *w)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    in.sin_port = htons((uint16_t)w->port);
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof in), 0);
    return fd;
}

static int dial_unix(struct world *w)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strcpy(un.sun_path, w->unix_path);
    assert_int_equal(connect(fd, (struct sockaddr *)&un, sizeof un), 0);
    return fd;
}

/* False if the other side would have no more of it. */
static bool say_bytes(struct world *w, int fd, const char *data, size_t bytes)
{
    while (bytes > 0) {
        ssize_t n = send(fd, data, bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0) {
            data += n;
            bytes -= (size_t)n;
        } else if (n < 0 && errno != EAGAIN) {
            return false;
        }
        turn(w, fd);
    }
    return true;
}

static void say(struct world *w, int fd, const char *text)
{
    say_bytes(w, fd, text, strlen(text));
}

static size_t length_of(const char *head, bool is_head)
{
    const char *p = strcasestr(head, "\r\nContent-Length:");

    return p && !is_head ? (size_t)atol(p + 17) : 0;
}

/* Reads exactly one answer into `answer`; its status, 0 if the connection ended first, -1 if nothing came in time. */
static int hear_for(struct world *w, int fd, bool is_head, int64_t wait_ms)
{
    int64_t until = clock_monotonic_ms() + wait_ms;
    size_t want = SIZE_MAX;

    answer_bytes = 0;
    answer[0] = 0;
    while (answer_bytes < want) {
        ssize_t n = recv(fd, answer + answer_bytes, want == SIZE_MAX ? 1 : want - answer_bytes, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            return 0;
        if (n < 0) {
            if (clock_monotonic_ms() > until)
                return -1;
            turn(w, fd);
            continue;
        }
        answer_bytes += (size_t)n;
        answer[answer_bytes] = 0;
        if (want == SIZE_MAX && answer_bytes >= 4 && strcmp(answer + answer_bytes - 4, "\r\n\r\n") == 0)
            want = answer_bytes + length_of(answer, is_head);
    }
    return atoi(answer + 9);
}

static int hear(struct world *w, int fd)
{
    return hear_for(w, fd, false, WAIT_MS);
}

static int ask(struct world *w, const char *request)
{
    int fd = dial(w), status;

    say(w, fd, request);
    status = hear(w, fd);
    close(fd);
    return status;
}

static int ask_form(struct world *w, const char *body)
{
    char request[1000];

    snprintf(request, sizeof request,
             "POST /f HTTP/1.1\r\n" HOST "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
             "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
    return ask(w, request);
}

static void assert_heard(const char *part)
{
    if (!strstr(answer, part))
        print_error("not in the answer: %s\n%s\n", part, answer);
    assert_non_null(strstr(answer, part));
}

static void assert_not_heard(const char *part)
{
    assert_null(strcasestr(answer, part));
}

static void wait_held(struct world *w, size_t count)
{
    int64_t until = clock_monotonic_ms() + WAIT_MS;

    while (w->held_count < count && clock_monotonic_ms() < until)
        turn(w, -1);
    assert_int_equal(w->held_count, count);
}

static void a_request_arrives_decoded(void **state)
{
    struct world *w = *state;

    assert_int_equal(ask(w, "GET /%E6%B4%BB/a%2Fb?x=1&y=a+b%26&&flag&p=100% HTTP/1.1\r\n" HOST
                            "X-Seen: me\r\n\r\n"), 200);
    assert_heard("path=/活/a/b address=127.0.0.1 uid=-1 seen=me q:x=1 q:y=a b& q:flag= q:p=100% body=0:");
    assert_heard("X-Method: GET");
    assert_int_equal(ask(w, "PROPFIND http://kepu.example/x HTTP/1.1\r\n" HOST "\r\n"), 200);
    assert_heard("path=/x ");
    assert_heard("X-Method: OTHER");
}

static void every_answer_carries_the_common_headers(void **state)
{
    struct world *w = *state;

    assert_int_equal(ask(w, "GET / HTTP/1.1\r\n" HOST "\r\n"), 200);
    assert_heard("X-Content-Type-Options: nosniff\r\n");
    assert_heard("Referrer-Policy: same-origin\r\n");
    assert_heard("\r\nDate: ");
    assert_not_heard("\r\nServer:");
    assert_int_equal(ask(w, "GET /bytes HTTP/1.1\r\n" HOST "\r\n"), 200);
    assert_heard("Referrer-Policy: no-referrer\r\n");
    assert_not_heard("same-origin");
}

static void head_keeps_the_length_and_drops_the_body(void **state)
{
    struct world *w = *state;
    int fd = dial(w);

    say(w, fd, "HEAD /bytes HTTP/1.1\r\n" HOST "\r\nGET /next HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(hear_for(w, fd, true, WAIT_MS), 200);
    assert_heard("Content-Length: 29\r\n");
    assert_int_equal(hear(w, fd), 200);
    assert_heard("path=/next");
    close(fd);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    struct world *w = *state;
    int fd = dial(w);

    for (int i = 0; i < 50; i++) {
        char request[100];
        snprintf(request, sizeof request, "GET /%d HTTP/1.1\r\n" HOST "\r\n", i);
        assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
    }
    for (int i = 0; i < 50; i++) {
        char path[20];
        snprintf(path, sizeof path, "path=/%d ", i);
        assert_int_equal(hear(w, fd), 200);
        assert_heard(path);
    }
    close(fd);
}

static void a_body_arrives_whole_up_to_its_limit(void **state)
{
    struct world *w = *state;
    char *request = malloc(BODY_MAX + 200);
    int fd = dial(w), head;

    head = sprintf(request, "POST /b HTTP/1.1\r\n" HOST "Content-Length: %d\r\n\r\n", BODY_MAX);
    memset(request + head, 'a', BODY_MAX);
    assert_true(say_bytes(w, fd, request, (size_t)head + BODY_MAX));
    assert_int_equal(hear(w, fd), 200);
    assert_heard("body=100000:aaaa");
    close(fd);
    free(request);
}

static void a_body_declared_too_large_is_refused_before_it_is_read(void **state)
{
    struct world *w = *state;
    int fd = dial(w);

    say(w, fd, "POST /api/v1/x HTTP/1.1\r\n" HOST "Content-Length: 99999999999\r\n\r\nxx");
    assert_int_equal(hear(w, fd), 413);
    assert_heard("application/problem+json");
    assert_heard("\"code\":\"too_large\"");
    assert_heard("Connection: close");
    assert_int_equal(recv(fd, answer, 1, 0), 0);
    close(fd);
    assert_int_equal(ask(w, "POST /none HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx"), 413);
    assert_int_equal(ask(w, "POST /none HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n"), 200);
}

static void who_sends_a_body_too_large_still_reads_why(void **state)
{
    struct world *w = *state;
    size_t bytes = 3 * 1024 * 1024;
    char *body = calloc(1, bytes);
    int fd = dial(w);

    say(w, fd, "POST /x HTTP/1.1\r\n" HOST "Content-Length: 3145728\r\n\r\n");
    assert_true(say_bytes(w, fd, body, bytes));
    assert_int_equal(hear(w, fd), 413);
    close(fd);
    free(body);
}

static void chunked_bodies_count_as_they_come(void **state)
{
    struct world *w = *state;
    static char chunk[16384 + 10];
    int fd, length;

    assert_int_equal(ask(w, "POST /c HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
                            "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n"), 200);
    assert_heard("body=11:hello world");
    assert_int_equal(ask(w, "POST /none HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
                            "1\r\nx\r\n0\r\n\r\n"), 413);

    fd = dial(w);
    say(w, fd, "POST /api/c HTTP/1.1\r\n" HOST "Accept-Language: en\r\nTransfer-Encoding: chunked\r\n\r\n");
    length = sprintf(chunk, "4000\r\n");
    memset(chunk + length, 'z', 16384);
    memcpy(chunk + length + 16384, "\r\n", 2);
    for (int i = 0; i < 20; i++)      /* never ends: it must not need to */
        assert_true(say_bytes(w, fd, chunk, (size_t)length + 16386));
    assert_int_equal(hear(w, fd), 413);
    assert_heard("what was sent is too large");
    close(fd);
}

static void a_request_that_could_be_read_in_two_ways_is_refused(void **state)
{
    static const struct { int status; const char *request; } cases[] = {
        {400, "GET / HTTP/1.1\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\n" HOST HOST "\r\n"},
        {400, "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"},
        {400, "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {400, "POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n"},
        {400, "POST / HTTP/1.1\r\n" HOST "Content-Length: abc\r\n\r\n"},
        {413, "POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999999\r\n\r\n"},
        {501, "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n"},
        {501, "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\nabc"},
        {400, "POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {400, "POST / HTTP/1.1\r\n" HOST "Content-Length : 3\r\n\r\nabc"},
        {400, "GET / HTTP/1.1\r\n" HOST "X: a\rb\r\n\r\n"},
        {400, "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\n"},
        {400, "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n"},
        {400, "GET /\r\n\r\n"},
        {505, "GET / HTTP/2.0\r\n" HOST "\r\n"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int status = ask(*state, cases[i].request);
        if (status != cases[i].status)
            print_error("%d for %s\n", status, cases[i].request);
        assert_int_equal(status, cases[i].status);
    }
    assert_int_equal(ask(*state, "GET / HTTP/1.0\r\n\r\n"), 200);
}

static void a_flood_of_headers_is_refused(void **state)
{
    struct world *w = *state;
    static char request[70000];

    sprintf(request, "GET / HTTP/1.1\r\n" HOST "X-Long: %0*d\r\n\r\n", HTTP_HEADER_BYTES_MAX + 10, 1);
    assert_int_equal(ask(w, request), 431);
    assert_heard("请求头太大");
    sprintf(request, "GET / HTTP/1.1\r\n" HOST "X-Long: %0*d\r\n\r\n", HTTP_HEADER_BYTES_MAX - 100, 1);
    assert_int_equal(ask(w, request), 200);
    sprintf(request, "GET / HTTP/1.1\r\n" HOST "X-Long: %065000d\r\n\r\n", 1);
    assert_int_equal(ask(w, request), 431);
    strcpy(request, "GET / HTTP/1.1\r\n" HOST);
    for (int i = 0; i < 5000; i++)
        strcpy(request + 36 + i * 8, "a: bcd\r\n");
    strcat(request, "\r\n");
    assert_int_equal(ask(w, request), 431);
    sprintf(request, "GET /%0*d HTTP/1.1\r\n" HOST "\r\n", HTTP_URI_BYTES_MAX, 1);
    assert_int_equal(ask(w, request), 414);
}

static void a_path_that_is_not_clean_utf8_is_refused(void **state)
{
    static const char *const paths[] = {"/%ff", "/a%00b", "/../x", "/a/..", "/%2e%2e/x", "/%2E./x", "/%zz", "/%4", "x",
                                        "*", "/%c0%af", "/a%0ab", "/%7f", "http://kepu.example", "//%ed%a0%80"};
    char request[200];

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n" HOST "\r\n", paths[i]);
        assert_int_equal(ask(*state, request), 400);
    }
    assert_int_equal(ask(*state, "GET /a..b/...%25 HTTP/1.1\r\n" HOST "\r\n"), 200);
    assert_heard("path=/a..b/...% ");
}

static void query_and_form_are_text_of_at_most_64_fields(void **state)
{
    struct world *w = *state;
    char request[2000] = "GET /?a=1";

    assert_int_equal(ask(w, "GET /?a=%00 HTTP/1.1\r\n" HOST "\r\n"), 400);
    assert_int_equal(ask(w, "GET /?a=%ff HTTP/1.1\r\n" HOST "\r\n"), 400);
    assert_int_equal(ask_form(w, "name=%E6%9D%8E+%E5%9B%9B&note=&x"), 200);
    assert_heard("f:name=李 四 f:note= f:x= body=32:");
    assert_int_equal(ask_form(w, "name=%d5"), 400);
    assert_heard("64");
    strcpy(request, "GET /?a");
    for (int i = 0; i < 64; i++)
        strcat(request, "&a=1");
    strcat(request, " HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(ask(w, request), 400);
}

static void refusals_speak_the_clients_language(void **state)
{
    struct world *w = *state;

    assert_int_equal(ask(w, "GET /api/v1/%ff HTTP/1.1\r\n" HOST "\r\n"), 400);
    assert_heard("text/html");      /* no path, so not the API's */
    assert_heard("<p>地址无效");
    assert_heard("<p lang=\"en\">the address is not valid");
    assert_int_equal(ask(w, "GET /api/v1/x?a=%ff HTTP/1.1\r\n" HOST "Accept-Language: en-GB,en;q=0.9\r\n\r\n"), 400);
    assert_heard("application/problem+json");
    assert_heard("\"detail\":\"the parameters or the form are not valid");
    assert_heard("\"status\":400");
    assert_int_equal(ask(w, "GET /api/v1/x?a=%ff HTTP/1.1\r\n" HOST "\r\n"), 400);
    assert_heard("参数或表单有误");
}

static void a_hundred_waiting_exchanges_are_answered_in_any_order(void **state)
{
    struct world *w = *state;
    int fds[100];
    char path[100];

    for (int i = 0; i < 100; i++) {
        fds[i] = i % 2 ? dial(w) : dial_unix(w);
        snprintf(path, sizeof path, "GET /later/%d HTTP/1.1\r\n" HOST "X-Seen: %d\r\n\r\n", i, i);
        say(w, fds[i], path);
    }
    wait_held(w, 100);
    for (size_t i = 0; i < 100; i++)
        echo(w->held[(i * 37 + 11) % 100]);
    w->held_count = 0;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(hear(w, fds[i]), 200);
        snprintf(path, sizeof path, "path=/later/%d ", i);
        assert_heard(path);
        snprintf(path, sizeof path, "seen=%d ", i);
        assert_heard(path);
    }
    for (int i = 0; i < 100; i++) {    /* and they go on being of use */
        say(w, fds[i], "GET /again HTTP/1.1\r\n" HOST "\r\n");
        assert_int_equal(hear(w, fds[i]), 200);
        close(fds[i]);
    }
}

static void who_hangs_up_before_the_answer_harms_nobody(void **state)
{
    struct world *w = *state;
    struct http_counts counts;
    struct linger reset = {1, 0};

    for (int i = 0; i < 20; i++) {
        int fd = i % 2 ? dial(w) : dial_unix(w);
        say(w, fd, "GET /later HTTP/1.1\r\n" HOST "\r\n");
        wait_held(w, (size_t)i + 1);
        if (i % 4 < 2)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(fd);
    }
    for (int i = 0; i < 20; i++)
        echo(w->held[i]);
    w->held_count = 0;
    assert_int_equal(ask(w, "GET / HTTP/1.1\r\n" HOST "\r\n"), 200);
    http_counts_get(w->http, &counts);
    assert_true(counts.aborted >= 10);
    assert_int_equal(counts.requests, 21);
}

static void a_request_that_stops_half_way_is_closed(void **state)
{
    struct world *w = *state;
    static const char *const parts[] = {"GE", "GET / HTTP/1.1\r\nHost: ke",
                                        "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhel"};

    for (size_t i = 0; i < 3; i++) {
        int fd = dial(w);
        say(w, fd, parts[i]);
        assert_int_equal(hear(w, fd), 0);
        close(fd);
    }
}

static void wait_connected(struct world *w)
{
    int64_t until = clock_monotonic_ms() + WAIT_MS;

    while (!w->http->connections && clock_monotonic_ms() < until)
        turn(w, -1);
    assert_non_null(w->http->connections);
}

/* Connected first, then bytes and the end of the stream before the server looks, as it is when the machine is busy. */
static void who_says_something_and_hangs_up_is_let_go_at_once(void **state)
{
    struct world *w = *state;
    static const char *const parts[] = {"GE", "GET / HTTP/1.1\r\nHost: ke",
                                        "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhel"};

    for (size_t i = 0; i < 6; i++) {
        int fd = i % 2 ? dial(w) : dial_unix(w);
        size_t bytes = strlen(parts[i / 2]);
        wait_connected(w);
        assert_int_equal(send(fd, parts[i / 2], bytes, MSG_NOSIGNAL), bytes);
        shutdown(fd, SHUT_WR);
        assert_int_equal(hear(w, fd), 0);
        close(fd);
    }
}

static void who_asks_and_says_no_more_is_answered(void **state)
{
    struct world *w = *state;
    int fd = dial(w);

    say(w, fd, "GET / HTTP/1.1\r\n" HOST "\r\n");
    shutdown(fd, SHUT_WR);
    assert_int_equal(hear(w, fd), 200);
    assert_int_equal(hear(w, fd), 0);
    close(fd);
}

static void a_request_that_drips_for_ever_is_closed(void **state)
{
    struct world *w = *state;
    int fd = dial(w), status = -1;

    say(w, fd, "POST / HTTP/1.1\r\n" HOST "Content-Length: 1000\r\n\r\n");
    for (int i = 0; i < 100 && status < 0; i++) {
        say(w, fd, "x");
        status = hear_for(w, fd, false, 100);
    }
    assert_int_equal(status, 408);
    close(fd);
}

static void what_is_not_answered_in_time_is_answered_503(void **state)
{
    struct world *w = *state;
    int fd = dial(w);
    const char *seen;

    say(w, fd, "GET /later HTTP/1.1\r\n" HOST "X-Seen: me\r\n\r\n");
    wait_held(w, 1);
    seen = http_header(w->held[0], "X-Seen");
    assert_int_equal(hear(w, fd), 503);
    assert_true(w->held[0]->aborted);
    close(fd);
    assert_int_equal(ask(w, "GET / HTTP/1.1\r\n" HOST "\r\n"), 200);
    assert_string_equal(seen, "me");               /* what a handler was told stays good */
    assert_string_equal(w->held[0]->path, "/later");
    echo(w->held[0]);                              /* too late, and harmless */
    w->held_count = 0;
}

static void the_unix_door_knows_who_asks(void **state)
{
    struct world *w = *state;
    char who[60];
    int fd = dial_unix(w);

    say(w, fd, "GET / HTTP/1.1\r\n" HOST "X-Forwarded-For: 9.9.9.9\r\n\r\n");
    assert_int_equal(hear(w, fd), 200);
    snprintf(who, sizeof who, "address=unix uid=%d ", (int)getuid());
    assert_heard(who);
    close(fd);
}

static void only_trusted_proxies_are_believed(void **state)
{
    struct world *w = *state;
    static const struct { const char *headers, *address; } cases[] = {
        {"", "127.0.0.1"},
        {"X-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7"},
        {"X-Forwarded-For: 6.6.6.6, 192.0.2.7\r\n", "192.0.2.7"},
        {"X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 192.0.2.7 , 10.1.2.3\r\n", "192.0.2.7"},
        {"X-Forwarded-For: 127.0.0.5, 10.1.2.3\r\n", "127.0.0.5"},
        {"X-Forwarded-For: 192.0.2.7:4711\r\n", "192.0.2.7"},
        {"X-Forwarded-For: [2001:db8::1]:80\r\n", "2001:db8::1"},
        {"X-Forwarded-For: 2001:db8::1\r\n", "2001:db8::1"},
        {"X-Forwarded-For: ::ffff:192.0.2.7\r\n", "192.0.2.7"},
        {"X-Forwarded-For: unknown\r\n", "127.0.0.1"},
        {"X-Forwarded-For: 6.6.6.6,,\r\n", "127.0.0.1"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[300];
        snprintf(text, sizeof text, "GET / HTTP/1.1\r\n" HOST "%s\r\n", cases[i].headers);
        assert_int_equal(ask(w, text), 200);
        snprintf(text, sizeof text, "address=%s uid", cases[i].address);
        assert_heard(text);
    }
}

static void without_proxies_nobody_is_believed(void **state)
{
    assert_int_equal(ask(*state, "GET / HTTP/1.1\r\n" HOST "X-Forwarded-For: 192.0.2.7\r\n\r\n"), 200);
    assert_heard("address=127.0.0.1 ");
}

static void networks_hold_their_addresses(void **state)
{
    static const struct { const char *net, *address; bool has; } cases[] = {
        {"10.0.0.0/8", "10.255.0.1", true},      {"10.0.0.0/8", "11.0.0.1", false},
        {"192.168.4.0/22", "192.168.7.9", true}, {"192.168.4.0/22", "192.168.8.0", false},
        {"0.0.0.0/0", "8.8.8.8", true},          {"0.0.0.0/0", "2001:db8::1", false},
        {"2001:db8::/33", "2001:db8:7fff::", true}, {"2001:db8::/33", "2001:db8:8000::", false},
        {"::1", "::1", true},                    {"127.0.0.1", "::ffff:127.0.0.1", true},
    };
    static const char *const bad[] = {"", "10.0.0.0/33", "10.0.0", "::/129", "10.0.0.0/", "10.0.0.0/-1",
                                      "10.0.0.0/8x", "host"};
    struct http_net net, address;
    struct err e;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(http_net_parse(cases[i].net, &net), 0);
        assert_int_equal(http_net_parse(cases[i].address, &address), 0);
        assert_int_equal(http_nets_have(&net, 1, address.address), cases[i].has);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(http_proxy_check(bad[i], &e), -1);
}

static void shared_bytes_need_one_response_for_many(void **state)
{
    struct world *w = *state;
    static const struct http_answer_header a[] = {{"ETag", "\"a\""}}, b[] = {{"ETag", "\"b\""}};
    struct MHD_Response *first = http_bytes_response(w->bytes, 200, a, 1);

    assert_ptr_equal(http_bytes_response(w->bytes, 200, a, 1), first);
    assert_ptr_not_equal(http_bytes_response(w->bytes, 200, b, 1), first);
    assert_ptr_not_equal(http_bytes_response(w->bytes, 206, a, 1), first);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(ask(w, "GET /bytes HTTP/1.1\r\n" HOST "\r\n"), 200);
        assert_heard("\r\n\r\ntwenty thousand bytes, nearly");
    }
    assert_int_equal(ask(w, "GET /bytes HTTP/1.1\r\n" HOST "If-None-Match: \"a\"\r\n\r\n"), 304);
    assert_heard("ETag: \"a\"");
    assert_not_heard("twenty");
    assert_not_heard("Content-Length: 29");
}

static void shared_bytes_live_until_the_slowest_has_them(void **state)
{
    struct world *w = *state;
    size_t bytes = 3000000;
    char *data = malloc(bytes);
    int fd = dial(w);

    memset(data, 'k', bytes);
    http_bytes_unref(w->bytes);
    w->bytes = http_bytes_new(data, bytes);
    say(w, fd, "GET /bytes HTTP/1.1\r\n" HOST "\r\n");
    for (int i = 0; i < 20; i++)
        turn(w, -1);
    http_bytes_unref(w->bytes);
    w->bytes = http_bytes_new(strdup("new"), 3);
    assert_int_equal(hear(w, fd), 200);
    assert_int_equal(answer[answer_bytes - 1], 'k');
    assert_true(answer_bytes > bytes);
    close(fd);
}

static void who_does_not_wait_for_100_gets_it_too(void **state)
{
    struct world *w = *state;
    int fd = dial(w);

    say(w, fd, "POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    assert_int_equal(hear(w, fd), 100);
    say(w, fd, "ok");
    assert_int_equal(hear(w, fd), 200);
    assert_heard("body=2:ok");
    close(fd);
    assert_int_equal(ask(w, "POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 200000\r\n\r\n"), 413);
}

static void at_the_stop_what_is_under_way_may_finish(void **state)
{
    struct world *w = *state;
    int idle = dial(w), busy = dial(w);

    say(w, idle, "GET / HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(hear(w, idle), 200);
    say(w, busy, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    wait_held(w, 1);
    http_stop(w->http, on_stopped, w);
    for (int i = 0; i < 50; i++)
        turn(w, -1);
    assert_false(w->stopped);
    say(w, idle, "GET / HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(hear(w, idle), 503);
    assert_heard("Connection: close");
    echo(w->held[0]);
    w->held_count = 0;
    assert_int_equal(hear(w, busy), 200);
    wait_stopped(w);
    close(idle);
    close(busy);
}

static void at_the_stop_what_takes_too_long_is_answered_503(void **state)
{
    struct world *w = *state;
    int fd = dial(w);

    say(w, fd, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    wait_held(w, 1);
    http_stop(w->http, on_stopped, w);
    assert_int_equal(hear(w, fd), 503);
    wait_stopped(w);
    close(fd);
    /* world_free answers it after http_free */
}

int main(void)
{
#define IN(name, before) cmocka_unit_test_setup_teardown(name, before, teardown)
    const struct CMUnitTest tests[] = {
        IN(a_request_arrives_decoded, setup),
        IN(every_answer_carries_the_common_headers, setup),
        IN(head_keeps_the_length_and_drops_the_body, setup),
        IN(pipelined_requests_are_answered_in_order, setup),
        IN(a_body_arrives_whole_up_to_its_limit, setup),
        IN(a_body_declared_too_large_is_refused_before_it_is_read, setup),
        IN(who_sends_a_body_too_large_still_reads_why, setup),
        IN(chunked_bodies_count_as_they_come, setup),
        IN(a_request_that_could_be_read_in_two_ways_is_refused, setup),
        IN(a_flood_of_headers_is_refused, setup),
        IN(a_path_that_is_not_clean_utf8_is_refused, setup),
        IN(query_and_form_are_text_of_at_most_64_fields, setup),
        IN(refusals_speak_the_clients_language, setup),
        IN(a_hundred_waiting_exchanges_are_answered_in_any_order, setup),
        IN(who_hangs_up_before_the_answer_harms_nobody, setup),
        IN(a_request_that_stops_half_way_is_closed, setup_quick),
        IN(who_says_something_and_hangs_up_is_let_go_at_once, setup),
        IN(who_asks_and_says_no_more_is_answered, setup),
        IN(a_request_that_drips_for_ever_is_closed, setup_quick),
        IN(what_is_not_answered_in_time_is_answered_503, setup_quick),
        IN(the_unix_door_knows_who_asks, setup_proxied),
        IN(only_trusted_proxies_are_believed, setup_proxied),
        IN(without_proxies_nobody_is_believed, setup),
        cmocka_unit_test(networks_hold_their_addresses),
        IN(shared_bytes_need_one_response_for_many, setup),
        IN(shared_bytes_live_until_the_slowest_has_them, setup),
        IN(who_does_not_wait_for_100_gets_it_too, setup),
        IN(at_the_stop_what_is_under_way_may_finish, setup),
        IN(at_the_stop_what_takes_too_long_is_answered_503, setup_quick),
    };

    log_set_level(LOG_LEVEL_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
