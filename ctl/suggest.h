/* "Did you mean": the nearest of some words. */
#ifndef KEPU_CTL_SUGGEST_H
#define KEPU_CTL_SUGGEST_H

/* Starts with typed and an empty best; feed it candidates, then read `best` (NULL: none is near enough). */
struct suggestion {
    const char *typed;
    const char *best;
    unsigned distance;
};

void suggest_offer(struct suggestion *s, const char *candidate);

#endif
