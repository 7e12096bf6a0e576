/* Memory: allocation that does not fail (kepu's needs are bounded, so running out is fatal), and arenas. */
#ifndef KEPU_BASE_MEM_H
#define KEPU_BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t bytes);                 /* zeroed; free with free() */
void *mem_realloc(void *p, size_t bytes);
char *mem_strdup(const char *text);            /* NULL gives NULL */

/* Everything allocated from an arena lives until arena_release. Zero-initialised is empty and ready. */
struct arena {
    struct arena_block *blocks;
};

void *arena_alloc(struct arena *a, size_t bytes);              /* zeroed, aligned for any type */
char *arena_strdup(struct arena *a, const char *text);         /* NULL gives NULL */
char *arena_strndup(struct arena *a, const char *text, size_t bytes);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
void arena_release(struct arena *a);                           /* empty again, usable again */

#endif
