#include "suggest.h"

#include <stddef.h>
#include <string.h>

#define WORD_BYTES_MAX 48

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours each count one. */
static unsigned distance(const char *a, size_t n, const char *b, size_t m)
{
    unsigned rows[3][WORD_BYTES_MAX + 1];

    for (unsigned j = 0; j <= m; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= n; i++) {
        unsigned *row = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];

        row[0] = i;
        for (unsigned j = 1; j <= m; j++) {
            row[j] = least(least(up[j], row[j - 1]) + 1, up[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], up2[j - 2] + 1);
        }
    }
    return rows[n % 3][m];
}

void suggest_offer(struct suggestion *s, const char *candidate)
{
    size_t n = strlen(s->typed), m = strlen(candidate);
    unsigned d, near_enough;

    if (n == 0 || n > WORD_BYTES_MAX || m > WORD_BYTES_MAX)
        return;
    d = distance(s->typed, n, candidate, m);
    /* A longer word may be further off; the start of a word counts as one step from the whole. */
    near_enough = n < 4 ? 1 : n < 8 ? 2 : 3;
    if (n >= 2 && m > n && strncmp(candidate, s->typed, n) == 0)
        d = 1;
    if (d <= near_enough && d < m && (!s->best || d < s->distance)) {
        s->best = candidate;
        s->distance = d;
    }
}
