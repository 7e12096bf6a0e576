#include "report.h"

#include <string.h>

#define MONTH_BYTES 7

static void *grown(struct arena *a, void *list, size_t count, size_t *room, size_t bytes)
{
    void *more;

    if (count < *room)
        return list;
    *room = *room ? 2 * *room : 256;
    more = arena_alloc(a, *room * bytes);
    if (count)
        memcpy(more, list, count * bytes);
    return more;
}

/* Rows come along the index, so an event's months stand together; of cancelled events the caller knows. */
size_t store_report_months(struct db *db, const struct measure_span *span, struct arena *a, struct report_month **ret)
{
    struct report_month *list = NULL;
    size_t count = 0, room = 0;
    struct stmt *s = db_query(
        db,
        "SELECT o.event_id, o.start_local, CASE WHEN o.end_ms <= $3 THEN 1 ELSE 0 END, o.attended,"
        " COALESCE(o.headcount, 0) FROM occurrence o WHERE o.status <> 'cancelled' AND o.start_local >= $1"
        " AND o.start_local < $2 AND (o.end_ms <= $3 OR o.attended > 0 OR COALESCE(o.headcount, 0) > 0)"
        " AND (o.status <> 'tentative' OR o.attended > 0 OR COALESCE(o.headcount, 0) > 0)"
        " ORDER BY o.event_id, o.start_local",
        p_text(span->from), p_text(span->until), p_int(span->now_ms));

    while (stmt_row(s)) {
        int64_t event = stmt_int(s, 0);
        char *day = stmt_text(s, 1, a);
        struct report_month *m = count ? &list[count - 1] : NULL;
        day[strcspn(day, "T")] = 0;
        if (!m || m->event != event || strncmp(m->first, day, MONTH_BYTES) != 0) {
            list = grown(a, list, count, &room, sizeof *list);
            m = &list[count++];
            *m = (struct report_month){.event = event, .month = arena_strndup(a, day, MONTH_BYTES), .first = day};
        }
        m->last = day;
        m->sessions += stmt_int(s, 2);
        m->attended += stmt_int(s, 3);
        m->headcount += stmt_int(s, 4);
    }
    *ret = list;
    return count;
}

size_t store_report_minutes(struct db *db, const char *from, const char *until, struct arena *a,
                            struct report_minutes **ret)
{
    struct report_minutes *list = NULL;
    size_t count = 0, room = 0;
    struct stmt *s = db_query(db,
                              "SELECT event, CAST(SUM(counted) AS bigint) FROM hours_entry WHERE day >= $1 AND day < $2"
                              " AND counted <> 0 GROUP BY event ORDER BY event",
                              p_text(from), p_text(until));

    while (stmt_row(s)) {
        list = grown(a, list, count, &room, sizeof *list);
        list[count++] = (struct report_minutes){stmt_text(s, 0, a), stmt_int(s, 1)};
    }
    *ret = list;
    return count;
}

int64_t store_report_served(struct db *db, const char *from, const char *until)
{
    return db_int(db, 0,
                  "SELECT COUNT(*) FROM (SELECT volunteer FROM hours_entry WHERE day >= $1 AND day < $2"
                  " GROUP BY volunteer HAVING SUM(counted) > 0) x",
                  p_text(from), p_text(until));
}
