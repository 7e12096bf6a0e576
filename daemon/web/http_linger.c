#include "http_private.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES 16384

struct http_linger {
    struct http *http;
    struct http_linger *prev, *next;
    uv_poll_t poll;
    int fd;
    int64_t due_ms;
    size_t bytes;
};

static void on_closed(uv_handle_t *handle)
{
    struct http_linger *l = handle->data;
    struct http *h = l->http;

    close(l->fd);
    free(l);
    http_handle_closed(h);
}

static void linger_end(struct http_linger *l)
{
    struct http *h = l->http;

    if (l->prev)
        l->prev->next = l->next;
    else
        h->lingers = l->next;
    if (l->next)
        l->next->prev = l->prev;
    h->linger_count--;
    uv_poll_stop(&l->poll);
    uv_close((uv_handle_t *)&l->poll, on_closed);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct http_linger *l = poll->data;
    char waste[READ_BYTES];
    ssize_t n;

    (void)events;
    n = status < 0 ? 0 : recv(l->fd, waste, sizeof waste, MSG_DONTWAIT);
    if (n > 0)
        l->bytes += (size_t)n;
    if (n <= 0 || l->bytes > HTTP_LINGER_BYTES_MAX)
        linger_end(l);
}

static void link_linger(struct http *h, struct http_linger *l)
{
    l->next = h->lingers;
    if (h->lingers)
        h->lingers->prev = l;
    h->lingers = l;
    h->linger_count++;
    h->handles++;
}

void http_linger(struct http *h, int fd)
{
    struct http_linger *l;
    int copy;

    if (h->linger_count >= HTTP_LINGER_MAX || h->stage >= HTTP_CLOSING)
        return;
    copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0)
        return;
    l = mem_alloc(sizeof *l);
    if (uv_poll_init(h->loop, &l->poll, copy) < 0) {
        close(copy);
        free(l);
        return;
    }
    *l = (struct http_linger){.http = h, .poll = l->poll, .fd = copy, .due_ms = h->monotonic_ms + HTTP_LINGER_MS};
    l->poll.data = l;
    link_linger(h, l);
    shutdown(copy, SHUT_WR);
    uv_poll_start(&l->poll, UV_READABLE, on_readable);
}

void http_linger_sweep(struct http *h)
{
    for (struct http_linger *l = h->lingers, *next; l; l = next) {
        next = l->next;
        if (l->due_ms <= h->monotonic_ms)
            linger_end(l);
    }
}

void http_linger_end_all(struct http *h)
{
    while (h->lingers)
        linger_end(h->lingers);
}
