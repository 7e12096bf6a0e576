#include "channel_face.h"

#include "base/mem.h"
#include "channel_url.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct text_form form = {
    .measure = TEXT_UTF16, .max = 4096, .title_before = "", .title_after = "\n", .link_before = "", .link_after = "",
};

static const struct status_rule statuses[] = {
    {401, 401, JUDGE_CHANNEL, false},
    {403, 404, JUDGE_CHANNEL, false},   /* 404: no such bot */
    {0, 0, JUDGE_UNKNOWN, false},
};

/* …/botTOKEN/sendMessage?chat_id=…; the method is added where the path ends with the token. */
static const char *send_url(const char *url, struct arena *a)
{
    const char *path = url_path(url, a);
    const char *last = strrchr(path, '/');

    if (strncmp(last, "/bot", 4) != 0)
        return url;
    return url_with_path(url, arena_printf(a, "%s/sendMessage", path), a);
}

/* A number, or the @name of a public group. */
static json_t *chat_id(const char *url, struct arena *a)
{
    const char *text = url_parameter(url, "chat_id", a);
    char *end;
    long long number;

    if (!text)
        return NULL;
    errno = 0;
    number = strtoll(text, &end, 10);
    return end != text && *end == 0 && errno == 0 ? json_integer(number) : json_string(text);
}

static int build(const struct channel_target *target, const struct message *m, int64_t now_ms, struct arena *a,
                 struct fetch_request *ret, struct err *e)
{
    json_t *body = json_pack("{s:o*, s:s}", "chat_id", chat_id(target->url, a),
                             "text", text_compose(&form, m, target->keyword, a));

    (void)now_ms;
    return channel_request(target, "POST", send_url(target->url, a), body, a, ret, e);
}

const struct channel_face channel_telegram = {
    .build = build, .proof = PROOF_TRUE, .proof_field = "ok", .words_field = "description", .wait_object = "parameters",
    .wait_field = "retry_after", .wait_unit_ms = 1000, .statuses = statuses,
};
