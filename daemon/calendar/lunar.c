#include "lunar.h"

#include "civil.h"

#include <stdio.h>

/*
 * One number a year: bits 0–12 the months in order, the leap month after the one it repeats (1 = 30 days, 0 = 29);
 * bits 13–16 the leap month (0 = none); bits 17–22 the days from 1 January to New Year's day.
 * To 2100 the published almanac (GB/T 33661-2017), as the open tables of lunar-javascript and solarlunar have it; they
 * differ in 1933 and 2097 alone, by a new moon within minutes of midnight, where the former is taken. From 2101 on
 * calculated (lunar-javascript), as no almanac reaches there yet.
 */
static const uint32_t years[LUNAR_YEAR_MAX - LUNAR_YEAR_MIN + 1] = {
    0x3D16D2, 0x620752, 0x4C0EA5, 0x38B64A, 0x5C064B, 0x440A9B, 0x309556, 0x56056A, 0x400B59, 0x2A5752, /* 1900 */
    0x500752, 0x3ADB25, 0x600B25, 0x480A4B, 0x32B4AB, 0x5802AD, 0x42056B, 0x2C4B69, 0x520DA9, 0x3EFD92, /* 1910 */
    0x640E92, 0x4C0D25, 0x36BA4D, 0x5C0A56, 0x4602B6, 0x2E95B5, 0x5606D4, 0x400EA9, 0x2C5E92, 0x500E92, /* 1920 */
    0x3ACD26, 0x5E052B, 0x480A57, 0x32B2B6, 0x580B5A, 0x4406D4, 0x2E6EC9, 0x520749, 0x3CF693, 0x620A93, /* 1930 */
    0x4C052B, 0x34CA5B, 0x5A0AAD, 0x46056A, 0x309B55, 0x560BA4, 0x400B49, 0x2A5A93, 0x500A95, 0x38F52D, /* 1940 */
    0x5E0536, 0x480AAD, 0x34B5AA, 0x5805B2, 0x420DA5, 0x2E7D4A, 0x540D4A, 0x3D0A95, 0x600A97, 0x4C0556, /* 1950 */
    0x36CAB5, 0x5A0AD5, 0x4606D2, 0x308EA5, 0x560EA5, 0x40064A, 0x286C97, 0x4E0A9B, 0x3AF55A, 0x5E056A, /* 1960 */
    0x480B69, 0x34B752, 0x5A0B52, 0x420B25, 0x2C964B, 0x520A4B, 0x3D14AB, 0x6002AD, 0x4A056D, 0x36CB69, /* 1970 */
    0x5C0DA9, 0x460D92, 0x309D25, 0x560D25, 0x415A4D, 0x640A56, 0x4E02B6, 0x38C5B5, 0x5E06D5, 0x480EA9, /* 1980 */
    0x34BE92, 0x5A0E92, 0x440D26, 0x2C6A56, 0x500A57, 0x3D14D6, 0x62035A, 0x4A06D5, 0x36B6C9, 0x5C0749, /* 1990 */
    0x460693, 0x2E952B, 0x54052B, 0x3E0A5B, 0x2A555A, 0x4E056A, 0x38FB55, 0x600BA4, 0x4A0B49, 0x32BA93, /* 2000 */
    0x580A95, 0x42052D, 0x2C8AAD, 0x500AB5, 0x3D35AA, 0x6205D2, 0x4C0DA5, 0x36DD4A, 0x5C0D4A, 0x460C95, /* 2010 */
    0x30952E, 0x540556, 0x3E0AB5, 0x2A55B2, 0x5006D2, 0x38CEA5, 0x5E0725, 0x48064B, 0x32AC97, 0x560CAB, /* 2020 */
    0x42055A, 0x2C6AD6, 0x520B69, 0x3D7752, 0x620B52, 0x4C0B25, 0x36DA4B, 0x5A0A4B, 0x4404AB, 0x2EA55B, /* 2030 */
    0x5405AD, 0x3E0B6A, 0x2A5B52, 0x500D92, 0x3AFD25, 0x5E0D25, 0x480A55, 0x32B4AD, 0x5804B6, 0x4005B5, /* 2040 */
    0x2C6DAA, 0x520EC9, 0x3F1E92, 0x620E92, 0x4C0D26, 0x36CA56, 0x5A0A57, 0x4404D6, 0x2E86D5, 0x540755, /* 2050 */
    0x400749, 0x286E93, 0x4E0693, 0x38F52B, 0x5E052B, 0x460A5B, 0x32B55A, 0x58056A, 0x420B65, 0x2C974A, /* 2060 */
    0x520B4A, 0x3D1A95, 0x620A95, 0x4A052D, 0x34CAAD, 0x5A0AB5, 0x4605AA, 0x2E8BA5, 0x540DA5, 0x400D4A, /* 2070 */
    0x2A7C95, 0x4E0C96, 0x38F94E, 0x5E0556, 0x480AB5, 0x32B5B2, 0x5806D2, 0x420EA5, 0x2E8E4A, 0x50068B, /* 2080 */
    0x3B0C97, 0x6004AB, 0x4A055B, 0x34CAD6, 0x5A0B6A, 0x460752, 0x309725, 0x540B45, 0x3E0A8B, 0x28549B, /* 2090 */
    0x4E04AB, 0x38E95B, 0x5E05AD, 0x4A0BAA, 0x36BB52, 0x5A0D92, 0x440D25, 0x2E9A4B, 0x540A55, 0x3D34AD, /* 2100 */
    0x6204B6, 0x4C06B5, 0x38CDAA, 0x5C0EC9, 0x480E92, 0x329D26, 0x580D2A, 0x400A56, 0x2A74B6, 0x500556, /* 2110 */
    0x3AEAD5, 0x5E0B55, 0x4A074A, 0x34AE93, 0x5A0695, 0x42052B, 0x2C8A57, 0x520A9B, 0x3F755A, 0x62056A, /* 2120 */
    0x4C0B65, 0x38D74A, 0x5E0B4A, 0x460B15, 0x30B52B, 0x56054D, 0x400AAD, 0x2A556A, 0x5005AA, 0x3AEBA5, /* 2130 */
    0x600DA5, 0x4A0D4A, 0x34BD15, 0x5A0D16, 0x44094E, 0x2C8AAD, 0x520AD6, 0x3F75B4, 0x6406D2, 0x4C0EA5, /* 2140 */
    0x38CE8A, 0x5C068B, 0x460D17, 0x30A956, 0x54095B, 0x400ADA, 0x2C76D4, 0x500754, 0x3AF745, 0x600B45, /* 2150 */
    0x4A0A8B, 0x32D52B, 0x5804AD, 0x42096B, 0x2E8B5A, 0x520DAA, 0x3F5B54, 0x640DA2, 0x4E0D45, 0x36DA95, /* 2160 */
    0x5C0A95, 0x46052D, 0x30AAAD, 0x540AB5, 0x400DAA, 0x2C7DA4, 0x520EA2, 0x3AFD46, 0x600D4A, 0x4A0A96, /* 2170 */
    0x34D536, 0x58055A, 0x420AD5, 0x2E96CA, 0x540752, 0x3C0EA5, 0x284D4A, 0x4C054B, 0x36CA97, 0x5A0AAB, /* 2180 */
    0x46055A, 0x30AAD5, 0x560B65, 0x400752, 0x2A7AA5, 0x500B25, 0x3AFA4B, 0x5E094D, 0x480AAD, 0x34D56A, /* 2190 */
};

