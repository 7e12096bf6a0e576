#include "names.h"

#include <string.h>

#define NEAREST_BYTES_MAX 64

/* Edits (insert, delete, replace, swap neighbours) that turn a into b. */
static size_t distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    size_t rows[3][NEAREST_BYTES_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];

    for (size_t j = 0; j <= m; j++)
        last[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *spare = before;
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1 < best)
                best = last[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
        before = last;
        last = now;
        now = spare;
    }
    return last[m];
}

static size_t shared_prefix(const char *a, const char *b)
{
    size_t n = 0;

    while (a[n] && a[n] == b[n])
        n++;
    return n;
}

const char *names_nearest(const char *text, const char *const *names, size_t count)
{
    size_t len = strlen(text), best = len / 3 + 2;
    const char *found = NULL;

    if (len > NEAREST_BYTES_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t d;
        if (strlen(names[i]) > NEAREST_BYTES_MAX)
            continue;
        d = distance(text, names[i]);
        if (d < best || (d == best && found && shared_prefix(text, names[i]) > shared_prefix(text, found))) {
            best = d;
            found = names[i];
        }
    }
    return found;
}
