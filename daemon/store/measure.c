#include "measure.h"

#include <string.h>

/* $1 the indicator is left to each; $2 from, $3 until, $4 now. */
#define COUNTS                                                                                                        \
    " e.status <> 'cancelled' AND o.status <> 'cancelled' AND o.start_local >= $2 AND o.start_local < $3"             \
    " AND CAST($4 AS bigint) > 0 AND (o.status <> 'tentative' OR o.attended > 0 OR COALESCE(o.headcount, 0) > 0)"
#define HELD COUNTS " AND o.end_ms <= $4"
#define OF_EVENT " JOIN event e ON e.id = i.event_id JOIN occurrence o ON o.event_id = i.event_id"
/* In this order, which CROSS tells SQLite: the index of those who attended begins with occurrence and role. */
#define ATTENDED                                                                                           \
    " CROSS JOIN (SELECT occurrence_id, name FROM occurrence_role WHERE participant = 1) r"                \
    " CROSS JOIN (SELECT id, code, occurrence_id, role, volunteer_id FROM signup WHERE state = 'attended') s"
#define BY_ROLE " AND r.occurrence_id = o.id AND s.occurrence_id = r.occurrence_id AND s.role = r.name"

#define SUM_OF(what, from) "CAST(SUM(CASE WHEN day >= " from " THEN " what " ELSE 0 END) AS bigint)"
#define SUMS(what) \
    "CAST(SUM(" what ") AS bigint), " SUM_OF(what, "$5") ", " SUM_OF(what, "$6") ", " SUM_OF(what, "$7")

static struct measure_sums read_sums(struct stmt *s, int column)
{
    return (struct measure_sums){stmt_int(s, column), stmt_int(s, column + 1), stmt_int(s, column + 2),
                                 stmt_int(s, column + 3)};
}

#define SPAN_PARAMS(slug, span) p_text(slug), p_text((span)->from), p_text((span)->until), p_int((span)->now_ms)

/* One statement for all and one for one, so that each goes along its own index. */
#define TALLIES(of)                                                                                                \
    "SELECT slug, " SUMS("held") ", " SUMS("people") " FROM (SELECT i.slug AS slug, o.start_local AS day,"         \
    " CASE WHEN o.end_ms <= $4 THEN 1 ELSE 0 END AS held, o.attended + COALESCE(o.headcount, 0) AS people"         \
    " FROM event_indicator i" OF_EVENT " WHERE " of " AND" COUNTS ") x GROUP BY slug ORDER BY slug"

size_t store_measure_tallies(struct db *db, const struct measure_span *span, const char *slug, struct arena *a,
                             struct measure_tally **ret)
{
    int64_t room = *slug ? 1 : db_int(db, 0, "SELECT COUNT(DISTINCT slug) FROM event_indicator");
    struct measure_tally *list = arena_alloc(a, (size_t)(room + 1) * sizeof *list);
    const struct param params[] = {SPAN_PARAMS(slug, span),    p_text(span->year_from),  p_text(span->recent_from),
                                   p_text(span->half_from), {.type = PARAM_END}};
    struct stmt *s = db_query_params(db, *slug ? TALLIES("i.slug = $1") : TALLIES("$1 = ''"), params);
    size_t count = 0;

    while ((int64_t)count < room && stmt_row(s)) {
        struct measure_tally *t = &list[count++];
        t->slug = stmt_text(s, 0, a);
        t->sessions = read_sums(s, 1);
        t->people = read_sums(s, 5);
        t->held_lately = t->sessions.recent;
    }
    stmt_done(s);
    *ret = list;
    return count;
}

struct measure_sums store_measure_persons(struct db *db, const struct measure_span *span, const char *slug)
{
    struct measure_sums sums = {0};
    struct stmt *s = db_query(
        db,
        "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN last >= $5 THEN 1 ELSE 0 END), 0) AS bigint),"
        " CAST(COALESCE(SUM(CASE WHEN first >= $6 THEN 1 ELSE 0 END), 0) AS bigint),"
        " CAST(COALESCE(SUM(CASE WHEN first >= $7 THEN 1 ELSE 0 END), 0) AS bigint)"
        " FROM (SELECT s.volunteer_id AS who, MIN(o.start_local) AS first, MAX(o.start_local) AS last"
        " FROM event_indicator i" OF_EVENT ATTENDED " WHERE i.slug = $1 AND" COUNTS BY_ROLE
        " GROUP BY s.volunteer_id) x",
        SPAN_PARAMS(slug, span), p_text(span->year_from), p_text(span->recent_from), p_text(span->half_from));

    if (stmt_row(s)) {
        sums = read_sums(s, 0);
        stmt_done(s);
    }
    return sums;
}

size_t store_measure_cells(struct db *db, const struct measure_span *span, const char *slug, struct arena *a,
                           struct measure_cell **ret)
{
    struct measure_cell *list = NULL;
    size_t count = 0, room = 0;
    struct stmt *s = db_query(db,
                              "SELECT unit, month, COUNT(*) FROM (SELECT e.unit AS unit, substr(o.start_local, 1, 7) AS"
                              " month FROM event_indicator i" OF_EVENT " WHERE i.slug = $1 AND e.unit <> '' AND" HELD
                              ") x GROUP BY unit, month ORDER BY unit, month",
                              SPAN_PARAMS(slug, span));

