/* The stored calendar of days off, as policies ask it. On the store thread. */
#ifndef KEPU_SERVICE_HOLIDAY_H
#define KEPU_SERVICE_HOLIDAY_H

#include "calendar/holidays.h"
#include "store/db.h"

struct holidays holidays_load(struct db *db, struct arena *a);
void holidays_keep(struct db *db, const struct holidays *days, bool local);

#endif
