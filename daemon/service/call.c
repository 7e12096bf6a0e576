#include "call.h"

#include "base/log.h"
#include "changes.h"
#include "domain/people.h"
#include "notice.h"
#include "store/office.h"
#include "lateness.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_CONTEXT "request.answer"
#define OWN_KEY_CHARS 20
#define TOKEN_USE_STEP_MS 60000        /* how exactly last_used is kept */

struct service {
    struct store *store;
    struct crypto_keys keys;
    struct settings settings;
    struct {
        void (*on_change)(void *, const struct change *, int);
        void *arg;
    } listeners[SERVICE_LISTENERS_MAX];
    int listener_count;
    const struct robots *robots;
    struct lateness lateness;
};

static void tell(struct service *s, const struct change *changes, int count)
{
    for (int i = 0; i < s->listener_count; i++)
        s->listeners[i].on_change(s->listeners[i].arg, changes, count);
}

/* What another daemon changed in the same database. */
static void on_told(void *arg, const char *text)
{
    struct change changes[CHANGES_MAX];

    tell(arg, changes, changes_read(text, changes));
}

struct service *service_new(struct store *store, const struct crypto_keys *keys, const struct settings *settings)
{
    struct service *s = mem_alloc(sizeof *s);

    s->store = store;
    s->keys = *keys;
    s->settings = *settings;
    store_listen(store, on_told, s);
    return s;
}

void service_free(struct service *s)
{
    free(s);
}

const struct crypto_keys *service_keys(const struct service *s)
{
    return &s->keys;
}

const char *service_notice_version(const struct service *s)
{
    const char *own = s->settings.privacy.version;

    return own ? own : PRIVACY_NOTICE_VERSION;
}

const struct settings *service_settings(const struct service *s)
{
    return &s->settings;
}

struct store *service_store(const struct service *s)
{
    return s->store;
}

void service_listen(struct service *s, void (*on_change)(void *, const struct change *, int), void *arg)
{
    if (s->listener_count == SERVICE_LISTENERS_MAX)
        abort();
    s->listeners[s->listener_count].on_change = on_change;
    s->listeners[s->listener_count++].arg = arg;
}

void service_unlisten(struct service *s, const void *arg)
{
    for (int i = 0; i < s->listener_count; i++)
        if (s->listeners[i].arg == arg)
            s->listeners[i--] = s->listeners[--s->listener_count];
}

void service_set_robots(struct service *s, const struct robots *robots)
{
    s->robots = robots;
}

void service_note_lateness(struct service *s, int64_t late_ms)
{
    static const int64_t bounds_ms[LATENESS_BOUNDS] = LATENESS_BOUNDS_MS;
    struct lateness *l = &s->lateness;
    size_t i = 0;

    if (late_ms < 0)
        late_ms = 0;
    while (i < LATENESS_BOUNDS && late_ms > bounds_ms[i])
        i++;
    l->counts[i]++;
    l->sent++;
    l->late += late_ms > LATENESS_LATE_MS;
    l->sum_ms += late_ms;
}

const struct lateness *service_lateness(const struct service *s)
{
    return &s->lateness;
}

const struct robots *service_robots(const struct service *s)
{
    return s->robots;
}

void call_changed(struct call *c, enum change_kind kind, int64_t id)
{
    for (int i = 0; i < c->change_count; i++)
        if (c->changes[i].kind == kind && c->changes[i].id == id)
            return;
    if (c->change_count == CHANGES_MAX) {
        c->changes[0] = (struct change){CHANGE_EVERYTHING, 0};
        c->change_count = 1;
    }
    if (c->changes[0].kind != CHANGE_EVERYTHING || c->change_count == 0)
        c->changes[c->change_count++] = (struct change){kind, id};
}

void call_audit(struct call *c, const char *object, const char *format, ...)
{
    va_list ap;

    snprintf(c->audit.object, sizeof c->audit.object, "%s", object);
    va_start(ap, format);
    vsnprintf(c->audit.detail, sizeof c->audit.detail, format, ap);
    va_end(ap);
}

