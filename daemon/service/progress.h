/* The road to the target of volunteers, in numbers: what everybody may see. */
#ifndef KEPU_SERVICE_PROGRESS_H
#define KEPU_SERVICE_PROGRESS_H

#include "call.h"

#define PROGRESS_TARGET_DEFAULT 4000   /* where no plan names one */

struct people_progress {
    int64_t value, target;
    int64_t percent_milli;             /* of the target */
    int64_t pace;                      /* people who came in the last `pace_days` */
    int64_t pace_days;
    int64_t pace_year;                 /* people who came in 365 days */
    struct moment forecast;            /* a date; not set: it is reached, or can't be said */
    struct moment forecast_from, forecast_to; /* the earliest and the latest that paces say */
    char *sure;                        /* low, medium, high; NULL without a forecast */
    char *reason;                      /* why; NULL where no plan names the target */
};
extern const struct fields people_progress_fields;

/* input: none; result: struct people_progress. */
extern const struct operation op_progress;

/* For other operations, on the store thread. */
int progress_read(struct call *c, struct db *db, struct people_progress *ret, struct err *e);

#endif
