#include "changes.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
#define X(kind, name) [kind] = name,
    CHANGE_KINDS(X)
#undef X
};
#define NAMES (sizeof names / sizeof names[0])

const char *changes_write(const struct change *changes, int count, struct arena *a)
{
    struct buf text = {0};
    char *kept;

    for (int i = 0; i < count; i++)
        buf_printf(&text, "%s%s:%lld", i ? " " : "", names[changes[i].kind], (long long)changes[i].id);
    kept = arena_strdup(a, buf_text(&text));
    buf_release(&text);
    return kept;
}

/* One of them; past it, or NULL. */
static const char *read_one(const char *text, struct change *ret)
{
    size_t len = strcspn(text, ":");
    char *end;

    if (!text[len])
        return NULL;
    for (size_t i = 0; i < NAMES; i++) {
        if (strlen(names[i]) != len || strncmp(names[i], text, len) != 0)
            continue;
        ret->kind = (enum change_kind)i;
        ret->id = strtoll(text + len + 1, &end, 10);
        return *end == ' ' ? end + 1 : *end ? NULL : end;
    }
    return NULL;
}

int changes_read(const char *text, struct change ret[CHANGES_MAX])
{
    int count = 0;

    do {
        text = count < CHANGES_MAX ? read_one(text, &ret[count++]) : NULL;
    } while (text && *text);
    if (text)
        return count;
    ret[0] = (struct change){CHANGE_EVERYTHING, 0};
    return 1;
}
