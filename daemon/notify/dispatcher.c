#include "dispatcher.h"

#include "base/clock.h"
#include "base/log.h"
#include "channel.h"
#include "pace.h"
#include "service/lateness.h"
#include "service/notice.h"
#include "trace.h"
#include "trust.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define CLOCK_FAR_S 9000000000 /* in 2255 */

/* One attempt, from its claim to its written outcome. */
struct attempt_call {
    struct dispatcher *dispatcher;
    struct call call;                   /* of op_dispatch_outcome */
    struct dispatch_outcome outcome;
    enum channel_kind kind;
    struct trace trace;                 /* of a test */
    struct arena arena;
    bool unwritten;                     /* the database refused its outcome; it is offered again */
    struct attempt_call *next, **link;
};

/*
 * What the dispatcher is asking the database:
 *
 *   IDLE ── wake ──> ASKING ──> IDLE (timer armed)
 *     └── timer ──> CLAIMING ──> ASKING
 */
enum asking { IDLE, ASKING, CLAIMING };

struct dispatcher {
    uv_loop_t *loop;
    struct service *service;
    struct network network;
    uv_timer_t timer;
    uv_timer_t rewrite;                 /* when outcomes that could not be written are offered again */
    int clock_fd;                       /* a timerfd that tells of steps of the wall clock (WIRE.md 2.9) */
    uv_poll_t clock;
    enum asking state;
    bool again;                         /* woken since it asked or claimed last */
    bool recovered;                     /* what the last run left behind is dealt with */
    bool gap;                           /* the clock was set, or the machine slept, since the last claim */
    bool stopping;
    int closing;                        /* handles not closed yet */
    struct call call;                   /* of op_dispatch_recover, _next, _claim */
    struct dispatch_claim claim;
    int64_t claim_size;                 /* how many are taken next, if so many are due */
    int64_t claimed_ms;                 /* the last claim's time */
    struct trust trust;
    struct {
        int64_t before_ms, ms, since_ms;
    } lag; /* the longest from a claim to its sends: in the last window of time, and in this one since… */
    struct attempt_call *attempts;
    struct dispatch_counts counts;
    void (*stopped)(void *);
    void *stopped_arg;
};

static void ask_next(struct dispatcher *d);
static void follow(struct dispatcher *d, int64_t at_ms);
static void on_timer(uv_timer_t *timer);
static void on_rewrite(uv_timer_t *timer);
static void finish_if_stopped(struct dispatcher *d);

static int64_t now_ms(struct dispatcher *d)
{
    return trust_now_ms(&d->trust, clock_wall_ms(), clock_boot_ms());
}

static void fill_request(struct call *c, struct dispatcher *d)
{
    memset(c, 0, sizeof *c);
    c->req.principal.role = ROLE_ADMIN;
    strcpy(c->req.principal.name, "kepud");
    c->req.now_ms = now_ms(d);
    c->req.if_version = FIELD_INT_ABSENT;
    c->data = d;
}

/* Outcomes */

static void attempt_free(struct attempt_call *a)
{
    *a->link = a->next;
    if (a->next)
        a->next->link = a->link;
    call_release(&a->call);
    arena_release(&a->arena);
    free(a);
}

/* An outcome is kept until it is written. Only at the end it is given up: unknown at the next start. */
static void on_outcome_written(struct call *c)
{
    struct attempt_call *a = c->data;
    struct dispatcher *d = a->dispatcher;
    int64_t at_ms;

    if (c->status)
        log_err("the outcome of an attempt was not written", &c->err);
    if (c->status && !d->stopping) {
        a->unwritten = true;
        if (!uv_is_active((uv_handle_t *)&d->rewrite))
            uv_timer_start(&d->rewrite, on_rewrite, DISPATCH_RETRY_MS, 0);
        return;
    }
    at_ms = c->status ? INT64_MAX : ((const struct dispatch_next *)c->result)->at_ms;
    attempt_free(a);
    d->counts.active--;
    if (d->state == IDLE)
        follow(d, at_ms);
    else
        d->again = true;
    finish_if_stopped(d);
}

static void write_outcome(struct attempt_call *a)
{
    struct dispatcher *d = a->dispatcher;

    fill_request(&a->call, d);
    a->call.data = a;
    a->call.op = &op_dispatch_outcome;
    a->call.input = &a->outcome;
    a->call.done = on_outcome_written;
    service_call(d->service, &a->call);
}

