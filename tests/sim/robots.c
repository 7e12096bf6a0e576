/* The network, and the robots behind it: what they hear, what they answer, and what breaks in between. */
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS FETCH_TOTAL_MS

static const struct robot table[ROBOTS] = {
    {.kind = "webhook", .name = "webhook", .url = "https://hooks.example.org/kepu"},
    {.kind = "wecom", .name = "wecom", .url = "https://wecom.example.org/cgi-bin/webhook/send?key=1"},
    {.kind = "feishu", .name = "feishu", .url = "https://feishu.example.org/open-apis/bot/v2/hook/1"},
    {.kind = "slack", .name = "slack", .url = "https://slack.example.org/services/1"},
};

/* How each kind says it. */
struct answer {
    int status;
    const char *body;
    int64_t retry_after_ms;
};
static const struct words {
    struct answer fine, errs, busy, gone;
} words[ROBOTS] = {
    {{204, "", -1}, {409, "{\"error\":\"not now\"}", -1}, {429, "", 30000}, {410, "", -1}},
    {{200, "{\"errcode\":0,\"errmsg\":\"ok\"}", -1}, {200, "{\"errcode\":-1,\"errmsg\":\"system busy\"}", -1},
     {200, "{\"errcode\":45009,\"errmsg\":\"api freq out of limit\"}", -1},
     {200, "{\"errcode\":93000,\"errmsg\":\"invalid webhook url\"}", -1}},
    {{200, "{\"code\":0,\"msg\":\"success\"}", -1}, {200, "{\"code\":2200,\"msg\":\"internal\"}", -1},
     {200, "{\"code\":11232,\"msg\":\"frequency limited\"}", -1}, {200, "{\"code\":19001,\"msg\":\"invalid\"}", -1}},
    {{200, "ok", -1}, {503, "", -1}, {429, "rate_limited", 5000}, {404, "no_service", -1}},
};

struct robot *robots_named(struct world *w, const char *name)
{
    for (size_t i = 0; i < ROBOTS; i++)
        if (strcmp(w->robots[i].name, name) == 0)
            return &w->robots[i];
    world_wrong(w, "no robot is called %s", name);
}

static struct robot *robot_at(struct world *w, const char *url)
{
    size_t host;

    for (size_t i = 0; i < ROBOTS; i++) {
        host = strcspn(w->robots[i].url + 8, "/?");
        if (strncmp(w->robots[i].url, url, 8 + host) == 0)
            return &w->robots[i];
    }
    world_wrong(w, "a request to %s", url);
}

/* What the dispatcher was just given: it sends it in this order. */
void robots_claimed(struct world *w, const struct call *c)
{
    const struct list *list = c->result;
    const struct dispatch_item *items = list->items.items;

    w->claimed_at = 0;
    w->claimed_count = list->items.count;
    w->claimed_wall_ms = c->req.now_ms;
    for (size_t i = 0; i < w->claimed_count; i++) {
        strcpy(w->claimed_codes[i], items[i].code);
        w->claimed_deadline_ms[i] = items[i].deadline_ms;
    }
}

static struct track *track_of(struct world *w, const struct fetch_request *request)
{
    const char *code;

    WRONG_IF(w, w->claimed_at >= w->claimed_count, "a request that was not claimed");
    code = w->claimed_codes[w->claimed_at++];
    for (int i = 0; request->headers[i]; i++)
        if (strncmp(request->headers[i], "webhook-id: ", 12) == 0)
            WRONG_IF(w, strcmp(request->headers[i] + 12, code) != 0, "%s goes out as %s", code,
                     request->headers[i]);
    return promise_track(w, code);
}

static bool either(struct world *w)
{
    return world_chance(w, 500);
}

static void say(struct network_call *call, struct answer a)
{
    call->result = (struct fetch_result){.end = FETCH_ANSWERED, .status = a.status, .body = a.body,
                                         .body_bytes = strlen(a.body), .retry_after_ms = a.retry_after_ms,
                                         .reason = "HTTP"};
}

static void break_off(struct network_call *call, enum fetch_end end, const char *reason)
{
    call->result = (struct fetch_result){.end = end, .body = "", .retry_after_ms = -1, .reason = reason};
}

