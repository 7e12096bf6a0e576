#include "holiday.h"

#include "calendar/civil.h"
#include "store/holiday.h"

struct holidays holidays_load(struct db *db, struct arena *a)
{
    struct objects rows = store_holidays(db, a);
    const struct holiday_entry *entries = rows.items;
    struct holiday *days = arena_alloc(a, (rows.count + 1) * sizeof *days);

    for (size_t i = 0; i < rows.count; i++) {
        int64_t wall_s = 0;
        bool date;
        civil_parse(entries[i].date, &wall_s, &date);
        days[i] = (struct holiday){wall_s / CIVIL_DAY_S, entries[i].off, entries[i].name};
    }
    return (struct holidays){days, rows.count};
}

void holidays_keep(struct db *db, const struct holidays *days, bool local)
{
    for (size_t i = 0; i < days->count; i++) {
        char date[CIVIL_TEXT_BYTES];
        civil_format(days->days[i].days * CIVIL_DAY_S, true, date);
        store_holiday_put(db, date, days->days[i].off, days->days[i].name, local);
    }
}
