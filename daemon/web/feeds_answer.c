#include "feeds.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PUBLIC_CACHING "public, max-age=300, stale-while-revalidate=86400"
#define PERSONAL_CACHING "private, max-age=300"

void feed_format_date(int64_t at_s, char ret[FEED_DATE_BYTES])
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t at = (time_t)at_s;
    struct tm tm;

    gmtime_r(&at, &tm);
    snprintf(ret, FEED_DATE_BYTES, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday % 7], tm.tm_mday % 100,
             months[tm.tm_mon % 12], (tm.tm_year + 1900) % 10000, tm.tm_hour % 100, tm.tm_min % 100, tm.tm_sec % 100);
}

/* All three forms that RFC 9110 5.6.7 wants understood. False: not a date, and so not a condition. */
static bool parse_date(const char *text, int64_t *ret_s)
{
    static const char *const forms[] = {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT",
                                        "%a %b %d %H:%M:%S %Y"};

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct tm tm = {0};
        const char *end = strptime(text, forms[i], &tm);
        if (end && *end == 0) {
            *ret_s = (int64_t)timegm(&tm);
            return true;
        }
    }
    return false;
}

static bool is_unmodified(const struct exchange *x, const struct feed_kept *k, const struct feed_form *form)
{
    const char *tags = http_header_list(x, "If-None-Match"), *since;
    int64_t since_s;

    if (tags)
        return web_names_tag(tags, form->tag);
    since = http_header(x, "If-Modified-Since");
    return since && k->modified_s != FEED_MODIFIED_UNKNOWN && parse_date(since, &since_s) &&
           k->modified_s <= since_s;
}

static void add(struct http_answer_header *headers, size_t *count, const char *name, const char *value)
{
    headers[(*count)++] = (struct http_answer_header){name, value};
}

void feed_answer(struct exchange *x, const struct feed_kept *k)
{
    bool gzip = k->forms[FEED_GZIP].bytes && web_takes_gzip(x);
    const struct feed_form *form = &k->forms[gzip ? FEED_GZIP : FEED_PLAIN];
    bool unmodified = is_unmodified(x, k, form);
    struct http_answer_header headers[FEED_HEADERS_MAX];
    char now[FEED_DATE_BYTES];
    size_t count = 0;

    add(headers, &count, "ETag", form->tag);
    add(headers, &count, "Cache-Control", k->volunteer ? PERSONAL_CACHING : PUBLIC_CACHING);
    add(headers, &count, "Vary", "Accept-Encoding");
    if (k->modified_s != FEED_MODIFIED_UNKNOWN && k->modified_s <= x->now_ms / 1000) {
        add(headers, &count, "Last-Modified", k->modified);
    } else if (k->modified_s != FEED_MODIFIED_UNKNOWN) {
        /* Changed twice in a second, or the clock went back: never later than Date (RFC 9110 8.8.2.1). */
        feed_format_date(x->now_ms / 1000, now);
        add(headers, &count, "Last-Modified", now);
    }
    if (!unmodified) {
        add(headers, &count, "Content-Type", "text/calendar; charset=utf-8");
        if (gzip)
            add(headers, &count, "Content-Encoding", "gzip");
        if (k->disposition)
            add(headers, &count, "Content-Disposition", k->disposition);
    }
    http_answer_bytes(x, unmodified ? 304 : 200, headers, count, http_bytes_ref(form->bytes));
}
