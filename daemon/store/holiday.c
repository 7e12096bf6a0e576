#include "holiday.h"

#include "calendar/civil.h"

#include <string.h>

static struct holiday read_row(struct stmt *s, struct arena *a)
{
    struct holiday h = {.off = stmt_int(s, 1) != 0, .name = stmt_text(s, 2, a)};
    int64_t wall_s = 0;
    bool date;

    civil_parse(stmt_text(s, 0, a), &wall_s, &date);
    h.days = wall_s / CIVIL_DAY_S;
    return h;
}

struct holidays store_holidays(struct db *db, struct arena *a)
{
    int64_t room = db_int(db, 0, "SELECT COUNT(*) FROM holiday"), count = 0;
    struct holiday *days = arena_alloc(a, (size_t)(room + 1) * sizeof *days);
    struct stmt *s = db_query(db,
                              "SELECT date, off, name FROM holiday h WHERE source = 'local' OR NOT EXISTS"
                              " (SELECT 1 FROM holiday l WHERE l.date = h.date AND l.source = 'local') ORDER BY date");

    while (count < room && stmt_row(s))
        days[count++] = read_row(s, a);
    stmt_done(s);
    return (struct holidays){days, (size_t)count};
}

void store_holiday_put(struct db *db, const struct holiday *h, bool local)
{
    char date[CIVIL_TEXT_BYTES];

    civil_format(h->days * CIVIL_DAY_S, true, date);
    db_exec(db,
            "INSERT INTO holiday (date, source, off, name) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (date, source) DO UPDATE SET off = excluded.off, name = excluded.name",
            p_text(date), p_text(local ? "local" : "published"), p_int(h->off), p_text(h->name));
}
