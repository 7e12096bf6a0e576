/* Operations on deliveries. */
#include "notice.h"

#include "event.h"
#include "overdue.h"
#include "series.h"
#include "store/event.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void delivery_move(struct call *c, struct db *db, struct delivery_row *d, enum delivery_state to, const char *reason)
{
    enum delivery_state from;

    if (!d || !delivery_state_parse(d->state, &from) || !delivery_may_move(from, to))
        return;
    d->state = (char *)(uintptr_t)delivery_state_name(to);
    d->reason = arena_strdup(&c->out, reason);
    if (delivery_is_final(to) || to == DELIVERY_SENDING)
        d->next_ms = DB_NULL_INT;
    if (delivery_is_final(to))
        d->final_ms = c->req.now_ms;
    store_delivery_update(db, d);
    /* Many at once are told as "some": as CHANGE_EVERYTHING they would throw away every feed and page. */
    call_changed(c, CHANGE_DELIVERIES, c->change_count < CHANGES_MAX / 2 ? d->id : 0);
}

static enum msg judgement_of(const struct attempt *a)
{
    enum attempt_outcome outcome;

    if (!a->outcome || !attempt_outcome_parse(a->outcome, &outcome))
        return WORD_ATTEMPT_OPEN;
    switch (outcome) {
    case ATTEMPT_OK:
        return WORD_ATTEMPT_OK;
    case ATTEMPT_RETRY:
        return WORD_ATTEMPT_RETRY;
    case ATTEMPT_PERMANENT:
        return WORD_ATTEMPT_PERMANENT;
    case ATTEMPT_UNKNOWN:
        break;
    }
    return WORD_ATTEMPT_UNKNOWN;
}

/* WORD_NONE where it is over. */
static enum msg next_step_of(struct db *db, const struct delivery_row *d, int64_t now_ms)
{
    enum delivery_state state;

    if (!delivery_state_parse(d->state, &state) || delivery_is_final(state))
        return MSG_NONE;
    if (state == DELIVERY_SENDING)
        return WORD_STEP_SENDING;
    if (db_int(db, 0, "SELECT 1 FROM channel WHERE id = $1 AND state = 'paused'", p_int(d->channel_id)) != 0)
        return WORD_STEP_PAUSED;
    if (state == DELIVERY_SCHEDULED && d->next_ms <= now_ms)
        return WORD_STEP_NOW;
    if (state == DELIVERY_SCHEDULED && d->due_ms <= now_ms)
        return WORD_STEP_TURN;
    if (state == DELIVERY_SCHEDULED)
        return WORD_STEP_DUE;
    if (d->next_ms >= d->deadline_ms)
        return WORD_STEP_EXPIRES;
    return state == DELIVERY_AMBIGUOUS ? WORD_STEP_AGAIN : WORD_STEP_RETRY;
}

static void say(struct call *c, struct db *db, const struct delivery_row *d, struct delivery *v)
{
    struct attempt *attempts = v->attempts.items;
    enum msg step = next_step_of(db, d, c->req.now_ms);

    for (size_t i = 0; i < v->attempts.count; i++)
        attempts[i].judgement = (char *)(uintptr_t)catalogue_text(judgement_of(&attempts[i]), c->req.lang);
    v->late = v->attempts.count > 0 && attempts[0].at_ms - d->due_ms > OVERDUE_MS;
    if (step != MSG_NONE)
        v->next_step = (char *)(uintptr_t)catalogue_text(step, c->req.lang);
}

/* A test has no text of its own: its column holds both. */
void delivery_keep_trace(struct db *db, const struct delivery_row *d, const char *request, const char *answer)
{
    json_t *both = request ? json_pack("{s:s, s:s}", "request", request, "answer", answer ? answer : "") : NULL;
    char *text = both ? json_dumps(both, JSON_COMPACT) : NULL;

    if (text)
        db_exec(db, "UPDATE delivery SET text = $2 WHERE id = $1", p_int(d->id), p_text(text));
    free(text);
    json_decref(both);
}

static char *traced(const json_t *both, const char *name, struct arena *a)
{
    return arena_strdup(a, json_string_value(json_object_get(both, name)));
}

static void show_trace(struct call *c, const struct delivery_row *d, struct delivery *v)
{
    json_t *both = strcmp(d->kind, "test") == 0 ? json_loads(d->text, 0, NULL) : NULL;

    v->request = traced(both, "request", &c->out);
    v->answer = traced(both, "answer", &c->out);
    json_decref(both);
}

struct delivery *delivery_view(struct call *c, struct db *db, const struct delivery_row *d)
{
    struct delivery *v = arena_alloc(&c->out, sizeof *v);
    struct occurrence *o = d->occurrence_id == DB_NULL_INT ? NULL : occurrence_get(c, db, d->occurrence_id);
    struct event *ev = o || d->event_id == DB_NULL_INT ? NULL : event_get(c, db, d->event_id);

