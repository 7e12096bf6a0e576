#include "channel_face.h"

#include "base/mem.h"
#include "channel_url.h"
#include "sign.h"
#include "text.h"

#include <inttypes.h>

#define BREAKER_MS (10 * 60000)

/* A lone line end would be a space in its Markdown. */
static const struct text_escape escapes[] = {{'\n', "  \n"}, {'<', "＜"}, {0, NULL}};

static const struct text_form form = {
    .measure = TEXT_JSON, .max = 18000, .escapes = escapes, .title_before = "### ", .title_after = "\n\n",
    .link_before = "[", .link_between = "](", .link_after = ")",
};
static const struct text_form title_form = {.measure = TEXT_JSON, .max = 1000};

static const struct code_rule codes[] = {
    {130101, JUDGE_RETRY, BREAKER_MS, true, "too often: silenced for ten minutes"},
    {410100, JUDGE_RETRY, BREAKER_MS, true, "too often: silenced for ten minutes"},
    {-1, JUDGE_RETRY, 0, false, "busy"},
    {310000, JUDGE_CHANNEL, 0, false, "check keyword, secret and allowed addresses of the robot"},
    {400013, JUDGE_CHANNEL, 0, false, NULL},
    {400101, JUDGE_CHANNEL, 0, false, NULL},
    {400102, JUDGE_CHANNEL, 0, false, NULL},
    {400106, JUDGE_CHANNEL, 0, false, NULL},
    {400105, JUDGE_PERMANENT, 0, false, NULL},
    {400402, JUDGE_PERMANENT, 0, false, NULL},
    {40035, JUDGE_PERMANENT, 0, false, NULL},
    {43004, JUDGE_PERMANENT, 0, false, NULL},
    {0, JUDGE_UNKNOWN, 0, false, NULL},
};

/* 4301xx: something about the message. */
static enum judgement reconsider(int64_t code, const char *words, enum judgement judgement)
{
    (void)words;
    return code / 100 == 4301 ? JUDGE_PERMANENT : judgement;
}

static const char *signed_url(const struct channel_target *target, int64_t now_ms, struct arena *a)
{
    const char *signature;

    if (!target->secret || !target->secret[0])
        return target->url;
    signature = url_escape(sign_dingtalk(target->secret, now_ms, a), a);
    return url_add_query(target->url, arena_printf(a, "timestamp=%" PRId64 "&sign=%s", now_ms, signature), a);
}

static int build(const struct channel_target *target, const struct message *m, int64_t now_ms, struct arena *a,
                 struct fetch_request *ret, struct err *e)
{
    json_t *body = json_pack("{s:s, s:{s:s, s:s}, s:{s:[], s:b}}", "msgtype", "markdown", "markdown",
                             "title", text_fit(&title_form, m->title, a),
                             "text", text_compose(&form, m, target->keyword, a),
                             "at", "atMobiles", "isAtAll", 0);

    return channel_request(target, "POST", signed_url(target, now_ms, a), body, a, ret, e);
}

const struct channel_face channel_dingtalk = {
    .build = build, .proof = PROOF_CODE, .proof_field = "errcode", .words_field = "errmsg", .codes = codes,
    .reconsider = reconsider,
};
