#include "words_grammar.h"

#include "base/buf.h"
#include "lunar.h"
#include "recur_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A rule and where its description goes. Chinese first needs the month, English the day: word order is the catalogue's. */
struct saying {
    const struct recur_rule *rule;
    enum lang lang;
    struct arena *a;
};

static char *say(const struct saying *s, enum msg msg, const char *zero, const char *one, const char *two)
{
    const char *args[] = {zero, one, two};
    struct buf out = {0};
    char *text;

    catalogue_format(&out, catalogue_text(msg, s->lang), args, 3);
    text = arena_strdup(s->a, buf_text(&out));
    buf_release(&out);
    return text;
}

static char *say_number(const struct saying *s, enum msg msg, int64_t n)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%lld", (long long)n);
    return say(s, msg, digits, NULL, NULL);
}

/* ---- Lists: "一、二和三", "one, two and three" ---- */

#define LIST_MAX 64
struct list {
    const char *items[LIST_MAX];
    size_t count;
    bool full;            /* too long for a sentence */
};

static void list_add(struct list *l, const char *item)
{
    if (l->count < LIST_MAX)
        l->items[l->count++] = item;
    else
        l->full = true;
}

static const char *list_join(const struct saying *s, const struct list *l)
{
    char *text = arena_strdup(s->a, l->count ? l->items[0] : "");

    for (size_t i = 1; i < l->count; i++) {
        enum msg mark = i + 1 == l->count ? WORD_RULE_LIST_AND : WORD_RULE_LIST_COMMA;
        text = arena_printf(s->a, "%s%s%s", text, catalogue_text(mark, s->lang), l->items[i]);
    }
    return text;
}

/* ---- Pieces ---- */

static const enum msg weekday_words[] = {
    WORD_RULE_WD_MO, WORD_RULE_WD_TU, WORD_RULE_WD_WE, WORD_RULE_WD_TH, WORD_RULE_WD_FR, WORD_RULE_WD_SA, WORD_RULE_WD_SU,
};

static const char *weekday_word(const struct saying *s, int weekday)
{
    return catalogue_text(weekday_words[weekday], s->lang);
}

/* "15th", "15" in Chinese. */
static const char *ordinal(const struct saying *s, int n)
{
    static const enum msg suffixes[] = {WORD_RULE_ORD_TH, WORD_RULE_ORD_ST, WORD_RULE_ORD_ND, WORD_RULE_ORD_RD};
    int last = n % 10;

    return say_number(s, last > 3 || n / 10 % 10 == 1 ? WORD_RULE_ORD_TH : suffixes[last], n);
}

/* "third", "三"; from six on as ordinal() has it. */
static const char *ordinal_word(const struct saying *s, int n)
{
    static const enum msg words[] = {WORD_RULE_ORD_1, WORD_RULE_ORD_2, WORD_RULE_ORD_3, WORD_RULE_ORD_4, WORD_RULE_ORD_5};

    return n <= 5 ? catalogue_text(words[n - 1], s->lang) : ordinal(s, n);
}

static const char *nth(const struct saying *s, int n, const char *what)
{
    if (n == -1)
        return say(s, WORD_RULE_NTH_LAST, NULL, what, NULL);
    return say(s, n > 0 ? WORD_RULE_NTH : WORD_RULE_NTH_BACK, ordinal_word(s, abs(n)), what, NULL);
}

static const char *month_day(const struct saying *s, int n, bool bare)
{
    if (n == -1)
        return catalogue_text(WORD_RULE_DAY_LAST, s->lang);
    if (n < 0)
        return say(s, WORD_RULE_DAY_BACK, ordinal_word(s, -n), NULL, NULL);
    return bare ? say_number(s, WORD_RULE_DAY_BARE, n) : say(s, WORD_RULE_DAY, ordinal(s, n), NULL, NULL);
}

/* Numbers up to 63 of a part, those from the start first. */
static uint64_t plus(const struct saying *s, enum recur_part part)
{
    return s->rule->by[part].plus[0];
}

static uint64_t minus(const struct saying *s, enum recur_part part)
{
    return s->rule->by[part].minus[0];
}

