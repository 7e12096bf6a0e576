/* Chat robots and webhooks: how each kind wants a message, and what its answer means (WIRE.md 1). */
#ifndef KEPU_NOTIFY_CHANNEL_H
#define KEPU_NOTIFY_CHANNEL_H

#include "fetch.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct err;

/* enum, name in the database and on the wire, its description (channel_face.h). */
#define CHANNEL_KINDS(X)                                   \
    X(CHANNEL_WEBHOOK, "webhook", channel_webhook)         \
    X(CHANNEL_WECOM, "wecom", channel_wecom)               \
    X(CHANNEL_DINGTALK, "dingtalk", channel_dingtalk)      \
    X(CHANNEL_FEISHU, "feishu", channel_feishu)            \
    X(CHANNEL_LARK, "lark", channel_feishu)                \
    X(CHANNEL_SLACK, "slack", channel_slack)               \
    X(CHANNEL_DISCORD, "discord", channel_discord)         \
    X(CHANNEL_MATRIX, "matrix", channel_matrix)            \
    X(CHANNEL_NTFY, "ntfy", channel_ntfy)                  \
    X(CHANNEL_TELEGRAM, "telegram", channel_telegram)

enum channel_kind {
#define X(kind, name, face) kind,
    CHANNEL_KINDS(X)
#undef X
    CHANNEL_KIND_COUNT
};

#define CHANNEL_URL_BYTES_MAX 2000
#define CHANNEL_SECRET_BYTES_MAX 512
#define CHANNEL_KEYWORD_BYTES_MAX 100

/* What is told. Texts are in the channel's language already; all but kind, title and text may be NULL. */
struct message {
    const char *kind;            /* "upcoming", "test" … (SPEC.md 8) */
    const char *title;           /* the heading */
    const char *subject;         /* the event's own title; NULL or "": the heading says it all */
    const char *text;            /* plain lines; a line may begin with "- " */
    const char *url;             /* of ours, where there is more */
    const char *event;           /* slug */
    const char *recurrence_id;
    const char *start;           /* RFC 3339 */
    const char *venue;
    int64_t timestamp_ms;        /* of what is told: the same over all attempts */
};

/* Whom it is told. */
struct channel_target {
    enum channel_kind kind;
    const char *url;             /* secret: it holds the robot's key */
    const char *secret;          /* NULL: none */
    const char *secret_old;      /* signs too while a webhook's secret is being rotated; NULL: none */
    const char *keyword;         /* must be in every message; NULL or "": none */
    const char *delivery;        /* the delivery's identity, the same over all attempts */
    bool allow_private;
};

/* The request for one attempt, signed for now_ms; everything in it lives in the arena or in the arguments. */
int channel_build(const struct channel_target *target, const struct message *message, int64_t now_ms, struct arena *a,
                  struct fetch_request *ret, struct err *e);

enum judgement {
    JUDGE_OK,
    JUDGE_RETRY,       /* not delivered; try again */
    JUDGE_PERMANENT,   /* not delivered; this message never will be */
    JUDGE_CHANNEL,     /* not delivered, nor will any other be: pause the channel */
    JUDGE_UNKNOWN,     /* it may have been delivered */
};

struct verdict {
    enum judgement judgement;
    int64_t retry_after_ms;      /* not sooner than this from now; -1: nothing was said */
    bool robot_waits;            /* retry_after_ms holds for every message to this robot: it was too much for it */
    const char *reason;          /* short, English, without URL or secrets; in the arena */
};

struct verdict channel_judge(enum channel_kind kind, const struct fetch_result *result, struct arena *a);
const char *judgement_name(enum judgement j); /* "ok" "retry" "permanent" "channel" "unknown" */

int channel_kind_parse(const char *name, enum channel_kind *ret, struct err *e);
const char *channel_kind_name(enum channel_kind kind);

/* What `channel add` asks for; ERR_INVALID with the field "url", "secret" or "keyword". Any host and path are fine. */
int channel_check_url(enum channel_kind kind, const char *url, bool allow_private, struct err *e);
int channel_check_secret(enum channel_kind kind, const char *secret, struct err *e);
int channel_check_keyword(const char *keyword, struct err *e);

/* "https://qyapi.weixin.qq.com": all that may be shown of a channel's URL. */
const char *channel_mask(const char *url, struct arena *a);

/* Whether a channel of this kind gets a secret made for it where none is given. */
bool channel_makes_secret(enum channel_kind kind);
/* A new webhook secret: whsec_ and the base64 of 32 random bytes. */
const char *channel_secret_new(struct arena *a);

#endif
