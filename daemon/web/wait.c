#include "wait.h"

#include "codec.h"
#include "service/notice.h"

#include <string.h>

/* In its exchange's arena. Listed while nobody looks at its delivery for it. */
struct waiter {
    struct web *web;
    struct exchange *x;
    struct call call;                 /* of op_delivery_show */
    struct delivery_filter input;
    int64_t delivery_id;
    uint64_t give_up_ms;              /* on the loop's clock */
    bool looking, again, last;
    struct waiter *next, **link;
};

static void look(struct waiter *v);

static void list(struct waiter *v)
{
    struct waiter **end = &v->web->waiters;

    while (*end)
        end = &(*end)->next;
    *end = v;
    v->link = end;
    v->next = NULL;
}

static void unlist(struct waiter *v)
{
    *v->link = v->next;
    if (v->next)
        v->next->link = v->link;
}

static int encode(struct call *c, const void *result, struct buf *body, struct err *e)
{
    const struct waiter *v = c->data;

    (void)e;
    codec_encode(&delivery_fields, result, v->web->zone, body);
    return 0;
}

static bool is_settled(const struct delivery *d)
{
    return strcmp(d->state, "scheduled") != 0 && strcmp(d->state, "sending") != 0;
}

static void answer(struct waiter *v)
{
    struct http_answer_header headers[] = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
    struct buf body = v->call.body;

    v->call.body = (struct buf){0};
    unlist(v);
    call_release(&v->call);
    http_answer(v->x, 200, headers, 2, &body);
}

static void on_looked(struct call *c)
{
    struct waiter *v = c->data;
    struct err e = c->err;

    v->looking = false;
    if (c->status) {
        unlist(v);
        call_release(c);
        web_answer_error(v->web, v->x, &e);
    } else if (v->last || is_settled(c->result)) {
        answer(v);
    } else if (v->again) {
        look(v);
    }
}

static void look(struct waiter *v)
{
    struct call *c = &v->call;

    if (v->looking) {
        v->again = true;
        return;
    }
    call_release(c);
    v->again = false;
    v->looking = true;
    c->op = &op_delivery_show;
    c->input = &v->input;
    c->encode = encode;
    c->done = on_looked;
    c->data = v;
    service_call(v->web->service, c);
}

static void on_change(void *arg, const struct change *changes, int count)
{
    struct web *w = arg;

    for (int i = 0; i < count; i++) {
        if (changes[i].kind != CHANGE_DELIVERIES && changes[i].kind != CHANGE_EVERYTHING)
            continue;
        for (struct waiter *v = w->waiters; v; v = v->next)
            if (changes[i].kind == CHANGE_EVERYTHING || changes[i].id == 0 || changes[i].id == v->delivery_id)
                look(v);
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct web *w = timer->data;
    uint64_t now_ms = uv_now(w->loop);

    for (struct waiter *v = w->waiters; v; v = v->next) {
        if (v->give_up_ms <= now_ms && !v->last) {
            v->last = true;
            look(v);
        }
    }
    if (!w->waiters)
        uv_timer_stop(timer);
}

void wait_start(struct web *w)
{
    uv_timer_init(w->loop, &w->wait_timer);
    w->wait_timer.data = w;
    service_listen(w->service, on_change, w);
}

void wait_stop(struct web *w)
{
    for (struct waiter *v = w->waiters; v; v = v->next) {
        v->last = true;
        look(v);
    }
    uv_close((uv_handle_t *)&w->wait_timer, NULL);
}

void wait_for_delivery(struct web *w, struct exchange *x, int64_t id, const char *code, enum lang lang)
{
    struct waiter *v = arena_alloc(&x->arena, sizeof *v);

    v->web = w;
    v->x = x;
    v->delivery_id = id;
    fields_clear(&delivery_filter_fields, &v->input);
    v->input.id = arena_strdup(&x->arena, code);
    v->call.req = (struct request){.lang = lang, .now_ms = x->now_ms, .if_version = FIELD_INT_ABSENT};
    v->call.req.principal.role = ROLE_ADMIN; /* who may send may see what became of it */
    v->give_up_ms = uv_now(w->loop) + WAIT_OUTCOME_MS;
    list(v);
    if (!uv_is_active((uv_handle_t *)&w->wait_timer))
        uv_timer_start(&w->wait_timer, on_timer, 1000, 1000);
    look(v);
}
