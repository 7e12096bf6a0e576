/* The bytes of public pages, kept until something that they show changes. On the loop. */
#ifndef KEPU_WEB_PAGES_CACHE_H
#define KEPU_WEB_PAGES_CACHE_H

#include "pages.h"

#define PAGES_CACHE_ENTRIES_MAX 1024
#define PAGES_CACHE_BYTES_MAX (24L * 1024 * 1024)
#define PAGES_CACHE_AGE_MAX_MS 60000    /* time itself changes what is ahead and what is over */

struct pages_cache;

struct pages_cache *pages_cache_new(struct service *service);   /* hears of changes */
void pages_cache_free(struct pages_cache *cache);               /* takes NULL */

/* What was kept. */
struct kept_page {
    struct http_bytes *bytes;              /* the cache's */
    const char *data;
    size_t len;
    const char *etag;
};

/*
 * true: *ret is there. false: `p` waits in line; if *ret_first it has to be rendered by the caller, who then calls
 * pages_cache_put or pages_cache_fail; those answer everybody in line through `give` or `refuse`, `p` last.
 */
bool pages_cache_find(struct pages_cache *cache, const char *key, struct page *p, struct kept_page *ret,
                      bool *ret_first);
void pages_cache_put(struct pages_cache *cache, const char *key, struct page *p, struct buf *body /* taken */,
                     int64_t event, void (*give)(struct page *p, const struct kept_page *kept));
void pages_cache_fail(struct pages_cache *cache, const char *key, struct page *p,
                      void (*refuse)(struct page *p, const struct err *e), const struct err *e);

#endif
