#include "pages_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 256

/* Of one address: being rendered while `line` is not empty, else kept. */
struct entry_kept {
    struct entry_kept *next;
    char *key;
    struct page *line;                 /* who waits, the one that renders first */
    struct kept_page kept;
    int64_t event;                     /* 0: any event's change makes it old */
    int64_t good_until_ms;
};

struct pages_cache {
    struct entry_kept *buckets[BUCKETS];
    size_t entries, bytes;
};

static uint64_t hash_of(const char *data, size_t len)
{
    uint64_t h = 14695981039346656037ULL;   /* FNV-1a */

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)data[i]) * 1099511628211ULL;
    return h;
}

static struct entry_kept **bucket_of(struct pages_cache *cache, const char *key)
{
    return &cache->buckets[hash_of(key, strlen(key)) % BUCKETS];
}

static struct entry_kept **place_of(struct pages_cache *cache, const char *key)
{
    struct entry_kept **at = bucket_of(cache, key);

    while (*at && strcmp((*at)->key, key) != 0)
        at = &(*at)->next;
    return at;
}

static void forget(struct pages_cache *cache, struct entry_kept **at)
{
    struct entry_kept *entry = *at;

    *at = entry->next;
    cache->entries--;
    for (int i = 0; i < PAGE_FORMS; i++) {
        cache->bytes -= entry->kept.len[i];
        http_bytes_unref(entry->kept.bytes[i]);
    }
    free(entry->key);
    free(entry);
}

/*
 * Entries that are being rendered go too: who asks from now on must not get what was read before the change. Those in
 * line are answered by the page that renders, which holds the line's end (`next`) itself.
 */
static void forget_changed(struct pages_cache *cache, const struct change *change)
{
    bool one = change->kind == CHANGE_EVENT || change->kind == CHANGE_PLACES;

    for (size_t i = 0; i < BUCKETS; i++) {
        struct entry_kept **at = &cache->buckets[i];
        while (*at) {
            if (!one || (*at)->line || (*at)->event == 0 || (*at)->event == change->id)
                forget(cache, at);
            else
                at = &(*at)->next;
        }
    }
}

static void on_change(void *arg, const struct change *changes, int count)
{
    for (int i = 0; i < count; i++) {
        switch (changes[i].kind) {
        case CHANGE_EVERYTHING:
        case CHANGE_EVENT:
        case CHANGE_PLACES:
        case CHANGE_PEOPLE:
        case CHANGE_OFFICE:
        case CHANGE_TARGETS:
            forget_changed(arg, &changes[i]);
            break;
        case CHANGE_NONE:
        case CHANGE_PERSON:
        case CHANGE_DELIVERIES:
        case CHANGE_MAIL:
        case CHANGE_CHANNELS:
            break;
        }
    }
}

struct pages_cache *pages_cache_new(struct service *service)
{
    struct pages_cache *cache = mem_alloc(sizeof *cache);

    service_listen(service, on_change, cache);
    return cache;
}

static void forget_all(struct pages_cache *cache)
{
    forget_changed(cache, &(struct change){CHANGE_EVERYTHING, 0});
}

void pages_cache_free(struct pages_cache *cache)
{
    if (cache)
        forget_all(cache);
    free(cache);
}

const struct kept_page *pages_cache_find(struct pages_cache *cache, const char *key, struct page *p, bool *ret_first)
{
    struct entry_kept **at = place_of(cache, key), *entry = *at;

    p->next = NULL;
    *ret_first = false;
    if (entry && !entry->line && entry->good_until_ms > p->x->now_ms)
        return &entry->kept;
    if (entry && !entry->line) {
        forget(cache, at);
        entry = NULL;
    }
    if (entry) {
        p->next = entry->line->next;
        entry->line->next = p;
        return NULL;
    }
    if (cache->entries >= PAGES_CACHE_ENTRIES_MAX || cache->bytes > PAGES_CACHE_BYTES_MAX)
        forget_all(cache);
    entry = mem_alloc(sizeof *entry);
    entry->key = mem_strdup(key);
    entry->line = p;
    entry->next = *bucket_of(cache, key);
    *bucket_of(cache, key) = entry;
    cache->entries++;
    *ret_first = true;
    return NULL;
}

/* The entry that this page renders for; NULL if it was forgotten meanwhile. */
static struct entry_kept **rendered_by(struct pages_cache *cache, const char *key, const struct page *p)
{
    struct entry_kept **at = place_of(cache, key);

    return *at && (*at)->line == p ? at : NULL;
}

/* Takes the bytes of a form over. */
static void keep(struct kept_page *kept, enum page_form form, struct page_text *text)
{
    struct buf *b = &text->forms[form];
    char *data;

    if (b->len == 0)
        return;
    snprintf(kept->etags[form], PAGE_ETAG_BYTES, "\"%016llx%s\"", (unsigned long long)hash_of(b->data, b->len),
             form == PAGE_GZIP ? "-gz" : "");
    data = buf_take(b, &kept->len[form]);
    kept->bytes[form] = http_bytes_new(data, kept->len[form]);
}

void pages_cache_put(struct pages_cache *cache, const char *key, struct page *p, struct page_text *text, int64_t event,
                     void (*give)(struct page *p, const struct kept_page *kept))
{
    struct entry_kept made = {.event = event, .good_until_ms = p->x->now_ms + PAGES_CACHE_AGE_MAX_MS}, **at;
    struct kept_page kept = {0};

    for (int i = 0; i < PAGE_FORMS; i++)
        keep(&kept, (enum page_form)i, text);
    kept.text = *text;
    at = rendered_by(cache, key, p);
    if (at) {
        made.next = (*at)->next;
        made.key = (*at)->key;
        made.kept = kept;
        for (int i = 0; i < PAGE_FORMS; i++) {
            if (kept.bytes[i])
                http_bytes_ref(kept.bytes[i]);
            cache->bytes += kept.len[i];
        }
        **at = made;
    }
    for (struct page *one = p->next, *next; one; one = next) {
        next = one->next;
        give(one, &kept);
    }
    give(p, &kept);
    for (int i = 0; i < PAGE_FORMS; i++)
        http_bytes_unref(kept.bytes[i]);
}

void pages_cache_fail(struct pages_cache *cache, const char *key, struct page *p,
                      void (*refuse)(struct page *p, const struct err *e), const struct err *e)
{
    struct entry_kept **at = rendered_by(cache, key, p);
    struct err copy = *e;

    if (at)
        forget(cache, at);
    for (struct page *one = p->next, *next; one; one = next) {
        next = one->next;
        refuse(one, &copy);
    }
    refuse(p, &copy);
}
