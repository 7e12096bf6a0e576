#include "words_say.h"

#include "lunar.h"

#include <string.h>

/* "九月" and "初九" of lunar_format's "九月初九". */
static const char *lunar_part(const struct words_saying *s, int month, bool leap, int day, bool want_day)
{
    struct lunar_date d = {.month = month, .leap = leap, .day = day};
    char text[LUNAR_TEXT_BYTES];
    const char *end;

    lunar_format(&d, text);
    end = strstr(text, "月") + strlen("月");
    return want_day ? arena_strdup(s->a, end) : arena_strndup(s->a, text, (size_t)(end - text));
}

static const char *say_lunar_month(const struct words_saying *s, int month, bool leap)
{
    const char *name = s->lang == LANG_ZH ? lunar_part(s, month, leap, 1, false) : words_say_ordinal(s, month);

    return words_say(s, leap ? WORD_RULE_LUNAR_LEAP : WORD_RULE_LUNAR_MONTH, name, NULL, NULL);
}

static const char *say_lunar_months(const struct words_saying *s)
{
    struct words_list l = {0};

    for (int i = 1; i <= 12; i++) {
        if (words_plus(s, PART_BYMONTH) >> i & 1)
            words_list_add(&l, say_lunar_month(s, i, false));
        if (s->rule->leap_months >> i & 1)
            words_list_add(&l, say_lunar_month(s, i, true));
    }
    return words_list_join(s, &l);
}

static const char *say_lunar_days(const struct words_saying *s)
{
    struct words_list l = {0};

    for (int i = 1; i <= 30; i++) {
        const char *name = s->lang == LANG_ZH ? lunar_part(s, 1, false, i, true) : words_say_ordinal(s, i);
        if (words_plus(s, PART_BYMONTHDAY) >> i & 1)
            words_list_add(&l, words_say(s, WORD_RULE_LUNAR_DAY, name, NULL, NULL));
    }
    for (int i = 30; i >= 1; i--)
        if (words_minus(s, PART_BYMONTHDAY) >> i & 1)
            words_list_add(&l, words_say_month_day(s, -i, false));
    return words_list_join(s, &l);
}

const char *words_say_lunar(const struct words_saying *s)
{
    unsigned shape = s->rule->parts & ~WORDS_ANY_SHAPE;

    if (s->rule->freq == RECUR_YEARLY && shape == (WORDS_HAS(PART_BYMONTH) | WORDS_HAS(PART_BYMONTHDAY)))
        return words_say(s, WORD_RULE_LUNAR_DATE, words_say_every(s), say_lunar_months(s), say_lunar_days(s));
    if (s->rule->freq == RECUR_MONTHLY && shape == WORDS_HAS(PART_BYMONTHDAY))
        return words_say(s, WORD_RULE_LUNAR_MONTHLY, words_say_every(s), NULL, say_lunar_days(s));
    return NULL;
}
