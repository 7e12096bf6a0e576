#include "words_grammar.h"

size_t words_match(const unsigned char *pattern, const struct word *w, size_t count,
                   const struct word *slot[WORDS_PATTERN_MAX])
{
    size_t used = 0;

    for (int i = 0; i < WORDS_PATTERN_MAX; i++)
        slot[i] = NULL;
    for (int i = 0; i < WORDS_PATTERN_MAX && pattern[i] != TOKEN_END; i++) {
        if (used < count && w[used].kind == WORDS_KIND(pattern[i]))
            slot[i] = &w[used++];
        else if (!(pattern[i] & OPT))
            return 0;
    }
    return used;
}

int words_set_first(uint64_t set)
{
    for (int n = 1; n <= 31; n++)
        if (set & WORDS_BIT(n))
            return n;
    for (int n = 1; n <= 31; n++)
        if (set & WORDS_BIT(-n))
            return -n;
    return 0;
}

bool words_set_single(uint64_t set)
{
    return set != 0 && (set & (set - 1)) == 0;
}
