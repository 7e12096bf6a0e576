#include "calendar/words.h"
#include "domain/office.h"
#include "domain/people.h"
#include "feeds.h"
#include "service/feed.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define KEY_ALARM_BYTES 24
#define KEY_FIXED_BYTES (4 + KEY_ALARM_BYTES)      /* kind, language, a blank, the zero byte */

static int read_alarm(const char *text, int64_t *ret_s, struct err *e)
{
    int64_t ms;

    if (words_span(text, &ms, NULL) || ms < FEED_ALARM_MIN_S * 1000LL || ms > FEED_ALARM_MAX_S * 1000LL)
        return err_set(e, ERR_INVALID, MSG_FEED_ALARM_BAD, "alarm", text, NULL);
    *ret_s = ms / 1000;
    return 0;
}

/* Only these two of the query count: newsletters and chats hang all sorts of things onto a link. */
static int read_query(const struct exchange *x, struct feed_ref *ref, struct err *e)
{
    const char *alarm = http_query_find(x, "alarm"), *lang = http_query_find(x, "lang");

    if (lang && !lang_parse(lang, &ref->lang))
        ref->lang = LANG_ZH;
    return alarm && alarm[0] ? read_alarm(alarm, &ref->alarm_s, e) : 0;
}

/* Without printf, which would be most of what is done here for a cached feed. */
static bool make_key(const struct feed_ref *ref, const char *what, char key[FEEDS_KEY_BYTES])
{
    char *p = key;

    if (strlen(what) + strlen(ref->on) + KEY_FIXED_BYTES > FEEDS_KEY_BYTES)
        return false;
    *p++ = (char)('0' + (int)ref->kind);
    *p++ = (char)('0' + (int)ref->lang);
    p = stpcpy(p, what);
    *p++ = ' ';
    p = stpcpy(p, ref->on);
    if (ref->alarm_s)
        snprintf(p, KEY_ALARM_BYTES, " %lld", (long long)ref->alarm_s);
    return true;
}

static void answer(struct web *w, struct exchange *x, struct feed_ref *ref, const char *what)
{
    char key[FEEDS_KEY_BYTES];
    struct err e;

    if (read_query(x, ref, &e)) {
        web_answer_error(w, x, &e);
        return;
    }
    if (!make_key(ref, what, key)) {
        err_set(&e, ERR_NOT_FOUND, MSG_FEED_NOT_FOUND, NULL, NULL);
        web_answer_error(w, x, &e);
        return;
    }
    feeds_serve(w->feeds, x, key, ref);
}

static void answer_kind(struct web *w, struct exchange *x, enum feed_kind kind, const char *slug)
{
    struct feed_ref ref = {.kind = kind, .slug = slug, .on = ""};

    answer(w, x, &ref, slug);
}

static void handle_all(struct web *w, struct exchange *x, const struct route *r, const struct params *p)
{
    (void)r;
    (void)p;
    answer_kind(w, x, FEED_ALL, "");
}

static void handle_category(struct web *w, struct exchange *x, const struct route *r, const struct params *p)
{
    (void)r;
    answer_kind(w, x, FEED_CATEGORY, params_find(p, "slug"));
}

static void handle_audience(struct web *w, struct exchange *x, const struct route *r, const struct params *p)
{
    (void)r;
    answer_kind(w, x, FEED_AUDIENCE, params_find(p, "slug"));
}

static void handle_department(struct web *w, struct exchange *x, const struct route *r, const struct params *p)
{
    (void)r;
    answer_kind(w, x, FEED_DEPARTMENT, params_find(p, "slug"));
}

static void handle_event(struct web *w, struct exchange *x, const struct route *r, const struct params *p)
{
    (void)r;
    answer_kind(w, x, FEED_EVENT, params_find(p, "slug"));
}

/* The token itself stays here: the cache and the store know its hash. */
static void handle_volunteer(struct web *w, struct exchange *x, const struct route *r, const struct params *p)
{
    struct feed_ref ref = {.kind = FEED_VOLUNTEER, .slug = "", .on = ""};
    char what[CRYPTO_HASH_BYTES * 2 + 1];

    (void)r;
    crypto_token_hash(params_find(p, "token"), ref.token_hash);
    sodium_bin2hex(what, sizeof what, ref.token_hash, sizeof ref.token_hash);
    answer(w, x, &ref, what);
}

static void handle_occurrence(struct web *w, struct exchange *x, const struct route *r, const struct params *p)
{
    struct feed_ref ref = {.kind = FEED_OCCURRENCE, .slug = params_find(p, "slug"), .on = params_find(p, "date")};

    (void)r;
    answer(w, x, &ref, ref.slug);
}

static const struct route rows[] = {
    {HTTP_GET, "/feeds/all.ics", .handle = handle_all},
    {HTTP_GET, "/feeds/category/{slug}.ics", .handle = handle_category},
    {HTTP_GET, "/feeds/audience/{slug}.ics", .handle = handle_audience},
    {HTTP_GET, "/feeds/department/{slug}.ics", .handle = handle_department},
    {HTTP_GET, "/feeds/event/{slug}.ics", .handle = handle_event},
    {HTTP_GET, "/feeds/volunteer/{token}.ics", .handle = handle_volunteer},
    {HTTP_GET, "/events/{slug}/{date}.ics", .handle = handle_occurrence},
    {HTTP_GET, "/api/v1/feeds", .op = &op_feed_list, .result = &feed_fields, .list = true,
     .summary = "List calendar feeds"},
    {HTTP_GET, "/api/v1/feeds/{kind}", .op = &op_feed_show, .input = &feed_name_fields, .takes = "",
     .result = &feed_fields, .summary = "Show the addresses of the calendar of all"},
    {HTTP_GET, "/api/v1/feeds/{kind}/{slug}", .op = &op_feed_show, .input = &feed_name_fields, .takes = "",
     .result = &feed_fields, .summary = "Show the addresses of one calendar feed"},
    {HTTP_POST, "/api/v1/volunteers/{id}/feed", .op = &op_feed_rotate, .input = &volunteer_ref_fields, .takes = "",
     .result = &feed_fields, .summary = "Renew the address of a volunteer's own calendar; shown once"},
};
const struct route_table feed_routes = ROUTE_TABLE(rows);
