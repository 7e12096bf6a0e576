#include "postman.h"

#include "base/clock.h"
#include "base/log.h"
#include "service/mail.h"
#include "service/signup_offer.h"

#include <stdlib.h>
#include <string.h>

/*
 *   IDLE ── wake, timer ──→ EXPIRING ─┬──────────────────────────→ IDLE (timer armed)
 *              ^                      └─→ CLAIMING ─→ SENDING ─→ WRITING ─┐
 *              └──────────────────────────────────────────────────────────┘
 */
enum step { IDLE, EXPIRING, ASKING, CLAIMING, SENDING, WRITING };

struct postman {
    uv_loop_t *loop;
    struct service *service;
    struct mailer *mailer;              /* NULL: no mail is sent */
    uv_timer_t timer;
    uv_work_t work;
    struct call call;
    enum step step;
    bool again;                         /* woken meanwhile */
    bool recovered;                     /* what the last run left behind is dealt with */
    bool closing;
    atomic_bool stopping;
    struct arena arena;                 /* of the mail under way */
    struct mail_message message;
    enum mail_end end;
    char reason[MAIL_REASON_BYTES];
    struct mail_outcome outcome;
    void (*stopped)(void *);
    void *stopped_arg;
};

static void begin(struct postman *p);

static void ask(struct postman *p, enum step step, const struct operation *op, void *input, void (*done)(struct call *))
{
    struct call *c = &p->call;

    p->step = step;
    *c = (struct call){.op = op, .input = input, .done = done, .data = p};
    c->req.principal.role = ROLE_ADMIN;
    strcpy(c->req.principal.name, "kepud");
    c->req.now_ms = clock_wall_ms();
    c->req.if_version = FIELD_INT_ABSENT;
    service_call(p->service, c);
}

static void on_closed(uv_handle_t *handle)
{
    struct postman *p = handle->data;
    void (*stopped)(void *) = p->stopped;
    void *arg = p->stopped_arg;

    mailer_free(p->mailer);
    arena_release(&p->arena);
    free(p);
    stopped(arg);
}

static void on_timer(uv_timer_t *timer)
{
    begin(timer->data);
}

/* Nothing is under way any more: again, sleep, or the end. */
static void rest(struct postman *p, int64_t at_ms)
{
    int64_t wait_ms = at_ms - clock_wall_ms();

    p->step = IDLE;
    if (atomic_load(&p->stopping)) {
        if (!p->closing)
            uv_close((uv_handle_t *)&p->timer, on_closed);
        p->closing = true;
        return;
    }
    if (p->again) {
        begin(p);
        return;
    }
    if (at_ms == INT64_MAX)              /* no mail waits: the next one wakes it */
        return;
    if (wait_ms > POSTMAN_SLEEP_MS_MAX)
        wait_ms = POSTMAN_SLEEP_MS_MAX;
    uv_update_time(p->loop);
    uv_timer_start(&p->timer, on_timer, wait_ms > 0 ? (uint64_t)wait_ms : 1, 0);
}

/* The database has a trouble of its own: not again at once. */
static bool failed(struct postman *p, struct call *c, const char *what)
{
    if (c->status == 0)
        return false;
    log_err(what, &c->err);
    call_release(c);
    p->again = false;
    rest(p, clock_wall_ms() + POSTMAN_RETRY_MS);
    return true;
}

static void on_next(struct call *c)
{
    struct postman *p = c->data;
    int64_t at_ms;

    if (failed(p, c, "asking which mail is due next"))
        return;
    at_ms = ((const struct mail_next *)c->result)->at_ms;
    call_release(c);
    p->recovered = true;
    rest(p, at_ms);
}

static void ask_next(struct postman *p)
{
    ask(p, ASKING, p->recovered ? &op_mail_next : &op_mail_recover, NULL, on_next);
}

static void on_written(struct call *c)
{
    struct postman *p = c->data;

    /* An outcome that is not written is unknown: the claim runs out, and it is sent again. */
    if (failed(p, c, "the outcome of a mail was not written"))
        return;
    call_release(c);
    p->again = true;
    rest(p, 0);
}

