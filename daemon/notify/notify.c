#include "notify.h"

#include "base/mem.h"
#include "channel.h"
#include "pace.h"
#include "service/notice.h"

#include <stdlib.h>

struct notify {
    struct service *service;
    struct fetch *fetch;
    struct dispatcher *dispatcher;
    struct postman *postman;
    void (*stopped)(void *);
    void *stopped_arg;
};

static enum channel_kind kind_of(const char *name)
{
    enum channel_kind kind = CHANNEL_WEBHOOK;

    channel_kind_parse(name, &kind, NULL);
    return kind;
}

static int check_kind(const char *kind, struct err *e)
{
    enum channel_kind parsed;

    return channel_kind_parse(kind, &parsed, e);
}

static int check_url(const char *kind, const char *url, bool allow_private, struct err *e)
{
    return channel_check_url(kind_of(kind), url, allow_private, e);
}

static int check_secret(const char *kind, const char *secret, struct err *e)
{
    return channel_check_secret(kind_of(kind), secret, e);
}

static bool makes_secret(const char *kind)
{
    return channel_makes_secret(kind_of(kind));
}

static bool is_paced(const char *kind)
{
    return pace_needed(kind_of(kind));
}

static int64_t next_ms(const char *kind, const int64_t *sends_ms, size_t count, int64_t now_ms)
{
    return pace_next_ms(kind_of(kind), sends_ms, count, now_ms);
}

static int body(const struct dispatch_item *item, struct arena *a, const char **ret, struct err *e)
{
    enum channel_kind kind = kind_of(item->channel_kind);
    struct channel_target target = {.kind = kind, .url = item->url, .keyword = item->keyword, .delivery = item->code};
    struct message message = {.kind = item->kind, .title = item->title, .text = item->text, .url = item->link,
                              .event = item->event, .recurrence_id = item->recurrence_id, .start = item->start,
                              .venue = item->venue, .subject = item->subject, .timestamp_ms = item->timestamp_ms};
    struct fetch_request request;

    /* A webhook can't be without; it signs headers only, which nobody sees here. */
    if (kind == CHANNEL_WEBHOOK)
        target.secret = channel_secret_new(a);
    if (channel_build(&target, &message, item->timestamp_ms, a, &request, e))
        return -1;
    *ret = arena_strndup(a, request.body, request.body_bytes);
    return 0;
}

const struct robots notify_robots = {
    .body = body,
    .check_kind = check_kind,
    .check_url = check_url,
    .check_secret = check_secret,
    .check_keyword = channel_check_keyword,
    .makes_secret = makes_secret,
    .secret_new = channel_secret_new,
    .mask = channel_mask,
    .is_paced = is_paced,
    .pace_next_ms = next_ms,
};

static void on_change(void *arg, const struct change *changes, int count)
{
    struct notify *n = arg;

    bool deliveries = false, mail = false;

    for (int i = 0; i < count; i++) {
        deliveries |= changes[i].kind == CHANGE_DELIVERIES || changes[i].kind == CHANGE_EVERYTHING;
        mail |= changes[i].kind == CHANGE_MAIL || changes[i].kind == CHANGE_EVERYTHING;
    }
    if (deliveries && n->dispatcher)
        dispatcher_wake(n->dispatcher);
    if (mail && n->postman)
        postman_wake(n->postman);
}

int notify_start(uv_loop_t *loop, struct service *service, const struct mail_settings *mail, struct notify **ret,
                 struct err *e)
{
    struct notify *n = mem_alloc(sizeof *n);
    struct network network;

    n->fetch = fetch_new(loop);
    if (!n->fetch) {
        free(n);
        return err_set(e, ERR_FAILED, MSG_INTERNAL, NULL, "libcurl", NULL);
    }
    network = fetch_network(n->fetch);
    n->dispatcher = dispatcher_new(loop, service, &network);
    n->postman = postman_new(loop, service, mail);
    n->service = service;
    service_listen(service, on_change, n);
    *ret = n;
    return 0;
}

static void on_fetch_freed(void *arg)
{
    struct notify *n = arg;
    void (*stopped)(void *) = n->stopped;
    void *stopped_arg = n->stopped_arg;

    service_unlisten(n->service, n);
    free(n);
    stopped(stopped_arg);
}

static void on_dispatcher_stopped(void *arg)
{
    struct notify *n = arg;

    n->dispatcher = NULL;
    fetch_free(n->fetch, on_fetch_freed, n);
}

static void on_postman_stopped(void *arg)
{
    struct notify *n = arg;

    n->postman = NULL;
    dispatcher_stop(n->dispatcher, on_dispatcher_stopped, n);
}

void notify_stop(struct notify *n, void (*done)(void *), void *arg)
{
    n->stopped = done;
    n->stopped_arg = arg;
    postman_stop(n->postman, on_postman_stopped, n);
}
