/* Sums of a period over all events, whatever they count for. */
#ifndef KEPU_STORE_REPORT_H
#define KEPU_STORE_REPORT_H

#include "db.h"
#include "measure.h"

/* What an event came to in one month: sessions held, and people at occurrences that count. */
struct report_month {
    int64_t event;
    char *month;                          /* "2025-03" */
    int64_t sessions, attended, headcount;
    char *first, *last;                   /* dates */
};
/* In order of events and months. */
size_t store_report_months(struct db *db, const struct measure_span *span, struct arena *a, struct report_month **ret);

/* Minutes of service by event ("": entered without one), of days from `from` until before `until`. */
struct report_minutes {
    char *event;
    int64_t minutes;
};
size_t store_report_minutes(struct db *db, const char *from, const char *until, struct arena *a,
                            struct report_minutes **ret);
/* Volunteers with approved hours in those days. */
int64_t store_report_served(struct db *db, const char *from, const char *until);

#endif