int call_check_version(const struct call *c, const char *what, int64_t version, struct err *e)
{
    char text[24];

    if (c->req.if_version == FIELD_INT_ABSENT || c->req.if_version == version)
        return 0;
    snprintf(text, sizeof text, "%lld", (long long)version);
    return err_set(e, ERR_CHANGED, MSG_CHANGED_MEANWHILE, "version", what, text, NULL);
}

int call_limit(int64_t given, int64_t *ret, struct err *e)
{
    if (given != FIELD_INT_ABSENT && (given < 1 || given > LIST_LIMIT_MAX))
        return err_set(e, ERR_INVALID, MSG_LIMIT_BAD, "limit", NULL);
    *ret = given == FIELD_INT_ABSENT ? LIST_LIMIT_DEFAULT : given;
    return 0;
}

void *list_add(struct call *c, struct list_builder *b, size_t item_bytes)
{
    if (b->count == b->room) {
        size_t room = b->room ? b->room * 2 : 16;
        char *items = arena_alloc(&c->out, room * item_bytes);
        if (b->count)
            memcpy(items, b->items, b->count * item_bytes);
        b->items = items;
        b->room = room;
        b->bytes = item_bytes;
    }
    return b->items + item_bytes * b->count++;
}

void *list_end(struct call *c, struct list_builder *b, char *next)
{
    struct list *list = arena_alloc(&c->out, sizeof *list);

    list->items = (struct objects){b->items, b->count, true};
    list->next = next;
    return list;
}

/* A request id is its principal's own: nobody else is answered by it. */
static const char *request_key(struct call *c)
{
    return arena_printf(&c->out, "%s %s", c->req.principal.name, c->req.id);
}

/* A token's principal takes the public one's place; a token that is wrong, expired or revoked is none. */
static int authenticate(struct call *c, struct db *db, struct err *e)
{
    struct request *r = &c->req;

    int64_t last_used_ms = INT64_MAX;

    if (r->has_bearer && store_token_principal(db, r->bearer_hash, r->now_ms, &r->principal, &last_used_ms))
        return err_set(e, ERR_UNAUTHENTICATED, MSG_TOKEN_BAD, NULL, NULL);
    c->token_used = r->has_bearer && (last_used_ms == DB_NULL_INT || r->now_ms - last_used_ms >= TOKEN_USE_STEP_MS);
    if (r->principal.role >= c->op->least)
        return 0;
    if (r->principal.role == ROLE_PUBLIC)
        return err_set(e, ERR_UNAUTHENTICATED, MSG_TOKEN_NEEDED, NULL, NULL);
    return err_set(e, ERR_NOT_ALLOWED, MSG_ROLE_NEEDED, NULL, principal_role_name(c->op->least), NULL);
}

/* Two with the same id may come at once, through two daemons too: the second waits for the first here. */
static bool is_new(struct call *c, struct db *db)
{
    return !c->req.id[0] || (!c->req.dry_run && !db_writes_alone(db) &&
                             store_request_reserve(db, request_key(c), c->req.now_ms, c->op->name));
}

/* 1: this request id was answered before and its answer stands in c->body; 0: it is new. */
static int replay(struct call *c, struct db *db, struct err *e)
{
    struct bytes sealed;
    char *operation, *answer;

    if (is_new(c, db) || !store_request_find(db, request_key(c), &c->out, &operation, &sealed))
        return 0;
    if (strcmp(operation, c->op->name) != 0)
        return err_set(e, ERR_CONFLICT, MSG_REQUEST_REUSED, "Idempotency-Key", operation, NULL);
    if (crypto_open(&c->service->keys, ANSWER_CONTEXT, sealed, &c->out, &answer, e))
        return -1;
    c->job.request_id = request_key(c);
    buf_adds(&c->body, answer);
    c->replayed = true;
    return 1;
}

/* Of a request without an id of its own; no principal's name begins so. */
static const char *own_key(struct call *c)
{
    char code[OWN_KEY_CHARS + 1];

    crypto_code(OWN_KEY_CHARS, code);
    return arena_printf(&c->out, STORE_REQUEST_OWN "%s", code);
}

/*
 * With what it was answered, for those who ask again. In a shared database every request leaves its row: it tells
 * whether a COMMIT was done whose answer never came.
 */
