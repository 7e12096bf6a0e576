#include "words_draft.h"

#include "base/buf.h"
#include "civil.h"

static void put_set(struct buf *out, const char *name, uint64_t set, const char *suffix)
{
    char mark = '=';

    if (set)
        buf_printf(out, ";%s", name);
    for (int i = -31; i <= 31; i++) {
        if (i == 0 || !(set & WORDS_BIT(i)))
            continue;
        buf_printf(out, "%c%d%s", mark, i, suffix);
        mark = ',';
    }
}

static const char *const weekday_codes[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

static void put_weekdays(struct buf *out, unsigned weekdays)
{
    char mark = '=';

    if (weekdays)
        buf_adds(out, ";BYDAY");
    for (int i = 0; i < 7; i++) {
        if (!(weekdays & 1u << i))
            continue;
        buf_printf(out, "%c%s", mark, weekday_codes[i]);
        mark = ',';
    }
}

static void put_nths(struct buf *out, const struct words_nth *nths, size_t count)
{
    char mark = '=';

    buf_adds(out, ";BYDAY");
    for (size_t n = 0; n < count; n++) {
        for (int i = -31; i <= 31; i++) {
            if (i == 0 || !(nths[n].ords & WORDS_BIT(i)))
                continue;
            buf_printf(out, "%c%d%s", mark, i, weekday_codes[__builtin_ctz(nths[n].weekdays)]);
            mark = ',';
        }
    }
}

/* A last day is meant with all its hours; RFC 5545 3.3.10 has UNTIL in UTC for local times. */
static void put_until(struct buf *out, const struct words_when *until, const struct zone *zone)
{
    int64_t wall_s = until->wall_s + (until->date ? CIVIL_DAY_S - 1 : 0);
    char text[CIVIL_TEXT_BYTES];

    civil_format_basic(zone_to_utc(zone, wall_s), false, text);
    buf_printf(out, ";UNTIL=%sZ", text);
}

void words_draft_write(const struct words_draft *d, const struct zone *zone, struct buf *out)
{
    buf_printf(out, "%sFREQ=%s", d->lunar ? "RSCALE=CHINESE;" : "", d->freq);
    if (d->interval > 1)
        buf_printf(out, ";INTERVAL=%d", d->interval);
    put_set(out, "BYMONTH", d->months, d->p->leap ? "L" : "");
    put_set(out, "BYWEEKNO", d->weeknos, "");
    put_set(out, "BYYEARDAY", d->yeardays, "");
    put_set(out, "BYMONTHDAY", d->monthdays, "");
    if (d->nths)
        put_nths(out, d->nths, d->nth_count);
    else
        put_weekdays(out, d->weekdays);
    put_set(out, "BYSETPOS", d->setpos, "");
    if (d->p->has & SLOT_COUNT)
        buf_printf(out, ";COUNT=%d", d->p->count);
    if (d->p->has & SLOT_UNTIL)
        put_until(out, &d->p->until, zone);
}
