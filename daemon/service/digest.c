#include "digest.h"

#include "calendar/civil.h"
#include "calendar/zone.h"
#include "overdue.h"
#include "week.h"

#include <string.h>

bool digest_week(const struct call *c, int64_t due_ms, struct digest_week *ret)
{
    const struct zone *z = zone_find(service_settings(c->service)->tz, NULL);
    int64_t wall_s;

    if (!z)
        return false;
    wall_s = zone_to_wall(z, due_ms / 1000);
    ret->from_s = week_monday(wall_s);
    if (wall_s >= ret->from_s + CIVIL_DAY_S)
        ret->from_s += WEEK_S;
    ret->to_s = ret->from_s + WEEK_S;
    ret->from_ms = zone_to_utc(z, ret->from_s) * 1000;
    ret->to_ms = zone_to_utc(z, ret->to_s) * 1000;
    return true;
}

struct ids digest_occurrences(struct call *c, struct db *db, const struct delivery_row *d,
                              const struct channel_row *ch)
{
    const struct reminder *r = d->reminder_id == DB_NULL_INT ? NULL : store_reminder_by_id(db, d->reminder_id, &c->out);
    struct digest_week week;

    if (strcmp(d->subject, OVERDUE_SUBJECT) == 0)
        return store_digest_overdue(db, ch->shown.id, overdue_reason(c, d->code), c->req.now_ms,
                                    DIGEST_OCCURRENCES_MAX, &c->out);
    if (!digest_week(c, d->due_ms, &week))
        return (struct ids){0};
    return store_digest_week(db, ch->shown.id, r && r->event_id != DB_NULL_INT ? r->event_id : 0,
                             r && r->category ? r->category : "", week.from_ms, week.to_ms, DIGEST_OCCURRENCES_MAX,
                             &c->out);
}

bool digest_is_empty(struct call *c, struct db *db, const struct delivery_row *d, const struct channel_row *ch)
{
    return digest_occurrences(c, db, d, ch).count == 0;
}

int64_t digest_provisional(struct call *c, struct db *db, int64_t event_id)
{
    return db_int(db, 0,
                  "SELECT o.id FROM occurrence o JOIN event e ON e.id = o.event_id WHERE o.event_id = $1"
                  " AND e.status <> 'cancelled' AND o.status = 'tentative' AND o.end_ms > $2"
                  " ORDER BY o.start_ms, o.id LIMIT 1",
                  p_int(event_id), p_int(c->req.now_ms));
}

bool digest_is_asked(struct call *c, struct db *db, const struct delivery_row *d, const struct channel_row *ch)
{
    if (d->event_id != DB_NULL_INT)
        return digest_provisional(c, db, d->event_id) != 0;
    return d->reminder_id != DB_NULL_INT &&
           ask_undated(c, db, store_reminder_by_id(db, d->reminder_id, &c->out), ch, LANG_ZH).count > 0;
}
