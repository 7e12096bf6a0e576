#include "channel_face.h"

#include "text.h"

static const struct text_escape escapes[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {0, NULL}};

static const struct text_form form = {
    .measure = TEXT_BYTES, .max = 8000, .escapes = escapes, .title_before = "*", .title_after = "*\n",
    .link_before = "<", .link_after = ">",
};

static const struct status_rule statuses[] = {
    {403, 404, JUDGE_CHANNEL, false},
    {410, 410, JUDGE_CHANNEL, false},
    {0, 0, JUDGE_UNKNOWN, false},
};

static int build(const struct channel_target *target, const struct message *m, int64_t now_ms, struct arena *a,
                 struct fetch_request *ret, struct err *e)
{
    json_t *body = json_pack("{s:s}", "text", text_compose(&form, m, target->keyword, a));

    (void)now_ms;
    return channel_request(target, "POST", target->url, body, a, ret, e);
}

const struct channel_face channel_slack = {.build = build, .proof = PROOF_WORD_OK, .statuses = statuses};
