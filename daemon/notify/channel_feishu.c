#include "channel_face.h"

#include "base/mem.h"
#include "sign.h"
#include "text.h"

#include <inttypes.h>
#include <string.h>

#define CODE_BAD_REQUEST 9499

/* "<at id=all>" would call everybody up. */
static const struct text_escape escapes[] = {{'<', "&#60;"}, {'>', "&#62;"}, {0, NULL}};

/* With the title and the card around it within 19,000 of the 20 kB. */
static const struct text_form form = {
    .measure = TEXT_JSON, .max = 17000, .escapes = escapes,
    .link_before = "[", .link_between = "](", .link_after = ")",
};
static const struct text_form title_form = {.measure = TEXT_JSON, .max = 1000};

static const struct code_rule codes[] = {
    {11232, JUDGE_RETRY, 0, true, "too often"},
    {99991400, JUDGE_RETRY, 0, true, "too often"},
    {2200, JUDGE_RETRY, 0, false, NULL},
    {CODE_BAD_REQUEST, JUDGE_PERMANENT, 0, false, NULL},
    {19021, JUDGE_CHANNEL, 0, false, "signature refused: check the clock and the secret"},
    {19022, JUDGE_CHANNEL, 0, false, "address not allowed by the robot"},
    {19024, JUDGE_CHANNEL, 0, false, "keyword missing"},
    {19001, JUDGE_CHANNEL, 0, false, "the robot is gone, or its address is wrong"},
    {0, JUDGE_UNKNOWN, 0, false, NULL},
};

/* The code for a bad request is also the one for too many of them. */
static enum judgement reconsider(int64_t code, const char *words, enum judgement judgement)
{
    static const char *const often[] = {"frequen", "频", "too many", "rate limit"};

    if (code != CODE_BAD_REQUEST)
        return judgement;
    for (size_t i = 0; i < sizeof often / sizeof often[0]; i++)
        if (strcasestr(words, often[i]))
            return JUDGE_RETRY;
    return judgement;
}

static json_t *card(const struct channel_target *target, const struct message *m, struct arena *a)
{
    return json_pack("{s:s, s:{s:{s:{s:s, s:s}, s:s}, s:[{s:s, s:{s:s, s:s}}]}}", "msg_type", "interactive", "card",
                     "header", "title", "tag", "plain_text", "content", text_fit(&title_form, m->title, a),
                     "template", "blue", "elements", "tag", "div",
                     "text", "tag", "lark_md", "content", text_compose(&form, m, target->keyword, a));
}

static void sign(json_t *body, const char *secret, int64_t now_s, struct arena *a)
{
    json_object_set_new(body, "timestamp", json_string(arena_printf(a, "%" PRId64, now_s)));
    json_object_set_new(body, "sign", json_string(sign_feishu(secret, now_s, a)));
}

static int build(const struct channel_target *target, const struct message *m, int64_t now_ms, struct arena *a,
                 struct fetch_request *ret, struct err *e)
{
    json_t *body = card(target, m, a);

    if (target->secret && target->secret[0])
        sign(body, target->secret, now_ms / 1000, a);
    return channel_request(target, "POST", target->url, body, a, ret, e);
}

const struct channel_face channel_feishu = {
    .build = build, .proof = PROOF_CODE, .proof_field = "code", .proof_field_old = "StatusCode", .words_field = "msg",
    .codes = codes, .reconsider = reconsider,
};
