#include "channel_face.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WORDS_BYTES_MAX 120
#define KEY_BYTES_MIN 16                /* a run of letters and digits this long may be a robot's key, echoed */
#define UNLISTED_CODE_WAIT_MS 60000

/* What the statuses mean wherever a kind doesn't say otherwise. */
static const struct status_rule common[] = {
    {200, 299, JUDGE_UNKNOWN, false},
    {300, 399, JUDGE_PERMANENT, false},
    {408, 408, JUDGE_RETRY, false},
    {425, 425, JUDGE_RETRY, false},
    {429, 429, JUDGE_RETRY, true},
    {400, 499, JUDGE_PERMANENT, false},
    {500, 599, JUDGE_RETRY, false},
    {0, 0, JUDGE_UNKNOWN, false},
};

const char *judgement_name(enum judgement j)
{
    static const char *const names[] = {
        [JUDGE_OK] = "ok", [JUDGE_RETRY] = "retry", [JUDGE_PERMANENT] = "permanent",
        [JUDGE_CHANNEL] = "channel", [JUDGE_UNKNOWN] = "unknown",
    };

    return names[j];
}

static const struct status_rule *find_status(const struct status_rule *rules, int status)
{
    const struct status_rule *r = rules;

    while (r && r->from && (status < r->from || status > r->to))
        r++;
    return r && r->from ? r : NULL;
}

static const struct code_rule *find_code(const struct code_rule *rules, int64_t code)
{
    const struct code_rule *r = rules;

    while (r && r->code && r->code != code)
        r++;
    return r && r->code ? r : NULL;
}

static size_t key_run(const char *text)
{
    size_t len = 0;

    while (isalnum((unsigned char)text[len]) || (text[len] && strchr("-_", text[len])))
        len++;
    return len;
}

/* The vendor's words for a log: one line, cut, without anything that could be a key. */
static const char *tame(const char *words, struct arena *a)
{
    struct buf out = {0};
    size_t len;
    const char *text;

    for (const char *p = words; *p; p += len) {
        len = key_run(p);
        if (len >= KEY_BYTES_MIN)
            buf_adds(&out, "***");
        else if (len)
            buf_add(&out, p, len);
        else
            buf_addc(&out, (unsigned char)p[len++] < 0x20 ? ' ' : *p);
    }
    text = arena_strndup(a, buf_text(&out), utf8_cut(buf_text(&out), out.len, WORDS_BYTES_MAX));
    buf_release(&out);
    return text;
}

static const char *words_of(const struct channel_face *face, const struct fetch_result *r, const json_t *body,
                            struct arena *a)
{
    const char *words = face->words_field ? json_string_value(json_object_get(body, face->words_field)) : NULL;

    if (!words && face->proof == PROOF_WORD_OK && r->status >= 400)
        words = r->body;
    return words ? tame(words, a) : "";
}

/* The wait that the body names, if any; what is absurd counts as none or as the longest. */
static int64_t wait_in_body(const struct channel_face *face, const json_t *body)
{
    const json_t *holder = face->wait_object ? json_object_get(body, face->wait_object) : body;
    const json_t *wait = face->wait_field ? json_object_get(holder, face->wait_field) : NULL;
    double ms = json_number_value(wait) * (double)face->wait_unit_ms;

    if (!json_is_number(wait) || !(ms >= 0))
        return -1;
    /* Rounded up: a millisecond too soon is too soon. */
    return ms >= FETCH_RETRY_AFTER_MS_MAX ? FETCH_RETRY_AFTER_MS_MAX : (int64_t)ms + 1;
}

static int64_t longest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool body_says_ok(const struct fetch_result *r)
{
    size_t len = r->body_bytes;

    while (len > 0 && isspace((unsigned char)r->body[len - 1]))
        len--;
    return len == 2 && memcmp(r->body, "ok", 2) == 0;
}

static const json_t *code_in(const struct channel_face *face, const json_t *body)
{
    const json_t *code = json_object_get(body, face->proof_field);

    return code || !face->proof_field_old ? code : json_object_get(body, face->proof_field_old);
}

