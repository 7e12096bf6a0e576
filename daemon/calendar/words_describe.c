#include "words_say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *months(const struct words_saying *s)
{
    struct words_list l = {0};

    for (int i = 1; i <= 12; i++)
        if (words_plus(s, PART_BYMONTH) >> i & 1)
            words_list_add(&l, catalogue_text((enum msg)(WORD_RULE_MONTH_1 + i - 1), s->lang));
    return words_list_join(s, &l);
}

static const char *month_days(const struct words_saying *s, bool bare)
{
    struct words_list l = {0};

    for (int i = 1; i <= 31; i++)
        if (words_plus(s, PART_BYMONTHDAY) >> i & 1)
            words_list_add(&l, words_say_month_day(s, i, bare));
    for (int i = 31; i >= 1; i--)
        if (words_minus(s, PART_BYMONTHDAY) >> i & 1)
            words_list_add(&l, words_say_month_day(s, -i, bare));
    return words_list_join(s, &l);
}

static const char *weekdays(const struct words_saying *s)
{
    struct words_list l = {0};

    for (int i = 0; i < 7; i++)
        if (s->rule->by_day[i].plus & 1)
            words_list_add(&l, words_weekday(i, s->lang));
    return words_list_join(s, &l);
}

/* By weekday, then by ordinal; *ret_ok is false where it would be no sentence any more. */
static const char *nth_weekdays(const struct words_saying *s, bool *ret_ok)
{
    struct words_list l = {0};

    for (int i = 0; i < 7; i++) {
        *ret_ok = *ret_ok && !(s->rule->by_day[i].plus & 1);
        for (int n = 1; n <= 53; n++)
            if (s->rule->by_day[i].plus >> n & 1)
                words_list_add(&l, words_say_nth(s, n, words_weekday(i, s->lang)));
        for (int n = 53; n >= 1; n--)
            if (s->rule->by_day[i].minus >> n & 1)
                words_list_add(&l, words_say_nth(s, -n, words_weekday(i, s->lang)));
    }
    *ret_ok = *ret_ok && !l.full;
    return words_list_join(s, &l);
}

/* BYDAY=MO,TU,WE,TH,FR and nothing more. */
static bool is_workdays(const struct recur_rule *r)
{
    for (int i = 0; i < 7; i++)
        if ((r->by_day[i].plus != 0) != (i < WEEKDAY_SA) || r->by_day[i].minus || r->by_day[i].plus > 1)
            return false;
    return true;
}

static const char *nth_workdays(const struct words_saying *s)
{
    const char *what = catalogue_text(WORD_RULE_WORKDAY, s->lang);
    struct words_list l = {0};

    for (int i = 1; i <= 31; i++)
        if (words_plus(s, PART_BYSETPOS) >> i & 1)
            words_list_add(&l, words_say_nth(s, i, what));
    for (int i = 31; i >= 1; i--)
        if (words_minus(s, PART_BYSETPOS) >> i & 1)
            words_list_add(&l, words_say_nth(s, -i, what));
    return words_list_join(s, &l);
}

/* Rules that have neat words, by the parts they are made of */

static const char *yearly_date(const struct words_saying *s)
{
    bool one_date = !words_minus(s, PART_BYMONTHDAY) && words_set_single(words_plus(s, PART_BYMONTH));

    if (one_date)
        return words_say(s, WORD_RULE_SHAPE_DATE, words_say_every(s), months(s), month_days(s, true));
    return words_say(s, WORD_RULE_SHAPE_DAYS_OF_MONTHS, words_say_every(s), months(s), month_days(s, false));
}

/* BYMONTH makes a monthly rule's months those of each year. */
static const char *every_year(const struct words_saying *s)
{
    bool of_year = s->rule->freq == RECUR_MONTHLY && s->rule->parts & WORDS_HAS(PART_BYMONTH);

    return of_year ? catalogue_text(WORD_RULE_YEARLY, s->lang) : words_say_every(s);
}