/* Decides how this request ends, and when; what was heard is heard half way. */
static int64_t decide(struct world *w, struct network_call *call)
{
    const struct words *own = &words[call->robot - w->robots];
    static const struct answer page = {200, "<!DOCTYPE html><title>Login</title>", -1}, failure = {503, "", -1};
    int64_t wait_ms = world_between(w, 5, 400);

    switch (call->robot->mood) {
    case MOOD_REFUSES:
        break_off(call, FETCH_NOT_SENT, "cannot connect");
        return either(w) ? wait_ms : FETCH_CONNECT_MS;
    case MOOD_HANGS:
        call->hears = either(w);
        break_off(call, FETCH_UNKNOWN, "timed out waiting for the answer");
        return TIMEOUT_MS;
    case MOOD_RESETS:
        call->hears = either(w);
        break_off(call, FETCH_UNKNOWN, "connection broke before the whole answer");
        return wait_ms;
    case MOOD_HTML:
        call->hears = either(w);
        say(call, page);
        /* A webhook that answers 200 has taken it. */
        call->hears |= strcmp(call->robot->kind, "webhook") == 0;
        return wait_ms;
    case MOOD_ERRS:
        say(call, own->errs);
        return wait_ms;
    case MOOD_BUSY:
        say(call, own->busy);
        return wait_ms;
    case MOOD_FAILS:
        say(call, failure);
        return wait_ms;
    case MOOD_GONE:
        say(call, own->gone);
        return wait_ms;
    case MOOD_FINE:
    case MOOD_COUNT:
        break;
    }
    call->hears = true;
    say(call, own->fine);
    return world_chance(w, 20) ? world_between(w, 400, TIMEOUT_MS - 1) : wait_ms;
}

static void forget(struct network_call *call)
{
    struct network_call **link = &call->world->calls;

    while (*link != call)
        link = &(*link)->next;
    *link = call->next;
    free(call);
}

static void on_heard(struct world *w, void *arg)
{
    struct track *t = arg;

    t->heard++;
    w->digest = w->digest * 31 + (uint64_t)(t - w->tracks) + (uint64_t)w->boot_ms;
}

static void on_answer(struct world *w, void *arg)
{
    struct network_call *call = arg;

    if (!call->answered) {
        call->answered = true;
        world_say(w, "%s: %s %d", call->track->code, call->result.reason, call->result.status);
        call->done(call->arg, &call->result);
    }
    forget(call);
}

static struct network_call *start(void *impl, const struct fetch_request *request, fetch_done *done, void *arg)
{
    struct world *w = impl;
    struct network_call *call;
    int64_t wait_ms;

    if (!w->up)
        return NULL;
    w->counts.calls++;
    call = calloc(1, sizeof *call);
    *call = (struct network_call){.world = w, .next = w->calls, .done = done, .arg = arg};
    call->robot = robot_at(w, request->url);
    call->track = track_of(w, request);
    w->calls = call;
    promise_started(w, call->robot, call->track);
    wait_ms = decide(w, call);
    call->result.ms = wait_ms;
    world_say(w, "%s goes to %s", call->track->code, call->robot->name);
    if (call->hears)
        world_at(w, world_below(w, wait_ms), on_heard, call->track);
    world_at(w, wait_ms, on_answer, call);
    return call;
}

static void cancel(void *impl, struct network_call *call)
{
    (void)call;
    world_wrong(impl, "a request is cancelled: its outcome is lost");
}

struct network robots_network(struct world *w)
{
    return (struct network){w, start, cancel};
}

void robots_die(struct world *w)
{
    static const struct fetch_result lost = {.end = FETCH_UNKNOWN, .body = "", .reason = "", .retry_after_ms = -1};

    for (struct network_call *call = w->calls; call; call = call->next) {
        if (call->answered)
            continue;
        call->answered = true;
        call->done(call->arg, &lost);
    }
}

void robots_reset(struct world *w)
{
    memcpy(w->robots, table, sizeof table);
    w->claimed_count = w->claimed_at = 0;
}

void robots_mood(struct world *w)
{
    struct robot *r = &w->robots[world_below(w, ROBOTS)];

    r->mood = world_chance(w, 650) ? MOOD_FINE : (enum mood)world_below(w, MOOD_COUNT);
    if (r->mood == MOOD_GONE && !world_chance(w, 200))
        r->mood = MOOD_FINE;
    world_say(w, "%s is in mood %d", r->name, (int)r->mood);
}

void robots_calm(struct world *w)
{
    for (size_t i = 0; i < ROBOTS; i++)
        w->robots[i].mood = MOOD_FINE;
}
