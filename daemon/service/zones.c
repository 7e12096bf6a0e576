/* A zone whose rules changed: occurrences keep their local times, so their instants follow. Declared in event.h. */
#include "calendar/zone.h"
#include "event.h"
#include "planner.h"
#include "series.h"
#include "store/notice.h"

struct instant_row {
    int64_t id, event_id, start_ms, end_ms;
    char *start_local, *end_local, *tz;
};

static void read_row(struct stmt *s, struct arena *a, struct instant_row *ret)
{
    *ret = (struct instant_row){.id = stmt_int(s, 0), .event_id = stmt_int(s, 1), .start_ms = stmt_int(s, 2),
                                .end_ms = stmt_int(s, 3), .start_local = stmt_text(s, 4, a),
                                .end_local = stmt_text(s, 5, a), .tz = stmt_text(s, 6, a)};
}

static int64_t instant(const struct zone *z, const char *local)
{
    return zone_to_utc(z, local_wall(local)) * 1000;
}

/* True if the row is not where its zone has it now; its instants are then right. */
static bool correct(struct instant_row *row)
{
    const struct zone *z = zone_find(row->tz, NULL);
    int64_t start_ms, end_ms;

    if (!z)
        return false;
    start_ms = instant(z, row->start_local);
    end_ms = instant(z, row->end_local);
    if (start_ms == row->start_ms && end_ms == row->end_ms)
        return false;
    row->start_ms = start_ms;
    row->end_ms = end_ms;
    return true;
}

int64_t event_follow_zones(struct call *c, struct db *db)
{
    struct stmt *s = db_query(db,
                              "SELECT o.id, o.event_id, o.start_ms, o.end_ms, o.start_local, o.end_local, e.tz"
                              " FROM occurrence o JOIN event e ON e.id = o.event_id WHERE o.end_ms > $1 ORDER BY o.id",
                              p_int(c->req.now_ms));
    struct list_builder moved = {0};
    const struct instant_row *rows;
    struct instant_row row;
    struct arena scratch = {0};

    while (stmt_row(s)) {
        read_row(s, &scratch, &row);
        if (correct(&row))
            *(struct instant_row *)list_add(c, &moved, sizeof row) = row;
        arena_release(&scratch);
    }
    rows = (const struct instant_row *)(const void *)moved.items;
    for (size_t i = 0; i < moved.count; i++) {
        db_exec(
            db,
            "UPDATE occurrence SET start_ms = $2, end_ms = $3, updated_ms = $4, version = version + 1 WHERE id = $1",
            p_int(rows[i].id), p_int(rows[i].start_ms), p_int(rows[i].end_ms), p_int(c->req.now_ms));
        if (i + 1 == moved.count || rows[i + 1].event_id != rows[i].event_id)
            planner_event(c, db, rows[i].event_id);
    }
    if (moved.count)
        call_changed(c, CHANGE_EVERYTHING, 0);
    return (int64_t)moved.count;
}
