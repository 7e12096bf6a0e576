#include "channel_face.h"

#include "channel_url.h"
#include "text.h"

static const struct text_form form = {
    .measure = TEXT_UTF16, .max = 2000, .title_before = "**", .title_after = "**\n",
    .link_before = "<", .link_after = ">",
};

static const struct status_rule statuses[] = {
    {401, 401, JUDGE_CHANNEL, false},
    {403, 404, JUDGE_CHANNEL, false},
    {0, 0, JUDGE_UNKNOWN, false},
};

/* Without wait=true there is no answer that proves anything. */
static int build(const struct channel_target *target, const struct message *m, int64_t now_ms, struct arena *a,
                 struct fetch_request *ret, struct err *e)
{
    const char *url = url_parameter(target->url, "wait", a) ? target->url : url_add_query(target->url, "wait=true", a);
    json_t *body = json_pack("{s:s, s:{s:[]}}", "content", text_compose(&form, m, target->keyword, a),
                             "allowed_mentions", "parse");

    (void)now_ms;
    return channel_request(target, "POST", url, body, a, ret, e);
}

const struct channel_face channel_discord = {
    .build = build, .proof = PROOF_TEXT, .proof_field = "id", .words_field = "message", .wait_field = "retry_after",
    .wait_unit_ms = 1000, .statuses = statuses,
};