static uint32_t year_bits(int year)
{
    return years[year - LUNAR_YEAR_MIN];
}

static bool year_known(int year)
{
    return year >= LUNAR_YEAR_MIN && year <= LUNAR_YEAR_MAX;
}

int lunar_leap_month(int year)
{
    return year_known(year) ? (int)(year_bits(year) >> 13 & 0xF) : 0;
}

int lunar_months(int year)
{
    return lunar_leap_month(year) ? 13 : 12;
}

int64_t lunar_new_year(int year)
{
    if (year == LUNAR_YEAR_MAX + 1)
        return lunar_new_year(LUNAR_YEAR_MAX) + lunar_month_start(LUNAR_YEAR_MAX, lunar_months(LUNAR_YEAR_MAX));
    return civil_days(year, 1, 1) + (year_bits(year) >> 17);
}

int lunar_month_start(int year, int position)
{
    return 29 * position + __builtin_popcount(year_bits(year) & ((1u << position) - 1));
}

int lunar_month_label(int year, int position, bool *ret_leap)
{
    int leap = lunar_leap_month(year);

    *ret_leap = leap && position == leap;
    return leap && position >= leap ? position : position + 1;
}

/* The position of a month in its year from 0, -1 if the year has no such month. */
static int month_position(int year, int month, bool leap)
{
    int leap_month = lunar_leap_month(year);

    if (!year_known(year) || month < 1 || month > 12 || (leap && month != leap_month))
        return -1;
    return month - 1 + (leap || (leap_month && month > leap_month));
}

