/* Calendar feeds on the web: rendered when something they show changed, kept as bytes, answered from there. */
#ifndef KEPU_WEB_FEEDS_H
#define KEPU_WEB_FEEDS_H

#include "domain/feed.h"
#include "web_private.h"

#define FEEDS_KEPT_MAX 1000
#define FEEDS_KEPT_BYTES_MAX (64 * 1024 * 1024)
#define FEEDS_SUSPECTS_MAX 16            /* changed events a kept feed may be looked through for; then it is dropped */
#define FEEDS_BUCKETS 512
#define FEEDS_KEY_BYTES 512

/* Plain and gzipped: two representations with a tag each. */
enum { FEED_PLAIN, FEED_GZIP, FEED_FORMS };
#define FEED_TAG_BYTES 40
#define FEED_DATE_BYTES 32
#define FEED_HEADERS_MAX 8

struct feed_form {
    struct http_bytes *bytes;            /* gzip: NULL where it would not be smaller */
    size_t len;
    char tag[FEED_TAG_BYTES];            /* '"3f2a…"' */
};

/* A feed in one form of words, as it was rendered. */
struct feed_kept {
    char *key;
    enum feed_kind kind;
    struct feed_form forms[FEED_FORMS];
    int64_t modified_s;                  /* FEED_MODIFIED_UNKNOWN: says nothing of it */
    char modified[FEED_DATE_BYTES];
    char *disposition;                   /* NULL: none */
    int64_t *events;                     /* ids of what it shows, ascending */
    size_t event_count;
    int64_t volunteer;
    int64_t suspects[FEEDS_SUSPECTS_MAX];
    size_t suspect_count;
    struct feed_kept *next;              /* in its bucket */
    struct feed_kept *newer, *older;     /* by use */
};

/* feeds_answer.c: 200 or 304 from what is kept, RFC 9110 13.2.2 in its order. */
void feed_answer(struct exchange *x, const struct feed_kept *k);
void feed_format_date(int64_t at_s, char ret[FEED_DATE_BYTES]);      /* RFC 9110 5.6.7 */

/* feeds_kept.c: the cache, bounded in number and bytes; the least used goes first. */
struct feeds_kept {
    struct feed_kept *buckets[FEEDS_BUCKETS];
    struct feed_kept *newest, *oldest;
    size_t count, bytes;
};
struct feed_kept *feeds_kept_find(struct feeds_kept *all, const char *key);   /* NULL: none; it counts as used */
void feeds_kept_add(struct feeds_kept *all, struct feed_kept *k);             /* taken over; in place of the same key */
void feeds_kept_drop(struct feeds_kept *all, struct feed_kept *k);
void feeds_kept_hear(struct feeds_kept *all, const struct change *change);    /* drops, or suspects, what it touches */
void feeds_kept_clear(struct feeds_kept *all);
void feed_kept_free(struct feed_kept *k);                                     /* takes NULL */

struct feeds;

/* Listens to the service; after web->service is set. */
struct feeds *feeds_start(struct web *w);
void feeds_stop(struct feeds *f);        /* takes NULL; what is being rendered is still answered */
void feeds_free(struct feeds *f);        /* when the store is closed; takes NULL */

/* Answers with the feed, at once if it is kept, else when it is rendered. `key`: the same for the same `ref`. */
void feeds_serve(struct feeds *f, struct exchange *x, const char *key, const struct feed_ref *ref);

struct feeds_counts {
    uint64_t hits, renderings;           /* answered from what is kept; rendered for whoever asked */
    size_t kept, kept_bytes;
};
void feeds_counts_get(const struct feeds *f, struct feeds_counts *ret);

#endif
