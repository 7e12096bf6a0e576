#include "holiday.h"

struct objects store_holidays(struct db *db, struct arena *a)
{
    int64_t room = db_int(db, 0, "SELECT COUNT(*) FROM holiday");
    struct holiday_entry *days = arena_alloc(a, (size_t)(room + 1) * sizeof *days);
    struct objects list = {days, 0, true};
    struct stmt *s = db_query(db,
                              "SELECT date, off, name FROM holiday h WHERE source = 'local' OR NOT EXISTS"
                              " (SELECT 1 FROM holiday l WHERE l.date = h.date AND l.source = 'local') ORDER BY date");

    while ((int64_t)list.count < room && stmt_row(s))
        days[list.count++] = (struct holiday_entry){
            .date = stmt_text(s, 0, a), .off = stmt_int(s, 1) != 0, .name = stmt_text(s, 2, a)};
    stmt_done(s);
    return list;
}

void store_holiday_put(struct db *db, const char *date, bool off, const char *name, bool local)
{
    db_exec(db,
            "INSERT INTO holiday (date, source, off, name) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (date, source) DO UPDATE SET off = excluded.off, name = excluded.name",
            p_text(date), p_text(local ? "local" : "published"), p_int(off), p_text(name));
}