static void rewrite(struct dispatcher *d)
{
    for (struct attempt_call *a = d->attempts; a; a = a->next) {
        if (!a->unwritten)
            continue;
        a->unwritten = false;
        call_release(&a->call);
        write_outcome(a);
    }
}

static void on_rewrite(uv_timer_t *timer)
{
    rewrite(timer->data);
}

static enum attempt_outcome outcome_of(enum judgement j)
{
    switch (j) {
    case JUDGE_OK:
        return ATTEMPT_OK;
    case JUDGE_RETRY:
        return ATTEMPT_RETRY;
    case JUDGE_PERMANENT:
    case JUDGE_CHANNEL:
        return ATTEMPT_PERMANENT;
    case JUDGE_UNKNOWN:
        break;
    }
    return ATTEMPT_UNKNOWN;
}

static void count(struct dispatcher *d, enum attempt_outcome outcome)
{
    d->counts.delivered += outcome == ATTEMPT_OK;
    d->counts.retried += outcome == ATTEMPT_RETRY;
    d->counts.failed += outcome == ATTEMPT_PERMANENT;
    d->counts.unknown += outcome == ATTEMPT_UNKNOWN;
}

static void on_answer(void *arg, const struct fetch_result *result)
{
    struct attempt_call *a = arg;
    struct verdict v = channel_judge(a->kind, result, &a->arena);

    a->outcome.outcome = outcome_of(v.judgement);
    a->outcome.pause_channel = v.judgement == JUDGE_CHANNEL;
    a->outcome.status = result->status ? result->status : FIELD_INT_ABSENT;
    a->outcome.took_ms = result->ms;
    a->outcome.retry_after_ms = v.retry_after_ms > 0 ? v.retry_after_ms : 0;
    a->outcome.reason = arena_strdup(&a->arena, v.reason ? v.reason : "");
    a->outcome.robot_waits = v.robot_waits;
    if (a->outcome.request)
        a->outcome.answer = trace_answer(&a->trace, result, &a->arena);
    count(a->dispatcher, a->outcome.outcome);
    write_outcome(a);
}

/* The request never went out. */
static void not_sent(struct attempt_call *a, enum attempt_outcome outcome, const char *reason)
{
    a->outcome.outcome = outcome;
    a->outcome.status = FIELD_INT_ABSENT;
    a->outcome.reason = arena_strdup(&a->arena, reason);
    count(a->dispatcher, outcome);
    write_outcome(a);
}

/* Sending */

static struct attempt_call *attempt_new(struct dispatcher *d, const struct dispatch_item *item)
{
    struct attempt_call *a = mem_alloc(sizeof *a);

    a->dispatcher = d;
    a->outcome.id = item->id;
    a->outcome.attempt = item->attempt;
    a->next = d->attempts;
    a->link = &d->attempts;
    if (a->next)
        a->next->link = &a->next;
    d->attempts = a;
    d->counts.attempts++;
    d->counts.active++;
    return a;
}

/* The time that was claimed by, as it has gone on since whatever the wall clock did. */
static int64_t claimed_now_ms(const struct dispatcher *d)
{
    return d->claimed_ms + clock_boot_ms() - d->claim.boot_ms;
}

static void note_lag(struct dispatcher *d)
{
    int64_t boot_ms = clock_boot_ms(), lag_ms = boot_ms - d->claim.boot_ms;

    if (boot_ms - d->lag.since_ms > PACE_WINDOW_MS) {
        d->lag.before_ms = boot_ms - d->lag.since_ms > 2 * PACE_WINDOW_MS ? 0 : d->lag.ms;
        d->lag.ms = 0;
        d->lag.since_ms = boot_ms;
    }
    if (lag_ms > d->lag.ms)
        d->lag.ms = lag_ms;
}

