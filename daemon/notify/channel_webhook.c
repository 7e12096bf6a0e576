#include "channel_face.h"

#include "base/err.h"
#include "base/mem.h"
#include "calendar/civil.h"
#include "sign.h"
#include "text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

/* Together under the 20 kB of Standard Webhooks, whatever comes. */
static const struct text_form text_form = {.measure = TEXT_JSON, .max = 12000, .title_before = "", .title_after = "\n"};
static const struct text_form field_form = {.measure = TEXT_JSON, .max = 1200};

static const struct status_rule statuses[] = {
    {410, 410, JUDGE_CHANNEL, false},
    {0, 0, JUDGE_UNKNOWN, false},
};

static const char *timestamp(int64_t ms, struct arena *a)
{
    char text[CIVIL_TEXT_BYTES];

    civil_format(ms / 1000, false, text);
    return arena_printf(a, "%sZ", text);
}

static json_t *body_of(const struct channel_target *target, const struct message *m, struct arena *a)
{
    return json_pack("{s:s+, s:s, s:{s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?}}", "type", "reminder.", m->kind,
                     "timestamp", timestamp(m->timestamp_ms, a), "data",
                     "event", text_fit(&field_form, m->event, a),
                     "recurrence_id", text_fit(&field_form, m->recurrence_id, a),
                     "title", text_fit(&field_form, m->subject && m->subject[0] ? m->subject : m->title, a),
                     "start", text_fit(&field_form, m->start, a),
                     "venue", text_fit(&field_form, m->venue, a),
                     "text", text_compose(&text_form, m, target->keyword, a),
                     "url", text_fit(&field_form, m->url, a));
}

/* The identity of the delivery, in the characters that an id may have; a dot would end it where it is signed. */
static const char *message_id(const char *delivery, struct arena *a)
{
    char *id = arena_strdup(a, delivery);

    for (char *p = id; *p; p++)
        if (!isalnum((unsigned char)*p) && *p != '-' && *p != '_')
            *p = '_';
    return id;
}

static int sign(const struct channel_target *target, const char *id, int64_t now_s, struct arena *a,
                struct fetch_request *ret, struct err *e)
{
    const char *now = sign_webhook(target->secret ? target->secret : "", id, now_s, ret->body, a);
    const char *old = target->secret_old ? sign_webhook(target->secret_old, id, now_s, ret->body, a) : NULL;

    if (!now)
        return err_set(e, ERR_INVALID, MSG_CHANNEL_SECRET_WEBHOOK, "secret", NULL);
    channel_add_header(ret, arena_printf(a, "webhook-id: %s", id));
    channel_add_header(ret, arena_printf(a, "webhook-timestamp: %" PRId64, now_s));
    channel_add_header(ret, arena_printf(a, "webhook-signature: %s%s%s", now, old ? " " : "", old ? old : ""));
    return 0;
}

static int build(const struct channel_target *target, const struct message *m, int64_t now_ms, struct arena *a,
                 struct fetch_request *ret, struct err *e)
{
    struct fetch_request request;

    if (channel_request(target, "POST", target->url, body_of(target, m, a), a, &request, e) != 0)
        return -1;
    if (sign(target, message_id(target->delivery, a), now_ms / 1000, a, &request, e) != 0)
        return -1;
    *ret = request;
    return 0;
}

const struct channel_face channel_webhook = {.build = build, .proof = PROOF_STATUS, .statuses = statuses};
