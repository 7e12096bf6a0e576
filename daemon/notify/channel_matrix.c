#include "channel_face.h"

#include "base/mem.h"
#include "channel_url.h"
#include "text.h"

#include <string.h>

#define SEND "/send/m.room.message"
#define ROOMS "/_matrix/client/v3/rooms/"

/* An event may have 64 KiB; a chat shouldn't. */
static const struct text_form form = {
    .measure = TEXT_JSON, .max = 30000, .title_before = "", .title_after = "\n", .link_before = "", .link_after = "",
};

static const struct status_rule statuses[] = {
    {401, 401, JUDGE_CHANNEL, false},
    {403, 403, JUDGE_CHANNEL, false},
    {0, 0, JUDGE_UNKNOWN, false},
};

static bool ends_with(const char *text, size_t len, const char *end)
{
    size_t n = strlen(end);

    return len >= n && memcmp(text + len - n, end, n) == 0;
}

/*
 * The room's address in the API, with or without its end, or a client's link to the room
 * (https://server/#/!room:server); then the transaction: the same over all attempts, so a second one changes nothing.
 */
static const char *send_url(const struct channel_target *target, struct arena *a)
{
    const char *path = url_path(target->url, a), *fragment = url_fragment(target->url, a);
    const char *room = strchr(fragment, '!');
    size_t len = strlen(path);
    const char *base, *end;

    while (len > 0 && path[len - 1] == '/')
        len--;
    base = room ? arena_printf(a, ROOMS "%s", url_escape(room, a)) : arena_strndup(a, path, len);
    end = !room && ends_with(path, len, SEND) ? "" : SEND;
    return url_with_path(target->url, arena_printf(a, "%s%s/%s", base, end, url_escape(target->delivery, a)), a);
}

static int build(const struct channel_target *target, const struct message *m, int64_t now_ms, struct arena *a,
                 struct fetch_request *ret, struct err *e)
{
    json_t *body = json_pack("{s:s, s:s}", "msgtype", "m.text", "body", text_compose(&form, m, target->keyword, a));

    (void)now_ms;
    if (channel_request(target, "PUT", send_url(target, a), body, a, ret, e) != 0)
        return -1;
    channel_add_bearer(ret, target, a);
    return 0;
}

const struct channel_face channel_matrix = {
    .build = build, .proof = PROOF_TEXT, .proof_field = "event_id", .words_field = "error",
    .wait_field = "retry_after_ms", .wait_unit_ms = 1, .statuses = statuses,
};