static void send_item(struct dispatcher *d, const struct dispatch_item *item)
{
    struct attempt_call *a = attempt_new(d, item);
    struct channel_target target = {.url = item->url,
                                    .secret = item->secret,
                                    .secret_old = item->secret_old,
                                    .keyword = item->keyword,
                                    .delivery = item->code,
                                    .allow_private = item->allow_private};
    struct message message = {.kind = item->kind, .title = item->title, .text = item->text, .url = item->link,
                              .event = item->event, .recurrence_id = item->recurrence_id, .start = item->start,
                              .venue = item->venue, .subject = item->subject, .timestamp_ms = item->timestamp_ms};
    struct fetch_request request;
    struct err e = {0};

    if (claimed_now_ms(d) >= item->deadline_ms) {
        not_sent(a, ATTEMPT_RETRY, "the database took until after its deadline");
        return;
    }
    if (channel_kind_parse(item->channel_kind, &a->kind, &e)) {
        not_sent(a, ATTEMPT_PERMANENT, "a kind of channel that this kepud does not know");
        return;
    }
    target.kind = a->kind;
    if (item->attempt == 1)
        service_note_lateness(d->service, now_ms(d) - item->wanted_ms);
    if (channel_build(&target, &message, now_ms(d), &a->arena, &request, &e)) {
        not_sent(a, ATTEMPT_PERMANENT, catalogue_text(e.msg, LANG_EN));
        return;
    }
    if (strcmp(item->kind, "test") == 0) {
        trace_init(&a->trace, &target, &a->arena);
        a->outcome.request = trace_request(&a->trace, &request, &a->arena);
    }
    if (!d->network.start(d->network.impl, &request, on_answer, a))
        not_sent(a, ATTEMPT_RETRY, "too many requests under way");
}

static void on_claimed(struct call *c)
{
    struct dispatcher *d = c->data;
    struct call mine = *c; /* claiming again uses d->call; the items live in this one's arena */
    const struct dispatch_next *next = c->result;
    const struct dispatch_item *items = c->status ? NULL : next->list.items.items;
    size_t count_items = c->status ? 0 : next->list.items.count;

    d->state = IDLE;
    /* A wave begins with a few, which leave while the next ones are written down. */
    d->claim_size = (int64_t)count_items < d->claim.most ? DISPATCH_CLAIM_FIRST : d->claim_size * 2;
    note_lag(d);
    for (size_t i = 0; i < count_items; i++)
        send_item(d, &items[i]);
    if (c->status) {
        /* Not at once again: the database has a trouble of its own. */
        log_err("claiming what is due", &c->err);
        if (!d->stopping)
            uv_timer_start(&d->timer, on_timer, DISPATCH_RETRY_MS, 0);
    } else {
        follow(d, next->at_ms);
    }
    call_release(&mine);
    finish_if_stopped(d);
}

/* At the latest until a doubted clock is believed, which may make much due. */
static void wait(struct dispatcher *d, int64_t wait_ms)
{
    int64_t most_ms = trust_doubts(&d->trust) ? d->trust.doubted_until_ms - clock_boot_ms() : DISPATCH_SLEEP_MS_MAX;

    if (wait_ms > most_ms)
        wait_ms = most_ms;
    uv_update_time(d->loop);
    uv_timer_start(&d->timer, on_timer, wait_ms < 1 ? 1 : (uint64_t)wait_ms, 0);
}

static void claim(struct dispatcher *d)
{
    int64_t room = DISPATCH_ACTIVE_MAX - d->counts.active;

    /* Full: the outcomes of what is under way wake it again. */
    if (d->state != IDLE || d->stopping || room <= 0)
        return;
    now_ms(d);
    if (trust_doubts(&d->trust)) {
        wait(d, INT64_MAX);
        return;
    }
    d->state = CLAIMING;
    d->again = false;
    if (d->claim_size > DISPATCH_CLAIM_MAX)
        d->claim_size = DISPATCH_CLAIM_MAX;
    d->claim.most = room < d->claim_size ? room : d->claim_size;
    d->claim.after_gap = d->gap;
    d->gap = false;
    d->claim.boot_ms = clock_boot_ms();
    d->claim.boot = clock_boot_id();
    d->claim.lag_ms = d->lag.ms > d->lag.before_ms ? d->lag.ms : d->lag.before_ms;
    fill_request(&d->call, d);
    d->claimed_ms = d->call.req.now_ms;
    d->call.op = &op_dispatch_claim;
    d->call.input = &d->claim;
    d->call.done = on_claimed;
    service_call(d->service, &d->call);
}

/* What is next */

static void on_timer(uv_timer_t *timer)
{
    struct dispatcher *d = timer->data;

    if (d->recovered)
        claim(d);
    else
        ask_next(d);
}

static void arm(struct dispatcher *d, int64_t at_ms)
{
    int64_t wait_ms = at_ms - now_ms(d);

    if (wait_ms <= 0)
        claim(d);
    else
        wait(d, wait_ms);
}

/*
 * What a job of ours found is to be done next. What is due is claimed whatever came in between, for the claim sees it
 * too; while outcomes stream in, something always has. After a gap a claim looks at what was put off.
 */
