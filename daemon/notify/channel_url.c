#include "channel_url.h"

#include "base/mem.h"

#include <curl/curl.h>
#include <string.h>

/* By position in the text, so that nothing of it is rewritten (RFC 3986 3). */
struct parts {
    size_t path, query, fragment, end;   /* where each begins: '/', '?', '#' or the next one */
};

static struct parts split(const char *url)
{
    const char *authority = strstr(url, "://");
    struct parts p;

    p.path = authority ? (size_t)(authority - url) + 3 : 0;
    p.path += strcspn(url + p.path, "/?#");
    p.query = p.path + strcspn(url + p.path, "?#");
    p.fragment = p.query + strcspn(url + p.query, "#");
    p.end = strlen(url);
    return p;
}

const char *url_add_query(const char *url, const char *pair, struct arena *a)
{
    const struct parts p = split(url);
    const char *mark = p.query == p.fragment ? "?" : "&";

    return arena_printf(a, "%.*s%s%s%s", (int)p.fragment, url, mark, pair, url + p.fragment);
}

const char *url_with_path(const char *url, const char *path, struct arena *a)
{
    const struct parts p = split(url);

    return arena_printf(a, "%.*s%s%.*s", (int)p.path, url, path, (int)(p.fragment - p.query), url + p.query);
}

const char *url_path(const char *url, struct arena *a)
{
    const struct parts p = split(url);

    return p.path == p.query ? "/" : arena_strndup(a, url + p.path, p.query - p.path);
}

static const char *decode(const char *text, size_t bytes, struct arena *a)
{
    int len = 0;
    /* 0 bytes would mean "measure it yourself". */
    char *plain = bytes ? curl_easy_unescape(NULL, text, (int)bytes, &len) : NULL;
    const char *copy = plain ? arena_strndup(a, plain, (size_t)len) : "";

    curl_free(plain);
    return copy;
}

const char *url_fragment(const char *url, struct arena *a)
{
    const struct parts p = split(url);

    return p.fragment == p.end ? "" : decode(url + p.fragment + 1, p.end - p.fragment - 1, a);
}

const char *url_parameter(const char *url, const char *name, struct arena *a)
{
    const struct parts p = split(url);
    size_t len = strlen(name), bytes;

    for (size_t at = p.query; at < p.fragment; at += bytes) {
        const char *pair = url + at + 1;   /* past '?' or '&' */
        bytes = 1 + strcspn(pair, "&#");
        if (bytes - 1 > len && strncmp(pair, name, len) == 0 && pair[len] == '=')
            return decode(pair + len + 1, bytes - len - 2, a);
    }
    return NULL;
}

const char *url_escape(const char *text, struct arena *a)
{
    char *escaped = curl_easy_escape(NULL, text, (int)strlen(text));
    const char *copy = arena_strdup(a, escaped ? escaped : "");

    curl_free(escaped);
    return copy;
}
