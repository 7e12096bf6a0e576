#include "report.h"

#include <string.h>

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

size_t store_report_months(struct db *db, const struct measure_span *span, struct arena *a, struct report_month **ret)
{
    struct report_month *list = NULL;
    size_t count = 0, room = 0;
    struct stmt *s = db_query(
        db,
        "SELECT id, month, CAST(SUM(held) AS bigint), CAST(SUM(attended) AS bigint), CAST(SUM(headcount) AS bigint),"
        " MIN(day), MAX(day) FROM (SELECT e.id AS id, substr(o.start_local, 1, 7) AS month, substr(o.start_local, 1,"
        " 10) AS day, CASE WHEN o.end_ms <= $3 THEN 1 ELSE 0 END AS held, o.attended AS attended,"
        " COALESCE(o.headcount, 0) AS headcount FROM event e JOIN occurrence o ON o.event_id = e.id"
        " WHERE e.status <> 'cancelled' AND o.status <> 'cancelled' AND o.start_local >= $1 AND o.start_local < $2"
        " AND (o.end_ms <= $3 OR o.attended > 0 OR COALESCE(o.headcount, 0) > 0)"
        " AND (o.status <> 'tentative' OR o.attended > 0 OR COALESCE(o.headcount, 0) > 0)) x"
        " GROUP BY id, month ORDER BY id, month",
        p_text(span->from), p_text(span->until), p_int(span->now_ms));

    while (stmt_row(s)) {
        list = grown(a, list, count, &room, sizeof *list);
        list[count++] = (struct report_month){stmt_int(s, 0),     stmt_text(s, 1, a), stmt_int(s, 2), stmt_int(s, 3),
                                              stmt_int(s, 4),     stmt_text(s, 5, a), stmt_text(s, 6, a)};
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