static void follow(struct dispatcher *d, int64_t at_ms)
{
    if (d->recovered && (d->gap || at_ms <= now_ms(d)))
        claim(d);
    else if (d->again)
        ask_next(d);
    else if (!d->stopping && (at_ms != INT64_MAX || trust_doubts(&d->trust)))
        arm(d, at_ms);
}

static void on_next(struct call *c)
{
    struct dispatcher *d = c->data;
    const struct dispatch_next *next = c->result;
    int64_t at_ms = c->status ? now_ms(d) + DISPATCH_RETRY_MS : next->at_ms;

    d->state = IDLE;
    if (c->status)
        log_err("asking what is due next", &c->err);
    else if (c->op == &op_dispatch_recover)
        d->recovered = true;
    call_release(c);
    follow(d, at_ms);
    finish_if_stopped(d);
}

static void ask(struct dispatcher *d, const struct operation *op)
{
    d->state = ASKING;
    d->again = false;
    fill_request(&d->call, d);
    d->call.op = op;
    d->call.done = on_next;
    service_call(d->service, &d->call);
}

static void ask_next(struct dispatcher *d)
{
    if (d->stopping)
        return;
    if (d->state != IDLE)
        d->again = true;
    else
        ask(d, d->recovered ? &op_dispatch_next : &op_dispatch_recover);
}

void dispatcher_wake(struct dispatcher *d)
{
    ask_next(d);
}

/* The wall clock */

static void arm_clock(struct dispatcher *d)
{
    /* Far away: it is only there to be cancelled when the clock is set. */
    struct itimerspec far = {.it_value = {.tv_sec = CLOCK_FAR_S}};

    timerfd_settime(d->clock_fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL);
}

static void on_clock_step(uv_poll_t *handle, int status, int events)
{
    struct dispatcher *d = handle->data;
    uint64_t expirations;

    (void)status;
    (void)events;
    if (read(d->clock_fd, &expirations, sizeof expirations) < 0 && errno == ECANCELED)
        log_warning("the clock was set; looking at what is due again");
    d->gap = true;
    arm_clock(d);
    dispatcher_wake(d);
}

static void watch_clock(struct dispatcher *d)
{
    d->clock_fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (d->clock_fd < 0)
        return;
    uv_poll_init(d->loop, &d->clock, d->clock_fd);
    d->clock.data = d;
    arm_clock(d);
    uv_poll_start(&d->clock, UV_READABLE, on_clock_step);
}

/* Start and stop */

struct dispatcher *dispatcher_new(uv_loop_t *loop, struct service *service, const struct network *network)
{
    struct dispatcher *d = mem_alloc(sizeof *d);

    d->loop = loop;
    d->service = service;
    d->network = *network;
    d->claim_size = DISPATCH_CLAIM_FIRST;
    trust_init(&d->trust, clock_wall_ms(), clock_boot_ms());
    uv_timer_init(loop, &d->timer);
    d->timer.data = d;
    uv_timer_init(loop, &d->rewrite);
    d->rewrite.data = d;
    watch_clock(d);
    ask(d, &op_dispatch_recover);
    return d;
}

static void on_closed(uv_handle_t *handle)
{
    struct dispatcher *d = handle->data;
    void (*stopped)(void *) = d->stopped;
    void *arg = d->stopped_arg;

    if (--d->closing > 0)
        return;
    if (d->clock_fd >= 0)
        close(d->clock_fd);
    free(d);
    stopped(arg);
}

static void finish_if_stopped(struct dispatcher *d)
{
    if (!d->stopping || d->closing || d->state != IDLE || d->counts.active > 0)
        return;
    d->closing = d->clock_fd >= 0 ? 3 : 2;
    uv_close((uv_handle_t *)&d->timer, on_closed);
    uv_close((uv_handle_t *)&d->rewrite, on_closed);
    if (d->clock_fd >= 0)
        uv_close((uv_handle_t *)&d->clock, on_closed);
}

void dispatcher_stop(struct dispatcher *d, void (*done)(void *), void *arg)
{
    d->stopping = true;
    d->stopped = done;
    d->stopped_arg = arg;
    uv_timer_stop(&d->timer);
    uv_timer_stop(&d->rewrite);
    rewrite(d);
    finish_if_stopped(d);
}

void dispatcher_counts(const struct dispatcher *d, struct dispatch_counts *ret)
{
    *ret = d->counts;
}