static int position_days(int year, int position)
{
    return 29 + (int)(year_bits(year) >> position & 1);
}

int lunar_month_days(int year, int month, bool leap)
{
    int position = month_position(year, month, leap);

    return position < 0 ? 0 : position_days(year, position);
}

bool lunar_locate(int64_t days, int *ret_year, int *ret_position, int *ret_day)
{
    struct civil c;
    int offset, position;

    if (days < lunar_new_year(LUNAR_YEAR_MIN) || days >= lunar_new_year(LUNAR_YEAR_MAX + 1))
        return false;
    civil_from_wall(days * CIVIL_DAY_S, &c);
    if (!year_known(c.year) || days < lunar_new_year(c.year))
        c.year--;
    offset = (int)(days - lunar_new_year(c.year));
    /* Months have 29 or 30 days, so a thirtieth of the way is the month or up to one before it. */
    position = offset / 30;
    while (offset >= lunar_month_start(c.year, position + 1))
        position++;
    *ret_year = c.year;
    *ret_position = position;
    *ret_day = offset - lunar_month_start(c.year, position) + 1;
    return true;
}

bool lunar_from_days(int64_t days, struct lunar_date *ret)
{
    int year, position, day;

    if (!lunar_locate(days, &year, &position, &day))
        return false;
    ret->year = year;
    ret->month = lunar_month_label(year, position, &ret->leap);
    ret->day = day;
    return true;
}

bool lunar_to_days(const struct lunar_date *d, int64_t *ret_days)
{
    int position = month_position(d->year, d->month, d->leap);

    if (position < 0 || d->day < 1 || d->day > position_days(d->year, position))
        return false;
    *ret_days = lunar_new_year(d->year) + lunar_month_start(d->year, position) + d->day - 1;
    return true;
}

void lunar_format(const struct lunar_date *d, char ret[LUNAR_TEXT_BYTES])
{
    static const char *const months[] = {"正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊"};
    static const char *const digits[] = {"十", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
    static const char *const tens[] = {"初", "十", "廿", "三"};
    static const char *const round[] = {"", "初十", "二十", "三十"};
    const char *leap = d->leap ? "闰" : "";

    if (d->day % 10 == 0)
        snprintf(ret, LUNAR_TEXT_BYTES, "%s%s月%s", leap, months[d->month - 1], round[d->day / 10]);
    else
        snprintf(ret, LUNAR_TEXT_BYTES, "%s%s月%s%s", leap, months[d->month - 1], tens[d->day / 10],
                 digits[d->day % 10]);
}
