/*
 * The zones of libical would be at hand, but they load lazily into unlocked globals, which races between the loop and
 * the store threads, and shift the day after a DST gap too. So the system's TZif files are read here, into structs that
 * never change again.
 */
#include "zone.h"

#include "base/mem.h"
#include "civil.h"
#include "zone_file.h"
#include "zone_names.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX (256 * 1024)

struct zone {
    struct zone *next;
    char *id;
    struct zone_data data;
};

/* Every zone that was ever asked for; there are some 600 files to find, so it stays small. */
static struct {
    pthread_mutex_t lock;
    struct zone *first;
} table = {.lock = PTHREAD_MUTEX_INITIALIZER};

static size_t read_file(const char *tzid, unsigned char *data)
{
    char *path;
    FILE *f;
    size_t bytes = 0;

    if (asprintf(&path, "%s/%s", zone_names_dir(), tzid) < 0)
        return 0;
    f = fopen(path, "rbe");
    if (f) {
        bytes = fread(data, 1, FILE_BYTES_MAX, f);
        fclose(f);
    }
    free(path);
    return bytes;
}

static struct zone *load(const char *tzid)
{
    unsigned char *file = mem_alloc(FILE_BYTES_MAX);
    size_t bytes = read_file(tzid, file);
    struct zone_data data;
    struct zone *z = NULL;
    bool found = bytes > 0 && bytes < FILE_BYTES_MAX && zone_data_parse(file, bytes, &data);

    /* UTC is needed where there is no tz database at all. */
    if (!found && strcmp(tzid, "UTC") == 0) {
        zone_data_utc(&data);
        found = true;
    }
    if (found) {
        z = mem_alloc(sizeof *z);
        z->id = mem_strdup(tzid);
        z->data = data;
    }
    free(file);
    return z;
}

static const struct zone *find_or_load(const char *tzid)
{
    struct zone *z;

    pthread_mutex_lock(&table.lock);
    for (z = table.first; z; z = z->next)
        if (strcmp(z->id, tzid) == 0)
            break;
    if (!z && (z = load(tzid))) {
        z->next = table.first;
        table.first = z;
    }
    pthread_mutex_unlock(&table.lock);
    return z;
}

const struct zone *zone_find(const char *tzid, struct err *e)
{
    const struct zone *z = zone_names_allowed(tzid) ? find_or_load(tzid) : NULL;
    char nearest[ZONE_NAME_BYTES];

    if (z || !e)
        return z;
    if (zone_names_nearest(tzid, nearest))
        err_set(e, ERR_INVALID, MSG_ZONE_UNKNOWN_NEAR, "tz", tzid, nearest, NULL);
    else
        err_set(e, ERR_INVALID, MSG_ZONE_UNKNOWN, "tz", tzid, NULL);
    return NULL;
}

const char *zone_id(const struct zone *z)
{
    return z->id;
}

/* How far a time lies beyond the list: what to take off it so that it falls into the cycle that repeats. */
static int64_t beyond(const struct zone_data *d, int64_t t)
{
    if (!d->cycle || t < d->cycle_from_utc_s + ZONE_CYCLE_S)
        return 0;
    return (t - d->cycle_from_utc_s) / ZONE_CYCLE_S * ZONE_CYCLE_S;
}

/* How many of the ascending `times` are at or before t. */
static size_t count_until(const int64_t *times, size_t count, int64_t t)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (times[middle] <= t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The type in force after `passed` transitions. */
static const struct zone_type *type_after(const struct zone_data *d, size_t passed)
{
    return &d->types[passed ? d->type[passed - 1] : 0];
}

int zone_offset_s(const struct zone *z, int64_t wall_s)
{
    const struct zone_data *d = &z->data;

    return type_after(d, count_until(d->at_wall_s, d->count, wall_s - beyond(d, wall_s)))->offset_s;
}

int64_t zone_to_utc(const struct zone *z, int64_t wall_s)
{
    return wall_s - zone_offset_s(z, wall_s);
}

int64_t zone_to_wall(const struct zone *z, int64_t utc_s)
{
    const struct zone_data *d = &z->data;

    return utc_s + type_after(d, count_until(d->at_utc_s, d->count, utc_s - beyond(d, utc_s)))->offset_s;
}

bool zone_next_transition(const struct zone *z, int64_t utc_s, struct zone_transition *ret)
{
    const struct zone_data *d = &z->data;
    int64_t shift = beyond(d, utc_s);
    size_t next = count_until(d->at_utc_s, d->count, utc_s - shift);
    const struct zone_type *before = type_after(d, next), *after;

    if (next == d->count)
        return false;
    after = type_after(d, next + 1);
    ret->at_utc_s = d->at_utc_s[next] + shift;
    ret->offset_before_s = before->offset_s;
    ret->offset_after_s = after->offset_s;
    ret->dst_after = after->dst;
    memcpy(ret->name_before, before->name, sizeof ret->name_before);
    memcpy(ret->name_after, after->name, sizeof ret->name_after);
    return true;
}

bool zone_is_fixed(const struct zone *z, int64_t from_s, int64_t to_s)
{
    struct zone_transition t;
    /* A day back: `from_s` may lie in the gap or overlap of a transition that is already past. */
    int64_t utc_s = zone_to_utc(z, from_s) - CIVIL_DAY_S;

    while (zone_next_transition(z, utc_s, &t)) {
        bool forward = t.offset_after_s > t.offset_before_s;
        int64_t first = t.at_utc_s + (forward ? t.offset_before_s : t.offset_after_s);
        int64_t past = t.at_utc_s + (forward ? t.offset_after_s : t.offset_before_s);
        if (first >= to_s)
            return true;
        if (past > from_s || first >= from_s)
            return false;
        utc_s = t.at_utc_s;
    }
    return true;
}

void zone_format(const struct zone *z, int64_t wall_s, char ret[ZONE_TEXT_BYTES])
{
    civil_format_offset(wall_s, zone_offset_s(z, wall_s), ret);
}
