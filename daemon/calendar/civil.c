#include "civil.h"

#include <stdio.h>
#include <string.h>

#define CYCLE_DAYS 146097 /* 400 Gregorian years, which is also a whole number of weeks */
#define EPOCH_DAYS 719468 /* 0000-03-01 to 1970-01-01 */

/* Division that rounds down, so that times before 1970 need no special case. */
static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* The year is taken to begin in March: the leap day comes last and months have a linear formula. */
int64_t civil_days(int year, int month, int day)
{
    int64_t y = month <= 2 ? (int64_t)year - 1 : year;
    int64_t cycle = floor_div(y, 400);
    int64_t year_of_cycle = y - cycle * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return cycle * CYCLE_DAYS + year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year -
           EPOCH_DAYS;
}

static void date_from_days(int64_t days, struct civil *ret)
{
    int64_t cycle = floor_div(days + EPOCH_DAYS, CYCLE_DAYS);
    uint32_t day_of_cycle = (uint32_t)(days + EPOCH_DAYS - cycle * CYCLE_DAYS);
    uint32_t year_of_cycle = (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 - day_of_cycle / 146096) / 365;
    uint32_t day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    uint32_t month = (5 * day_of_year + 2) / 153;

    ret->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    ret->month = (int)(month < 10 ? month + 3 : month - 9);
    ret->year = (int)(cycle * 400 + year_of_cycle) + (ret->month <= 2);
}

int64_t civil_to_wall(const struct civil *c)
{
    return civil_days(c->year, c->month, c->day) * CIVIL_DAY_S + c->hour * 3600 + c->minute * 60 + c->second;
}

void civil_from_wall(int64_t wall_s, struct civil *ret)
{
    int64_t days = floor_div(wall_s, CIVIL_DAY_S);
    int second = (int)(wall_s - days * CIVIL_DAY_S);

    date_from_days(days, ret);
    ret->hour = second / 3600;
    ret->minute = second / 60 % 60;
    ret->second = second % 60;
}

bool civil_leap_year(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int civil_days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && civil_leap_year(year));
}

bool civil_valid(const struct civil *c)
{
    return c->year >= 1 && c->year <= 9999 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= civil_days_in_month(c->year, c->month) && c->hour >= 0 && c->hour <= 23 && c->minute >= 0 &&
           c->minute <= 59 && c->second >= 0 && c->second <= 59;
}

enum weekday civil_weekday(int64_t wall_s)
{
    int64_t days = floor_div(wall_s, CIVIL_DAY_S) + WEEKDAY_TH; /* 1970-01-01 was a Thursday */

    return (enum weekday)(days - floor_div(days, 7) * 7);
}

int64_t civil_midnight(int64_t wall_s)
{
    return floor_div(wall_s, CIVIL_DAY_S) * CIVIL_DAY_S;
}

/* The number with so many digits, then `after` (0: the end). Written by hand: every time in every answer comes here. */
static char *put(char *at, int number, int digits, char after)
{
    for (int i = digits - 1; i >= 0; i--, number /= 10)
        at[i] = (char)('0' + number % 10);
    at[digits] = after;
    return at + digits + (after != 0);
}

/* The separators are left out where they are 0. The end of what was written. */
static char *format(int64_t wall_s, bool date, char dash, char colon, char *at)
{
    struct civil c;

    civil_from_wall(wall_s, &c);
    at = put(at, c.year, 4, dash);
    at = put(at, c.month, 2, dash);
    at = put(at, c.day, 2, date ? 0 : 'T');
    if (date)
        return at;
    at = put(at, c.hour, 2, colon);
    at = put(at, c.minute, 2, colon);
    return put(at, c.second, 2, 0);
}

void civil_format(int64_t wall_s, bool date, char ret[CIVIL_TEXT_BYTES])
{
    format(wall_s, date, '-', ':', ret);
}

void civil_format_offset(int64_t wall_s, int offset_s, char ret[CIVIL_TEXT_BYTES])
{
    char *at = format(wall_s, false, '-', ':', ret);
    int minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;

    *at++ = offset_s < 0 ? '-' : '+';
    at = put(at, minutes / 60, 2, ':');
    put(at, minutes % 60, 2, 0);
}

void civil_format_basic(int64_t wall_s, bool date, char ret[CIVIL_TEXT_BYTES])
{
    format(wall_s, date, 0, 0, ret);
}

/*
 * Reads text by a picture: letters are digits of the fields in `fields` order (a new letter starts the next field),
 * anything else stands for itself. True if the whole picture was there; *ret_rest is what follows it.
 */
static bool scan(const char *text, const char *picture, int *const fields[], const char **ret_rest)
{
    size_t field = 0;
    char letter = 0;

    for (; *picture; picture++, text++) {
        if (*picture < 'a' || *picture > 'z') {
            if (*text != *picture)
                return false;
            continue;
        }
        if (*text < '0' || *text > '9')
            return false;
        if (*picture != letter)
            *fields[field++] = 0;
        letter = *picture;
        *fields[field - 1] = *fields[field - 1] * 10 + (*text - '0');
    }
    *ret_rest = text;
    return true;
}

bool civil_parse(const char *text, int64_t *ret_wall_s, bool *ret_date)
{
    static const struct { const char *date, *time; } forms[] = {{"yyyymmdd", "Thhmmss"}, {"yyyy-mm-dd", "Thh:mm:ss"}};
    struct civil c = {0};
    int *const date_fields[] = {&c.year, &c.month, &c.day};
    int *const time_fields[] = {&c.hour, &c.minute, &c.second};

    for (size_t i = 0; i < 2; i++) {
        const char *rest;
        bool date;
        if (!scan(text, forms[i].date, date_fields, &rest))
            continue;
        date = *rest == 0;
        if ((!date && (!scan(rest, forms[i].time, time_fields, &rest) || *rest)) || !civil_valid(&c))
            return false;
        *ret_wall_s = civil_to_wall(&c);
        *ret_date = date;
        return true;
    }
    return false;
}
