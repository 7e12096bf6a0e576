/* "Did you mean": the nearest of some names. */
#ifndef KEPU_BASE_NAMES_H
#define KEPU_BASE_NAMES_H

#include <stddef.h>

/* The name in `names` that is nearest to `text`, if it is near enough to suggest; NULL otherwise. */
const char *names_nearest(const char *text, const char *const *names, size_t count);

#endif
