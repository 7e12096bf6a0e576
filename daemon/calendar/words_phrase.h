/* Phrases: what reduced tokens mean for the parts. */
#ifndef KEPU_CALENDAR_WORDS_PHRASE_H
#define KEPU_CALENDAR_WORDS_PHRASE_H

#include "words_grammar.h"

#define SLOTS const struct word *const *slot

/* STEP_NO lets a later row have the tokens; STEP_BAD: that was said before. */
struct words_phrase {
    unsigned char pattern[WORDS_PATTERN_MAX];
    enum words_step (*apply)(struct words_parts *p, SLOTS);
};

/* How it repeats; these go before all others. The first row that matches has the tokens, so longer ones come first. */
extern const struct words_phrase words_repeat_phrases[];
extern const size_t words_repeat_phrase_count;

/* Each part is said once. */
enum words_step words_claim(struct words_parts *p, unsigned part);
enum words_step words_claim_set(struct words_parts *p, unsigned part, uint64_t *to, uint64_t set);
enum words_step words_claim_unit(struct words_parts *p, enum words_unit unit, int interval);
enum words_step words_claim_weekdays(struct words_parts *p, const struct word *w);
enum words_step words_say_nothing(struct words_parts *p, SLOTS);

#endif
