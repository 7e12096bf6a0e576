/* A time zone as its TZif file has it (RFC 8536), flattened into one sorted list of transitions. */
#ifndef KEPU_CALENDAR_ZONE_FILE_H
#define KEPU_CALENDAR_ZONE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZONE_ABBREVIATION_BYTES 12

struct zone_type {
    int offset_s;     /* east of UTC */
    bool dst;
    char name[ZONE_ABBREVIATION_BYTES];
};

struct zone_data {
    struct zone_type *types;
    size_t type_count;
    int64_t *at_utc_s;       /* ascending; every one changes something */
    int64_t *at_wall_s;      /* the first wall time with the new offset: at_utc_s + the larger of both offsets */
    uint8_t *type;           /* in force from at_utc_s[i] on; type 0 before all */
    size_t count;
    /*
     * 0: the last type lasts for ever. Otherwise the last 400 years of the list come again and again: they are
     * generated from the file's footer, and the Gregorian calendar repeats after as many.
     */
    int64_t cycle_from_utc_s;
    bool cycle;
};

#define ZONE_CYCLE_S (146097LL * 86400)

/* Reads a TZif file of `bytes` bytes. False if it isn't one, or one with leap seconds. zone_data_release frees. */
bool zone_data_parse(const unsigned char *file, size_t bytes, struct zone_data *ret);
void zone_data_utc(struct zone_data *ret);
void zone_data_release(struct zone_data *z);

#endif
