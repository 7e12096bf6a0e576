#include "zone_file.h"

#include "base/mem.h"
#include "civil.h"
#include "zone_posix.h"

#include <stdlib.h>
#include <string.h>

#define TRANSITIONS_MAX 5000
#define TYPES_MAX 250           /* two of the footer still fit a byte */
#define OFFSET_MAX_S 93599      /* RFC 8536 3.2: -89999 to 93599 */
#define CYCLE_YEARS 400
#define HEADER_BYTES 44
#define TIME_MAX_S (1LL << 40)  /* files begin with a "big bang" far below any wall time */

/* The counts of a TZif header, in its order. */
struct counts {
    uint32_t is_ut, is_std, leap, time, type, chars;
};

static uint32_t read_u32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t read_time(const unsigned char *p, size_t time_bytes)
{
    int64_t t;

    if (time_bytes == 4)
        return (int32_t)read_u32(p);
    t = (int64_t)((uint64_t)read_u32(p) << 32 | read_u32(p + 4));
    return t < -TIME_MAX_S ? -TIME_MAX_S : t > TIME_MAX_S ? TIME_MAX_S : t;
}

static bool read_header(const unsigned char *p, size_t bytes, struct counts *ret)
{
    if (bytes < HEADER_BYTES || memcmp(p, "TZif", 4) != 0)
        return false;
    *ret = (struct counts){read_u32(p + 20), read_u32(p + 24), read_u32(p + 28),
                           read_u32(p + 32), read_u32(p + 36), read_u32(p + 40)};
    /* Leap seconds: the "right/" zones, whose clock isn't UTC. */
    return ret->leap == 0 && ret->time <= TRANSITIONS_MAX && ret->type >= 1 && ret->type <= TYPES_MAX &&
           ret->chars <= 4096 && ret->is_ut <= TYPES_MAX && ret->is_std <= TYPES_MAX;
}

static size_t block_bytes(const struct counts *c, size_t time_bytes)
{
    return c->time * (time_bytes + 1) + c->type * 6 + c->chars + c->is_std + c->is_ut;
}

/* The abbreviations lie end to end, each closed by a zero byte. */
static bool read_name(const unsigned char *chars, size_t bytes, size_t from, char ret[ZONE_ABBREVIATION_BYTES])
{
    size_t len = 0;

    if (from >= bytes)
        return false;
    while (from + len < bytes && chars[from + len] && len < ZONE_ABBREVIATION_BYTES - 1)
        len++;
    memcpy(ret, chars + from, len);
    ret[len] = 0;
    return true;
}

static bool read_types(const unsigned char *p, const struct counts *c, struct zone_data *z)
{
    const unsigned char *chars = p + c->type * 6;

    for (size_t i = 0; i < c->type; i++, p += 6) {
        struct zone_type *t = &z->types[i];
        t->offset_s = (int32_t)read_u32(p);
        t->dst = p[4] != 0;
        if (t->offset_s < -OFFSET_MAX_S || t->offset_s > OFFSET_MAX_S || !read_name(chars, c->chars, p[5], t->name))
            return false;
    }
    z->type_count = c->type;
    return true;
}

static bool same_type(const struct zone_type *a, const struct zone_type *b)
{
    return a->offset_s == b->offset_s && a->dst == b->dst && strcmp(a->name, b->name) == 0;
}

static int64_t last_time(const struct zone_data *z)
{
    return z->count ? z->at_utc_s[z->count - 1] : -TIME_MAX_S;
}

/* Appends a transition, leaving out what changes nothing; one at the same instant as the last replaces it. */
static bool add_transition(struct zone_data *z, int64_t at_utc_s, uint8_t type)
{
    const struct zone_type *before, *after = &z->types[type];

    if (z->count && at_utc_s < last_time(z))
        return false;
    if (z->count && at_utc_s == last_time(z))
        z->count--;
    before = &z->types[z->count ? z->type[z->count - 1] : 0];
    if (same_type(before, after))
        return true;
    z->at_utc_s[z->count] = at_utc_s;
    z->at_wall_s[z->count] = at_utc_s + (before->offset_s > after->offset_s ? before->offset_s : after->offset_s);
    z->type[z->count++] = type;
    return true;
}

static bool read_transitions(const unsigned char *p, const struct counts *c, size_t time_bytes, struct zone_data *z)
{
    const unsigned char *types = p + c->time * time_bytes;

    for (size_t i = 0; i < c->time; i++)
        if (types[i] >= c->type || !add_transition(z, read_time(p + i * time_bytes, time_bytes), types[i]))
            return false;
    return true;
}