/* Every 2 months, of these months only: that has no neat words. */
static bool skips_months(const struct words_saying *s)
{
    return s->rule->freq == RECUR_MONTHLY && s->rule->parts & WORDS_HAS(PART_BYMONTH) && s->rule->interval > 1;
}

/* One of two sentences: without and with months. */
static const char *with_months(const struct words_saying *s, enum msg without, enum msg with, const char *head,
                               const char *days)
{
    return words_say(s, s->rule->parts & WORDS_HAS(PART_BYMONTH) ? with : without, head, months(s), days);
}

static const char *by_weekday(const struct words_saying *s)
{
    const char *workdays = catalogue_text(WORD_RULE_EVERY_WORKDAY, s->lang);

    if (s->rule->interval > 1)
        return with_months(s, WORD_RULE_SHAPE_DAYS, WORD_RULE_SHAPE_DAYS_WITHIN_MONTHS, words_say_every(s),
                           weekdays(s));
    if (is_workdays(s->rule))
        return with_months(s, WORD_RULE_SHAPE_PLAIN, WORD_RULE_SHAPE_WITHIN_MONTHS, workdays, NULL);
    return with_months(s, WORD_RULE_SHAPE_WEEKDAYS, WORD_RULE_SHAPE_WEEKDAYS_WITHIN_MONTHS, NULL, weekdays(s));
}

static const char *by_day(const struct words_saying *s)
{
    bool ok = true;
    const char *days;

    if (s->rule->freq == RECUR_WEEKLY)
        return by_weekday(s);
    if (!s->rule->ordinals || skips_months(s))
        return NULL;
    days = nth_weekdays(s, &ok);
    return ok ? with_months(s, WORD_RULE_SHAPE_DAYS, WORD_RULE_SHAPE_DAYS_OF_MONTHS, every_year(s), days) : NULL;
}

/* A yearly BYSETPOS counts over all its months at once, which has no neat words unless it is one. */
static const char *by_workday(const struct words_saying *s)
{
    bool one_month = words_set_single(words_plus(s, PART_BYMONTH));

    if (!is_workdays(s->rule) || s->rule->freq < RECUR_MONTHLY || skips_months(s))
        return NULL;
    if ((words_plus(s, PART_BYSETPOS) | words_minus(s, PART_BYSETPOS)) >> 32)
        return NULL;
    if (s->rule->freq == RECUR_YEARLY && !one_month)
        return NULL;
    return with_months(s, WORD_RULE_SHAPE_DAYS, WORD_RULE_SHAPE_DAYS_OF_MONTHS, every_year(s), nth_workdays(s));
}

static const char *by_month_day(const struct words_saying *s)
{
    if (s->rule->freq == RECUR_YEARLY && s->rule->parts & WORDS_HAS(PART_BYMONTH))
        return yearly_date(s);
    if (s->rule->freq != RECUR_MONTHLY || s->rule->parts & WORDS_HAS(PART_BYMONTH))
        return NULL;
    return words_say(s, WORD_RULE_SHAPE_DAYS, words_say_every(s), NULL, month_days(s, false));
}

static const char *by_month(const struct words_saying *s)
{
    if (s->rule->freq < RECUR_DAILY)
        return NULL;
    return words_say(s, s->rule->freq == RECUR_YEARLY ? WORD_RULE_SHAPE_MONTHS : WORD_RULE_SHAPE_WITHIN_MONTHS,
                     words_say_every(s), months(s), NULL);
}

/* All others: their parts, one by one */

static const struct { const char *name; enum msg msg; } part_words[] = {
    {"BYMONTH", WORD_RULE_PART_MONTHS}, {"BYWEEKNO", WORD_RULE_PART_WEEKNOS}, {"BYYEARDAY", WORD_RULE_PART_YEARDAYS},
    {"BYMONTHDAY", WORD_RULE_PART_MONTHDAYS}, {"BYDAY", WORD_RULE_PART_DAYS}, {"BYHOUR", WORD_RULE_PART_HOURS},
    {"BYMINUTE", WORD_RULE_PART_MINUTES}, {"BYSECOND", WORD_RULE_PART_SECONDS}, {"BYSETPOS", WORD_RULE_PART_SETPOS},
    {"WKST", WORD_RULE_PART_WKST}, {"SKIP", WORD_RULE_PART_SKIP},
};

