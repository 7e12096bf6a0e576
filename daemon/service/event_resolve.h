/* From what was written to an event: every input of `event add` and `event edit`, checked and read. */
#ifndef KEPU_SERVICE_EVENT_RESOLVE_H
#define KEPU_SERVICE_EVENT_RESOLVE_H

#include "event.h"
#include "series.h"

/*
 * Applies what is given in `in` to *ev, which holds defaults (add) or the event as it is (edit). Reads times in ev's
 * zone, moves a start that doesn't match its rule to the first match (a note says so), checks everything named.
 */
int event_resolve(struct call *c, struct db *db, const struct event_input *in, struct event *ev, struct err *e);

/* -1 with "did you mean" unless `slug` is a row of `table` (a static name: "department" …). "" passes. */
int check_slug(struct call *c, struct db *db, const char *table, const char *field, const char *slug, struct err *e);

#endif
