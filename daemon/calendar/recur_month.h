/* The months of a rule's calendar, Gregorian or Chinese, and which of their days a rule picks. */
#ifndef KEPU_CALENDAR_RECUR_MONTH_H
#define KEPU_CALENDAR_RECUR_MONTH_H

#include "recur_rule.h"

struct recur_month {
    int year, position;     /* position in the year, from 0 */
    int label;              /* 1–12 */
    bool leap;              /* a lunar leap month, which bears the label of the one before */
    int64_t first_day;      /* days since 1970-01-01 */
    int days;
};

/* The days of one year that the parts about years pick; kept from month to month. */
struct recur_year {
    int year;
    bool loaded;
    uint64_t days[RECUR_WORDS];   /* bit 1 is New Year's day, bit 0 the day before */
};

bool recur_year_known(bool lunar, int64_t year);
int recur_months_in_year(bool lunar, int year);
/* The month at a position of a known year. */
void recur_month_at(bool lunar, int year, int position, struct recur_month *ret);
/* The month of a day; false outside the calendar. */
bool recur_month_of(bool lunar, int64_t day, struct recur_month *ret);

/* True if BYMONTH lets the month pass, with what SKIP makes of leap months that a year doesn't have. */
bool recur_month_passes(const struct recur_rule *r, int year, int label, bool leap);
/*
 * The days that the rule's parts about days pick, as bits: bit 1 is the first day of the month. SKIP may also pick the
 * days beside the month, bit 0 and bit days + 1. BYMONTH isn't looked at.
 */
uint64_t recur_month_days(const struct recur_rule *r, const struct recur_month *m, struct recur_year *year);

#endif
