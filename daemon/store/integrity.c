#include "integrity.h"

#include <string.h>

#define SAID_MAX 50

struct texts store_integrity(struct db *db, struct arena *a)
{
    struct stmt *s = db_query(db, "PRAGMA integrity_check(50)");
    struct texts said = {arena_alloc(a, SAID_MAX * sizeof(char *)), 0, true};

    while (stmt_row(s)) {
        char *text = stmt_text(s, 0, a);
        if (said.count < SAID_MAX && strcmp(text, "ok") != 0)
            said.items[said.count++] = text;
    }
    return said;
}

struct texts store_foreign_keys(struct db *db, struct arena *a)
{
    struct stmt *s = db_query(db, "PRAGMA foreign_key_check");
    struct texts said = {arena_alloc(a, SAID_MAX * sizeof(char *)), 0, true};

    while (said.count < SAID_MAX && stmt_row(s))
        said.items[said.count++] = arena_printf(a, "%s %lld → %s", stmt_text(s, 0, a), (long long)stmt_int(s, 1),
                                                stmt_text(s, 2, a));
    stmt_done(s);
    return said;
}

struct stmt *store_recount_volunteers(struct db *db)
{
    return db_query(db,
                    "SELECT v.code, v.minutes, COALESCE(h.counted, 0) FROM volunteer v LEFT JOIN"
                    " (SELECT volunteer, CAST(SUM(counted) AS bigint) AS counted FROM hours_entry GROUP BY volunteer) h"
                    " ON h.volunteer = v.code WHERE v.minutes <> COALESCE(h.counted, 0) ORDER BY v.id LIMIT 50");
}

struct stmt *store_recount_signups(struct db *db)
{
    return db_query(db,
                    "SELECT s.code, s.minutes, COALESCE(h.counted, 0) FROM signup s LEFT JOIN"
                    " (SELECT signup, CAST(SUM(counted) AS bigint) AS counted FROM hours_entry WHERE signup <> ''"
                    " GROUP BY signup) h"
                    " ON h.signup = s.code WHERE s.minutes <> COALESCE(h.counted, 0) ORDER BY s.id LIMIT 50");
}

struct stmt *store_recount_roles(struct db *db)
{
    return db_query(db,
                    "SELECT e.slug || ' ' || o.recurrence_id || ' ' || r.name, r.taken, COALESCE(n.taken, 0)"
                    " FROM occurrence_role r JOIN occurrence o ON o.id = r.occurrence_id"
                    " JOIN event e ON e.id = o.event_id LEFT JOIN"
                    " (SELECT occurrence_id, role, COUNT(*) AS taken FROM signup WHERE state = 'confirmed'"
                    " OR state = 'offered' OR state = 'attended' OR state = 'no_show'"
                    " GROUP BY occurrence_id, role) n ON n.occurrence_id = o.id AND n.role = r.name"
                    " WHERE r.taken <> COALESCE(n.taken, 0) ORDER BY o.id, r.name LIMIT 50");
}

struct stmt *store_recount_orphans(struct db *db)
{
    return db_query(db,
                    "SELECT h.volunteer, MIN(h.number), CAST(SUM(h.counted) AS bigint) FROM hours_entry h"
                    " WHERE NOT EXISTS (SELECT 1 FROM volunteer v WHERE v.code = h.volunteer)"
                    " GROUP BY h.volunteer ORDER BY h.volunteer LIMIT 50");
}

struct stmt *store_recount_attended(struct db *db)
{
    return db_query(db,
                    "SELECT e.slug || ' ' || o.recurrence_id, o.attended, COALESCE(n.people, 0)"
                    " FROM occurrence o JOIN event e ON e.id = o.event_id LEFT JOIN"
                    " (SELECT s.occurrence_id, COUNT(DISTINCT s.volunteer_id) AS people FROM signup s"
                    " JOIN occurrence_role r ON r.occurrence_id = s.occurrence_id AND r.name = s.role"
                    " WHERE r.participant = 1 AND s.state = 'attended' GROUP BY s.occurrence_id) n"
                    " ON n.occurrence_id = o.id WHERE o.attended <> COALESCE(n.people, 0) ORDER BY o.id LIMIT 50");
}

struct stmt *store_recount_headcounts(struct db *db)
{
    return db_query(db,
                    "SELECT what, kept, said FROM (SELECT e.slug || ' ' || o.recurrence_id AS what, o.id AS id,"
                    " COALESCE(o.headcount, 0) AS kept, COALESCE((SELECT h.people FROM headcount_entry h"
                    " WHERE h.occurrence_id = o.id ORDER BY h.id DESC LIMIT 1), 0) AS said"
                    " FROM occurrence o JOIN event e ON e.id = o.event_id) x WHERE kept <> said ORDER BY id LIMIT 50");
}

struct stmt *store_recount_states(struct db *db)
{
    return db_query(db,
                    "SELECT what, 0, 0 FROM (SELECT s.id AS id, s.code || ' ' || s.state AS what, s.state AS state,"
                    " COALESCE((SELECT CASE WHEN a.kind = 'no_show' OR a.kind = 'excused' THEN a.kind"
                    " ELSE 'attended' END FROM attendance_entry a WHERE a.signup_id = s.id ORDER BY a.id DESC LIMIT 1),"
                    " '') AS said FROM signup s WHERE s.state = 'attended' OR s.state = 'no_show'"
                    " OR s.state = 'excused') x WHERE state <> said ORDER BY id LIMIT 50");
}

struct stmt *store_recount_approvals(struct db *db)
{
    return db_query(db,
                    "SELECT m.code, a.number, 0 FROM hours_entry a JOIN hours_entry m ON m.number = a.refers"
                    " WHERE a.kind = 'approval' AND a.who = m.who ORDER BY a.number LIMIT 50");
}

bool store_recount_next(struct stmt *s, struct arena *a, struct recount *ret)
{
    if (!stmt_row(s))
        return false;
    *ret = (struct recount){stmt_text(s, 0, a), stmt_int(s, 1), stmt_int(s, 2)};
    return true;
}
