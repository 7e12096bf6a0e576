#include "recur_month.h"

#include "lunar.h"

#include <string.h>

#define LUNAR_YEAR_DAYS 354 /* a common year, for the years beside the table */

bool recur_year_known(bool lunar, int64_t year)
{
    return lunar ? year >= LUNAR_YEAR_MIN && year <= LUNAR_YEAR_MAX : year >= 1 && year <= 9999;
}

int recur_months_in_year(bool lunar, int year)
{
    return lunar ? lunar_months(year) : 12;
}

void recur_month_at(bool lunar, int year, int position, struct recur_month *ret)
{
    ret->year = year;
    ret->position = position;
    if (lunar) {
        int start = lunar_month_start(year, position);
        ret->label = lunar_month_label(year, position, &ret->leap);
        ret->first_day = lunar_new_year(year) + start;
        ret->days = lunar_month_start(year, position + 1) - start;
    } else {
        ret->label = position + 1;
        ret->leap = false;
        ret->first_day = civil_days(year, position + 1, 1);
        ret->days = civil_days_in_month(year, position + 1);
    }
}

bool recur_month_of(bool lunar, int64_t day, struct recur_month *ret)
{
    struct civil c;
    int year, position, day_of_month;

    if (lunar) {
        if (!lunar_locate(day, &year, &position, &day_of_month))
            return false;
        recur_month_at(true, year, position, ret);
        return true;
    }
    civil_from_wall(day * CIVIL_DAY_S, &c);
    if (!recur_year_known(false, c.year))
        return false;
    recur_month_at(false, c.year, c.month - 1, ret);
    return true;
}

/*
 * RFC 7529 4.1: a leap month that the year doesn't have becomes the month of the same label (BACKWARD) or the next one
 * (FORWARD). Only where BYMONTH makes instances; where it limits them nothing invalid arises.
 */
static bool skipped_month_passes(const struct recur_rule *r, int year, int label)
{
    int wanted = r->skip == RECUR_BACKWARD ? label : label - 1;

    if (wanted == 0) {
        wanted = 12;
        year--;
    }
    return r->leap_months >> wanted & 1 && lunar_leap_month(year) != wanted;
}

bool recur_month_passes(const struct recur_rule *r, int year, int label, bool leap)
{
    if (!recur_has(r, PART_BYMONTH))
        return true;
    if (leap)
        return r->leap_months >> label & 1;
    if (r->by[PART_BYMONTH].plus[0] >> label & 1)
        return true;
    return r->leap_months && r->skip != RECUR_OMIT && r->freq == RECUR_YEARLY && skipped_month_passes(r, year, label);
}

static void set_bit(uint64_t *bits, int bit)
{
    bits[bit / 64] |= 1ULL << bit % 64;
}

static void set_bits(uint64_t *bits, int from, int to)
{
    for (int i = from; i < to; i++)
        set_bit(bits, i);
}

/* Takes the lowest bit out of a word. */
static int take_bit(uint64_t *word)
{
    int bit = __builtin_ctzll(*word);

    *word &= *word - 1;
    return bit;
}

/*
 * Sets the numbered days of a span of `days` days. A number beyond it is an invalid date: SKIP makes the nearest day of
 * it that is inside or just outside (RFC 7529 4.1), where the part makes instances and doesn't limit them.
 */
static void add_numbers(const struct recur_numbers *n, int words, int days, enum recur_skip skip, uint64_t *bits)
{
    for (int i = 0; i < words; i++) {
        for (uint64_t word = n->plus[i]; word;) {
            int number = take_bit(&word) + 64 * i;
            if (number <= days)
                set_bit(bits, number);
            else if (skip != RECUR_OMIT)
                set_bit(bits, skip == RECUR_FORWARD ? days + 1 : days);
        }
        for (uint64_t word = n->minus[i]; word;) {
            int number = take_bit(&word) + 64 * i;
            if (number <= days)
                set_bit(bits, days + 1 - number);
            else if (skip != RECUR_OMIT)
                set_bit(bits, skip == RECUR_FORWARD ? 1 : 0);
        }
    }
}

/* The nth weekdays of a span whose first such weekday is `first` (1 to 7). */
static void add_ordinals(const struct recur_ordinals *o, int first, int days, uint64_t *bits)
{
    int count = (days - first) / 7 + 1;

    for (uint64_t word = o->plus & ~1ULL; word;) {
        int n = take_bit(&word);
        if (n <= count)
            set_bit(bits, first + 7 * (n - 1));
    }
    for (uint64_t word = o->minus; word;) {
        int n = take_bit(&word);
        if (n <= count)
            set_bit(bits, first + 7 * (count - n));
    }
}

/* Sets the days of BYDAY in a span that begins on the day `first_day` (bit 1), the days beside it included. */
static void add_weekdays(const struct recur_rule *r, int64_t first_day, int days, uint64_t *bits)
{
    int weekday = (int)civil_weekday((first_day - 1) * CIVIL_DAY_S); /* of bit 0 */

    for (int i = 0; i < 7; i++) {
        const struct recur_ordinals *o = &r->by_day[i];
        int first = (i - weekday + 7) % 7;
        if (o->plus & 1)
            for (int day = first; day <= days + 1; day += 7)
                set_bit(bits, day);
        if ((o->plus | o->minus) & ~1ULL)
            add_ordinals(o, first ? first : 7, days, bits);
    }
}

