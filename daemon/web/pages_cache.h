/* The bytes of public pages, kept until something that they show changes. On the loop. */
#ifndef KEPU_WEB_PAGES_CACHE_H
#define KEPU_WEB_PAGES_CACHE_H

#include "pages.h"
#include "pages_text.h"

#define PAGES_CACHE_ENTRIES_MAX 1024
#define PAGES_CACHE_BYTES_MAX (24L * 1024 * 1024)
#define PAGES_CACHE_AGE_MAX_MS 60000    /* time itself changes what is ahead and what is over */

struct pages_cache;

struct pages_cache *pages_cache_new(struct service *service);   /* hears of changes */
void pages_cache_free(struct pages_cache *cache);               /* takes NULL */

#define PAGE_ETAG_BYTES 28

/* What was kept. `text` has no bytes of its own, only where its holes are. */
struct kept_page {
    struct http_bytes *bytes[PAGE_FORMS]; /* gzipped: NULL where it would not be smaller */
    size_t len[PAGE_FORMS];
    char etags[PAGE_FORMS][PAGE_ETAG_BYTES];
    struct page_text text;
};

/*
 * What is there, the cache's. NULL: `p` waits in line; if *ret_first it has to be rendered by the caller, who then
 * calls pages_cache_put or pages_cache_fail; those answer everybody in line through `give` or `refuse`, `p` last.
 */
const struct kept_page *pages_cache_find(struct pages_cache *cache, const char *key, struct page *p, bool *ret_first);
void pages_cache_put(struct pages_cache *cache, const char *key, struct page *p, struct page_text *text /* taken */,
                     int64_t event, void (*give)(struct page *p, const struct kept_page *kept));
void pages_cache_fail(struct pages_cache *cache, const char *key, struct page *p,
                      void (*refuse)(struct page *p, const struct err *e), const struct err *e);

#endif
