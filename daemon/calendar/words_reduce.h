/* Reductions: what adjacent tokens make together. */
#ifndef KEPU_CALENDAR_WORDS_REDUCE_H
#define KEPU_CALENDAR_WORDS_REDUCE_H

#include "words_grammar.h"

#define SLOTS const struct word *const *slot

/* Replaces what the pattern matches by *ret, which begins empty but for `cjk`; STEP_NO leaves the tokens alone. */
struct words_reduction {
    unsigned char pattern[WORDS_PATTERN_MAX];
    enum words_step (*make)(const struct words_text *t, SLOTS, struct word *ret, struct err *e);
};

/* Times of day and spans from now; they go first, for their numbers are taken by no list. */
extern const struct words_reduction words_time_reductions[];
extern const size_t words_time_reduction_count;

#endif
