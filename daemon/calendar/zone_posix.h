/* The POSIX TZ string in a TZif file's footer ("EST5EDT,M3.2.0,M11.1.0"; RFC 8536 3.3.1) and its yearly changes. */
#ifndef KEPU_CALENDAR_ZONE_POSIX_H
#define KEPU_CALENDAR_ZONE_POSIX_H

#include "zone_file.h"

enum zone_day_form { ZONE_DAY_JULIAN, ZONE_DAY_OF_YEAR, ZONE_DAY_OF_MONTH };

/* When in a year the clocks change: Jn, n or Mmonth.week.weekday, and the wall time of that day. */
struct zone_change {
    enum zone_day_form form;
    int day;                    /* of the year; 1–365 without leap days, or 0–365 with them */
    int month, week, weekday;   /* week 5 = the last; weekday 0 = Sunday */
    int time_s;                 /* may be negative or above a day */
};

struct zone_posix {
    struct zone_type standard, daylight;
    bool has_dst;
    struct zone_change start, end;  /* of daylight time */
};

/* Reads `text` of `bytes` bytes; false if it is malformed. */
bool zone_posix_parse(const char *text, size_t bytes, struct zone_posix *ret);
/* The UTC seconds at which daylight time starts and ends in a year. */
int64_t zone_posix_start(const struct zone_posix *p, int year);
int64_t zone_posix_end(const struct zone_posix *p, int year);

#endif
