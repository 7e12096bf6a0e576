/* Rows of the calendar of days off; a local row stands before a published one. */
#ifndef KEPU_STORE_HOLIDAY_H
#define KEPU_STORE_HOLIDAY_H

#include "calendar/holidays.h"
#include "db.h"

struct holidays store_holidays(struct db *db, struct arena *a);
void store_holiday_put(struct db *db, const struct holiday *h, bool local);

#endif
