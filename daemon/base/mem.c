#include "mem.h"

#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK_BYTES 8192
#define ARENA_ALIGN 16
#define PRINTED_BYTES 256

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t size;
    _Alignas(ARENA_ALIGN) char data[];
};

static void *checked(void *p)
{
    if (!p) {
        log_error("out of memory");
        abort();
    }
    return p;
}

void *mem_alloc(size_t bytes)
{
    return checked(calloc(1, bytes ? bytes : 1));
}

void *mem_realloc(void *p, size_t bytes)
{
    return checked(realloc(p, bytes ? bytes : 1));
}

char *mem_strdup(const char *text)
{
    return text ? checked(strdup(text)) : NULL;
}

static struct arena_block *block_new(size_t bytes)
{
    size_t size = bytes > ARENA_BLOCK_BYTES ? bytes : ARENA_BLOCK_BYTES;
    struct arena_block *b = checked(malloc(sizeof *b + size));

    *b = (struct arena_block){.size = size};
    return b;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    size_t need = (bytes + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    struct arena_block *b = a->blocks;
    void *p;

    if (!b || b->size - b->used < need) {
        b = block_new(need);
        b->next = a->blocks;
        a->blocks = b;
    }
    p = b->data + b->used;
    b->used += need;
    return memset(p, 0, need);
}

char *arena_strndup(struct arena *a, const char *text, size_t bytes)
{
    char *copy = arena_alloc(a, bytes + 1);

    if (bytes)
        memcpy(copy, text, bytes);
    return copy;
}

char *arena_strdup(struct arena *a, const char *text)
{
    return text ? arena_strndup(a, text, strlen(text)) : NULL;
}

/* Most of what is printed is short: the first try is then the last. */
char *arena_printf(struct arena *a, const char *format, ...)
{
    char small[PRINTED_BYTES];
    va_list ap, again;
    int len;
    char *text;

    va_start(ap, format);
    va_copy(again, ap);
    len = vsnprintf(small, sizeof small, format, ap);
    va_end(ap);
    if ((size_t)len < sizeof small) {
        text = arena_strndup(a, small, (size_t)len);
    } else {
        text = arena_alloc(a, (size_t)len + 1);
        vsnprintf(text, (size_t)len + 1, format, again);
    }
    va_end(again);
    return text;
}

void arena_release(struct arena *a)
{
    while (a->blocks) {
        struct arena_block *b = a->blocks;
        a->blocks = b->next;
        free(b);
    }
}
