#include "assets.h"

#include <string.h>

#define A(symbol, file)                                           \
    __asm__(".section .rodata\n"                                  \
            ".global asset_" #symbol "\nasset_" #symbol ":\n"     \
            ".incbin \"" file "\"\n"                              \
            ".global asset_end_" #symbol "\nasset_end_" #symbol ":\n" \
            ".byte 0\n"                                           \
            ".previous\n");                                       \
    extern const char asset_##symbol[], asset_end_##symbol[];
#include "assets.def"
#undef A


/* Lengths are differences of symbols, which a static initialiser can not hold: `table` is filled before main. */
static const struct {
    const char *path, *start, *end;
} files[] = {
#define A(symbol, file) {file, asset_##symbol, asset_end_##symbol},
#include "assets.def"
#undef A
};

#define COUNT (sizeof files / sizeof files[0])

static struct asset table[COUNT];

static __attribute__((constructor)) void fill(void)
{
    for (size_t i = 0; i < COUNT; i++)
        table[i] = (struct asset){files[i].path, files[i].start, (size_t)(files[i].end - files[i].start)};
}

const struct asset *asset_find(const char *path)
{
    for (size_t i = 0; i < COUNT; i++)
        if (strcmp(table[i].path, path) == 0)
            return &table[i];
    return NULL;
}

const struct asset *asset_next(const char *prefix, const struct asset *after)
{
    for (size_t i = after ? (size_t)(after - table) + 1 : 0; i < COUNT; i++)
        if (strncmp(table[i].path, prefix, strlen(prefix)) == 0)
            return &table[i];
    return NULL;
}