static bool proven(const struct channel_face *face, const struct fetch_result *r, const json_t *body)
{
    const json_t *code;
    const char *text;

    switch (face->proof) {
    case PROOF_STATUS:
        return r->status >= 200 && r->status <= 299;
    case PROOF_WORD_OK:
        return r->status == 200 && body_says_ok(r);
    case PROOF_CODE:
        code = code_in(face, body);
        return r->status == 200 && json_is_integer(code) && json_integer_value(code) == 0;
    case PROOF_TEXT:
        text = json_string_value(json_object_get(body, face->proof_field));
        return r->status == 200 && text && text[0];
    case PROOF_TRUE:
        return r->status == 200 && json_is_true(json_object_get(body, face->proof_field));
    }
    return false;
}

static struct verdict judge_code(const struct channel_face *face, const struct fetch_result *r, int64_t code,
                                 const char *words, struct arena *a)
{
    const struct code_rule *rule = find_code(face->codes, code);
    struct verdict v = {.judgement = JUDGE_RETRY, .retry_after_ms = longest(r->retry_after_ms, UNLISTED_CODE_WAIT_MS)};

    if (rule) {
        v.judgement = rule->judgement;
        v.retry_after_ms = longest(r->retry_after_ms, rule->wait_ms > 0 ? rule->wait_ms : -1);
        v.robot_waits = rule->robot_waits;
    }
    if (face->reconsider)
        v.judgement = face->reconsider(code, words, v.judgement);
    if (v.judgement != JUDGE_RETRY)
        v.retry_after_ms = -1;
    v.reason = arena_printf(a, "%s %" PRId64 "%s%s%s%s", face->proof_field, code, words[0] ? ": " : "", words,
                            rule && rule->note ? "; " : "", rule && rule->note ? rule->note : "");
    return v;
}

static struct verdict judge_status(const struct channel_face *face, const struct fetch_result *r, const json_t *body,
                                   const char *words, struct arena *a)
{
    const struct status_rule *rule = find_status(face->statuses, r->status);
    struct verdict v = {.judgement = JUDGE_UNKNOWN};

    if (!rule)
        rule = find_status(common, r->status);
    if (rule) {
        v.judgement = rule->judgement;
        v.robot_waits = rule->robot_waits;
    }
    v.retry_after_ms = longest(r->retry_after_ms, wait_in_body(face, body));
    v.reason = arena_printf(a, "%s%s%s", r->reason, words[0] ? ": " : "", words);
    if (v.judgement == JUDGE_UNKNOWN && !words[0])
        v.reason = arena_printf(a, "%s, but the answer does not say that it was taken", r->reason);
    return v;
}

/* An unlisted code on an HTTP error says less than the error's status. */
static bool code_decides(const struct channel_face *face, const struct fetch_result *r, const json_t *code)
{
    int64_t value = json_integer_value(code);

    return json_is_integer(code) && value != 0 && (r->status < 400 || find_code(face->codes, value));
}

static struct verdict judge_answer(const struct channel_face *face, const struct fetch_result *r, struct arena *a)
{
    json_t *body = r->body_cut ? NULL : json_loadb(r->body, r->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    const json_t *code = face->proof == PROOF_CODE ? code_in(face, body) : NULL;
    const char *words = words_of(face, r, body, a);
    struct verdict v = {.judgement = JUDGE_OK, .retry_after_ms = -1};

    if (proven(face, r, body))
        v.reason = arena_strdup(a, r->reason);
    else if (code_decides(face, r, code))
        v = judge_code(face, r, json_integer_value(code), words, a);
    else
        v = judge_status(face, r, body, words, a);
    json_decref(body);
    return v;
}

struct verdict channel_judge(enum channel_kind kind, const struct fetch_result *result, struct arena *a)
{
    struct verdict v = {.retry_after_ms = -1, .reason = arena_strdup(a, result->reason)};

    switch (result->end) {
    case FETCH_NOT_SENT:
        v.judgement = result->refused_address ? JUDGE_CHANNEL : JUDGE_RETRY;
        return v;
    case FETCH_UNKNOWN:
        v.judgement = JUDGE_UNKNOWN;
        return v;
    case FETCH_ANSWERED:
        break;
    }
    return judge_answer(channel_face(kind), result, a);
}