static int64_t year_first_day(bool lunar, int year)
{
    if (!lunar)
        return civil_days(year, 1, 1);
    if (year < LUNAR_YEAR_MIN)
        return lunar_new_year(LUNAR_YEAR_MIN) - LUNAR_YEAR_DAYS * (LUNAR_YEAR_MIN - year);
    if (year > LUNAR_YEAR_MAX + 1)
        return lunar_new_year(LUNAR_YEAR_MAX + 1) + LUNAR_YEAR_DAYS * (year - LUNAR_YEAR_MAX - 1);
    return lunar_new_year(year);
}

/* Week 1 is the first that has at least four days in the year (ISO 8601), with weeks that begin on WKST. */
static int64_t week_one(const struct recur_rule *r, int year)
{
    int64_t first = year_first_day(r->lunar, year);
    int into = ((int)civil_weekday(first * CIVIL_DAY_S) - (int)r->wkst + 7) % 7;

    return into <= 3 ? first - into : first + 7 - into;
}

/*
 * The days of a calendar year that lie in the weeks of BYWEEKNO; those at its ends may belong to the last week of the
 * year before or the first of the year after.
 */
static void add_weeks(const struct recur_rule *r, int year, int days, uint64_t *bits)
{
    const uint64_t plus = r->by[PART_BYWEEKNO].plus[0], minus = r->by[PART_BYWEEKNO].minus[0];
    int64_t first = year_first_day(r->lunar, year), begin = week_one(r, year - 1);

    for (int y = year - 1; y <= year + 1; y++) {
        int64_t next = week_one(r, y + 1);
        int weeks = (int)(next - begin) / 7;
        for (int week = 1; week <= weeks; week++) {
            int64_t from = begin + 7 * (week - 1) - first + 1, to = from + 7;
            if (to > 1 && from <= days && (plus >> week & 1 || minus >> (weeks + 1 - week) & 1))
                set_bits(bits, from < 1 ? 1 : (int)from, to > days + 1 ? days + 1 : (int)to);
        }
        begin = next;
    }
}

static void limit(uint64_t *bits, const uint64_t *by)
{
    for (int i = 0; i < RECUR_WORDS; i++)
        bits[i] &= by[i];
}

/* True if BYDAY counts within the year: 20MO of a YEARLY rule without BYMONTH (RFC 5545 3.3.10, note 2). */
static bool counts_in_year(const struct recur_rule *r)
{
    return r->freq == RECUR_YEARLY && !recur_has(r, PART_BYMONTH) && r->ordinals;
}

static enum recur_skip skip_of(const struct recur_rule *r)
{
    return r->freq >= RECUR_MONTHLY ? r->skip : RECUR_OMIT;
}

static void load_year(const struct recur_rule *r, int year, struct recur_year *ret)
{
    int64_t first = year_first_day(r->lunar, year);
    int days = (int)(year_first_day(r->lunar, year + 1) - first);
    uint64_t bits[RECUR_WORDS];

    memset(ret->days, 0xFF, sizeof ret->days);
    if (recur_has(r, PART_BYYEARDAY)) {
        memset(bits, 0, sizeof bits);
        add_numbers(&r->by[PART_BYYEARDAY], RECUR_WORDS, days, skip_of(r), bits);
        limit(ret->days, bits);
    }
    if (recur_has(r, PART_BYWEEKNO)) {
        memset(bits, 0, sizeof bits);
        add_weeks(r, year, days, bits);
        limit(ret->days, bits);
    }
    if (counts_in_year(r)) {
        memset(bits, 0, sizeof bits);
        add_weekdays(r, first, days, bits);
        limit(ret->days, bits);
    }
    ret->year = year;
    ret->loaded = true;
}

/*
 * The days of one month out of its year's. The days beside it stay only where they are beside the year too, or where
 * it is BYMONTHDAY that may pick them.
 */
static uint64_t month_of_year(const struct recur_rule *r, const struct recur_month *m, struct recur_year *year)
{
    int offset, shift;
    uint64_t bits, inside = ((1ULL << m->days) - 1) << 1;

    if (!year->loaded || year->year != m->year)
        load_year(r, m->year, year);
    offset = (int)(m->first_day - year_first_day(r->lunar, m->year));
    shift = offset % 64;
    bits = year->days[offset / 64] >> shift;
    if (shift && offset / 64 + 1 < RECUR_WORDS)
        bits |= year->days[offset / 64 + 1] << (64 - shift);
    if (m->position == 0 || recur_has(r, PART_BYMONTHDAY))
        inside |= 1;
    if (m->position == recur_months_in_year(r->lunar, m->year) - 1 || recur_has(r, PART_BYMONTHDAY))
        inside |= 2ULL << m->days;
    return bits & inside;
}

uint64_t recur_month_days(const struct recur_rule *r, const struct recur_month *m, struct recur_year *year)
{
    bool skips = skip_of(r) != RECUR_OMIT && (recur_has(r, PART_BYMONTHDAY) || recur_has(r, PART_BYYEARDAY));
    uint64_t days = skips ? (4ULL << m->days) - 1 : ((1ULL << m->days) - 1) << 1, bits;

    if (recur_has(r, PART_BYYEARDAY) || recur_has(r, PART_BYWEEKNO) || counts_in_year(r))
        days &= month_of_year(r, m, year);
    if (recur_has(r, PART_BYMONTHDAY)) {
        bits = 0;
        add_numbers(&r->by[PART_BYMONTHDAY], 1, m->days, skip_of(r), &bits);
        days &= bits;
    }
    if (recur_has(r, PART_BYDAY) && !counts_in_year(r)) {
        bits = 0;
        add_weekdays(r, m->first_day, m->days, &bits);
        days &= bits;
    }
    return days;
}
