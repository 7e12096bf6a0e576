/* Files that travel inside the program: schema, seeds, templates, styles. Listed in assets.def. */
#ifndef KEPU_BASE_ASSETS_H
#define KEPU_BASE_ASSETS_H

#include <stddef.h>

struct asset {
    const char *path;     /* as in the source tree: "schema/sqlite/0001_init.sql" */
    const char *data;     /* followed by a zero byte */
    size_t len;
};

const struct asset *asset_find(const char *path);                     /* NULL if there is none */
const struct asset *asset_next(const char *prefix,
                               const struct asset *after); /* in the list's order; NULL at the end */

#endif
