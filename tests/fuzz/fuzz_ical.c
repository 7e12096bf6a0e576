/*
 * Any bytes as a calendar file: reading ends, times are real, and every TZID is understood or isn't. The same bytes
 * give the same facts.
 */
#include "base/mem.h"
#include "calendar/civil.h"
#include "calendar/ical_tzid.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_BYTES_MAX 20000
#define TIMES_TRIED 40

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void check_time(struct ical_file *f, const struct ical_time *t)
{
    const struct zone *home = zone_find("Asia/Shanghai", NULL), *z;
    enum ical_zone_how how;
    int64_t utc_s;

    if (!t->set)
        return;
    require(t->wall_s >= CIVIL_WALL_MIN && t->wall_s <= CIVIL_WALL_MAX);
    require(!t->date || (!t->utc && t->wall_s == civil_midnight(t->wall_s)));
    if (!t->tzid)
        return;
    z = ical_zone_of(f, t->tzid, home, t->wall_s, &how);
    require((z == NULL) == (how == ICAL_ZONE_UNKNOWN));
    ical_zone_instant(f, t->tzid, t->wall_s, &utc_s);
}

static void check_component(struct ical_file *f, const struct ical_component *c, struct arena *a)
{
    require(c->line > 0 && c->kind[0] && c->sequence >= 0);
    check_time(f, &c->start);
    check_time(f, &c->end);
    check_time(f, &c->recurrence);
    for (size_t i = 0; i < c->rdates.count && i < TIMES_TRIED; i++)
        check_time(f, &c->rdates.items[i]);
    for (size_t i = 0; i < c->exdates.count && i < TIMES_TRIED; i++)
        check_time(f, &c->exdates.items[i]);
    for (size_t i = 0; i < c->categories.count; i++)
        require(c->categories.items[i][0]);
    require(ical_own_all(c, "ROLE", a).count <= c->own_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct arena a = {0};
    struct ical_file *f, *again;
    struct err e = {0};

    if (bytes > INPUT_BYTES_MAX)
        return 0;
    if (ical_read((const char *)data, bytes, &a, &f, &e) == 0) {
        for (size_t i = 0; i < f->count && i < TIMES_TRIED; i++)
            check_component(f, &f->components[i], &a);
        ical_zone_home(f, zone_find("Asia/Shanghai", NULL), 0);
        require(ical_read((const char *)data, bytes, &a, &again, &e) == 0 && again->count == f->count);
    } else {
        require(e.code == ERR_INVALID || e.code == ERR_TOO_LARGE);
    }
    arena_release(&a);
    return 0;
}
