/*
 * Sends requests over kept connections, each waiting for its answer before the next, and says what came back.
 *
 *   load [-c CONNECTIONS] [-m METHOD] [-H HEADER]... [-b BODIES] [-n REQUESTS | -t SECONDS] [-r RATE] ADDRESS PATH
 *
 * ADDRESS is HOST:PORT or a socket's path. BODIES is a file with a body a line, each sent once. RATE is requests a
 * second in all, evenly spaced; without it as fast as answers come. Prints one JSON object.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 4096
#define HEADERS_BYTES 4096
#define REQUEST_BYTES 8192
#define ANSWER_BYTES (4 * 1024 * 1024)
#define LATENCIES_MAX 4000000
#define STATUS_MAX 600
#define NS 1000000000LL

struct connection {
    int fd;
    bool busy;
    int64_t sent_ns;
    char *answer;
    size_t got;
};

static struct {
    const char *address, *path, *method;
    char headers[HEADERS_BYTES];
    int connections;
    long requests;
    double seconds, rate;
    char *bodies, *next_body;
} options = {.method = "GET", .connections = 1};

static struct {
    long sent, answered, statuses[STATUS_MAX], other;
    int64_t begin_ns, end_ns;
    float *latencies_ms;
} run;

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * NS + t.tv_nsec;
}

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int connect_unix(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) < 0)
        die(path);
    return fd;
}

static int connect_tcp(const char *address)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    const char *colon = strrchr(address, ':');
    char host[64];
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

    snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
    a.sin_port = htons((uint16_t)atoi(colon + 1));
    if (inet_pton(AF_INET, host, &a.sin_addr) != 1 || fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) < 0)
        die(address);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void read_bodies(const char *path)
{
    FILE *f = fopen(path, "r");
    long bytes;

    if (!f || fseek(f, 0, SEEK_END) || (bytes = ftell(f)) < 0 || fseek(f, 0, SEEK_SET))
        die(path);
    options.bodies = options.next_body = calloc(1, (size_t)bytes + 1);
    if (!options.bodies || fread(options.bodies, 1, (size_t)bytes, f) != (size_t)bytes)
        die(path);
    fclose(f);
}

static bool may_send(int64_t now)
{
    if (options.requests && run.sent >= options.requests)
        return false;
    if (options.seconds > 0 && (double)(now - run.begin_ns) >= options.seconds * NS)
        return false;
    return !options.bodies || *options.next_body;
}

/* With a rate, request number n is due n/rate after the start. */
static int64_t due_ns(void)
{
    return options.rate > 0 ? run.begin_ns + (int64_t)((double)run.sent / options.rate * NS) : 0;
}

static void send_one(struct connection *c, int64_t now)
{
    char request[REQUEST_BYTES];
    size_t body_bytes = 0;
    int len;

    if (options.bodies)
        body_bytes = strcspn(options.next_body, "\n");
    len = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s", options.method, options.path,
                   options.headers);
    if (options.bodies) {
        len += snprintf(request + len, sizeof request - (size_t)len,
                        "%sContent-Length: %zu\r\n\r\n%.*s",
                        strcasestr(options.headers, "Content-Type:") ? "" : "Content-Type: application/json\r\n",
                        body_bytes, (int)body_bytes, options.next_body);
        options.next_body += body_bytes + (options.next_body[body_bytes] == '\n');
    } else {
        len += snprintf(request + len, sizeof request - (size_t)len, "\r\n");
    }
    if (len >= (int)sizeof request || write(c->fd, request, (size_t)len) != len)
        die("write");
    c->busy = true;
    c->got = 0;
    /* a rate's latency counts from when the request was due, so that a stall is not hidden */
    c->sent_ns = options.rate > 0 ? due_ns() : now;
    run.sent++;
}

/* The whole answer is here when its head and Content-Length's bytes are; 304 and HEAD have no body. */
static bool is_whole(const struct connection *c, int status)
{
    const char *end = memmem(c->answer, c->got, "\r\n\r\n", 4), *length;

    if (!end)
        return false;
    if (status == 304 || status == 204 || strcmp(options.method, "HEAD") == 0)
        return true;
    length = strcasestr(c->answer, "\r\nContent-Length:");
    if (!length || length > end) {
        errno = EPROTO;
        die("an answer without Content-Length");
    }
    return c->got - (size_t)(end + 4 - c->answer) >= strtoul(length + 17, NULL, 10);
}

