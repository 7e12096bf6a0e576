/* The Chinese calendar as a table: 1900–2100 from the published almanac (GB/T 33661-2017), then as calculated. */
#ifndef KEPU_CALENDAR_LUNAR_H
#define KEPU_CALENDAR_LUNAR_H

#include <stdbool.h>
#include <stdint.h>

#define LUNAR_YEAR_MIN 1900
#define LUNAR_YEAR_PUBLISHED_MAX 2100 /* later years may still be corrected by an almanac to come */
#define LUNAR_YEAR_MAX 2199

struct lunar_date {
    int year;         /* the Gregorian year in which the lunar year begins */
    int month;        /* 1–12 */
    bool leap;        /* the leap month after month `month` */
    int day;          /* 1–30 */
};

bool lunar_from_days(int64_t days, struct lunar_date *ret);          /* since 1970-01-01; false outside the table */
bool lunar_to_days(const struct lunar_date *d, int64_t *ret_days);   /* false if there is no such date */
int lunar_leap_month(int year);                                      /* 0 = none */
int lunar_month_days(int year, int month, bool leap);                /* 29, 30; 0 if there is no such month */

/*
 * The year as it is laid out, for the recurrence engine: its months by position, 0 to 11 or 12, the leap month after
 * the one it repeats. Years within the table; New Year's day also of the year after it.
 */
int lunar_months(int year);
int64_t lunar_new_year(int year);                                    /* days since 1970-01-01 */
int lunar_month_start(int year, int position);                       /* days from New Year's day */
int lunar_month_label(int year, int position, bool *ret_leap);       /* 1–12 */
bool lunar_locate(int64_t days, int *ret_year, int *ret_position, int *ret_day); /* false outside the table */

/* "九月初九", "闰六月十五", "除夕" is left to the caller; UTF-8. */
#define LUNAR_TEXT_BYTES 32
void lunar_format(const struct lunar_date *d, char ret[LUNAR_TEXT_BYTES]);

#endif
