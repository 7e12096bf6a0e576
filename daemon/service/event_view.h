/* What people are shown of an event beyond its row: moments, address, rule in words, next dates, places free. */
#ifndef KEPU_SERVICE_EVENT_VIEW_H
#define KEPU_SERVICE_EVENT_VIEW_H

#include "event.h"

#define EVENT_NEXT_DATES 5

int event_view_row(struct call *c, struct db *db, struct event *ev, struct err *e);  /* for lists */
int event_view_one(struct call *c, struct db *db, struct event *ev, struct err *e);  /* and the next dates */

#endif
