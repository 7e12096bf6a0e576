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

bool store_recount_next(struct stmt *s, struct arena *a, struct recount *ret)
{
    if (!stmt_row(s))
        return false;
    *ret = (struct recount){stmt_text(s, 0, a), stmt_int(s, 1), stmt_int(s, 2)};
    return true;
}
