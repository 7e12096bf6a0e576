#include "channel_face.h"

#include "base/mem.h"
#include "channel_url.h"
#include "text.h"

#include <string.h>

#define PRIORITY_USUAL 3

static const struct text_form form = {.measure = TEXT_JSON, .max = 4096, .link_before = "", .link_after = ""};
static const struct text_form title_form = {.measure = TEXT_JSON, .max = 400};

static const struct status_rule statuses[] = {
    {401, 401, JUDGE_CHANNEL, false},
    {403, 403, JUDGE_CHANNEL, false},
    {0, 0, JUDGE_UNKNOWN, false},
};

static const struct { const char *kind; int priority; } priorities[] = {{"changed", 4}, {"understaffed", 4}};

static int priority_of(const char *kind)
{
    for (size_t i = 0; i < sizeof priorities / sizeof priorities[0]; i++)
        if (strcmp(priorities[i].kind, kind) == 0)
            return priorities[i].priority;
    return PRIORITY_USUAL;
}

/* https://server/topic: the topic goes into the body, the rest is the server's root. */
static const char *split_topic(const char *url, struct arena *a, const char **ret_topic)
{
    char *path = arena_strdup(a, url_path(url, a));
    size_t len = strlen(path);
    char *slash;

    while (len > 1 && path[len - 1] == '/')
        path[--len] = 0;
    slash = strrchr(path, '/');
    *ret_topic = arena_strdup(a, slash + 1);
    slash[1] = 0;
    return url_with_path(url, path, a);
}

static int build(const struct channel_target *target, const struct message *m, int64_t now_ms, struct arena *a,
                 struct fetch_request *ret, struct err *e)
{
    const char *topic;
    const char *root = split_topic(target->url, a, &topic);
    json_t *body = json_pack("{s:s, s:s, s:s, s:i}", "topic", topic, "title", text_fit(&title_form, m->title, a),
                             "message", text_compose(&form, m, target->keyword, a), "priority", priority_of(m->kind));

    (void)now_ms;
    if (body && m->url)
        json_object_set_new(body, "click", json_string(m->url));
    if (channel_request(target, "POST", root, body, a, ret, e) != 0)
        return -1;
    channel_add_bearer(ret, target, a);
    return 0;
}

const struct channel_face channel_ntfy = {
    .build = build, .proof = PROOF_TEXT, .proof_field = "id", .words_field = "error", .statuses = statuses,
};