static const char *months(const struct saying *s)
{
    struct list l = {0};

    for (int i = 1; i <= 12; i++)
        if (plus(s, PART_BYMONTH) >> i & 1)
            list_add(&l, catalogue_text((enum msg)(WORD_RULE_MONTH_1 + i - 1), s->lang));
    return list_join(s, &l);
}

static const char *month_days(const struct saying *s, bool bare)
{
    struct list l = {0};

    for (int i = 1; i <= 31; i++)
        if (plus(s, PART_BYMONTHDAY) >> i & 1)
            list_add(&l, month_day(s, i, bare));
    for (int i = 31; i >= 1; i--)
        if (minus(s, PART_BYMONTHDAY) >> i & 1)
            list_add(&l, month_day(s, -i, bare));
    return list_join(s, &l);
}

static const char *weekdays(const struct saying *s)
{
    struct list l = {0};

    for (int i = 0; i < 7; i++)
        if (s->rule->by_day[i].plus & 1)
            list_add(&l, weekday_word(s, i));
    return list_join(s, &l);
}

/* By weekday, then by ordinal; *ret_ok is false where it would be no sentence any more. */
static const char *nth_weekdays(const struct saying *s, bool *ret_ok)
{
    struct list l = {0};

    for (int i = 0; i < 7; i++) {
        *ret_ok = *ret_ok && !(s->rule->by_day[i].plus & 1);
        for (int n = 1; n <= 53; n++)
            if (s->rule->by_day[i].plus >> n & 1)
                list_add(&l, nth(s, n, weekday_word(s, i)));
        for (int n = 53; n >= 1; n--)
            if (s->rule->by_day[i].minus >> n & 1)
                list_add(&l, nth(s, -n, weekday_word(s, i)));
    }
    *ret_ok = *ret_ok && !l.full;
    return list_join(s, &l);
}

/* BYDAY=MO,TU,WE,TH,FR and nothing more. */
static bool is_workdays(const struct recur_rule *r)
{
    for (int i = 0; i < 7; i++)
        if ((r->by_day[i].plus != 0) != (i < WEEKDAY_SA) || r->by_day[i].minus || r->by_day[i].plus > 1)
            return false;
    return true;
}

static const char *nth_workdays(const struct saying *s)
{
    const char *what = catalogue_text(WORD_RULE_WORKDAY, s->lang);
    struct list l = {0};

    for (int i = 1; i <= 31; i++)
        if (plus(s, PART_BYSETPOS) >> i & 1)
            list_add(&l, nth(s, i, what));
    for (int i = 31; i >= 1; i--)
        if (minus(s, PART_BYSETPOS) >> i & 1)
            list_add(&l, nth(s, -i, what));
    return list_join(s, &l);
}

static const char *every(const struct saying *s)
{
    static const enum msg one[] = {
        WORD_RULE_SECONDLY, WORD_RULE_MINUTELY, WORD_RULE_HOURLY, WORD_RULE_DAILY, WORD_RULE_WEEKLY, WORD_RULE_MONTHLY,
        WORD_RULE_YEARLY,
    };
    static const enum msg many[] = {
        WORD_RULE_SECONDLY_N, WORD_RULE_MINUTELY_N, WORD_RULE_HOURLY_N, WORD_RULE_DAILY_N, WORD_RULE_WEEKLY_N,
        WORD_RULE_MONTHLY_N, WORD_RULE_YEARLY_N,
    };

    if (s->rule->interval <= 1)
        return catalogue_text(one[s->rule->freq], s->lang);
    return say_number(s, many[s->rule->freq], s->rule->interval);
}

/* ---- Rules that have neat words, by the parts they are made of ---- */

#define HAS(part) (1u << (part))
/* Parts that don't change the shape. A week's start matters only to every other week, and then it is said. */
#define ANY_SHAPE (HAS(PART_RSCALE) | HAS(PART_FREQ) | HAS(PART_INTERVAL) | HAS(PART_COUNT) | HAS(PART_UNTIL))

