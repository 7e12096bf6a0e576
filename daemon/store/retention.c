#include "retention.h"

struct texts store_people_over(struct db *db, int64_t before_ms, size_t most, struct arena *a)
{
    struct stmt *s = db_query(
        db,
        "SELECT v.code FROM volunteer v WHERE v.status = 'active' AND v.consent_basis = 'consent' AND v.minutes = 0"
        " AND EXISTS (SELECT 1 FROM signup s WHERE s.volunteer_id = v.id)"
        " AND NOT EXISTS (SELECT 1 FROM signup s JOIN occurrence o ON o.id = s.occurrence_id"
        " LEFT JOIN occurrence_role r ON r.occurrence_id = o.id AND r.name = s.role"
        " WHERE s.volunteer_id = v.id AND (o.end_ms > $1 OR COALESCE(r.participant, 0) = 0))"
        " AND NOT EXISTS (SELECT 1 FROM hours_entry h WHERE h.volunteer = v.code)"
        " ORDER BY v.id LIMIT $2",
        p_int(before_ms), p_int((int64_t)most));
    struct texts codes = {arena_alloc(a, (most + 1) * sizeof(char *)), 0, true};

    while (codes.count < most && stmt_row(s))
        codes.items[codes.count++] = stmt_text(s, 0, a);
    stmt_done(s);
    return codes;
}

void store_minors_forget(struct db *db, int64_t before_ms)
{
    db_exec(db,
            "DELETE FROM guardian WHERE EXISTS (SELECT 1 FROM signup s WHERE s.volunteer_id = guardian.volunteer_id)"
            " AND NOT EXISTS (SELECT 1 FROM signup s JOIN occurrence o ON o.id = s.occurrence_id"
            " WHERE s.volunteer_id = guardian.volunteer_id AND o.end_ms > $1)",
            p_int(before_ms));
    db_exec(db,
            "UPDATE signup SET age_group = '' WHERE age_group <> ''"
            " AND occurrence_id IN (SELECT id FROM occurrence WHERE end_ms <= $1)",
            p_int(before_ms));
}
