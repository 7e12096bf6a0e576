/* Saying a rule back: the pieces that sentences are made of. */
#ifndef KEPU_CALENDAR_WORDS_SAY_H
#define KEPU_CALENDAR_WORDS_SAY_H

#include "recur_rule.h"
#include "words_grammar.h"

/* A rule and where its description goes. The order of words is the catalogue's: in Chinese the month comes first. */
struct words_saying {
    const struct recur_rule *rule;
    enum lang lang;
    struct arena *a;
};

#define WORDS_LIST_MAX 64
struct words_list {
    const char *items[WORDS_LIST_MAX];
    size_t count;
    bool full;            /* too long for a sentence */
};

#define WORDS_HAS(part) (1u << (part))
/* Parts that don't change the shape. A week's start matters only to every other week, and then it is said. */
#define WORDS_ANY_SHAPE (WORDS_HAS(PART_RSCALE) | WORDS_HAS(PART_FREQ) | WORDS_HAS(PART_INTERVAL) | \
                         WORDS_HAS(PART_COUNT) | WORDS_HAS(PART_UNTIL))

/* The catalogue's text with {0} to {2} filled in; all results are in the arena or static. */
char *words_say(const struct words_saying *s, enum msg msg, const char *zero, const char *one, const char *two);
char *words_say_number(const struct words_saying *s, enum msg msg, int64_t n);

/* "一、二和三", "one, two and three" */
void words_list_add(struct words_list *l, const char *item);
const char *words_list_join(const struct words_saying *s, const struct words_list *l);

const char *words_say_ordinal(const struct words_saying *s, int n);                    /* "15th"; "15" in Chinese */
const char *words_say_ordinal_word(const struct words_saying *s, int n);               /* "third", "三"; "6th" */
const char *words_say_nth(const struct words_saying *s, int n, const char *what);      /* "the third …", "最后一个…" */
const char *words_say_month_day(const struct words_saying *s, int n, bool bare);       /* "the 15th", bare: "15" */
const char *words_say_every(const struct words_saying *s);                             /* "every 2 weeks" */

/* Numbers up to 63 of a part, those from the start and those from the end, as bits. */
uint64_t words_plus(const struct words_saying *s, enum recur_part part);
uint64_t words_minus(const struct words_saying *s, enum recur_part part);

/* A rule of the Chinese calendar; NULL if there are no neat words for it. */
const char *words_say_lunar(const struct words_saying *s);

#endif