static uint8_t add_type(struct zone_data *z, const struct zone_type *t)
{
    for (size_t i = 0; i < z->type_count; i++)
        if (same_type(&z->types[i], t))
            return (uint8_t)i;
    z->types[z->type_count] = *t;
    return (uint8_t)z->type_count++;
}

static int first_footer_year(const struct zone_data *z)
{
    struct civil c;
    int64_t last = last_time(z);

    if (last < 0)
        return 1970;
    civil_from_wall(last, &c);
    return c.year;
}

/*
 * The rule of the footer, written out for one whole cycle after the file's own transitions. The year of the last of
 * these is begun anew, since it may hold only the first of the year's two changes.
 */
static void add_cycle(struct zone_data *z, const struct zone_posix *p)
{
    uint8_t standard = add_type(z, &p->standard), daylight = add_type(z, &p->daylight);
    int first = first_footer_year(z);
    int64_t last = last_time(z);

    for (int year = first; year <= first + CYCLE_YEARS + 1; year++) {
        int64_t start = zone_posix_start(p, year), end = zone_posix_end(p, year);
        bool start_first = start < end;
        int64_t times[] = {start_first ? start : end, start_first ? end : start};
        uint8_t types[] = {start_first ? daylight : standard, start_first ? standard : daylight};
        for (int i = 0; i < 2; i++)
            if (times[i] > last)
                add_transition(z, times[i], types[i]);
    }
    z->cycle = true;
    z->cycle_from_utc_s = civil_days(first + 1, 1, 1) * CIVIL_DAY_S + CIVIL_DAY_S * 7;
}

/* "\n", the TZ string, "\n"; an empty string says nothing about later times. */
static bool read_footer(const unsigned char *p, size_t bytes, struct zone_data *z)
{
    struct zone_posix posix;
    const unsigned char *end;

    if (bytes < 2 || p[0] != '\n' || !(end = memchr(p + 1, '\n', bytes - 1)))
        return false;
    if (end == p + 1)
        return true;
    if (!zone_posix_parse((const char *)p + 1, (size_t)(end - p - 1), &posix))
        return false;
    if (posix.has_dst)
        add_cycle(z, &posix);
    return true;
}

static void allocate(struct zone_data *z, size_t transitions)
{
    size_t room = transitions + 2 * (CYCLE_YEARS + 2) + 1;

    memset(z, 0, sizeof *z);
    z->types = mem_alloc((TYPES_MAX + 2) * sizeof *z->types);
    z->at_utc_s = mem_alloc(room * sizeof *z->at_utc_s);
    z->at_wall_s = mem_alloc(room * sizeof *z->at_wall_s);
    z->type = mem_alloc(room);
}

static void shrink(struct zone_data *z)
{
    z->types = mem_realloc(z->types, z->type_count * sizeof *z->types);
    z->at_utc_s = mem_realloc(z->at_utc_s, z->count * sizeof *z->at_utc_s);
    z->at_wall_s = mem_realloc(z->at_wall_s, z->count * sizeof *z->at_wall_s);
    z->type = mem_realloc(z->type, z->count);
}

bool zone_data_parse(const unsigned char *file, size_t bytes, struct zone_data *ret)
{
    struct counts c;
    size_t time_bytes = 4, from = HEADER_BYTES;
    bool modern;

    if (!read_header(file, bytes, &c))
        return false;
    modern = file[4] >= '2';
    if (modern) {
        /* The first block repeats the data in 32 bits for readers of old. */
        from += block_bytes(&c, 4);
        time_bytes = 8;
        if (from > bytes || !read_header(file + from, bytes - from, &c))
            return false;
        from += HEADER_BYTES;
    }
    if (bytes - from < block_bytes(&c, time_bytes))
        return false;
    allocate(ret, c.time);
    if (read_types(file + from + c.time * (time_bytes + 1), &c, ret) &&
        read_transitions(file + from, &c, time_bytes, ret)) {
        from += block_bytes(&c, time_bytes);
        if (!modern || read_footer(file + from, bytes - from, ret)) {
            shrink(ret);
            return true;
        }
    }
    zone_data_release(ret);
    return false;
}

void zone_data_utc(struct zone_data *ret)
{
    allocate(ret, 0);
    ret->types[0] = (struct zone_type){.name = "UTC"};
    ret->type_count = 1;
    shrink(ret);
}

void zone_data_release(struct zone_data *z)
{
    free(z->types);
    free(z->at_utc_s);
    free(z->at_wall_s);
    free(z->type);
    memset(z, 0, sizeof *z);
}
