/* Wall-clock time without a zone: the proleptic Gregorian calendar as plain arithmetic. */
#ifndef KEPU_CALENDAR_CIVIL_H
#define KEPU_CALENDAR_CIVIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A wall time is an int64_t: seconds from 1970-01-01T00:00:00 to it on a clock that knows no zone and no DST
 * ("wall_s"). A date is the wall time of its midnight. Years 1 to 9999.
 */
#define CIVIL_DAY_S 86400
#define CIVIL_WALL_MIN (-62135596800LL) /* 0001-01-01T00:00:00 */
#define CIVIL_WALL_MAX 253402300799LL   /* 9999-12-31T23:59:59 */

struct civil {
    int year, month, day;     /* 1–9999, 1–12, 1–31 */
    int hour, minute, second;
};

enum weekday { WEEKDAY_MO, WEEKDAY_TU, WEEKDAY_WE, WEEKDAY_TH, WEEKDAY_FR, WEEKDAY_SA, WEEKDAY_SU };

int64_t civil_to_wall(const struct civil *c);            /* fields must be valid */
void civil_from_wall(int64_t wall_s, struct civil *ret);
bool civil_valid(const struct civil *c);                 /* 2027-02-30 is not; second 60 is not */
int civil_days_in_month(int year, int month);
bool civil_leap_year(int year);
int64_t civil_days(int year, int month, int day);        /* days since 1970-01-01 */
enum weekday civil_weekday(int64_t wall_s);
int64_t civil_midnight(int64_t wall_s);                  /* that day's 00:00 */

#define CIVIL_TEXT_BYTES 32
/* "2027-09-18T09:00:00", or "2027-09-18" for a date: the form of the database. */
void civil_format(int64_t wall_s, bool date, char ret[CIVIL_TEXT_BYTES]);
/* "2027-09-18T09:00:00+08:00", RFC 3339, which has no seconds in an offset: those of local mean times are cut. */
void civil_format_offset(int64_t wall_s, int offset_s, char ret[CIVIL_TEXT_BYTES]);
/* "20270918T090000" or "20270918": RFC 5545 3.3.4, 3.3.5 (without the Z). */
void civil_format_basic(int64_t wall_s, bool date, char ret[CIVIL_TEXT_BYTES]);
/* Either form, whole string; *ret_date says whether it was a date. False if it is neither or not a real date. */
bool civil_parse(const char *text, int64_t *ret_wall_s, bool *ret_date);

#endif