/* On a thread of the pool. */
static void work(uv_work_t *w)
{
    struct postman *p = w->data;

    p->end = mailer_send(p->mailer, &p->message, &p->stopping, p->reason);
}

static void after_work(uv_work_t *w, int status)
{
    static const enum mail_result results[] = {[MAIL_ENDED_SENT] = MAIL_SENT, [MAIL_ENDED_LATER] = MAIL_RETRY,
                                               [MAIL_ENDED_REFUSED] = MAIL_REFUSED};
    struct postman *p = w->data;

    if (status)
        p->end = MAIL_ENDED_LATER;
    p->outcome.result = results[p->end];
    p->outcome.reason = p->reason;
    if (p->end != MAIL_ENDED_SENT)
        log_warning("mail %s: %s", p->message.id, p->reason);
    ask(p, WRITING, &op_mail_outcome, &p->outcome, on_written);
}

static void on_claimed(struct call *c)
{
    struct postman *p = c->data;
    const struct mail_item *item = c->result;

    if (failed(p, c, "claiming a mail"))
        return;
    if (!item) {
        call_release(c);
        ask_next(p);
        return;
    }
    arena_release(&p->arena);
    p->message = (struct mail_message){.to = arena_strdup(&p->arena, item->to),
                                       .subject = arena_strdup(&p->arena, item->subject),
                                       .text = arena_strdup(&p->arena, item->text),
                                       .id = arena_strdup(&p->arena, item->code),
                                       .at_ms = item->at_ms};
    p->outcome = (struct mail_outcome){.id = item->id, .attempt = item->attempt};
    call_release(c);
    p->step = SENDING;
    uv_queue_work(p->loop, &p->work, work, after_work);
}

/* What stands in the outbox since there was a server waits for the next one. */
static void rest_without_mail(struct postman *p, int64_t at_ms)
{
    p->again &= p->recovered;
    p->recovered = true;
    rest(p, at_ms);
}

static void on_expired(struct call *c)
{
    struct postman *p = c->data;
    int64_t next_ms;

    /* Two daemons may pass the same offer on; one of them finds it changed, and looks again. */
    if (c->status && c->err.code == ERR_CHANGED) {
        call_release(c);
        begin(p);
        return;
    }
    if (failed(p, c, "passing on an offer"))
        return;
    next_ms = ((const struct mail_next *)c->result)->at_ms;
    call_release(c);
    if (next_ms <= clock_wall_ms() && !atomic_load(&p->stopping))
        begin(p);
    else if (!p->mailer)
        rest_without_mail(p, next_ms);
    else if (p->recovered && !atomic_load(&p->stopping))
        ask(p, CLAIMING, &op_mail_claim, NULL, on_claimed);
    else
        ask_next(p);
}

static void begin(struct postman *p)
{
    p->again = !p->recovered;
    ask(p, EXPIRING, &op_offer_expire, NULL, on_expired);
}

void postman_wake(struct postman *p)
{
    if (p->step != IDLE)
        p->again = true;
    else if (!atomic_load(&p->stopping))
        begin(p);
}

struct postman *postman_new(uv_loop_t *loop, struct service *service, const struct mail_settings *settings)
{
    struct postman *p = mem_alloc(sizeof *p);

    p->loop = loop;
    p->service = service;
    p->mailer = settings->url[0] ? mailer_new(settings) : NULL;
    p->work.data = p;
    atomic_init(&p->stopping, false);
    uv_timer_init(loop, &p->timer);
    p->timer.data = p;
    uv_timer_start(&p->timer, on_timer, 1, 0);
    return p;
}

void postman_stop(struct postman *p, void (*done)(void *), void *arg)
{
    atomic_store(&p->stopping, true);
    p->stopped = done;
    p->stopped_arg = arg;
    uv_timer_stop(&p->timer);
    if (p->step == IDLE)
        rest(p, 0);
}