static const char *yearly_date(const struct saying *s)
{
    bool one_date = !minus(s, PART_BYMONTHDAY) && words_set_single(plus(s, PART_BYMONTH));

    if (one_date)
        return say(s, WORD_RULE_SHAPE_DATE, every(s), months(s), month_days(s, true));
    return say(s, WORD_RULE_SHAPE_DAYS_OF_MONTHS, every(s), months(s), month_days(s, false));
}

/* The whole months of a monthly rule with BYMONTH are a year's. */
static const char *every_year(const struct saying *s)
{
    return s->rule->freq == RECUR_MONTHLY && s->rule->interval <= 1 ? catalogue_text(WORD_RULE_YEARLY, s->lang) : every(s);
}

/* Every 2 months, of these months only. */
static bool skips_months(const struct saying *s)
{
    return s->rule->freq == RECUR_MONTHLY && s->rule->parts & HAS(PART_BYMONTH) && s->rule->interval > 1;
}

static const char *by_day(const struct saying *s)
{
    bool in_months = s->rule->parts & HAS(PART_BYMONTH), ok = true;
    const char *days;

    if ((!s->rule->ordinals && s->rule->freq != RECUR_WEEKLY) || skips_months(s))
        return NULL;
    if (s->rule->freq == RECUR_WEEKLY && is_workdays(s->rule) && s->rule->interval <= 1)
        return say(s, in_months ? WORD_RULE_SHAPE_WITHIN_MONTHS : WORD_RULE_SHAPE_PLAIN,
                   catalogue_text(WORD_RULE_EVERY_WORKDAY, s->lang), months(s), NULL);
    days = s->rule->freq == RECUR_WEEKLY ? weekdays(s) : nth_weekdays(s, &ok);
    if (!ok)
        return NULL;
    if (s->rule->freq == RECUR_WEEKLY && s->rule->interval <= 1)
        return say(s, in_months ? WORD_RULE_SHAPE_WEEKDAYS_WITHIN_MONTHS : WORD_RULE_SHAPE_WEEKDAYS, NULL, months(s), days);
    if (s->rule->freq == RECUR_WEEKLY)
        return say(s, in_months ? WORD_RULE_SHAPE_DAYS_WITHIN_MONTHS : WORD_RULE_SHAPE_DAYS, every(s), months(s), days);
    return say(s, in_months ? WORD_RULE_SHAPE_DAYS_OF_MONTHS : WORD_RULE_SHAPE_DAYS, in_months ? every_year(s) : every(s),
               months(s), days);
}

/* A yearly BYSETPOS counts over all its months at once, which has no neat words unless it is one. */
static const char *by_workday(const struct saying *s)
{
    bool in_months = s->rule->parts & HAS(PART_BYMONTH);

    if (!is_workdays(s->rule) || s->rule->freq < RECUR_MONTHLY || plus(s, PART_BYSETPOS) >> 32 || minus(s, PART_BYSETPOS) >> 32)
        return NULL;
    if (skips_months(s) || (s->rule->freq == RECUR_YEARLY && !words_set_single(plus(s, PART_BYMONTH))))
        return NULL;
    return say(s, in_months ? WORD_RULE_SHAPE_DAYS_OF_MONTHS : WORD_RULE_SHAPE_DAYS, in_months ? every_year(s) : every(s),
               months(s), nth_workdays(s));
}

static const char *by_month_day(const struct saying *s)
{
    if (s->rule->freq == RECUR_YEARLY && s->rule->parts & HAS(PART_BYMONTH))
        return yearly_date(s);
    if (s->rule->freq != RECUR_MONTHLY || s->rule->parts & HAS(PART_BYMONTH))
        return NULL;
    return say(s, WORD_RULE_SHAPE_DAYS, every(s), NULL, month_days(s, false));
}

static const char *by_month(const struct saying *s)
{
    if (s->rule->freq < RECUR_DAILY)
        return NULL;
    return say(s, s->rule->freq == RECUR_YEARLY ? WORD_RULE_SHAPE_MONTHS : WORD_RULE_SHAPE_WITHIN_MONTHS, every(s), months(s),
               NULL);
}

/* ---- The Chinese calendar ---- */

