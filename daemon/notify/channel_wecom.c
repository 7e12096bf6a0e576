#include "channel_face.h"

#include "text.h"

#define MINUTE_MS 60000

/* "<@name>" would call people up. */
static const struct text_escape escapes[] = {{'<', "＜"}, {0, NULL}};

static const struct text_form form = {
    .measure = TEXT_BYTES, .max = 4096, .escapes = escapes, .title_before = "### ", .title_after = "\n",
    .link_before = "[", .link_between = "](", .link_after = ")",
};

static const struct code_rule codes[] = {
    {45009, JUDGE_RETRY, MINUTE_MS, true, "too often"},
    {45033, JUDGE_RETRY, 0, false, "too many at once"},
    {-1, JUDGE_RETRY, 0, false, "busy"},
    {93000, JUDGE_CHANNEL, 0, false, "the robot is gone, or its address is wrong"},
    {40058, JUDGE_PERMANENT, 0, false, NULL},
    {40008, JUDGE_PERMANENT, 0, false, NULL},
    {44004, JUDGE_PERMANENT, 0, false, NULL},
    {0, JUDGE_UNKNOWN, 0, false, NULL},
};

static int build(const struct channel_target *target, const struct message *m, int64_t now_ms, struct arena *a,
                 struct fetch_request *ret, struct err *e)
{
    json_t *body = json_pack("{s:s, s:{s:s}}", "msgtype", "markdown", "markdown",
                             "content", text_compose(&form, m, target->keyword, a));

    (void)now_ms;
    return channel_request(target, "POST", target->url, body, a, ret, e);
}

const struct channel_face channel_wecom = {
    .build = build, .proof = PROOF_CODE, .proof_field = "errcode", .words_field = "errmsg", .codes = codes,
};
