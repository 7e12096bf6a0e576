/*
 * Renders whatever comes: template, NUL, partial, NUL, context as JSON. It must end, within its limits, and an error
 * must leave the output alone.
 */
#include "base/mustache.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *partial(void *arg, const char *name)
{
    return name[0] == 'p' ? arg : NULL;
}

/* Cuts the next piece off; zero-terminated, because `data` has one more byte than `size`. */
static char *cut(char **rest, char *end)
{
    char *piece = *rest;

    *rest = piece + strlen(piece) < end ? piece + strlen(piece) + 1 : end;
    return piece;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1), *rest = copy, *template, *included;
    struct buf out = {0};
    struct err e = {0};
    json_t *context;

    memcpy(copy, data, size);
    copy[size] = 0;
    template = cut(&rest, copy + size);
    included = cut(&rest, copy + size);
    context = json_loads(rest, JSON_DECODE_ANY, NULL);
    if (!context)
        context = json_pack("{s:[i,i,i], s:{s:s}, s:b, s:s}", "a", 1, 2, 3, "b", "c", "<&>", "t", 1, "x", "y");

    struct mustache_options o = {
        .escape_html = size % 2, .partial = partial, .arg = included, .output_bytes_max = 100000};
    if (mustache_render(template, context, &o, &out, &e) < 0) {
        assert(out.len == 0);
        assert(e.code != ERR_NONE);
    } else {
        assert(mustache_check(template, &e) == 0);
        assert(out.len <= o.output_bytes_max);
    }
    buf_release(&out);
    json_decref(context);
    free(copy);
    return 0;
}