/* "九月" and "初九" of lunar_format's "九月初九". */
static const char *lunar_part(const struct saying *s, int month, bool leap, int day, bool want_day)
{
    struct lunar_date d = {.month = month, .leap = leap, .day = day};
    char text[LUNAR_TEXT_BYTES];
    const char *end;

    lunar_format(&d, text);
    end = strstr(text, "月") + strlen("月");
    return want_day ? arena_strdup(s->a, end) : arena_strndup(s->a, text, (size_t)(end - text));
}

static const char *say_lunar_month(const struct saying *s, int month, bool leap)
{
    const char *name = s->lang == LANG_ZH ? lunar_part(s, month, leap, 1, false) : ordinal(s, month);

    return say(s, leap ? WORD_RULE_LUNAR_LEAP : WORD_RULE_LUNAR_MONTH, name, NULL, NULL);
}

static const char *say_lunar_months(const struct saying *s)
{
    struct list l = {0};

    for (int i = 1; i <= 12; i++) {
        if (plus(s, PART_BYMONTH) >> i & 1)
            list_add(&l, say_lunar_month(s, i, false));
        if (s->rule->leap_months >> i & 1)
            list_add(&l, say_lunar_month(s, i, true));
    }
    return list_join(s, &l);
}

static const char *say_lunar_days(const struct saying *s)
{
    struct list l = {0};

    for (int i = 1; i <= 30; i++) {
        const char *name = s->lang == LANG_ZH ? lunar_part(s, 1, false, i, true) : ordinal(s, i);
        if (plus(s, PART_BYMONTHDAY) >> i & 1)
            list_add(&l, say(s, WORD_RULE_LUNAR_DAY, name, NULL, NULL));
    }
    for (int i = 30; i >= 1; i--)
        if (minus(s, PART_BYMONTHDAY) >> i & 1)
            list_add(&l, month_day(s, -i, false));
    return list_join(s, &l);
}

static const char *lunar(const struct saying *s)
{
    unsigned shape = s->rule->parts & ~ANY_SHAPE;

    if (s->rule->freq == RECUR_YEARLY && shape == (HAS(PART_BYMONTH) | HAS(PART_BYMONTHDAY)))
        return say(s, WORD_RULE_LUNAR_DATE, every(s), say_lunar_months(s), say_lunar_days(s));
    if (s->rule->freq == RECUR_MONTHLY && shape == HAS(PART_BYMONTHDAY))
        return say(s, WORD_RULE_LUNAR_MONTHLY, every(s), NULL, say_lunar_days(s));
    return NULL;
}

/* ---- All others: their parts, one by one ---- */

static const struct { const char *name; enum msg msg; } part_words[] = {
    {"BYMONTH", WORD_RULE_PART_MONTHS}, {"BYWEEKNO", WORD_RULE_PART_WEEKNOS}, {"BYYEARDAY", WORD_RULE_PART_YEARDAYS},
    {"BYMONTHDAY", WORD_RULE_PART_MONTHDAYS}, {"BYDAY", WORD_RULE_PART_DAYS}, {"BYHOUR", WORD_RULE_PART_HOURS},
    {"BYMINUTE", WORD_RULE_PART_MINUTES}, {"BYSECOND", WORD_RULE_PART_SECONDS}, {"BYSETPOS", WORD_RULE_PART_SETPOS},
    {"WKST", WORD_RULE_PART_WKST}, {"SKIP", WORD_RULE_PART_SKIP},
};

/* "3SA" → the third Saturday, "MO" → Monday; numbers as they are. */
static const char *value_word(const struct saying *s, char *item)
{
    size_t bytes = strlen(item);
    int n;

    for (int i = 0; bytes >= 2 && i < 7; i++) {
        if (strcmp(item + bytes - 2, recur_weekday_names[i]) != 0)
            continue;
        n = atoi(item);
        return n ? nth(s, n, weekday_word(s, i)) : weekday_word(s, i);
    }
    return item;
}