    while (stmt_row(s)) {
        if (count == room) {
            struct measure_cell *grown = arena_alloc(a, (room = room ? room * 2 : 64) * sizeof *grown);
            if (count)
                memcpy(grown, list, count * sizeof *grown);
            list = grown;
        }
        list[count].unit = stmt_text(s, 0, a);
        list[count].month = stmt_text(s, 1, a);
        list[count++].sessions = stmt_int(s, 2);
    }
    *ret = list;
    return count;
}

#define INDICATORS_MAX 50

struct texts store_event_indicators(struct db *db, int64_t event_id, struct arena *a)
{
    struct texts list = {arena_alloc(a, INDICATORS_MAX * sizeof(char *)), 0, true};
    struct stmt *s =
        db_query(db, "SELECT slug FROM event_indicator WHERE event_id = $1 ORDER BY position", p_int(event_id));

    while (list.count < INDICATORS_MAX && stmt_row(s))
        list.items[list.count++] = stmt_text(s, 0, a);
    stmt_done(s);
    return list;
}

/* What a value is made of. Columns: id, at, amount, event, title, recurrence, start, tz, unit, sign-up, volunteer. */

#define OCCURRENCE_COLUMNS "e.slug, COALESCE(o.title, e.title), o.recurrence_id, o.start_local, e.tz, e.unit"
#define AFTER(at, id) " AND (" at " > $5 OR (" at " = $5 AND " id " > $6)) ORDER BY " at ", " id " LIMIT $7"
#define CARRIED " FROM event_indicator i" OF_EVENT

static const char *const parts_sql[] = {
    [PARTS_SESSIONS] = "SELECT o.id, o.start_ms, 1, " OCCURRENCE_COLUMNS ", '', ''" CARRIED
                       " WHERE i.slug = $1 AND" HELD AFTER("o.start_ms", "o.id"),
    [PARTS_HEADCOUNTS] = "SELECT o.id, o.start_ms, o.headcount, " OCCURRENCE_COLUMNS ", '', ''" CARRIED
                         " WHERE i.slug = $1 AND o.headcount > 0 AND" COUNTS AFTER("o.start_ms", "o.id"),
    /* Somebody who attended in two roles is one. */
    [PARTS_SIGNUPS] = "SELECT s.id, o.start_ms, 1, " OCCURRENCE_COLUMNS ", s.code, v.code" CARRIED ATTENDED
                      " JOIN volunteer v ON v.id = s.volunteer_id WHERE i.slug = $1 AND" COUNTS BY_ROLE
                      " AND NOT EXISTS (SELECT 1 FROM signup t JOIN occurrence_role q ON q.occurrence_id ="
                      " t.occurrence_id AND q.name = t.role AND q.participant = 1 WHERE t.occurrence_id = o.id"
                      " AND t.volunteer_id = s.volunteer_id AND t.state = 'attended' AND t.id < s.id)"
                      AFTER("o.start_ms", "s.id"),
    [PARTS_PERSONS] = "SELECT v.id, x.at, x.times, '', '', '', '', '', '', '', v.code FROM (SELECT s.volunteer_id AS"
                      " who, MIN(o.start_ms) AS at, COUNT(DISTINCT o.id) AS times" CARRIED ATTENDED
                      " WHERE i.slug = $1 AND" COUNTS BY_ROLE
                      " GROUP BY s.volunteer_id) x JOIN volunteer v ON v.id = x.who"
                      " WHERE true" AFTER("x.at", "v.id"),
    [PARTS_PEOPLE] = "SELECT v.id, v.created_ms, 1, '', '', '', '', '', '', '', v.code FROM volunteer v"
                     " WHERE v.status = 'active' AND $1 = $1 AND $2 = $2 AND $3 = $3 AND v.created_ms <= $4"
                     AFTER("v.created_ms", "v.id"),
};

static void read_part(struct stmt *s, struct arena *a, struct measure_part *ret)
{
    *ret = (struct measure_part){.id = stmt_int(s, 0), .at_ms = stmt_int(s, 1), .amount = stmt_int(s, 2),
                                 .event = stmt_text(s, 3, a), .title = stmt_text(s, 4, a),
                                 .recurrence = stmt_text(s, 5, a), .start = stmt_text(s, 6, a),
                                 .tz = stmt_text(s, 7, a), .unit = stmt_text(s, 8, a), .signup = stmt_text(s, 9, a),
                                 .volunteer = stmt_text(s, 10, a)};
}

size_t store_measure_parts(struct db *db, enum measure_parts kind, const struct measure_span *span, const char *slug,
                           const struct measure_cursor *after, int64_t most, struct arena *a, struct measure_part *ret)
{
    struct stmt *s = db_query(db, parts_sql[kind], SPAN_PARAMS(slug, span), p_int(after->at_ms), p_int(after->id),
                              p_int(most));
    size_t count = 0;

    while ((int64_t)count < most && stmt_row(s))
        read_part(s, a, &ret[count++]);
    stmt_done(s);
    return count;
}
