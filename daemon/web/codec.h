/* Between bytes and structs described by tables (domain/fields.h): path, query and JSON in, JSON out. */
#ifndef KEPU_WEB_CODEC_H
#define KEPU_WEB_CODEC_H

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "domain/fields.h"
#include "router.h"

#include <stddef.h>

#define CODEC_DEPTH_MAX 16          /* of a JSON body */
#define CODEC_FIELDS_MAX 64         /* of one table */

struct zone;

struct codec_pair {
    const char *name, *value;
};

/* What an input is made of. */
struct codec_source {
    const struct params *path;                /* may be NULL */
    const struct codec_pair *query;
    size_t query_count;
    const char *body;                         /* JSON, one object; 0 bytes: none */
    size_t body_bytes;
    const char *raw;                          /* the FIELD_TEXT that takes the body as it is; NULL: it is JSON */
    const struct route *route;                /* says which fields query and body may give; NULL: all */
};

/*
 * Allocates the struct of `f` and everything in it from `a`. ERR_MALFORMED for JSON that isn't, with line and column;
 * ERR_INVALID for names that `f` has not (with the nearest), wrong types and what is given twice; the field is named.
 * null is absent. A body may repeat what its address says. FIELD_MOMENT and FIELD_MS are no inputs.
 */
int codec_decode(const struct fields *f, const struct codec_source *from, struct arena *a, void **ret, struct err *e);

/* Compact JSON in UTF-8. Instants (FIELD_MS) are shown in `office`'s wall time. Malformed UTF-8 becomes U+FFFD. */
void codec_encode(const struct fields *f, const void *object, const struct zone *office, struct buf *out);
/* {"items":[…],"next":…} */
void codec_encode_list(const struct fields *f, const struct objects *items, const char *next, const struct zone *office,
                       struct buf *out);
void codec_put_text(struct buf *out, const char *text); /* quoted; NULL is null */

/* "", "1", "true", "yes" and "0", "false", "no": a switch in a query. */
bool codec_parse_bool(const char *text, bool *ret);

#endif