static const char *values(const struct saying *s, const char *text)
{
    char *copy = arena_strdup(s->a, text), *rest, *item;
    char *joined = NULL;

    for (item = strtok_r(copy, ",", &rest); item; item = strtok_r(NULL, ",", &rest)) {
        const char *mark = joined ? catalogue_text(WORD_RULE_LIST_COMMA, s->lang) : "";
        joined = arena_printf(s->a, "%s%s%s", joined ? joined : "", mark, value_word(s, item));
    }
    return joined ? joined : "";
}

static const char *enumerate(const struct saying *s)
{
    char *parts = recur_format(s->rule, s->a), *rest, *part;
    const char *text = s->rule->lunar ? say(s, WORD_RULE_LUNAR, every(s), NULL, NULL) : every(s);

    for (part = strtok_r(parts, ";", &rest); part; part = strtok_r(NULL, ";", &rest)) {
        char *value = strchr(part, '=');
        *value++ = 0;
        for (size_t i = 0; i < sizeof part_words / sizeof part_words[0]; i++)
            if (strcmp(part, part_words[i].name) == 0)
                text = arena_printf(s->a, "%s%s%s", text, catalogue_text(WORD_RULE_PARTS_COMMA, s->lang),
                                    say(s, part_words[i].msg, values(s, value), NULL, NULL));
    }
    return text;
}

/* ---- The whole ---- */

static const struct {
    unsigned parts, maybe;
    const char *(*say)(const struct saying *s);
} shapes[] = {
    {HAS(PART_BYDAY) | HAS(PART_BYSETPOS), HAS(PART_BYMONTH), by_workday},
    {HAS(PART_BYDAY), HAS(PART_BYMONTH), by_day},
    {HAS(PART_BYMONTHDAY), HAS(PART_BYMONTH), by_month_day},
    {HAS(PART_BYMONTH), 0, by_month},
    {0, 0, every},
};

static const char *neat(const struct saying *s)
{
    unsigned shape = s->rule->parts & ~ANY_SHAPE;

    if (s->rule->lunar)
        return lunar(s);
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if ((shape & ~shapes[i].maybe) == shapes[i].parts || shape == shapes[i].parts)
            return shapes[i].say(s);
    return NULL;
}

/* "2027-06-30", "2027-06-30 12:00" */
static const char *until_text(const struct saying *s, const struct zone *zone)
{
    bool local = zone && s->rule->until == UNTIL_UTC;
    int64_t until_s = local ? zone_to_wall(zone, s->rule->until_s) : s->rule->until_s;
    bool whole_day = s->rule->until == UNTIL_DATE || (local && until_s - civil_midnight(until_s) == CIVIL_DAY_S - 1);
    char text[CIVIL_TEXT_BYTES];

    civil_format(until_s, whole_day, text);
    if (s->rule->until == UNTIL_UTC && !local)
        return arena_printf(s->a, "%sZ", text);
    if (!whole_day)
        text[strlen("2027-06-30")] = ' ';
    return arena_strdup(s->a, text);
}

static const char *bound_text(const struct saying *s, const struct zone *zone)
{
    if (s->rule->count)
        return say_number(s, WORD_RULE_COUNT, s->rule->count);
    if (s->rule->until != UNTIL_NONE)
        return say(s, WORD_RULE_UNTIL, until_text(s, zone), NULL, NULL);
    return "";
}

static const char *at_time(const struct saying *s, const char *text, int time_s)
{
    return say(s, WORD_RULE_AT, text, arena_printf(s->a, "%02d:%02d", time_s / 3600, time_s / 60 % 60), NULL);
}

char *words_describe_in(const char *rule, const struct zone *zone, int time_s, enum lang lang, struct arena *a)
{
    struct saying s = {.lang = lang, .a = a};
    struct recur_rule *parsed;
    const char *text;

    if (recur_parse(rule, a, &parsed, NULL) < 0)
        return arena_strdup(a, rule);
    s.rule = parsed;
    text = neat(&s);
    if (!text)
        text = enumerate(&s);
    if (time_s >= 0)
        text = at_time(&s, text, time_s);
    return arena_printf(a, "%s%s", text, bound_text(&s, zone));
}

char *words_describe(const char *rule, enum lang lang, struct arena *a)
{
    return words_describe_in(rule, NULL, -1, lang, a);
}
