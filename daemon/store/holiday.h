/* Rows of the calendar of days off; a local row stands before a published one. */
#ifndef KEPU_STORE_HOLIDAY_H
#define KEPU_STORE_HOLIDAY_H

#include "db.h"
#include "domain/office.h"

struct objects store_holidays(struct db *db, struct arena *a);   /* struct holiday_entry, by date */
void store_holiday_put(struct db *db, const char *date, bool off, const char *name, bool local);

#endif
