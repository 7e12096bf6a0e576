#include "name.h"

#include "base/nfc.h"
#include "base/utf8.h"
#include "people.h"

#include <string.h>

/* The dots that keyboards offer for the one in 阿卜杜拉·买买提. */
static uint32_t one_dot(uint32_t c)
{
    return c == 0x2022 || c == 0x2027 || c == 0x30FB || c == 0x00B7 || c == 0x2E31 ? 0x00B7 : c;
}

/* No character becomes longer by this: the key fits where the composed name did. */
char *person_name_key(const char *name, struct arena *a)
{
    char *text = nfc(name, a), *key = arena_alloc(a, strlen(text) + 1);
    size_t bytes = strlen(text), len = 0;
    bool gap = false;

    for (size_t i = 0, n; i < bytes; i += n) {
        uint32_t c = one_dot(utf8_next(text + i, bytes - i, &n));
        char utf8[5];
        if (person_is_blank(c)) {
            gap = len > 0;
            continue;
        }
        if (gap)
            key[len++] = ' ';
        gap = false;
        utf8_put(c, utf8);
        memcpy(key + len, utf8, strlen(utf8));
        len += strlen(utf8);
    }
    key[len] = 0;
    return key;
}
