#include "feeds.h"

#include <stdlib.h>
#include <string.h>

static struct feed_kept **bucket_of(struct feeds_kept *all, const char *key)
{
    uint32_t hash = 2166136261u; /* FNV-1a */

    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * 16777619u;
    return &all->buckets[hash % FEEDS_BUCKETS];
}

static size_t bytes_of(const struct feed_kept *k)
{
    return sizeof *k + strlen(k->key) + k->event_count * sizeof k->events[0] + k->forms[FEED_PLAIN].len +
           k->forms[FEED_GZIP].len;
}

static void unlink_use(struct feeds_kept *all, struct feed_kept *k)
{
    *(k->newer ? &k->newer->older : &all->newest) = k->older;
    *(k->older ? &k->older->newer : &all->oldest) = k->newer;
    k->newer = k->older = NULL;
}

static void link_use(struct feeds_kept *all, struct feed_kept *k)
{
    k->older = all->newest;
    *(all->newest ? &all->newest->newer : &all->oldest) = k;
    all->newest = k;
}

struct feed_kept *feeds_kept_find(struct feeds_kept *all, const char *key)
{
    for (struct feed_kept *k = *bucket_of(all, key); k; k = k->next) {
        if (strcmp(k->key, key) != 0)
            continue;
        if (all->newest != k) {
            unlink_use(all, k);
            link_use(all, k);
        }
        return k;
    }
    return NULL;
}

void feed_kept_free(struct feed_kept *k)
{
    if (!k)
        return;
    for (int i = 0; i < FEED_FORMS; i++)
        http_bytes_unref(k->forms[i].bytes);
    free(k->disposition);
    free(k->events);
    free(k->key);
    free(k);
}

void feeds_kept_drop(struct feeds_kept *all, struct feed_kept *k)
{
    struct feed_kept **place = bucket_of(all, k->key);

    while (*place != k)
        place = &(*place)->next;
    *place = k->next;
    unlink_use(all, k);
    all->count--;
    all->bytes -= bytes_of(k);
    feed_kept_free(k);
}

void feeds_kept_add(struct feeds_kept *all, struct feed_kept *k)
{
    struct feed_kept *old = feeds_kept_find(all, k->key), **place;

    if (old)
        feeds_kept_drop(all, old);
    place = bucket_of(all, k->key);
    k->next = *place;
    *place = k;
    link_use(all, k);
    all->count++;
    all->bytes += bytes_of(k);
    while (all->oldest && (all->count > FEEDS_KEPT_MAX || all->bytes > FEEDS_KEPT_BYTES_MAX))
        feeds_kept_drop(all, all->oldest);
}

void feeds_kept_clear(struct feeds_kept *all)
{
    while (all->oldest)
        feeds_kept_drop(all, all->oldest);
}

static bool shows(const struct feed_kept *k, int64_t event_id)
{
    size_t low = 0, high = k->event_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (k->events[middle] == event_id)
            return true;
        if (k->events[middle] < event_id)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/*
 * Of an event that it doesn't show. It may have come into a feed of many; into that of an event only when one of those
 * shown is split, which is a change of that one too.
 */
static bool suspect(struct feed_kept *k, int64_t event_id)
{
    if (k->kind > FEED_DEPARTMENT)
        return true;
    for (size_t i = 0; i < k->suspect_count; i++)
        if (k->suspects[i] == event_id)
            return true;
    if (k->suspect_count == FEEDS_SUSPECTS_MAX)
        return false;
    k->suspects[k->suspect_count++] = event_id;
    return true;
}

static bool stays(struct feed_kept *k, const struct change *change)
{
    switch (change->kind) {
    case CHANGE_EVENT:
        return !shows(k, change->id) && suspect(k, change->id);
    case CHANGE_PERSON:
        return k->volunteer != change->id;
    case CHANGE_EVERYTHING:
    case CHANGE_OFFICE:
        return false;
    case CHANGE_NONE:
    case CHANGE_PLACES:
    case CHANGE_PEOPLE:
    case CHANGE_TARGETS:
    case CHANGE_DELIVERIES:
    case CHANGE_MAIL:
    case CHANGE_CHANNELS:
        break;
    }
    return true;
}

void feeds_kept_hear(struct feeds_kept *all, const struct change *change)
{
    for (struct feed_kept *k = all->newest, *next; k; k = next) {
        next = k->older;
        if (!stays(k, change))
            feeds_kept_drop(all, k);
    }
}
