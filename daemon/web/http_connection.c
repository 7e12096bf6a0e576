#include "http_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static void find_peer(struct http_connection *c)
{
    const union MHD_ConnectionInfo *info;
    struct ucred peer;
    socklen_t size = sizeof peer;
    struct http *h = c->listener->http;

    c->peer_uid = (uid_t)-1;
    if (c->listener->door == HTTP_DOOR_UNIX) {
        snprintf(c->address_text, sizeof c->address_text, "unix");
        if (getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0)
            c->peer_uid = peer.uid;
        return;
    }
    info = MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (!info || http_address_of(info->client_addr, c->address) < 0)
        return;
    http_address_print(c->address, c->address_text, sizeof c->address_text);
    c->from_proxy = http_nets_have(h->proxies, h->proxy_count, c->address);
}

static struct http_connection *connection_open(struct http_listener *l, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct http_connection *c = mem_alloc(sizeof *c);
    struct http *h = l->http;

    c->listener = l;
    c->mhd = mhd;
    c->fd = info ? info->connect_fd : -1;
    c->since_ms = h->monotonic_ms;
    c->next = h->connections;
    if (h->connections)
        h->connections->prev = c;
    h->connections = c;
    h->counts.connections++;
    find_peer(c);
    http_sweep_start(h);
    return c;
}

static void connection_close(struct http_connection *c)
{
    struct http *h = c->listener->http;

    if (c->prev)
        c->prev->next = c->next;
    else
        h->connections = c->next;
    if (c->next)
        c->next->prev = c->prev;
    h->counts.connections--;
    if (c->linger)
        http_linger(h, c->fd);
    free(c);
}

void http_on_connection(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = connection_open(cls, mhd);
    } else if (*context) {
        connection_close(*context);
        *context = NULL;
    }
}

/* libmicrohttpd sees the end of the stream and closes; it must not be done behind its back. */
static void cut(struct http_connection *c)
{
    if (c->x && c->x->private->phase == HTTP_RECEIVING)
        http_refuse_raw(c->x, REFUSE_SLOW);
    shutdown(c->fd, SHUT_RDWR);
}

/*
 * libmicrohttpd 0.9.75 takes a short read to mean that nothing more is there. An end of the stream that came together
 * with the last bytes has no edge of its own under epoll, so it is never read. Shutting down what is down already makes
 * that edge; answers on their way are not touched.
 */
static void show_end(const struct http_connection *c)
{
    char next;

    if (recv(c->fd, &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
        shutdown(c->fd, SHUT_RD);
}

/*
 * libmicrohttpd times out connections on which nothing moves; these are the ones that hung up unnoticed or drip, and
 * the handler's own exchanges: suspended connections are ours to watch.
 */
void http_sweep_connections(struct http *h)
{
    for (struct http_connection *c = h->connections; c; c = c->next) {
        enum http_phase phase = c->x ? c->x->private->phase : HTTP_NEW;
        int64_t waited_ms = h->monotonic_ms - c->since_ms;

        show_end(c);
        if (phase == HTTP_HANDLING) {
            if (c->x->private->due_ms > h->monotonic_ms)
                continue;
            c->x->aborted = true;
            h->counts.aborted++;
            http_refuse(c->x, REFUSE_LATE);
        } else if (waited_ms > (phase == HTTP_ANSWERED ? HTTP_SEND_TIMEOUT_MS : h->settings.receive_timeout_ms)) {
            cut(c);
        }
    }
}
