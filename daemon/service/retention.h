/* [privacy] retention: the day's work on what is kept of people. docs/operations.md says what goes when. */
#ifndef KEPU_SERVICE_RETENTION_H
#define KEPU_SERVICE_RETENTION_H

#include "call.h"

#define RETENTION_PEOPLE_MAX 50          /* erased at a time; the day's work comes round every hour */

int retention_sweep(struct call *c, struct db *db, struct err *e);

#endif