/* "3SA" → the third Saturday, "MO" → Monday; numbers as they are. */
static const char *value_word(const struct words_saying *s, char *item)
{
    size_t bytes = strlen(item);
    int n;

    for (int i = 0; bytes >= 2 && i < 7; i++) {
        if (strcmp(item + bytes - 2, recur_weekday_names[i]) != 0)
            continue;
        n = atoi(item);
        return n ? words_say_nth(s, n, words_weekday(i, s->lang)) : words_weekday(i, s->lang);
    }
    return item;
}

static const char *values(const struct words_saying *s, const char *text)
{
    char *copy = arena_strdup(s->a, text), *rest, *item;
    char *joined = NULL;

    for (item = strtok_r(copy, ",", &rest); item; item = strtok_r(NULL, ",", &rest)) {
        const char *mark = joined ? catalogue_text(WORD_RULE_LIST_COMMA, s->lang) : "";
        joined = arena_printf(s->a, "%s%s%s", joined ? joined : "", mark, value_word(s, item));
    }
    return joined ? joined : "";
}

static const char *enumerate(const struct words_saying *s)
{
    char *parts = recur_format(s->rule, s->a), *rest, *part;
    const char *text = words_say_every(s);

    if (s->rule->lunar)
        text = words_say(s, WORD_RULE_LUNAR, text, NULL, NULL);
    for (part = strtok_r(parts, ";", &rest); part; part = strtok_r(NULL, ";", &rest)) {
        char *value = strchr(part, '=');
        *value++ = 0;
        for (size_t i = 0; i < sizeof part_words / sizeof part_words[0]; i++)
            if (strcmp(part, part_words[i].name) == 0)
                text = arena_printf(s->a, "%s%s%s", text, catalogue_text(WORD_RULE_PARTS_COMMA, s->lang),
                                    words_say(s, part_words[i].msg, values(s, value), NULL, NULL));
    }
    return text;
}

/* The whole */

static const struct {
    unsigned parts, maybe;
    const char *(*say)(const struct words_saying *s);
} shapes[] = {
    {WORDS_HAS(PART_BYDAY) | WORDS_HAS(PART_BYSETPOS), WORDS_HAS(PART_BYMONTH), by_workday},
    {WORDS_HAS(PART_BYDAY), WORDS_HAS(PART_BYMONTH), by_day},
    {WORDS_HAS(PART_BYMONTHDAY), WORDS_HAS(PART_BYMONTH), by_month_day},
    {WORDS_HAS(PART_BYMONTH), 0, by_month},
    {0, 0, words_say_every},
};

static const char *neat(const struct words_saying *s)
{
    unsigned shape = s->rule->parts & ~WORDS_ANY_SHAPE;

    if (s->rule->lunar)
        return words_say_lunar(s);
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if ((shape & ~shapes[i].maybe) == shapes[i].parts || shape == shapes[i].parts)
            return shapes[i].say(s);
    return NULL;
}

/* "2027-06-30", "2027-06-30 12:00" */
static const char *until_text(const struct words_saying *s, const struct zone *zone)
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

static const char *bound_text(const struct words_saying *s, const struct zone *zone)
{
    if (s->rule->count)
        return words_say_number(s, WORD_RULE_COUNT, s->rule->count);
    if (s->rule->until != UNTIL_NONE)
        return words_say(s, WORD_RULE_UNTIL, until_text(s, zone), NULL, NULL);
    return "";
}

static const char *at_time(const struct words_saying *s, const char *text, int time_s)
{
    return words_say(s, WORD_RULE_AT, text, arena_printf(s->a, "%02d:%02d", time_s / 3600, time_s / 60 % 60), NULL);
}

char *words_describe_in(const char *rule, const struct zone *zone, int time_s, enum lang lang, struct arena *a)
{
    struct words_saying s = {.lang = lang, .a = a};
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
