#include "words_say.h"

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

char *words_say(const struct words_saying *s, enum msg msg, const char *zero, const char *one, const char *two)
{
    const char *args[] = {zero, one, two};
    struct buf out = {0};
    char *text;

    catalogue_format(&out, catalogue_text(msg, s->lang), args, 3);
    text = arena_strdup(s->a, buf_text(&out));
    buf_release(&out);
    return text;
}

char *words_say_number(const struct words_saying *s, enum msg msg, int64_t n)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%lld", (long long)n);
    return words_say(s, msg, digits, NULL, NULL);
}

/* Lists: "一、二和三", "one, two and three" */

void words_list_add(struct words_list *l, const char *item)
{
    if (l->count < WORDS_LIST_MAX)
        l->items[l->count++] = item;
    else
        l->full = true;
}

const char *words_list_join(const struct words_saying *s, const struct words_list *l)
{
    char *text = arena_strdup(s->a, l->count ? l->items[0] : "");

    for (size_t i = 1; i < l->count; i++) {
        enum msg mark = i + 1 == l->count ? WORD_RULE_LIST_AND : WORD_RULE_LIST_COMMA;
        text = arena_printf(s->a, "%s%s%s", text, catalogue_text(mark, s->lang), l->items[i]);
    }
    return text;
}

/* Pieces */

const char *words_weekday(int weekday, enum lang lang)
{
    static const enum msg words[] = {
        WORD_RULE_WD_MO, WORD_RULE_WD_TU, WORD_RULE_WD_WE, WORD_RULE_WD_TH,
        WORD_RULE_WD_FR, WORD_RULE_WD_SA, WORD_RULE_WD_SU,
    };

    return catalogue_text(words[weekday], lang);
}

/* "15th", "15" in Chinese. */
const char *words_say_ordinal(const struct words_saying *s, int n)
{
    static const enum msg suffixes[] = {WORD_RULE_ORD_TH, WORD_RULE_ORD_ST, WORD_RULE_ORD_ND, WORD_RULE_ORD_RD};
    int last = n % 10;

    return words_say_number(s, last > 3 || n / 10 % 10 == 1 ? WORD_RULE_ORD_TH : suffixes[last], n);
}

/* "third", "三"; from six on as words_say_ordinal() has it. */
const char *words_say_ordinal_word(const struct words_saying *s, int n)
{
    static const enum msg words[] = {
        WORD_RULE_ORD_1, WORD_RULE_ORD_2, WORD_RULE_ORD_3, WORD_RULE_ORD_4, WORD_RULE_ORD_5,
    };

    return n <= 5 ? catalogue_text(words[n - 1], s->lang) : words_say_ordinal(s, n);
}

const char *words_say_nth(const struct words_saying *s, int n, const char *what)
{
    if (n == -1)
        return words_say(s, WORD_RULE_NTH_LAST, NULL, what, NULL);
    return words_say(s, n > 0 ? WORD_RULE_NTH : WORD_RULE_NTH_BACK, words_say_ordinal_word(s, abs(n)), what, NULL);
}

const char *words_say_month_day(const struct words_saying *s, int n, bool bare)
{
    if (n == -1)
        return catalogue_text(WORD_RULE_DAY_LAST, s->lang);
    if (n < 0)
        return words_say(s, WORD_RULE_DAY_BACK, words_say_ordinal_word(s, -n), NULL, NULL);
    if (bare)
        return words_say_number(s, WORD_RULE_DAY_BARE, n);
    return words_say(s, WORD_RULE_DAY, words_say_ordinal(s, n), NULL, NULL);
}

/* Numbers up to 63 of a part, those from the start first. */
uint64_t words_plus(const struct words_saying *s, enum recur_part part)
{
    return s->rule->by[part].plus[0];
}

uint64_t words_minus(const struct words_saying *s, enum recur_part part)
{
    return s->rule->by[part].minus[0];
}

const char *words_say_every(const struct words_saying *s)
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
    return words_say_number(s, many[s->rule->freq], s->rule->interval);
}