    *v = (struct delivery){.id = d->id, .code = d->code, .channel = d->channel_name, .kind = d->kind,
                           .due_ms = d->due_ms, .deadline_ms = d->deadline_ms, .next_ms = d->next_ms, .state = d->state,
                           .reason = d->reason, .created_ms = d->created_ms, .final_ms = d->final_ms};
    v->event = ev ? ev->slug : NULL;
    if (o) {
        v->event = o->event;
        v->recurrence_id = o->recurrence_id;
    }
    v->attempts = store_attempts(db, d->id, &c->out);
    say(c, db, d, v);
    show_trace(c, d, v);
    return v;
}

static int find(struct call *c, struct db *db, const char *code, struct delivery_row **ret, struct err *e)
{
    *ret = store_delivery_by_code(db, code, &c->out);
    if (*ret)
        return 0;
    return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_THING_NOT_FOUND, "delivery", "delivery", code, NULL);
}

static int run_show(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct delivery_filter *in = input;
    struct delivery_row *d;

    if (find(c, db, in->id, &d, e))
        return -1;
    *ret = delivery_view(c, db, d);
    return db_check(db, e);
}

static int read_cursor(const char *text, int64_t *ret_due_ms, int64_t *ret_id, struct err *e)
{
    long long due, id;
    char rest;

    if (!text)
        return 0;
    if (sscanf(text, "%lld.%lld%c", &due, &id, &rest) != 2)
        return err_set(e, ERR_INVALID, MSG_CURSOR_BAD, "cursor", NULL);
    *ret_due_ms = due;
    *ret_id = id;
    return 0;
}

static int run_list(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct delivery_filter *in = input;
    int64_t most, due_ms = INT64_MAX, id = INT64_MAX, event_id = 0;
    struct list_builder items = {0};
    enum delivery_state state;
    struct delivery_row *d = NULL;
    struct channel_row *ch;
    struct event *ev;
    struct ids ids;

    if (call_limit(in->limit, &most, e) || read_cursor(in->cursor, &due_ms, &id, e))
        return -1;
    if (in->state && !delivery_state_parse(in->state, &state))
        return err_set(e, ERR_INVALID, MSG_STATE_BAD, "state", in->state, NULL);
    if (in->channel && channel_find(c, db, in->channel, &ch, e))
        return -1;
    if (in->event && event_find(c, db, in->event, &ev, e))
        return -1;
    if (in->event)
        event_id = ev->id;
    ids = store_delivery_list(db, in->channel ? in->channel : "", event_id, in->state ? in->state : "", due_ms, id,
                              most, &c->out);
    for (size_t i = 0; i < ids.count; i++) {
        d = store_delivery_by_id(db, ids.items[i], &c->out);
        *(struct delivery *)list_add(c, &items, sizeof(struct delivery)) = *delivery_view(c, db, d);
    }
    *ret = list_end(c, &items,
                    ids.count == (size_t)most
                        ? arena_printf(&c->out, "%lld.%lld", (long long)d->due_ms, (long long)d->id)
                        : NULL);
    return db_check(db, e);
}

/* Now, instead of at its next time. */
static int run_retry(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct delivery_filter *in = input;
    struct delivery_row *d;

    if (find(c, db, in->id, &d, e))
        return -1;
    if (d->next_ms == DB_NULL_INT)
        return err_set(e, ERR_CONFLICT, MSG_DELIVERY_STATE, "delivery", d->code, d->state, NULL);
    d->next_ms = c->req.now_ms;
    store_delivery_update(db, d);
    call_audit(c, d->code, "retry");
    call_changed(c, CHANGE_DELIVERIES, d->id);
    *ret = delivery_view(c, db, d);
    return db_check(db, e);
}

static int run_drop(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct delivery_filter *in = input;
    struct delivery_row *d;

    if (find(c, db, in->id, &d, e))
        return -1;
    if (d->next_ms == DB_NULL_INT)
        return err_set(e, ERR_CONFLICT, MSG_DELIVERY_STATE, "delivery", d->code, d->state, NULL);
    delivery_move(c, db, d, DELIVERY_CANCELLED, "dropped");
    call_audit(c, d->code, "drop");
    *ret = delivery_view(c, db, d);
    return db_check(db, e);
}

const struct operation op_delivery_list = {"delivery list", ROLE_VIEWER, false, run_list};
const struct operation op_delivery_show = {"delivery show", ROLE_VIEWER, false, run_show};
const struct operation op_delivery_retry = {"delivery retry", ROLE_ORGANIZER, true, run_retry};
const struct operation op_delivery_drop = {"delivery drop", ROLE_ORGANIZER, true, run_drop};
