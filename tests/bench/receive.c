/*
 * The other end of many webhooks: listens on PORTS loopback ports, takes each request, answers 204, closes.
 *
 *   receive PORTS     prints the ports on one line; once stdin closes, a line "id arrival_ms" for each message
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_BYTES 16384
#define ID_BYTES 40
#define MESSAGES_MAX 400000
#define EVENTS 256
#define BACKLOG 512

static const char answer[] = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

struct peer {
    int fd;
    int listens;
    size_t len;
    char *request;
};

static struct message { char id[ID_BYTES]; long long at_ms; } *messages;
static size_t message_count;

static void require(int ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "receive: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void watch(int poll, int fd, int listens)
{
    struct peer *p = calloc(1, sizeof *p);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = p};

    p->fd = fd;
    p->listens = listens;
    p->request = listens ? NULL : malloc(REQUEST_BYTES + 1);
    require(epoll_ctl(poll, EPOLL_CTL_ADD, fd, &e) == 0, "epoll_ctl");
}

static void drop(struct peer *p)
{
    close(p->fd);
    free(p->request);
    free(p);
}

/* 1 once head and body are there. */
static int is_whole(const struct peer *p)
{
    const char *end = strstr(p->request, "\r\n\r\n"), *length = strcasestr(p->request, "\r\ncontent-length:");

    if (!end)
        return 0;
    return !length || p->len >= (size_t)(end + 4 - p->request) + strtoull(length + 17, NULL, 10);
}

static void note(const struct peer *p)
{
    const char *id = strcasestr(p->request, "\r\nwebhook-id:");
    struct message *m = &messages[message_count++];
    struct timespec t;

    require(message_count < MESSAGES_MAX, "too many messages");
    clock_gettime(CLOCK_REALTIME, &t);
    m->at_ms = (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
    sscanf(id ? id + 13 : " -", " %39[^\r\n]", m->id);
}

static void read_some(struct peer *p)
{
    ssize_t got = recv(p->fd, p->request + p->len, REQUEST_BYTES - p->len, 0);

    if (got <= 0) {
        drop(p);
        return;
    }
    p->len += (size_t)got;
    p->request[p->len] = 0;
    if (!is_whole(p))
        return;
    note(p);
    (void)!send(p->fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
    drop(p);
}

static void listen_on(int poll, int count)
{
    for (int i = 0; i < count; i++) {
        struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t len = sizeof at;
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        require(fd >= 0 && bind(fd, (struct sockaddr *)&at, len) == 0 && listen(fd, BACKLOG) == 0 &&
                    getsockname(fd, (struct sockaddr *)&at, &len) == 0, "listen");
        watch(poll, fd, 1);
        printf("%d ", ntohs(at.sin_port));
    }
    printf("\n");
    fflush(stdout);
}

static void take_all(int poll, struct peer *p)
{
    int fd;

    while ((fd = accept4(p->fd, NULL, NULL, SOCK_NONBLOCK)) >= 0)
        watch(poll, fd, 0);
}

int main(int argc, char **argv)
{
    struct epoll_event events[EVENTS], in = {.events = EPOLLIN};
    int poll = epoll_create1(0), done = 0;

    require(argc == 2, "receive PORTS");
    messages = calloc(MESSAGES_MAX, sizeof *messages);
    listen_on(poll, atoi(argv[1]));
    require(epoll_ctl(poll, EPOLL_CTL_ADD, STDIN_FILENO, &in) == 0, "stdin");
    while (!done) {
        int count = epoll_wait(poll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            struct peer *p = events[i].data.ptr;
            if (!p)
                done = 1;
            else if (p->listens)
                take_all(poll, p);
            else
                read_some(p);
        }
    }
    for (size_t i = 0; i < message_count; i++)
        printf("%s %lld\n", messages[i].id, messages[i].at_ms);
    return 0;
}
