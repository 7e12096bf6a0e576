/* Dates as people read them: "2027年5月12日(周三) 09:00", "Wed 12 May 2027, 09:00". */
#include "pages.h"

#include "calendar/civil.h"

#include <stdio.h>
#include <string.h>

static const enum msg weekdays[] = {WORD_ON_MO, WORD_ON_TU, WORD_ON_WE, WORD_ON_TH, WORD_ON_FR, WORD_ON_SA, WORD_ON_SU};
static const enum msg months[] = {WORD_IN_JAN, WORD_IN_FEB, WORD_IN_MAR, WORD_IN_APR, WORD_IN_MAY, WORD_IN_JUN,
                                  WORD_IN_JUL, WORD_IN_AUG, WORD_IN_SEP, WORD_IN_OCT, WORD_IN_NOV, WORD_IN_DEC};

/* {0} year, {1} month, {2} day, {3} weekday, {4} the month's name. */
static void say_date(int64_t wall_s, enum lang lang, enum msg shape, char ret[PAGE_WHEN_BYTES])
{
    char year[8], month[8], day[8];
    const char *args[] = {year, month, day, catalogue_text(weekdays[civil_weekday(wall_s)], lang), NULL};
    struct buf b = {0};
    struct civil c;

    civil_from_wall(wall_s, &c);
    snprintf(year, sizeof year, "%d", c.year);
    snprintf(month, sizeof month, "%d", c.month);
    snprintf(day, sizeof day, "%d", c.day);
    args[4] = catalogue_text(months[c.month - 1], lang);
    catalogue_format(&b, catalogue_text(shape, lang), args, 5);
    snprintf(ret, PAGE_WHEN_BYTES, "%s", buf_text(&b));
    buf_release(&b);
}

static void say_clock(int64_t wall_s, char ret[8])
{
    struct civil c;

    civil_from_wall(wall_s, &c);
    snprintf(ret, 8, "%02d:%02d", c.hour % 24, c.minute % 60);
}

static void join(enum msg shape, enum lang lang, const char *first, const char *second, char ret[PAGE_WHEN_BYTES])
{
    const char *args[] = {first, second};
    struct buf b = {0};

    catalogue_format(&b, catalogue_text(shape, lang), args, 2);
    snprintf(ret, PAGE_WHEN_BYTES, "%s", buf_text(&b));
    buf_release(&b);
}

void page_when(const struct moment *m, enum lang lang, char ret[PAGE_WHEN_BYTES])
{
    char date[PAGE_WHEN_BYTES], clock[8];

    say_date(m->wall_s, lang, WORD_DATE, date);
    if (m->date) {
        memcpy(ret, date, sizeof date);
        return;
    }
    say_clock(m->wall_s, clock);
    join(WORD_DATE_TIME, lang, date, clock, ret);
}

void page_month(const struct moment *m, enum lang lang, char ret[PAGE_WHEN_BYTES])
{
    say_date(m->wall_s, lang, WORD_MONTH_YEAR, ret);
}

/* "… 09:00–11:00", or both dates; the last day of a whole-day event is the one before its end. */
static void say_span(const struct moment *start, const struct moment *end, enum lang lang, struct buf *out)
{
    char text[PAGE_WHEN_BYTES], clock[8];
    struct moment last = *end;

    page_when(start, lang, text);
    buf_adds(out, text);
    if (start->date) {
        last.wall_s -= CIVIL_DAY_S;
        last.date = true;
    }
    if (!end->set || last.wall_s <= start->wall_s)
        return;
    if (!start->date && civil_midnight(start->wall_s) == civil_midnight(end->wall_s)) {
        say_clock(end->wall_s, clock);
        buf_printf(out, "–%s", clock);
        return;
    }
    page_when(&last, lang, text);
    buf_printf(out, " – %s", text);
}

static void put_leaf(json_t *to, const struct page *p, const struct moment *start)
{
    char text[PAGE_WHEN_BYTES];
    struct civil c;

    civil_from_wall(start->wall_s, &c);
    say_date(start->wall_s, p->lang, WORD_LEAF_MONTH, text);
    page_put(to, "leaf_month", text);
    page_put_int(to, "leaf_day", c.day);
    page_put(to, "leaf_weekday", catalogue_text(weekdays[civil_weekday(start->wall_s)], p->lang));
}

void page_put_time(json_t *to, const struct page *p, const struct moment *start, const struct moment *end,
                   const char *tz)
{
    char text[PAGE_WHEN_BYTES];
    struct buf b = {0};

    put_leaf(to, p, start);
    say_span(start, end, p->lang, &b);
    if (tz && !start->date && strcmp(tz, service_settings(p->web->service)->tz) != 0)
        page_put_word(to, "when", p, WORD_DATE_ZONE, buf_text(&b), tz);
    else
        page_put(to, "when", buf_text(&b));
    buf_release(&b);
    civil_format(start->wall_s, start->date, text);
    page_put(to, "datetime", text);
}
