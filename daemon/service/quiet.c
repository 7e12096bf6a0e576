#include "quiet.h"

#include "calendar/zone.h"

#define EARLY_MS 60000     /* so long before the quiet begins */
#define MARGIN_MS 60000    /* so long before it is too late */

int64_t quiet_last_ms(int64_t due_ms, int64_t deadline_ms, int64_t start_ms)
{
    return start_ms > due_ms && start_ms < deadline_ms ? start_ms : deadline_ms;
}

int64_t quiet_place_ms(const struct call *c, const char *quiet, int64_t due_ms, int64_t last_ms)
{
    const struct zone *z;
    int64_t begin_s, end_s, early_ms, end_ms;
    struct quiet q;

    if (!quiet || !quiet[0] || !quiet_parse(quiet, &q) || !(z = zone_find(service_settings(c->service)->tz, NULL)) ||
        !quiet_at(&q, zone_to_wall(z, due_ms / 1000), &begin_s, &end_s))
        return due_ms;
    end_ms = zone_to_utc(z, end_s) * 1000;
    if (end_ms <= last_ms - MARGIN_MS)
        return end_ms;
    early_ms = zone_to_utc(z, begin_s) * 1000 - EARLY_MS;
    return early_ms >= c->req.now_ms ? early_ms : due_ms;
}
