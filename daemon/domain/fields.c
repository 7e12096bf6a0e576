#include "fields.h"

#include <string.h>

void fields_clear(const struct fields *f, void *object)
{
    memset(object, 0, f->bytes);
    for (size_t i = 0; i < f->count; i++) {
        char *at = (char *)object + f->items[i].offset;
        enum field_type type = f->items[i].type;

        if (type == FIELD_INT || type == FIELD_MS || type == FIELD_MILLI)
            *(int64_t *)(void *)at = FIELD_INT_ABSENT;
        else if (type == FIELD_MAYBE)
            *(int8_t *)at = -1;
    }
}

const struct field *fields_find(const struct fields *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++)
        if (strcmp(f->items[i].name, name) == 0)
            return &f->items[i];
    return NULL;
}