static void remember(struct call *c, struct db *db)
{
    struct bytes sealed = {"", 0};

    if (c->req.id[0]) {
        sealed = crypto_seal(&c->service->keys, ANSWER_CONTEXT, buf_text(&c->body), &c->out);
        c->job.request_id = request_key(c);
    } else if (db_is_shared(db)) {
        c->job.request_id = own_key(c);
    } else {
        return;
    }
    store_request_add(db, c->job.request_id, c->req.now_ms, c->op->name, sealed);
}

static void write_down(struct call *c, struct db *db)
{
    if (c->audit.object[0])
        store_audit_add(db, c->req.now_ms, c->req.principal.name, c->op->name, c->audit.object, c->audit.detail,
                        c->req.id);
    if (c->req.dry_run)
        return;
    remember(c, db);
    if (c->change_count > 0 && db_is_shared(db))
        db_tell(db, changes_write(c->changes, c->change_count, &c->out));
}

static void forget_run(struct call *c)
{
    arena_release(&c->out);
    buf_clear(&c->body);
    c->audit.object[0] = c->audit.detail[0] = 0;
    c->change_count = 0;
    c->result = NULL;
    c->replayed = false;
    c->job.request_id = NULL;
}

static int run_job(struct job *job, struct db *db, struct err *e)
{
    struct call *c = (struct call *)(void *)((char *)job - offsetof(struct call, job));
    int replayed;

    forget_run(c);
    if (authenticate(c, db, e))
        return -1;
    replayed = c->op->write ? replay(c, db, e) : 0;
    if (replayed)
        return replayed < 0 ? -1 : 0;
    if (c->op->run(c, db, c->input, &c->result, e) || db_check(db, e))
        return -1;
    if (c->encode && c->encode(c, c->result, &c->body, e))
        return -1;
    if (c->op->write)
        write_down(c, db);
    return db_check(db, e);
}

/* That a token was used is written by a job of its own, since what it was used for may only read. */
struct token_use {
    struct call call;
    unsigned char hash[CRYPTO_HASH_BYTES];
};

static int run_token_use(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    (void)ret;
    store_token_used(db, input, c->req.now_ms);
    return db_check(db, e);
}

static const struct operation op_token_use = {"token use", ROLE_ADMIN, true, run_token_use};

static void on_token_use(struct call *c)
{
    call_release(c);
    free(c->data);
}

static void note_token_use(struct service *s, const struct request *r)
{
    struct token_use *use = mem_alloc(sizeof *use);

    memcpy(use->hash, r->bearer_hash, sizeof use->hash);
    use->call.op = &op_token_use;
    use->call.input = use->hash;
    use->call.done = on_token_use;
    use->call.data = use;
    use->call.req.principal.role = ROLE_ADMIN;
    use->call.req.now_ms = r->now_ms;
    service_call(s, &use->call);
}

static void job_done(struct job *job)
{
    struct call *c = (struct call *)(void *)((char *)job - offsetof(struct call, job));
    struct service *s = c->service;

    c->status = job->status;
    c->err = job->err;
    c->data_version = job->data_version;
    if (c->status == 0 && c->change_count > 0 && !job->discard)
        tell(s, c->changes, c->change_count);
    if (c->status && c->err.code == ERR_FAILED)
        log_err(c->op->name, &c->err);
    if (c->token_used)
        note_token_use(s, &c->req);
    if (c->done)
        c->done(c);
}

static void prepare(struct service *s, struct call *c)
{
    c->service = s;
    c->job = (struct job){.write = c->op->write != OPERATION_READS,
                          .rows = c->op->write == OPERATION_WRITES_ROWS,
                          .alone = c->op->write == OPERATION_ALONE,
                          .discard = c->req.dry_run,
                          .run = run_job,
                          .done = job_done};
}

void service_call(struct service *s, struct call *c)
{
    prepare(s, c);
    store_submit(s->store, &c->job);
}

int service_call_now(struct service *s, struct call *c)
{
    prepare(s, c);
    return store_run_now(s->store, &c->job);
}

void call_release(struct call *c)
{
    arena_release(&c->out);
    buf_release(&c->body);
}
