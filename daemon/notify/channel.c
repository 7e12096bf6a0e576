#include "channel_face.h"

#include "address.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "sign.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    const struct channel_face *face;
} kinds[CHANNEL_KIND_COUNT] = {
#define X(kind, name, face) [kind] = {name, &face},
    CHANNEL_KINDS(X)
#undef X
};

const struct channel_face *channel_face(enum channel_kind kind)
{
    return kinds[kind].face;
}

const char *channel_kind_name(enum channel_kind kind)
{
    return kinds[kind].name;
}

int channel_kind_parse(const char *name, enum channel_kind *ret, struct err *e)
{
    struct buf all = {0};

    for (int i = 0; i < CHANNEL_KIND_COUNT; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            *ret = (enum channel_kind)i;
            buf_release(&all);
            return 0;
        }
        buf_printf(&all, "%s%s", i ? " " : "", kinds[i].name);
    }
    err_set(e, ERR_INVALID, MSG_CHANNEL_KIND_UNKNOWN, "kind", name, buf_text(&all), NULL);
    buf_release(&all);
    return -1;
}

int channel_build(const struct channel_target *target, const struct message *message, int64_t now_ms, struct arena *a,
                  struct fetch_request *ret, struct err *e)
{
    return kinds[target->kind].face->build(target, message, now_ms, a, ret, e);
}

int channel_request(const struct channel_target *target, const char *method, const char *url, json_t *json,
                    struct arena *a, struct fetch_request *ret, struct err *e)
{
    char *body = json ? json_dumps(json, JSON_COMPACT) : NULL;

    json_decref(json);
    if (!body)
        return err_set(e, ERR_FAILED, MSG_INTERNAL, NULL, "a message cannot be written as JSON", NULL);
    *ret = (struct fetch_request){.method = method, .url = url, .allow_private = target->allow_private};
    ret->body = arena_strdup(a, body);
    ret->body_bytes = strlen(body);
    free(body);
    channel_add_header(ret, "Content-Type: application/json; charset=utf-8");
    return 0;
}

void channel_add_header(struct fetch_request *request, const char *line)
{
    for (int i = 0; i < FETCH_HEADERS_MAX; i++) {
        if (!request->headers[i]) {
            request->headers[i] = line;
            return;
        }
    }
}

void channel_add_bearer(struct fetch_request *request, const struct channel_target *target, struct arena *a)
{
    if (target->secret && target->secret[0])
        channel_add_header(request, arena_printf(a, "Authorization: Bearer %s", target->secret));
}

/* Nothing below `lowest`: control characters begin another header, and libcurl takes spaces for a URL's end. */
static bool plain(const char *text, unsigned char lowest)
{
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p < lowest || *p == 0x7F)
            return false;
    return utf8_valid(text, strlen(text));
}

static bool is_http(const char *url)
{
    const char *authority = strstr(url, "://");
    CURLU *parts = curl_url();
    char *scheme = NULL, *host = NULL;
    bool http;

    /* libcurl would take the next word of "http:///path" for the host. */
    http = parts && authority && authority[3] != '/' &&
           curl_url_set(parts, CURLUPART_URL, url, CURLU_PATH_AS_IS) == CURLUE_OK &&
           curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
           curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
           (strcasecmp(scheme, "http") == 0 || strcasecmp(scheme, "https") == 0) && host[0];
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(parts);
    return http;
}

static int check_length(const char *field, const char *text, int max, struct err *e)
{
    char number[16];

    snprintf(number, sizeof number, "%d", max);
    if (!text[0])
        return err_set(e, ERR_INVALID, MSG_EMPTY, field, field, NULL);
    if (strlen(text) > (size_t)max)
        return err_set(e, ERR_INVALID, MSG_TOO_LONG, field, field, number, NULL);
    return 0;
}

int channel_check_url(enum channel_kind kind, const char *url, bool allow_private, struct err *e)
{
    (void)kind;   /* taken as given: proxies and test robots stand at any host and path */
    if (check_length("url", url, CHANNEL_URL_BYTES_MAX, e) != 0)
        return -1;
    if (!plain(url, '!') || !is_http(url))
        return err_set(e, ERR_INVALID, MSG_CHANNEL_URL_BAD, "url", NULL);
    return allow_private ? 0 : address_check_url(url, e);
}

int channel_check_secret(enum channel_kind kind, const char *secret, struct err *e)
{
    unsigned char key[SIGN_WEBHOOK_KEY_MAX];
    size_t bytes;

    if (check_length("secret", secret, CHANNEL_SECRET_BYTES_MAX, e) != 0)
        return -1;
    if (kind == CHANNEL_WEBHOOK && sign_webhook_key(secret, key, &bytes) != 0)
        return err_set(e, ERR_INVALID, MSG_CHANNEL_SECRET_WEBHOOK, "secret", NULL);
    return plain(secret, ' ') ? 0 : err_set(e, ERR_INVALID, MSG_CHANNEL_SECRET_BAD, "secret", NULL);
}

int channel_check_keyword(const char *keyword, struct err *e)
{
    char max[16];

    if (strlen(keyword) <= CHANNEL_KEYWORD_BYTES_MAX && plain(keyword, ' '))
        return 0;
    snprintf(max, sizeof max, "%d", CHANNEL_KEYWORD_BYTES_MAX);
    return err_set(e, ERR_INVALID, MSG_CHANNEL_KEYWORD_BAD, "keyword", max, NULL);
}

const char *channel_mask(const char *url, struct arena *a)
{
    CURLU *parts = curl_url();
    char *scheme = NULL, *host = NULL;
    const char *shown = "?";

    if (parts && curl_url_set(parts, CURLUPART_URL, url, CURLU_PATH_AS_IS) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK)
        shown = arena_printf(a, "%s://%s", scheme, host);
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(parts);
    return shown;
}

bool channel_makes_secret(enum channel_kind kind)
{
    return kind == CHANNEL_WEBHOOK;
}

const char *channel_secret_new(struct arena *a)
{
    return sign_webhook_secret(a);
}