static void count(struct connection *c, int status, int64_t now)
{
    if (status > 0 && status < STATUS_MAX)
        run.statuses[status]++;
    else
        run.other++;
    if (run.answered < LATENCIES_MAX)
        run.latencies_ms[run.answered] = (float)((double)(now - c->sent_ns) / 1e6);
    run.answered++;
    run.end_ns = now;
    c->busy = false;
}

static void receive(struct connection *c)
{
    ssize_t n = read(c->fd, c->answer + c->got, ANSWER_BYTES - 1 - c->got);
    int status = 0;

    if (n <= 0)
        die("the server hung up");
    c->got += (size_t)n;
    c->answer[c->got] = 0;
    if (c->got > 12)
        status = atoi(c->answer + 9);
    if (is_whole(c, status))
        count(c, status, now_ns());
}

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

static long counted(void)
{
    return run.answered < LATENCIES_MAX ? run.answered : LATENCIES_MAX;
}

static double percentile(double p)
{
    return counted() ? (double)run.latencies_ms[(long)((double)(counted() - 1) * p)] : 0;
}

static void report(void)
{
    double seconds = (double)(run.end_ns - run.begin_ns) / NS;
    const char *comma = "";

    qsort(run.latencies_ms, (size_t)counted(), sizeof(float), compare);
    printf("{\"requests\": %ld, \"seconds\": %.3f, \"rate\": %.1f, ", run.answered, seconds,
           (double)run.answered / seconds);
    printf("\"p50_ms\": %.3f, \"p95_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, \"statuses\": {", percentile(.5),
           percentile(.95), percentile(.99), percentile(1));
    for (int i = 0; i < STATUS_MAX; i++) {
        if (run.statuses[i])
            printf("%s\"%d\": %ld", comma, i, run.statuses[i]);
        comma = run.statuses[i] ? ", " : comma;
    }
    printf("}}\n");
}

static void drive(struct connection *all, int epoll)
{
    struct epoll_event events[256];
    long idle = options.connections;

    run.begin_ns = now_ns();
    for (;;) {
        int64_t now = now_ns();
        int wait_ms = options.rate > 0 ? 1 : 100;
        for (int i = 0; idle > 0 && i < options.connections; i++) {
            if (all[i].busy || !may_send(now) || due_ns() > now)
                continue;
            send_one(&all[i], now);
            idle--;
        }
        if (idle == options.connections && !may_send(now))
            return;
        int n = epoll_wait(epoll, events, 256, wait_ms);
        for (int i = 0; i < n; i++) {
            struct connection *c = events[i].data.ptr;
            receive(c);
            idle += !c->busy;
        }
    }
}

static void read_options(int argc, char **argv)
{
    int flag;

    while ((flag = getopt(argc, argv, "c:m:H:b:n:t:r:")) != -1) {
        size_t used = strlen(options.headers);
        switch (flag) {
        case 'c': options.connections = atoi(optarg); break;
        case 'm': options.method = optarg; break;
        case 'H': snprintf(options.headers + used, sizeof options.headers - used, "%s\r\n", optarg); break;
        case 'b': read_bodies(optarg); break;
        case 'n': options.requests = atol(optarg); break;
        case 't': options.seconds = atof(optarg); break;
        case 'r': options.rate = atof(optarg); break;
        default: exit(2);
        }
    }
    if (argc - optind != 2 || options.connections < 1 || options.connections > CONNECTIONS_MAX)
        exit(2);
    options.address = argv[optind];
    options.path = argv[optind + 1];
}

int main(int argc, char **argv)
{
    struct connection *all;
    int epoll = epoll_create1(0);

    read_options(argc, argv);
    run.latencies_ms = malloc(LATENCIES_MAX * sizeof(float));
    all = calloc((size_t)options.connections, sizeof *all);
    if (!run.latencies_ms || !all)
        die("memory");
    for (int i = 0; i < options.connections; i++) {
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = &all[i]};
        all[i].fd = strchr(options.address, '/') ? connect_unix(options.address) : connect_tcp(options.address);
        all[i].answer = malloc(ANSWER_BYTES); /* untouched pages cost nothing */
        if (!all[i].answer || epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].fd, &e))
            die("epoll");
    }
    drive(all, epoll);
    report();
    return 0;
}
